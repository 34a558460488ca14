//! What can be said without a clock: how often memory is allocated.

use std::process::Command;

#[test]
fn the_core_allocates_no_more_than_code_by_hand() {
    let output = Command::new(env!("CARGO_BIN_EXE_allocations"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let counts: Vec<(&str, u64, u64)> = text.lines().map(counts).collect();
    let names: Vec<&str> = counts.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, ["request", "answer"]);
    for (name, ours, by_hand) in counts {
        assert!(ours <= by_hand, "{name}: {ours}, {by_hand} by hand");
    }
}

fn counts(line: &str) -> (&str, u64, u64) {
    let words: Vec<&str> = line.split(' ').collect();
    let [name, ours, by_hand] = words[..] else {
        panic!("{line}");
    };
    let number = |text: &str| text.parse().expect("a number");
    (name, number(ours), number(by_hand))
}
