//! `sources`: which chat systems' exports can be read, and the programs that read them.

use serde::Serialize;
use topic_import_bulk::input::Export;

use crate::cli::print::Output;
use crate::cli::sources::SourcesArguments;
use crate::exit::{CannotStart, Exit};
use crate::show::out;
use crate::show::text;

pub(crate) fn run(arguments: &SourcesArguments) -> Result<Exit, CannotStart> {
    let sources: Vec<Source> = match &arguments.name {
        Some(name) => vec![Source::named(name)?],
        None => Export::all().map(|export| Source::new(&export)).collect(),
    };
    match (arguments.print.output, &arguments.name) {
        (Output::Json, _) => out::json(&sources)?,
        (Output::Text, Some(_)) => {
            for source in &sources {
                source.program.lines().try_for_each(out::line)?;
            }
        }
        (Output::Text, None) => {
            for source in &sources {
                out::line(&source.name)?;
                out::line(&format!("    reads       {}", source.reads))?;
                out::line(&format!("    leaves out  {}", source.leaves_out))?;
            }
        }
    }
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Source {
    name: String,
    reads: String,
    leaves_out: String,
    program: String,
}

impl Source {
    fn new(export: &Export) -> Self {
        Self {
            name: export.name().to_owned(),
            reads: export.reads().to_owned(),
            leaves_out: export.leaves_out().to_owned(),
            program: export.program().to_owned(),
        }
    }

    fn named(name: &str) -> Result<Self, CannotStart> {
        Export::named(name)
            .map(|export| Self::new(&export))
            .ok_or_else(|| {
                let names: Vec<String> = Export::all()
                    .map(|export| export.name().to_owned())
                    .collect();
                CannotStart::new(format!(
                    "no source is called {}: there are {}",
                    text::one_line(format_args!("{name:?}")),
                    names.join(", ")
                ))
            })
    }
}
