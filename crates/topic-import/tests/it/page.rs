//! `report --html`: the report as a page, as it is written.

use std::fs;

use topic_import_emulator::{Community, Emulator};

use crate::support::{Bench, GROUP, Ran, named_row, named_rows, row_with};

pub(crate) const GONE: &str = "@TGS#_gone";
/// Names of topics that try to be more than names.
pub(crate) const HOSTILE: [&str; 4] = [
    "</script><script>a()</script>",
    "<img src=x onerror=a()>",
    "'\" onclick=a() x='\"&amp;",
    "\u{202e}drow\u{2066}31m",
];

/// A run of which most rows failed, some of them with hostile names.
pub(crate) fn failed_run() -> Bench {
    let emulator = Emulator::builder()
        .community(GONE, Community::Deleted)
        .start()
        .unwrap();
    let hostile = HOSTILE.iter().enumerate().map(|(place, name)| {
        let id = format!(",\"TopicId\":\"{GROUP}@TOPIC#_{place}\"");
        row_with(&name.replace('"', "\\\""), &id).replace(GROUP, GONE)
    });
    let rows = named_row("good")
        + &hostile.collect::<String>()
        + "{\"TopicName\":\"<b>bad</b>\"}\n"
        + &named_row("fine");
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .env("TOPIC_IMPORT_CONCURRENCY", "1")
        .file("rows.jsonl", rows);
    let ran = bench.run(&["import", "rows.jsonl", "--skip-invalid"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    bench
}

pub(crate) fn page(bench: &Bench) -> String {
    let ran = report(bench, "page.html");
    assert_eq!(ran.stderr, "");
    fs::read_to_string(bench.path("page.html")).unwrap()
}

fn report(bench: &Bench, page: &str) -> Ran {
    bench.run(&["report", "rows.jsonl.journal", "--html", page])
}

/// What stands between the first of one text and the next of another.
#[track_caller]
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).expect(start);
    rest.split_once(end).expect(end).0
}

/// What is read of some HTML: its elements are gone.
fn words(html: &str) -> String {
    let texts = html.split('<').map(|part| match part.split_once('>') {
        Some((_, text)) => text,
        None => part,
    });
    let text: Vec<&str> = texts.filter(|text| !text.trim().is_empty()).collect();
    text.join("|")
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = page(&failed_run());
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
    assert!(page.ends_with("</html>\n"));
    let fetched = [
        "<link", "<base", "@import", "url(", " srcset=", "<iframe", "<object", "style=",
    ];
    for way in fetched {
        assert!(!page.contains(way), "{way}");
    }
    let hrefs = page.split(" href=\"").skip(1);
    assert!(hrefs.clone().count() > 6);
    for href in hrefs {
        let target = href.strip_prefix('#').expect(href).split('"').next();
        let target = format!(" id=\"{}\"", target.unwrap());
        assert!(page.contains(&target), "{target}");
    }
    let policy = between(&page, "content=\"default-src ", "\">");
    assert!(
        policy.starts_with("'none'; ") && !policy.contains("unsafe"),
        "{policy}"
    );
    // One script; the others are data.
    assert_eq!(page.matches("<script>").count(), 1);
    let data = page.matches("<script type=\"application/json\" ").count();
    assert_eq!(page.matches("<script").count(), 1 + data);
}

#[test]
fn names_are_text_whatever_they_are() {
    let page = page(&failed_run());
    for name in HOSTILE.iter().chain(&["<b>bad</b>"]) {
        assert!(!page.contains(name), "{name}");
    }
    for name in [
        "<bdi>&lt;/script&gt;&lt;script&gt;a()&lt;/script&gt;</bdi>",
        "<bdi>&lt;img src=x onerror=a()&gt;</bdi>",
        "<bdi>'&quot; onclick=a() x='&quot;&amp;amp;</bdi>",
        "<bdi>\\u{202e}drow\\u{2066}31m</bdi>",
        "<bdi>&lt;b&gt;bad&lt;/b&gt;</bdi>",
    ] {
        assert!(page.contains(name), "{name}");
    }
    assert!(page.chars().all(|char| char == '\n' || !char.is_control()));
}

