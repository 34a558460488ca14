//! Measures this project's crates against the bare libraries and prints one table. `cargo xtask bench` builds what it
//! needs and runs it; `docs/benchmarks.md` says what the lines mean.

#![allow(
    clippy::cast_precision_loss,
    reason = "what is counted here is far below 2^52"
)]

mod clock;
mod comparison;
mod effort;
mod line;
mod peer;
mod process;
mod server;
mod table;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::effort::Effort;
use crate::line::LINES;
use crate::server::Kind;

type Failure = Box<dyn Error + Send + Sync>;
type Outcome<T> = Result<T, Failure>;

/// Measures against the bare libraries
#[derive(Parser)]
struct Arguments {
    /// Only these lines
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// How often each pair is measured
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// Rows of the large run (size, size-postgres)
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// How long the program runs at each latency (latency)
    #[arg(long, default_value_t = 5)]
    minutes: u64,
    /// One short round: shows that everything runs, the figures mean nothing
    #[arg(long)]
    smoke: bool,
    /// The program `topic-import`; without it, its lines are left out
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until standard input ends; says where
    #[command(hide = true)]
    Serve { kind: Kind },
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let arguments = Arguments::parse();
    if let Some(Command::Serve { kind }) = arguments.command {
        return server::serve(kind);
    }
    let known: Vec<&str> = LINES.iter().map(|line| line.name).collect();
    if let Some(unknown) = arguments
        .names
        .iter()
        .find(|name| !known.contains(&&***name))
    {
        return Err(format!(
            "no line is called {unknown}; there are {}",
            known.join(", ")
        )
        .into());
    }
    let effort = Effort {
        rounds: if arguments.smoke {
            1
        } else {
            arguments.rounds.max(1)
        },
        is_smoke: arguments.smoke,
        large: arguments.rows,
        minutes: arguments.minutes,
        program: arguments.program,
    };
    let is_wanted = |name: &str| {
        arguments.names.is_empty() || arguments.names.iter().any(|wanted| wanted == name)
    };
    if effort.is_smoke {
        eprintln!("everything is run once and in short: the figures mean nothing");
    }
    print!("{}", table::HEAD);
    for line in LINES.iter().filter(|line| is_wanted(line.name)) {
        eprintln!("measuring {} …", line.name);
        for row in (line.measure)(&effort)? {
            println!("{row}");
        }
    }
    Ok(())
}
