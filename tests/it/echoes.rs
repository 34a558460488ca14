//! Whatever answers may repeat the URL that it was asked with, the signature in it: no error and no log does.

use topic_import_core::{Scope, TransportErrorKind, UnreadableReason};

use crate::listener::Act;
use crate::outcome::Why;
use crate::request::{Request, answer};
use crate::scenario::{Scenario, scenario};
use crate::stage::Stage;

pub(crate) fn scenarios() -> Vec<Scenario> {
    let broken = Why::MaybeSent(TransportErrorKind::Broken);
    let not_json = Why::Unreadable(UnreadableReason::NotJson);
    vec![
        echo("in ErrorInfo", in_error_info).rejected(10004, Scope::Row),
        echo("in ErrorInfo, encoded", in_error_info_encoded).rejected(10004, Scope::Row),
        echo("in a page", in_a_page).unknown(not_json),
        echo("in a page, encoded", in_a_page_encoded).unknown(not_json),
        echo("beyond what an error keeps", far_into_a_page).unknown(not_json),
        echo("in the page of a proxy", in_a_page_of_502).unknown(Why::Status(502)),
        echo("in Location", in_location).stopped_by(302),
        echo("in Set-Cookie", in_a_cookie).stopped_by(403),
        echo("in the reason", in_the_reason).stopped_by(404),
        echo("in place of an answer", in_place_of_an_answer).unknown(broken),
        echo("in a header that is none", in_a_broken_header).unknown(broken),
        echo("in a length", in_a_length).unknown(broken),
    ]
}

fn echo(name: &str, reply: fn(&Request) -> Vec<u8>) -> Scenario {
    scenario(format!("the URL comes back {name}"))
        .stage(Stage::Scripted(vec![vec![Act::Read, Act::Reply(reply)]]))
        .without_topic_id()
        .wire("import")
}

/// Every character of the query that may be is percent-encoded.
fn encoded(request: &Request) -> String {
    let encode = |character: char| match character {
        '*' | '-' | '_' | '&' | '=' | '?' => format!("%{:02X}", u32::from(character)),
        plain => plain.to_string(),
    };
    request.target().chars().map(encode).collect()
}

fn refusal(info: &str) -> Vec<u8> {
    let body = format!(r#"{{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":"bad {info}"}}"#);
    answer("200 OK", "", body.as_bytes())
}

fn in_error_info(request: &Request) -> Vec<u8> {
    refusal(request.target())
}

fn in_error_info_encoded(request: &Request) -> Vec<u8> {
    refusal(&encoded(request))
}

fn in_a_page(request: &Request) -> Vec<u8> {
    let page = format!("<p>cannot serve {}</p>", request.head);
    answer("200 OK", "", page.as_bytes())
}

fn in_a_page_encoded(request: &Request) -> Vec<u8> {
    let page = format!("<p>cannot serve {}</p>", encoded(request));
    answer("200 OK", "", page.as_bytes())
}

/// Errors keep the first 512 bytes of a page.
fn far_into_a_page(request: &Request) -> Vec<u8> {
    let page = format!("{}{}", "x ".repeat(230), request.target());
    answer("200 OK", "", page.as_bytes())
}

fn in_a_page_of_502(request: &Request) -> Vec<u8> {
    answer("502 Bad Gateway", "", request.head.as_bytes())
}

fn in_location(request: &Request) -> Vec<u8> {
    let location = format!("Location: http://127.0.0.1:9{}\r\n", request.target());
    answer("302 Found", &location, b"")
}

fn in_a_cookie(request: &Request) -> Vec<u8> {
    let signature = request.parameter("usersig").unwrap();
    let cookies = format!(
        "Set-Cookie: a={signature}\r\nX-Request: {}\r\n",
        request.target()
    );
    answer("403 Forbidden", &cookies, b"")
}

fn in_the_reason(request: &Request) -> Vec<u8> {
    answer(&format!("404 no {}", request.target()), "", b"")
}

fn in_place_of_an_answer(request: &Request) -> Vec<u8> {
    format!("{}\r\n\r\n", request.target()).into_bytes()
}

fn in_a_broken_header(request: &Request) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{} \x01\r\n\r\n", request.target()).into_bytes()
}

fn in_a_length(request: &Request) -> Vec<u8> {
    let target = request.target();
    format!("HTTP/1.1 200 OK\r\nContent-Length: {target}\r\n\r\n{{}}").into_bytes()
}
