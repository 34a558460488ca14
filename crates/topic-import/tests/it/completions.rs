//! `completions`: what a shell offers.

use crate::support::Bench;

#[test]
fn every_shell_gets_its_script() {
    for (shell, part) in [
        ("bash", "complete -F _topic"),
        ("zsh", "#compdef topic-import"),
        ("fish", "complete -c topic-import"),
        (
            "powershell",
            "Register-ArgumentCompleter -Native -CommandName 'topic-import'",
        ),
        ("elvish", "set edit:completion:arg-completer[topic-import]"),
    ] {
        let ran = Bench::new().run(&["completions", shell]);
        assert_eq!((ran.status, &*ran.stderr), (0, ""), "{shell}");
        for part in [part, "secret-key-file", "silicon-valley"] {
            assert!(ran.stdout.contains(part), "{shell}: {part}");
        }
        // What is refused is not offered.
        for refused in ["secret-key", "user-sig"] {
            let mut found = ran.stdout.match_indices(refused);
            assert!(
                found.all(|(at, _)| ran.stdout[at + refused.len()..].starts_with("-file")),
                "{shell}: {refused}"
            );
        }
    }
}

#[test]
fn another_shell_is_refused_with_those_that_there_are() {
    let ran = Bench::new().run(&["completions", "tcsh"]);
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    assert!(
        ran.stderr
            .contains("[possible values: bash, elvish, fish, powershell, zsh]"),
        "{}",
        ran.stderr
    );
}