#[test]
fn the_page_says_what_became_of_the_rows() {
    let page = page(&failed_run());
    assert_eq!(between(&page, "<h1>", "</h1>"), "2 of 7 topics there");
    assert_eq!(
        words(between(&page, "<dl class=\"tiles\">", "</dl>")),
        "imported|2|created by this run|rejected|1|invalid, or refused|held|4|group or run blocked"
    );
    let calls = between(&page, "<p id=\"pace-words\">", "</p>");
    assert!(
        calls.starts_with("3 calls of <code>import_topic</code> in "),
        "{calls}"
    );
    assert!(calls.ends_with(" Quota (dashed): 200 a second."), "{calls}");
    let latencies = between(&page, "<table class=\"latency\">", "</table>");
    let calls = latencies.split("<td class=\"number\">").skip(1);
    let calls = calls.map(|cell| cell.split('<').next().unwrap().parse::<u64>().unwrap());
    assert_eq!(calls.sum::<u64>(), 3);
    let communities = words(between(&page, "<table class=\"communities\">", "</table>"));
    for line in [
        "2 communities; those with the most failed rows come first.",
        "|@TGS#_gone|4|4 held",
        "|@TGS#_riverside|2|2 imported",
        "|none |1 row invalid|1|1 rejected",
    ] {
        assert!(communities.contains(line), "{communities}");
    }
    let codes = words(between(&page, "<table class=\"codes\">", "</table>"));
    for line in [
        "|10010|1|the group does not exist or has been deleted: create the community first, or correct GroupId; an import with --create-communities and another --journal would create it.|1 held",
        "|none|3|not imported: its group or the run was blocked: remove the cause, and run the same import again.|3 held",
        "|none|1|the row is invalid",
    ] {
        assert!(codes.contains(line), "{codes}");
    }
    let reasons = words(between(&page, "<table class=\"reasons\">", "</table>"));
    for line in [
        "|3 rows of @TGS#_gone|held|not sent: @TGS#_gone is blocked: remove the cause, and run the same import again|3: ",
        "|1 row of @TGS#_gone|held|10010|the group does not exist",
        "|1 row|rejected|GroupId: is missing",
    ] {
        assert!(reasons.contains(line), "{reasons}");
    }
    let failed = words(between(&page, "<table class=\"failed\"", "</table>"));
    assert!(
        failed.contains("|6|&lt;b&gt;bad&lt;/b&gt;|rejected|GroupId: is missing"),
        "{failed}"
    );
    assert!(
        failed.contains("|held|10010|the group does not exist"),
        "{failed}"
    );
    assert!(
        failed.contains("|held|not sent: @TGS#_gone is blocked"),
        "{failed}"
    );
}

#[test]
fn a_run_without_failures_and_one_without_calls_have_a_page_too() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(3));
    let bench = bench.env("TOPIC_IMPORT_RATE", "0");
    assert_eq!(bench.run(&["import", "rows.jsonl"]).status, 0);
    let text = page(&bench);
    assert_eq!(between(&text, "<h1>", "</h1>"), "All 3 topics are there");
    assert_eq!(text.matches("<p>No row failed.</p>").count(), 2);
    assert!(!text.contains("Why rows failed"));
    assert!(text.contains("Quota: none.</p>") && !text.contains("class=\"quota\""));

    let bench = Bench::calling("http://127.0.0.1:9")
        .without_preflight()
        .file("rows.jsonl", named_rows(3));
    assert_eq!(
        bench
            .run(&["import", "rows.jsonl", "--give-up-after", "1s"])
            .status,
        1
    );
    let text = page(&bench);
    assert_eq!(between(&text, "<h1>", "</h1>"), "0 of 3 topics there");
}

/// A run of which so many rows failed, without calls.
pub(crate) fn run_with_bad_rows(rows: usize) -> Bench {
    run_with(&"{}\n".repeat(rows))
}

