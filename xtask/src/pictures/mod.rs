//! `cargo xtask pictures`: the pictures of the documents. Those of how it works are drawn; those of the report's page and of
//! the live view are taken from a run against the emulator. What the first import prints is written down as well.

mod drawing;
mod how_it_works;
mod page;
mod run;
mod terminal;

use std::fs;

use crate::browser;
use crate::command::{cargo, workspace};
use crate::debian::{self, Need, is_on_path};
use crate::problem::Problem;

pub(crate) fn make() -> Result<(), Problem> {
    let need = |package, program, what| Need {
        package,
        is_there: is_on_path(&[program]),
        what,
    };
    debian::ensure([
        browser::need(),
        need("tmux", "tmux", "the live view is shown in a terminal"),
        need(
            "poppler-utils",
            "pdftoppm",
            "the printed page becomes a picture",
        ),
    ])?;
    let pictures = workspace().join("docs/pictures");
    let say = |error: std::io::Error| format!("{}: {error}", pictures.display());
    fs::create_dir_all(&pictures).map_err(say)?;
    for (name, drawing) in how_it_works::drawings() {
        fs::write(pictures.join(name), drawing).map_err(say)?;
    }
    let run = run::run()?;
    fs::write(
        pictures.join("live-view.svg"),
        terminal::drawing(&run.live_view),
    )
    .map_err(say)?;
    page::pictures(run.directory(), &pictures)?;
    first_import()
}

/// The test that compares the document with what is printed knows how to write it.
fn first_import() -> Result<(), Problem> {
    let test = [
        "test",
        "--quiet",
        "--package",
        "topic-import",
        "--test",
        "it",
        "first_import",
    ];
    cargo(&test)
        .env("TOPIC_IMPORT_WRITE_DOCUMENT", "1")
        .output()
        .map(drop)
}
