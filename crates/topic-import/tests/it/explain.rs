//! `explain`: what a code means.

use serde_json::json;
use topic_import_core::Code;

use crate::support::Bench;

fn explain(arguments: &[&str]) -> crate::support::Ran {
    Bench::new().run(&[&["explain"], arguments].concat())
}

#[test]
fn a_known_code_is_explained() {
    explain(&["10021"]).assert(
        0,
        "code        10021\n\
         meaning     the ID is already in use\n\
         executed    no\n\
         affects     the row\n\
         handling    the topic is read back and compared: if it is equal, the row counts as existing, otherwise as a conflict\n\
         what to do  what has the ID is read back and compared; where it differs, choose another ID\n\
         source      Importing Topic Profiles (2024-02-07)\n",
        "",
    );
    assert_eq!(
        explain(&["60004", "--output", "json"]).json(),
        json!({
            "code": 60004, "known": true, "meaning": Code::new(60004).meaning(), "range": null, "executed": "no",
            "affects": "the whole run", "escalation": null,
            "handling": "if the secret key is given, a new UserSig is signed and the call is repeated once",
            "remedy": Code::new(60004).remedy(), "source": "Error Codes (1047/34348, 2023)",
            "by_command": [],
        })
    );
}

#[test]
fn what_a_code_is_to_one_command_follows_what_it_is_to_all_others() {
    let text = explain(&["10006"]).stdout;
    let (all, own) = text.split_once("\n\n").unwrap();
    assert!(all.contains("handling    calls slow down, and the call is repeated\n"));
    assert!(own.starts_with("command     import_group\nmeaning     as many groups were made"));
    assert!(own.contains("affects     the whole run\n"), "{own}");
    assert!(own.contains("what to do  go on the next day"), "{own}");
    let json = explain(&["10006", "--output", "json"]).json();
    assert_eq!(json["affects"], "nothing");
    let own = &json["by_command"][0];
    assert_eq!(own["command"], "import_group");
    assert_eq!(own["affects"], "the whole run");
}

#[test]
fn what_follows_from_a_code_is_said() {
    for (code, line) in [
        ("10002", "executed    maybe\n"),
        (
            "10002",
            "handling    the call is repeated if it has a TopicId; without one, nobody knows",
        ),
        (
            "10037",
            "affects     every row of the group; the whole run once a second group meets it, with no",
        ),
        (
            "11000",
            "affects     every row of the group; the whole run once every group that was tried met it",
        ),
        ("10003", "affects     the whole run\n"),
        ("10003", "handling    the call is not repeated\n"),
        ("10008", "handling    the call is repeated once\n"),
        (
            "10008",
            "affects     nothing; the whole run if that does not help\n",
        ),
        (
            "60007",
            "handling    calls slow down, and the call is repeated\n",
        ),
        (
            "70001",
            "affects     nothing; the whole run if that does not help\n",
        ),
        ("60014", "handling    the call is repeated\n"),
        ("60025", "source      no document; public clients know it\n"),
    ] {
        let ran = explain(&[code]);
        assert!(ran.stdout.contains(line), "{line} in {}", ran.stdout);
    }
}

#[test]
fn of_an_unknown_code_its_range_is_told_as_far_as_it_is_documented() {
    for (code, meaning, range) in [
        ("-5", "unknown code", "not in any documented range"),
        ("31337", "unknown code", "not in any documented range"),
        (
            "-9223372036854775808",
            "unknown code",
            "not in any documented range",
        ),
        (
            "9223372036854775807",
            "unknown code",
            "not in any documented range",
        ),
        (
            "80003",
            "unknown code",
            "not in any documented range; known nearby: 80001 (the text failed the security check), \
             80005 (the security check timed out)",
        ),
        (
            "10001",
            "unknown code",
            "not in any documented range; known nearby: 10002 (internal server error)",
        ),
        (
            "69999",
            "unknown code of the URL, the app or an account",
            "60000 to 79999, common to all calls: such codes are about the URL, the app or an account, and rarely about the row",
        ),
    ] {
        let json = explain(&[code, "--output", "json"]).json();
        assert_eq!(json["code"], code.parse::<i64>().unwrap());
        assert_eq!(
            (
                &json["known"],
                &json["meaning"],
                &json["range"],
                &json["source"]
            ),
            (&json!(false), &json!(meaning), &json!(range), &json!(null))
        );
        let text = explain(&[code]);
        assert_eq!((text.status, &*text.stderr), (0, ""));
        let first = format!(
            "code        {code}\nmeaning     {meaning}\nrange       {range}\nexecuted    no\n"
        );
        assert!(text.stdout.starts_with(&first), "{}", text.stdout);
    }
    let text = explain(&["79999"]).stdout;
    let affects = "affects     the row; the whole run once 5 rows in turn met it, with no topic imported in between\n";
    assert!(text.contains(affects), "{text}");
}

#[test]
fn success_is_no_error() {
    explain(&["0"]).assert(0, "0 is not an error: the call succeeded\n", "");
    let json = explain(&["0", "--output", "json"]).json();
    assert_eq!(
        (&json["executed"], &json["affects"]),
        (&json!("yes"), &json!("nothing"))
    );
}

#[test]
fn without_a_code_all_are_listed_in_order() {
    let text = explain(&[]);
    assert_eq!((text.status, &*text.stderr), (0, ""));
    let all = explain(&["--output", "json"]).json();
    let all = all.as_array().unwrap();
    assert!(all.iter().all(|entry| entry["source"].is_string()));
    let codes = all.iter().map(|entry| entry["code"].as_i64().unwrap());
    assert!(codes.is_sorted() && all.len() > 60);
    let listed: Vec<String> = all
        .iter()
        .map(|entry| {
            format!(
                "{:<6} {}",
                entry["code"].to_string(),
                entry["meaning"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(text.stdout.lines().collect::<Vec<_>>(), listed);
    assert!(listed.contains(&"80005  the security check timed out".to_owned()));
}

#[test]
fn what_is_no_code_is_refused() {
    for code in ["ten", "1.0", "99999999999999999999"] {
        let ran = explain(&[code]);
        assert_eq!((ran.status, &*ran.stdout), (1, ""));
        assert!(
            ran.stderr
                .starts_with(&format!("error: invalid value '{code}' for '[CODE]'"))
        );
    }
}
