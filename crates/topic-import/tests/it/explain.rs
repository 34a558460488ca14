//! `explain`: what a code means.

use serde_json::json;

use crate::support::Bench;

fn explain(arguments: &[&str]) -> crate::support::Ran {
    Bench::new().run(&[&["explain"], arguments].concat())
}

#[test]
fn a_known_code_is_explained() {
    explain(&["10021"]).assert(
        0,
        "code        10021\n\
         meaning     the topic ID is already in use\n\
         executed    no\n\
         spoils      the row\n\
         handling    the topic is read back and compared: equal is a success, different a conflict\n\
         what to do  the topic is read back and compared; where it differs, choose another TopicId\n",
        "",
    );
    assert_eq!(
        explain(&["10037", "--output", "json"]).json(),
        json!({
            "code": 10037, "known": true, "meaning": "the prepaid number of topics is exceeded", "executed": "no",
            "spoils": "the whole run", "handling": "the call is not repeated",
            "remedy": "delete topics or upgrade the plan, then resume",
        })
    );
}

#[test]
fn an_unknown_code_is_said_to_be_unknown() {
    for code in ["-5", "31337", "-9223372036854775808"] {
        let json = explain(&[code, "--output", "json"]).json();
        assert_eq!(json["code"], code.parse::<i64>().unwrap());
        assert_eq!(
            (&json["known"], &json["meaning"]),
            (&json!(false), &json!("unknown code"))
        );
        let text = explain(&[code]);
        assert_eq!((text.status, &*text.stderr), (0, ""));
        assert!(
            text.stdout
                .starts_with(&format!("code        {code}\nmeaning     unknown code\n"))
        );
    }
}

#[test]
fn without_a_code_all_are_listed_in_order() {
    let text = explain(&[]);
    assert_eq!((text.status, &*text.stderr), (0, ""));
    let all = explain(&["--output", "json"]).json();
    let listed: Vec<String> = all
        .as_array()
        .unwrap()
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
    assert!(
        listed.is_sorted() && listed.contains(&"80005  the security check timed out".to_owned())
    );
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
