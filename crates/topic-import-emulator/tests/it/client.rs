//! HTTP/1.1 written by hand, so that nothing stands between a test and the wire.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use topic_import_emulator::{Emulator, TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID};

use crate::signer::Signer;

pub(crate) const IMPORT: &str = "/v4/group_open_http_svc/import_topic";
pub(crate) const GET: &str = "/v4/million_group_open_http_svc/get_topic";

pub(crate) const DESTROY: &str = "/v4/million_group_open_http_svc/destroy_topic";

pub(crate) const IMPORT_GROUP: &str = "/v4/group_open_http_svc/import_group";
pub(crate) const GET_GROUP: &str = "/v4/group_open_http_svc/get_group_info";
pub(crate) const DESTROY_GROUP: &str = "/v4/group_open_http_svc/destroy_group";

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn code(&self) -> u64 {
        assert_eq!(self.status, 200, "{self:?}");
        let json = self.json();
        let code = json["ErrorCode"].as_u64().unwrap();
        let status = if code == 0 { "OK" } else { "FAIL" };
        assert_eq!(json["ActionStatus"], status, "{json}");
        let says_nothing = json["ErrorInfo"] == "" || json["ErrorInfo"] == "ok";
        assert_eq!(says_nothing, code == 0, "{json}");
        code
    }
}

pub(crate) struct Client<S = TcpStream> {
    stream: BufReader<S>,
    query: String,
}

impl Client {
    pub(crate) fn of(emulator: &Emulator) -> Self {
        Self::on(connect(emulator))
    }
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn on(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
            query: query(&Signer::default().sign()),
        }
    }

    /// Calls as the admin of the trial app.
    pub(crate) fn call(&mut self, path: &str, body: &Value) -> Response {
        self.try_call(path, body).unwrap()
    }

    pub(crate) fn import(&mut self, body: &Value) -> Response {
        self.call(IMPORT, body)
    }

    pub(crate) fn request(&mut self, method: &str, target: &str, body: &[u8]) -> Response {
        self.try_request(method, target, body).unwrap()
    }

    pub(crate) fn try_call(&mut self, path: &str, body: &Value) -> io::Result<Response> {
        self.send_call(path, body)?;
        self.receive()
    }

    /// Sends a call, and leaves its answer to be read.
    pub(crate) fn send_call(&mut self, path: &str, body: &Value) -> io::Result<()> {
        let target = format!("{path}?{}", self.query);
        self.send("POST", &target, body.to_string().as_bytes())
    }

    pub(crate) fn try_request(
        &mut self,
        method: &str,
        target: &str,
        body: &[u8],
    ) -> io::Result<Response> {
        self.send(method, target, body)?;
        self.receive()
    }

    /// The head of a call that promises a body of this length.
    pub(crate) fn send_head(&mut self, path: &str, length: usize) {
        let head = format!(
            "POST {path}?{} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n",
            self.query
        );
        self.stream.get_mut().write_all(head.as_bytes()).unwrap();
    }

    /// Everything up to the connection's end, and how it ended.
    pub(crate) fn read_to_end(&mut self) -> (String, io::Result<()>) {
        let mut read = Vec::new();
        let end = self.stream.read_to_end(&mut read).map(drop);
        (String::from_utf8(read).unwrap(), end)
    }

    fn send(&mut self, method: &str, target: &str, body: &[u8]) -> io::Result<()> {
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let request = [head.as_bytes(), body].concat();
        self.stream.get_mut().write_all(&request)
    }

    /// Reads a response; an error where the connection ends before it does.
    pub(crate) fn receive(&mut self) -> io::Result<Response> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Response {
            status: head[9..12].parse().unwrap(),
            head,
            body: String::from_utf8(body).unwrap(),
        })
    }
}

/// The code that each item of a list has for its own.
pub(crate) fn codes(items: &Value) -> Vec<u64> {
    let items = items.as_array().unwrap().iter();
    items
        .map(|item| item["ErrorCode"].as_u64().unwrap())
        .collect()
}

/// What is broken is to fail, not to hang.
pub(crate) fn connect(emulator: &Emulator) -> TcpStream {
    let stream = TcpStream::connect(emulator.address()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream
}

pub(crate) fn query(user_sig: &str) -> String {
    format!(
        "sdkappid={TRIAL_SDK_APP_ID}&identifier={TRIAL_IDENTIFIER}&usersig={user_sig}\
         &random=99999999&contenttype=json"
    )
}
