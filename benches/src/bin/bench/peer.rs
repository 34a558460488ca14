//! A server in a process of its own, ended when this is dropped.

use std::io::{self, BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use clap::ValueEnum as _;

use crate::Outcome;
use crate::server::Kind;

pub(crate) struct Peer {
    process: Child,
    pub(crate) address: SocketAddr,
    /// Its certificate in PEM, where it speaks TLS.
    pub(crate) certificate: Option<String>,
}

impl Peer {
    pub(crate) fn start(kind: Kind) -> Outcome<Self> {
        let name = kind.to_possible_value().ok_or("a kind without a name")?;
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", name.get_name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(output).lines();
        let address = lines.next().ok_or("no address")??.parse()?;
        let certificate = match kind {
            Kind::FixedTls => Some(certificate(lines)?),
            _ => None,
        };
        Ok(Self {
            process,
            address,
            certificate,
        })
    }

    pub(crate) fn origin(&self) -> String {
        let scheme = match self.certificate {
            Some(_) => "https",
            None => "http",
        };
        format!("{scheme}://{}", self.address)
    }
}

fn certificate(lines: impl Iterator<Item = io::Result<String>>) -> Outcome<String> {
    let mut pem = String::new();
    for line in lines {
        pem.push_str(&line?);
        pem.push('\n');
        if pem.ends_with("-----END CERTIFICATE-----\n") {
            return Ok(pem);
        }
    }
    Err("no certificate".into())
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Its standard input ends with it, in any case.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