/// A run of these bad rows and a good one.
fn run_with(bad: &str) -> Bench {
    let emulator = Emulator::builder().start().unwrap();
    let rows = bad.to_owned() + &named_row("good");
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", rows);
    let ran = bench.run(&["import", "rows.jsonl", "--skip-invalid"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    bench
}

#[test]
fn of_very_many_failed_rows_all_are_data_and_the_first_are_shown() {
    let page = page(&run_with_bad_rows(12_345));
    let reasons = words(between(&page, "<table class=\"reasons\">", "</table>"));
    assert!(reasons.contains("|12,345 rows|rejected|"), "{reasons}");
    assert!(reasons.ends_with("|1, 2, 3, and 12,342 more"), "{reasons}");
    let failed = between(&page, "<table class=\"failed\"", "</table>");
    assert_eq!(failed.matches("<b class=\"rejected\">").count(), 200);
    let said = between(&page, "<noscript>", "</noscript>");
    assert!(
        said.contains("Without JavaScript, only the first 200 of 12,345 rows are shown."),
        "{said}"
    );
    assert!(said.contains("<code>topic-import report</code> with <code>--output json</code>"));
    let data = page.split("class=\"failed\" data-rows=\"").skip(1);
    let counts = data.map(|data| data.split('"').next().unwrap().parse::<u64>().unwrap());
    let counts: Vec<u64> = counts.collect();
    assert_eq!((counts.len(), counts.iter().sum()), (13, 12_345));
    for data in page.split("<script type=\"application/json\" ").skip(1) {
        let json: serde_json::Value = serde_json::from_str(between(data, ">", "<")).unwrap();
        assert!(json["rows"].as_array().unwrap().len() <= 1000);
        assert!(json["reasons"].as_array().unwrap().len() <= 1);
    }
}

#[test]
fn of_very_many_reasons_the_most_frequent_are_shown_and_the_rows_of_others_counted() {
    let no_field = |length: usize| named_row("bad").replace("TopicName", &"x".repeat(length));
    let bad: String = (1..=60).map(no_field).collect();
    let page = page(&run_with(&bad));
    let reasons = between(&page, "<table class=\"reasons\">", "</table>");
    assert_eq!(reasons.matches(" data-reason=").count(), 50);
    let (_, after) = page.split_once("<table class=\"reasons\">").unwrap();
    let after = between(after, "</table>", "</section>");
    assert_eq!(
        words(after),
        "10 rows failed for other reasons: they are among the failed rows below."
    );
}

#[test]
fn communities_have_their_topics_folded() {
    let page = page(&failed_run());
    let folded = between(&page, "data-group=\"@TGS#_riverside\"", "</details>");
    assert!(
        words(folded).ends_with("2 topics|good|imported|fine|imported"),
        "{}",
        words(folded)
    );
    assert_eq!(page.matches("<details class=\"topics\"").count(), 2);
}

#[test]
fn a_page_replaces_no_file_and_ends_in_html() {
    let bench = failed_run().file("mine.html", "mine");
    let ran = report(&bench, "mine.html");
    ran.assert(
        1,
        "",
        "topic-import: mine.html exists already and is not replaced: name another file, or remove it\n",
    );
    assert_eq!(fs::read(bench.path("mine.html")).unwrap(), b"mine");
    report(&bench, "page.pdf").assert(
        1,
        "",
        "topic-import: page.pdf: the name of a web page must end in .html\n",
    );
    let ran = bench.run(&[
        "report",
        "rows.jsonl.journal",
        "--html",
        "a.HTML",
        "--failed",
        "a.jsonl",
        "--rows",
        "a.csv",
        "--output",
        "json",
    ]);
    assert_eq!((ran.status, &ran.json()["held"]), (2, &4.into()));
    for name in ["a.HTML", "a.jsonl", "a.csv"] {
        assert!(fs::metadata(bench.path(name)).unwrap().len() > 0, "{name}");
    }
}
