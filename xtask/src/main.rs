//! `cargo xtask VERB`: what developers run. Without a verb, it lists them.

mod bench;
mod browser;
mod check;
mod command;
mod debian;
mod drill;
mod examples;
mod explain;
mod explore;
mod features;
mod fuzz;
mod msrv;
mod no_std;
mod package;
mod packed;
mod pictures;
mod postgres;
mod problem;
mod public_api;
mod published;
mod semver;
mod simulate;
mod toolchain;
mod trees;

use std::process::ExitCode;
use std::time::Instant;

use crate::problem::Problem;

type Check = fn() -> Result<(), Problem>;

/// What `ci` runs, in parts that can each be run alone: `cargo xtask ci lints`.
const PARTS: &[Part] = &[
    Part {
        name: "lints",
        verbs: &[
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
                name: "features",
                does: "lint each crate without its features, and with each one alone",
                run: features::check,
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
        ],
    },
    Part {
        name: "tests",
        verbs: &[Verb {
            name: "test",
            does: "run all tests, documentation included (needs chromium, postgresql and pgbouncer; installs them on Debian as root)",
            run: check::test,
        }],
    },
    Part {
        name: "api",
        verbs: &[
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
                does: "check that the public API of each crate is the one written down, without types of others (--bless writes it down)",
                run: public_api::check,
            },
        ],
    },
    Part {
        name: "runs",
        verbs: &[
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
        ],
    },
];

/// What `ci` leaves out: it takes many minutes. The tests and checks do the same in short, or only a release needs it.
const LONG: &[Verb] = &[
    Verb {
        name: "package",
        does: "pack the crates, and test and use each of them from its archive, outside of the workspace",
        run: package::check,
    },
    Verb {
        name: "msrv",
        does: "compile each crate with the oldest Rust that it promises to work with (installs it on Debian as root, or with rustup)",
        run: msrv::check,
    },
    Verb {
        name: "semver",
        does: "check that the API breaks nothing that the last tag has (needs cargo-semver-checks)",
        run: semver::check,
    },
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
        name: "fuzz",
        does: "search for inputs that break something: fuzz [TARGET …] [--minutes N] [--keep] (6 minutes each; needs g++)",
        run: fuzz::run,
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
        does: "make the pictures of the documents, and docs/first-import.md (needs chromium, tmux and poppler-utils; a minute)",
        run: pictures::make,
    },
];

/// Checks that are run together.
struct Part {
    name: &'static str,
    verbs: &'static [Verb],
}

/// What can be asked for by name.
struct Verb {
    name: &'static str,
    does: &'static str,
    run: Check,
}

fn main() -> ExitCode {
    let asked_for: Vec<String> = std::env::args().skip(1).collect();
    let asked_for: Vec<&str> = asked_for.iter().map(String::as_str).collect();
    match asked_for[..] {
        ["ci"] => run_all(PARTS),
        ["ci", name] => match PARTS.iter().position(|part| part.name == name) {
            Some(place) => run_all(&PARTS[place..=place]),
            None => usage(),
        },
        [name, ..] => match all_verbs().find(|verb| verb.name == name) {
            Some(verb) => report(&[(verb.name, (verb.run)())]),
            None => usage(),
        },
        [] => usage(),
    }
}

fn all_verbs() -> impl Iterator<Item = &'static Verb> {
    PARTS.iter().flat_map(|part| part.verbs).chain(LONG)
}

fn usage() -> ExitCode {
    eprintln!("cargo xtask VERB, where VERB is one of");
    for Verb { name, does, .. } in all_verbs() {
        eprintln!("  {name:<11} {does}");
    }
    let parts: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
    eprintln!(
        "  {:<11} run every check, but not what takes long, and report every failure; ci PART runs a part: {}",
        "ci",
        parts.join(", ")
    );
    ExitCode::FAILURE
}

fn run_all(parts: &[Part]) -> ExitCode {
    let verbs = parts.iter().flat_map(|part| part.verbs);
    let results: Vec<_> = verbs
        .map(|verb| {
            eprintln!("== {}", verb.name);
            let begun = Instant::now();
            let result = (verb.run)();
            eprintln!("   {} took {} s", verb.name, begun.elapsed().as_secs());
            (verb.name, result)
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
