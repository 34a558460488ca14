//! `man`: the pages.

use std::fs;

use crate::support::Bench;

#[test]
fn there_is_a_page_for_the_program_and_for_each_command() {
    let bench = Bench::new();
    // The second time replaces what the first one wrote.
    for _ in 0..2 {
        bench.run(&["man", "share/man1"]).assert(0, "", "");
    }
    let commands = bench.run(&["--help"]).stdout;
    let commands = commands.split_once("Commands:\n").unwrap().1;
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let mut pages = 0;
    for line in commands.filter(|line| !line.starts_with("   ")) {
        let command = line.split_whitespace().next().unwrap();
        if command != "help" {
            let page = bench.path(&format!("share/man1/topic-import-{command}.1"));
            let page = fs::read_to_string(page).unwrap();
            assert!(page.contains(".SH SYNOPSIS"), "{command}");
            let (_, examples) = page.split_once(".SH EXAMPLES\n.nf\n").unwrap();
            let first = examples.lines().next().unwrap().replace('\\', "");
            assert!(
                first.starts_with(&format!("topic-import {command} ")),
                "{page}"
            );
            assert!(!page.contains(".SH EXTRA"), "{command}");
            pages += 1;
        }
    }
    assert_eq!(pages, 14);
    let page = fs::read_to_string(bench.path("share/man1/topic-import.1")).unwrap();
    assert!(page.contains("topic\\-import\\-verify(1)"), "{page}");
    assert!(page.starts_with(".TH topic-import 1 "), "{page}");
    let page = fs::read_to_string(bench.path("share/man1/topic-import-import.1")).unwrap();
    assert!(page.contains("TOPIC_IMPORT_REGION"), "{page}");
    assert!(
        page.contains("\n.TP\nTOPIC_IMPORT_SDK_APP_ID\n\\-\\-sdk\\-app\\-id\n"),
        "{page}"
    );
    assert!(
        page.contains(".SH \"EXIT STATUS\"\n.TP\n0\nevery topic is there; with \\-\\-limit, every one of the first N rows\n"),
        "{page}"
    );
    assert!(!page.contains("Refused"), "{page}");
}

#[test]
fn a_directory_that_cannot_be_made_is_said() {
    let bench = Bench::new().file("taken", "");
    let ran = bench.run(&["man", "taken"]);
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    assert!(
        ran.stderr
            .starts_with("topic-import: cannot write to taken: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_file_that_is_no_page_of_this_program_is_not_replaced() {
    let bench = Bench::new();
    bench.run(&["man", "pages"]).assert(0, "", "");
    let bench = bench.file("pages/topic-import-verify.1", "notes");
    let ran = bench.run(&["man", "pages"]);
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    let there = "topic-import: pages/topic-import-verify.1 exists already and is not replaced: ";
    assert!(ran.stderr.starts_with(there), "{}", ran.stderr);
    let page = fs::read_to_string(bench.path("pages/topic-import-verify.1")).unwrap();
    assert_eq!(page, "notes");
}
