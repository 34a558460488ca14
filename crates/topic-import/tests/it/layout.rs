//! What the parts of the program may know of each other.

use std::fs;
use std::path::{Path, PathBuf};

/// The program's files below a folder, with their content.
fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src")
            .join(folder),
    ];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let content = fs::read_to_string(&path).unwrap();
                files.push((path, content));
            }
        }
    }
    assert!(!files.is_empty());
    files
}

#[test]
fn what_can_be_written_depends_on_nothing_else_of_the_program() {
    for (path, content) in files("cli") {
        assert!(!content.contains("crate::"), "{path:?}");
    }
}

#[test]
fn only_main_and_commands_know_commands() {
    for folder in ["cli", "open", "probe", "show"] {
        for (path, content) in files(folder) {
            assert!(!content.contains("command::"), "{path:?}");
        }
    }
}

#[test]
fn only_main_ends_the_process() {
    for (path, content) in files("") {
        assert!(!content.contains("process::exit"), "{path:?}");
        assert!(!content.contains("process::abort"), "{path:?}");
    }
}
