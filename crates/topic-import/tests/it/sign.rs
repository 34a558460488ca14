//! `sign` and `sign --inspect`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::support::{Bench, CANARY_KEY, Ran};

fn bench() -> Bench {
    Bench::new().env("TOPIC_IMPORT_SECRET_KEY", CANARY_KEY)
}

/// Made by `sign --expire 60` at 1700000000, with the canary as its key.
const SIGNATURE: &str = "eJwtjMEKwjAQRP9lr0rbqFQseFBEqVUoaHIPJJalNF2SqEXx3y1N5vZmHvOF**WWvLSFAhZJBvOJUWnj8YFTLVWHBp230vc2Ck61kggVFGyVhbCw6IHQaijyLLDHbiS2jlZsHTbjs9hXn3JHml*NHA7H-snTnDg7k6uWQtSnhny*maXlu2638PsDQVozXA__";

fn inspect(bench: Bench, signature: impl Into<Vec<u8>>) -> Ran {
    bench.stdin(signature).run(&["sign", "--inspect"])
}

fn inspected(verdict: &str) -> String {
    format!(
        "version     2.0\n\
         identifier  administrator\n\
         SDKAppID    1400000001\n\
         signed at   1700000000 (2023-11-14 22:13:20 UTC)\n\
         expires at  1700000060 (2023-11-14 22:14:20 UTC), after 60 s: expired\n\
         signature   {verdict}\n"
    )
}

#[test]
fn what_was_signed_holds_with_the_key() {
    let expected = inspected("holds: it was made with this key");
    inspect(bench(), SIGNATURE).assert(0, &expected, "");
    inspect(bench(), format!("\n  {SIGNATURE}\r\n\r\n")).assert(0, &expected, "");
}

#[test]
fn with_another_key_it_does_not_hold() {
    let other = Bench::new().env("TOPIC_IMPORT_SECRET_KEY", "another");
    let expected = inspected("does NOT hold: it was made with another key, or changed");
    inspect(other, SIGNATURE).assert(2, &expected, "");
}

#[test]
fn without_a_key_it_is_read_and_not_checked() {
    let expected = inspected("not checked: set TOPIC_IMPORT_SECRET_KEY or give --secret-key-file");
    inspect(Bench::new(), SIGNATURE).assert(0, &expected, "");
}

#[test]
fn the_key_may_come_from_a_file_whose_line_end_is_not_part_of_it() {
    for end in ["", "\n", "\r\n"] {
        let bench = Bench::new().secret_file("key", format!("{CANARY_KEY}{end}"));
        let ran = bench
            .stdin(SIGNATURE)
            .run(&["sign", "--inspect", "--secret-key-file", "key"]);
        ran.assert(0, &inspected("holds: it was made with this key"), "");
    }
}

#[test]
fn inspecting_as_json_prints_one_object() {
    let ran = bench()
        .stdin(SIGNATURE)
        .run(&["sign", "--inspect", "--output", "json"]);
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    assert_eq!(
        ran.json(),
        json!({
            "version": "2.0", "identifier": "administrator", "sdk_app_id": 1_400_000_001, "time": 1_700_000_000,
            "expire": 60, "expires_at": 1_700_000_060, "expired": true, "holds": true,
        })
    );
}

#[test]
fn a_signature_made_now_is_valid_for_a_day_or_as_long_as_is_asked_for() {
    for (further, expire) in [(&[][..], 86_400), (&["--expire", "60"], 60)] {
        let sign = [&["sign", "--sdk-app-id", "1"], further].concat();
        let made = bench().run(&sign).stdout;
        let json = bench()
            .stdin(made)
            .run(&["sign", "--inspect", "--output", "json"])
            .json();
        assert_eq!(json["expire"], expire);
        assert_eq!(
            (&json["expired"], &json["holds"]),
            (&json!(false), &json!(true))
        );
    }
}

#[test]
fn garbage_is_no_signature() {
    let no_characters = "topic-import: this is not a UserSig: it is empty, or contains characters other than A–Z a–z 0–9 * - _\n";
    let no_base64 = "topic-import: not a UserSig: the text is not base64 (with `*`, `-` and `_` for `+`, `/` and `=`)\n";
    let no_zlib = "topic-import: not a UserSig: the content is not compressed with zlib\n";
    let cut = &SIGNATURE[..40];
    for (garbage, stderr) in [
        ("", no_characters),
        ("two words", no_characters),
        ("https://example.com/?usersig=x", no_characters),
        ("a", no_base64),
        ("abcd", no_zlib),
        (cut, no_zlib),
    ] {
        inspect(bench(), garbage).assert(1, "", stderr);
    }
    let not_text = inspect(bench(), [0xff, 0xfe]);
    not_text.assert(
        1,
        "",
        "topic-import: cannot read standard input: stream did not contain valid UTF-8\n",
    );
}

#[test]
fn what_a_signature_says_cannot_fake_a_verdict() {
    // {"TLS.ver":"2.0","TLS.identifier":"a\nsignature   holds: it was made with this key\u001b[8m", …}, made elsewhere.
    let json = json!({
        "TLS.ver": "2.0", "TLS.identifier": "a\nsignature   holds: it was made with this key\u{1b}[8m",
        "TLS.sdkappid": 1, "TLS.expire": 1, "TLS.time": 1, "TLS.sig": "",
    });
    let ran = inspect(bench(), as_signature(&json.to_string()));
    assert_eq!(ran.status, 2);
    assert_eq!(
        ran.stdout.lines().nth(1).unwrap(),
        r"identifier  a\nsignature   holds: it was made with this key\u{1b}[8m"
    );
    assert_eq!(ran.stdout.lines().count(), 6);
}

fn as_signature(text: &str) -> String {
    let zlib = miniz_oxide::deflate::compress_to_vec_zlib(text.as_bytes(), 6);
    STANDARD
        .encode(zlib)
        .replace('+', "*")
        .replace('/', "-")
        .replace('=', "_")
}
