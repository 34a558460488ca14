//! The inputs that were found so far: nothing that once did not hold does so again.

use std::fs;
use std::panic;
use std::path::Path;

use topic_import_fuzz::TARGETS;

/// So much there may be altogether, for a repository to carry.
const MOST_BYTES: u64 = 200 * 1024;

fn corpus() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))
}

#[test]
fn whatever_was_found_holds() {
    let (mut bytes, mut broken) = (0, Vec::new());
    for target in TARGETS {
        let folder = corpus().join(target.name);
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        for file in files {
            let path = file.unwrap().path();
            let input = fs::read(&path).unwrap();
            bytes += input.len() as u64;
            if panic::catch_unwind(|| (target.run)(&input)).is_err() {
                broken.push(path);
            }
        }
        (target.run)(b"");
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(bytes > 0 && bytes <= MOST_BYTES, "{bytes}");
}

#[test]
fn every_folder_is_of_a_target() {
    for folder in fs::read_dir(corpus()).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(TARGETS.iter().any(|target| target.name == name), "{name}");
    }
}
