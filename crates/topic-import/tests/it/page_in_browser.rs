//! `report --html`: the page in a real browser, without a head.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::page::{HOSTILE, failed_run, page, run_with_bad_rows};
use crate::support::Bench;

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const LIGHT: &str = "--blink-settings=preferredColorScheme=1";
const DARK: &str = "--blink-settings=preferredColorScheme=0";
/// The reader's time zone, and how much later it is there.
const ZONE: &str = "Asia/Shanghai";
const LATER_HOURS: i64 = 8;
/// A browser starts slowly on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a browser made of a page.
struct Shown {
    document: String,
    /// What scripts and the page's policy complained about.
    complaints: Vec<String>,
}

/// Loads a file in a new browser.
fn browse(directory: &Path, file: &str, setting: &str) -> Shown {
    let profile = tempfile::tempdir().unwrap();
    let [document, log] = ["document", "log"].map(|name| profile.path().join(name));
    let start = |name: &&str| {
        Command::new(name)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--enable-logging=stderr",
                // The page that checks the report looks into it.
                "--allow-file-access-from-files",
                "--window-size=1400,900",
                "--dump-dom",
                setting,
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("file://{}", directory.join(file).display()))
            .env("TZ", ZONE)
            .stdin(Stdio::null())
            .stdout(File::create(&document).unwrap())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .ok()
    };
    let mut browser = NAMES.iter().find_map(start).expect(
        "a browser is needed: apt-get install chromium (`cargo xtask test` does it on Debian, as root)",
    );
    let started = Instant::now();
    let status = loop {
        if let Some(status) = browser.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > PATIENCE {
            browser.kill().unwrap();
            browser.wait().unwrap();
            panic!(
                "no end after {PATIENCE:?}: {}",
                fs::read_to_string(&log).unwrap()
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let log = String::from_utf8_lossy(&fs::read(&log).unwrap()).into_owned();
    assert!(status.success(), "{status}: {log}");
    let complaints = log.lines().filter(|line| line.contains("CONSOLE"));
    Shown {
        document: fs::read_to_string(&document).unwrap(),
        complaints: complaints.map(str::to_owned).collect(),
    }
}

/// Looks at the report in frames of this width, one for each fragment.
fn look(bench: &Bench, width: u32, fragments: &[&str], setting: &str) -> (Vec<Value>, Vec<String>) {
    let frame = |fragment| {
        format!(
            "<iframe src=\"page.html{fragment}\" width=\"{width}\" height=\"800\" style=\"border:0\"></iframe>"
        )
    };
    let frames: Vec<String> = fragments.iter().map(frame).collect();
    let frames = frames.concat();
    let script = include_str!("browser_check.js");
    let check = format!("<!doctype html><meta charset=\"utf-8\"><script>{script}</script>{frames}");
    fs::write(bench.path("check.html"), check).unwrap();
    let shown = browse(bench.path("").as_path(), "check.html", setting);
    let (_, result) = shown.document.rsplit_once("RESULT").expect(&shown.document);
    let (result, _) = result.rsplit_once("TLUSER").unwrap();
    let result = result
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&");
    (
        serde_json::from_str(&result).expect(&result),
        shown.complaints,
    )
}

#[test]
fn the_page_suits_every_screen_and_reader() {
    let bench = failed_run();
    page(&bench);
    for (width, setting) in [(360, LIGHT), (360, DARK), (1200, LIGHT)] {
        let (frames, complaints) = look(&bench, width, &["", "#q=10010"], setting);
        assert!(complaints.is_empty(), "{complaints:?}");
        assert_eq!(frames.len(), 2);
        for frame in frames {
            assert_eq!(frame["overflow"], 0, "{width}: {frame}");
            assert_eq!(frame["is_dark"], setting == DARK, "{frame}");
            for none in ["faint", "nameless", "fetched"] {
                assert_eq!(frame[none], json!([]), "{none} at {width} with {setting}");
            }
            assert_eq!(
                (&frame["unscoped"], &frame["forced_order"]),
                (&json!(0), &json!(0))
            );
            assert_eq!(frame["first_focus"], "Skip to the report");
            assert_eq!(
                frame["landmarks"],
                json!(["HEADER", "NAV", "MAIN", "DIV", "FOOTER"])
            );
        }
    }
}

#[test]
fn failed_rows_are_searched() {
    let bench = failed_run();
    page(&bench);
    let fragments = [
        "",
        "#q=",
        "#q=10010",
        "#q=HELD%20onerror",
        "#q=%3Cscript%3E",
        "#q=nowhere",
        "#q=%",
        "#totals",
    ];
    let (frames, complaints) = look(&bench, 700, &fragments, LIGHT);
    assert!(complaints.is_empty(), "{complaints:?}");
    let [script, image, quote, _] = HOSTILE;
    let all = [
        script,
        image,
        quote,
        "\\u{202e}drow\\u{2066}31m",
        "<b>bad</b>",
    ];
    let expected: [(&str, &[&str]); 8] = [
        ("5 rows", &all),
        ("5 rows", &all),
        ("1 of 5 rows match", &[script]),
        ("1 of 5 rows match", &[image]),
        ("1 of 5 rows match", &[script]),
        ("0 of 5 rows match", &[]),
        ("0 of 5 rows match", &[]),
        ("5 rows", &all),
    ];
    for ((frame, fragment), (found, shown)) in frames.iter().zip(fragments).zip(expected) {
        assert_eq!(
            (&frame["found"], &frame["shown"]),
            (&json!(found), &json!(shown)),
            "{fragment}"
        );
        assert_eq!(frame["search_is_shown"], true);
        // What a hostile name would have changed.
        assert_eq!(frame["title"], "Import report: rows.jsonl.journal");
    }
}

#[test]
fn each_reason_opens_its_rows() {
    let bench = failed_run();
    page(&bench);
    let fragments = ["", "#reason=0", "#reason=2", "#reason=3", "#reason="];
    let (frames, complaints) = look(&bench, 700, &fragments, LIGHT);
    assert!(complaints.is_empty(), "{complaints:?}");
    let [script, image, quote, _] = HOSTILE;
    let blocked = [image, quote, "\\u{202e}drow\\u{2066}31m"];
    let bad = ["<b>bad</b>"];
    let all = [script, blocked[0], blocked[1], blocked[2], bad[0]];
    let only = |rows| {
        json!(format!(
            "Shown are only {rows} that failed alike. Show all failed rows"
        ))
    };
    let expected: [(&str, &[&str], Value); 5] = [
        ("5 rows", &all, Value::Null),
        ("3 of 5 rows match", &blocked, only("3 rows of @TGS#_gone")),
        ("1 of 5 rows match", &bad, only("1 row")),
        ("5 rows", &all, Value::Null),
        ("5 rows", &all, Value::Null),
    ];
    for ((frame, fragment), (found, shown, only)) in frames.iter().zip(fragments).zip(expected) {
        assert_eq!(
            (&frame["found"], &frame["shown"], &frame["only_one"]),
            (&json!(found), &json!(shown), &only),
            "{fragment}"
        );
        assert_eq!(
            frame["reasons"],
            json!([
                ["3 rows of @TGS#_gone", "#reason=0"],
                ["1 row of @TGS#_gone", "#reason=1"],
                ["1 row", "#reason=2"]
            ])
        );
        assert_eq!(
            frame["first_reason"],
            json!(["3 of 5 rows match", "Show all failed rows"])
        );
        assert_eq!(frame["all_again"], json!(["5 rows", null]), "{fragment}");
    }
}

#[test]
fn no_other_script_works_on_the_page() {
    let bench = failed_run();
    let foreign = "<script>document.title = 'changed'</script></main>";
    let text = page(&bench).replacen("</main>", foreign, 1);
    fs::write(bench.path("page.html"), text).unwrap();
    let (frames, complaints) = look(&bench, 700, &[""], LIGHT);
    assert_eq!(frames[0]["title"], "Import report: rows.jsonl.journal");
    assert!(
        complaints
            .iter()
            .any(|line| line.contains("Content Security Policy")),
        "{complaints:?}"
    );
}

#[test]
fn rows_are_shown_a_page_at_a_time() {
    let bench = run_with_bad_rows(2_345);
    page(&bench);
    let (frames, complaints) = look(&bench, 700, &["", "#q=rejected", "#q=1234"], LIGHT);
    assert!(complaints.is_empty(), "{complaints:?}");
    for (frame, found) in frames
        .iter()
        .zip(["2,345 rows", "2,345 of 2,345 rows match"])
    {
        assert_eq!(frame["found"], found);
        let pages = frame["pages"].as_array().unwrap();
        assert_eq!(pages.len(), 13);
        assert_eq!(pages[0], json!([1, 200, 200]));
        assert_eq!(pages[5], json!([1001, 1200, 200]));
        assert_eq!(pages[11], json!([2201, 2345, 145]));
        assert_eq!(pages[12], json!([201, 400, 200]));
    }
    assert_eq!(frames[2]["found"], "1 of 2,345 rows match");
    assert_eq!(frames[2]["pages"], json!([]));
}

#[test]
fn the_script_shows_rows_as_they_are_without_it() {
    let bench = failed_run();
    page(&bench);
    // An empty search shows all rows anew.
    let (frames, _) = look(&bench, 700, &["", "#q="], LIGHT);
    let written = frames[0]["rows_as_html"].as_str().unwrap();
    assert!(
        written.contains("<bdi>&lt;b&gt;bad&lt;/b&gt;</bdi>"),
        "{written}"
    );
    assert_eq!(frames[1]["rows_as_html"], written);
    let [script, image, quote, _] = HOSTILE;
    let gone = [script, image, quote, "\\u{202e}drow\\u{2066}31m"];
    assert_eq!(
        frames[0]["topics"],
        json!([
            gone.map(|name| format!("{name} held")),
            ["good imported", "fine imported"]
        ])
    );
}

#[test]
fn rows_of_several_files_are_shown_and_searched_with_their_file() {
    let row = |name: &str| format!("{{\"TopicName\":\"{name}\"}}\n");
    let bench = Bench::new()
        .file("a<b>.jsonl", row("one") + &row("two"))
        .file("c.jsonl", row("three"));
    let import = [
        "import",
        "a<b>.jsonl",
        "c.jsonl",
        "--journal",
        "rows.jsonl.journal",
    ];
    let ran = bench.run(&[&import[..], &["--emulator", "--skip-invalid"]].concat());
    assert_eq!(ran.status, 2, "{ran:?}");
    page(&bench);
    let (frames, complaints) = look(&bench, 700, &["", "#q=", "#q=b%3E.jsonl"], LIGHT);
    assert!(complaints.is_empty(), "{complaints:?}");
    let written = frames[0]["rows_as_html"].as_str().unwrap();
    assert!(
        written.contains("<small>in <bdi>a&lt;b&gt;.jsonl</bdi></small>"),
        "{written}"
    );
    assert_eq!(frames[1]["rows_as_html"], written);
    assert_eq!(frames[2]["shown"], json!(["one", "two"]));
}

#[test]
fn times_are_those_of_the_reader_as_well() {
    let bench = failed_run();
    page(&bench);
    let (frames, _) = look(&bench, 700, &[""], LIGHT);
    let times = frames[0]["times"].as_array().unwrap();
    assert_eq!(times.len(), 2);
    for time in times {
        let time = time.as_str().unwrap();
        let (utc, own) = time.split_once(" UTC (").expect(time);
        let own = own.strip_suffix(" GMT+8)").expect(time);
        let [utc, own]: [jiff::civil::DateTime; 2] =
            [utc, own].map(|time| time.parse().expect(time));
        assert_eq!(
            own,
            utc.saturating_add(jiff::Span::new().hours(LATER_HOURS)),
            "{time}"
        );
    }
}
