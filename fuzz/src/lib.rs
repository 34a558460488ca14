//! What must hold of any input, whoever wrote it: one function for each thing that topic-import reads, which panics where
//! something does not hold.
//!
//! `cargo test` runs them on the inputs in `corpus`, and `cargo xtask fuzz` searches for further ones.

#![allow(
    clippy::unwrap_used,
    reason = "these are tests: a panic is how they fail"
)]

mod answers;
mod choices;
mod documents;
mod fault_plans;
mod groups;
mod journals;
mod loads;
mod rows;
mod settings;
mod sound;
mod sources;
mod spreadsheets;
mod tables;
mod user_sig;

/// Something that is read.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Target {
    /// Its name in arguments, and that of its folder in `corpus`.
    pub name: &'static str,
    /// Reads an input. The first bytes of most inputs choose how it is read.
    pub run: fn(&[u8]),
}

/// All of them, in the order in which they are fuzzed.
pub const TARGETS: &[Target] = &[
    Target {
        name: "answers",
        run: answers::run,
    },
    Target {
        name: "user-sig",
        run: user_sig::run,
    },
    Target {
        name: "rows",
        run: rows::run,
    },
    Target {
        name: "tables",
        run: tables::run,
    },
    Target {
        name: "spreadsheets",
        run: spreadsheets::run,
    },
    Target {
        name: "documents",
        run: documents::run,
    },
    Target {
        name: "sources",
        run: sources::run,
    },
    Target {
        name: "groups",
        run: groups::run,
    },
    Target {
        name: "settings",
        run: settings::run,
    },
    Target {
        name: "fault-plans",
        run: fault_plans::run,
    },
    Target {
        name: "loads",
        run: loads::run,
    },
    Target {
        name: "journals",
        run: journals::run,
    },
];

impl Target {
    /// The one of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }
}
