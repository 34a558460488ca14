use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use serde_json::json;
use topic_import_emulator::{App, Emulator, Outcome, StartError};

use crate::client::{Client, IMPORT};

fn body() -> serde_json::Value {
    json!({"GroupId": "@TGS#_g", "TopicName": "a"})
}

#[test]
fn a_connection_serves_many_calls() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    for _ in 0..100 {
        let response = client.import(&body());
        assert_eq!(response.code(), 0);
        assert!(response.head.starts_with("HTTP/1.1 200 OK\r\n"));
        assert!(response.head.contains("content-type: application/json\r\n"));
        assert!(!response.head.contains("connection: close"));
    }
}

#[test]
fn calls_may_be_sent_before_the_last_answer_is_read() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    for _ in 0..5 {
        client.send_call(IMPORT, &body()).unwrap();
    }
    for _ in 0..5 {
        assert_eq!(client.receive().unwrap().code(), 0);
    }
}

#[test]
fn dropping_it_closes_connections_and_frees_the_port() {
    let emulator = Emulator::builder().start().unwrap();
    let address = emulator.address();
    let state = emulator.state();
    let mut client = Client::of(&emulator);
    client.import(&body());
    let mut idle = TcpStream::connect(address).unwrap();
    drop(emulator);
    assert!(client.try_call(IMPORT, &body()).is_err());
    assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);
    assert!(TcpStream::connect(address).is_err());
    assert_eq!(state.topics_len(), 1);

    let again = Emulator::builder().address(address).start().unwrap();
    assert_eq!(again.address(), address);
    assert_eq!(Client::of(&again).import(&body()).code(), 0);
}

#[test]
fn it_starts_and_stops_where_somebody_awaits() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let emulator = Emulator::builder().start().unwrap();
        assert_eq!(Client::of(&emulator).import(&body()).code(), 0);
    });
}

#[test]
fn only_loopback_addresses_are_listened_on() {
    for address in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
        let address: SocketAddr = address.parse().unwrap();
        let refused = Emulator::builder().address(address).start();
        assert!(matches!(refused, Err(StartError::NotLoopback(found)) if found == address));
    }
}

#[test]
fn a_taken_port_is_an_error_that_names_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = Emulator::builder().address(address).start().err().unwrap();
    assert_eq!(error.to_string(), format!("cannot listen on {address}"));
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn nothing_shows_the_secret_key() {
    let builder = Emulator::builder().app(App::new(1, "admin", "canary"));
    let settings = format!("{builder:?}");
    let emulator = builder.start().unwrap();
    let running = format!("{emulator:?} {:?}", emulator.state());
    assert!(settings.contains("admin") && running.contains("127.0.0.1"));
    assert!(!settings.contains("canary") && !running.contains("canary"));
}

#[test]
fn its_origin_is_where_it_listens() {
    let emulator = Emulator::builder().start().unwrap();
    assert_eq!(
        emulator.origin(),
        format!("http://127.0.0.1:{}", emulator.address().port())
    );
}

#[test]
fn connections_at_once_see_one_service() {
    let emulator = Emulator::builder().quota(None).start().unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut client = Client::of(&emulator);
                for own in 0..50 {
                    let id = format!("@TGS#_g@TOPIC#_{own}");
                    client.import(&json!({"GroupId": "@TGS#_g", "TopicId": id, "TopicName": "a"}));
                }
            });
        }
    });
    let state = emulator.state();
    assert_eq!(state.topics_len(), 50);
    assert_eq!(state.outcomes()[&Outcome::ErrorCode(10021)], 350);
    assert!(state.topics().iter().all(|topic| topic.tries == 8));
    assert!(state.calls().is_sorted_by_key(|call| call.at));
}

#[test]
fn the_work_is_done_before_the_latency_is_over() {
    let emulator = Emulator::builder()
        .latency(Duration::from_hours(1))
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    client.send_call(IMPORT, &body()).unwrap();
    while emulator.state().topics_len() == 0 {
        thread::yield_now();
    }
    drop(emulator);
    assert!(client.receive().is_err());
}
