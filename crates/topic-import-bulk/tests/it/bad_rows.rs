//! A service that fails for some rows, always, and not for others.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::support::{GROUP, Trial, json_row, lines, topic_id};

const BAD: &str = "bad";

/// Answers 10002 to every row that is called bad, and imports the others. It lives as long as the process.
fn picky_service() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || serve(stream.unwrap()));
        }
    });
    address
}

fn serve(stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    while let Some(body) = read_body(&mut reader) {
        let answer = if body.contains(BAD) {
            r#"{"ActionStatus":"FAIL","ErrorCode":10002,"ErrorInfo":""}"#.to_owned()
        } else {
            let start = body.find(&format!("{GROUP}@TOPIC#_")).unwrap();
            let id = body[start..].split('"').next().unwrap();
            format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"TopicId":"{id}"}}"#)
        };
        let length = answer.len();
        write!(
            writer,
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{answer}"
        )
        .unwrap();
    }
}

/// The body of the next request; `None` when the client has gone.
fn read_body(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            None if line == "\r\n" => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}

#[test]
fn rows_that_always_fail_do_not_hold_up_the_others() {
    let row = |name: String| json_row(&format!(r#""TopicId":"{}""#, topic_id(name)));
    let good = |range: std::ops::Range<u32>| range.map(move |number| row(format!("good{number}")));
    let bad = (0..24).map(|number| row(format!("{BAD}{number}")));
    let rows: Vec<String> = good(0..1).chain(bad).chain(good(1..100)).collect();
    let trial = Trial::new()
        .at(picky_service())
        .paced()
        .giving_up_after(Duration::from_secs(6));
    let ran = trial.import(&lines(rows));
    assert_eq!(ran.end.summary.imported, 100, "{:?}", ran.end.summary);
    assert_eq!(ran.end.summary.unknown + ran.end.summary.pending, 24);
}
