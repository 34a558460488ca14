//! `cargo xtask VERB`: what developers run. Without a verb, it lists them.

mod bench;
mod browser;
mod check;
mod command;
mod drill;
mod examples;
mod explain;
mod explore;
mod no_std;
mod package;
mod pictures;
mod postgres;
mod public_api;
mod simulate;
mod trees;

use std::process::ExitCode;

use crate::check::{Check, Problem};

const VERBS: &[Verb] = &[
    Verb {
        name: "test",
        does: "run all tests, documentation included (needs chromium, postgresql and pgbouncer; installs them on Debian as root)",
        run: check::test,
    },
    Verb {
        name: "fmt",
        does: "check the formatting",
        run: check::fmt,
    },
    Verb {
        name: "clippy",
        does: "lint everything; warnings are errors",
        run: check::clippy,
    },
    Verb {
        name: "doc",
        does: "build the documentation; warnings are errors",
        run: check::doc,
    },
    Verb {
        name: "deny",
        does: "check licences, sources and duplicates of dependencies (needs cargo-deny)",
        run: check::deny,
    },
    Verb {
        name: "no-std",
        does: "prove that the core compiles without std",
        run: no_std::check,
    },
    Verb {
        name: "trees",
        does: "check that the core depends on nothing that does I/O, the blocking client on no runtime",
        run: trees::check,
    },
    Verb {
        name: "public-api",
        does: "check that the public API of core and bulk is the one written down (--bless writes it down)",
        run: public_api::check,
    },
    Verb {
        name: "examples",
        does: "run every example against the emulator",
        run: examples::run,
    },
    Verb {
        name: "bench-smoke",
        does: "run every measurement of bench once, in short",
        run: bench::smoke,
    },
];

/// What `ci` leaves out: it takes minutes, and the tests and checks do the same in short.
const LONG: &[Verb] = &[
    Verb {
        name: "drill",
        does: "kill, starve and interrupt the program, 3,000 topics each time, and print the figures",
        run: drill::run,
    },
    Verb {
        name: "explore",
        does: "play every sequence of events in the life of a call, three deep and four (minutes)",
        run: explore::run,
    },
    Verb {
        name: "explain",
        does: "explain every statement on a run of 10,000,000 rows, and write the table in docs/journal.md (15 GB of disk)",
        run: explain::run,
    },
    Verb {
        name: "simulate",
        does: "let 64 processes share a quota in virtual time, and print what they make of it (minutes)",
        run: simulate::run,
    },
    Verb {
        name: "bench",
        does: "measure against the bare libraries: bench [NAME …] [--rounds N] (on Linux; 20 minutes)",
        run: bench::run,
    },
    Verb {
        name: "pictures",
        does: "make the pictures of the documents (needs chromium, tmux and poppler-utils; a minute)",
        run: pictures::make,
    },
];

/// What can be asked for by name. `ci` is all of [`VERBS`].
struct Verb {
    name: &'static str,
    does: &'static str,
    run: Check,
}

fn main() -> ExitCode {
    let asked_for = std::env::args().nth(1);
    match asked_for.as_deref() {
        Some("ci") => run_all(),
        Some(name) => match all_verbs().find(|verb| verb.name == name) {
            Some(verb) => report(&[(verb.name, (verb.run)())]),
            None => usage(),
        },
        None => usage(),
    }
}

fn all_verbs() -> impl Iterator<Item = &'static Verb> {
    VERBS.iter().chain(LONG)
}

fn usage() -> ExitCode {
    eprintln!("cargo xtask VERB, where VERB is one of");
    for Verb { name, does, .. } in all_verbs() {
        eprintln!("  {name:<11} {does}");
    }
    eprintln!(
        "  {:<11} run every check, but not what takes long, and report every failure",
        "ci"
    );
    ExitCode::FAILURE
}

fn run_all() -> ExitCode {
    let results: Vec<_> = VERBS
        .iter()
        .map(|verb| {
            eprintln!("== {}", verb.name);
            (verb.name, (verb.run)())
        })
        .collect();
    report(&results)
}

fn report(results: &[(&str, Result<(), Problem>)]) -> ExitCode {
    let failures = results
        .iter()
        .filter_map(|(name, result)| Some((name, result.as_ref().err()?)));
    let mut exit = ExitCode::SUCCESS;
    for (name, problem) in failures {
        eprintln!("xtask {name}: {problem}");
        exit = ExitCode::FAILURE;
    }
    exit
}
