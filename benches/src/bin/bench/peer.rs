//! A server in a process of its own, ended when this is dropped.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use clap::ValueEnum as _;

use crate::Outcome;
use crate::process;
use crate::server::Kind;

pub(crate) struct Peer {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Peer {
    pub(crate) fn start(kind: Kind) -> Outcome<Self> {
        let name = kind.to_possible_value().ok_or("a kind without a name")?;
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", name.get_name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        BufReader::new(process.stdout.take().ok_or("no standard output")?)
            .read_line(&mut address)?;
        Ok(Self {
            process,
            address: address.trim().parse()?,
        })
    }

    /// The time that it has spent on a processor, in seconds, to a hundredth.
    pub(crate) fn cpu(&self) -> Outcome<f64> {
        process::cpu_of(self.process.id())
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Its standard input ends with it, in any case.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
