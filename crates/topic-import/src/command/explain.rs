//! `explain`: what an error code means and what to do about it.

use serde::Serialize;
use topic_import_core::{CODES, Code, Executed, Helps, Spoils};

use crate::arguments::{ExplainArguments, Output};
use crate::exit::{CannotStart, Exit};
use crate::output;

pub(crate) fn run(arguments: &ExplainArguments) -> Result<Exit, CannotStart> {
    match (arguments.code.map(Code::new), arguments.print.output) {
        (Some(Code::OK), Output::Text) => output::line("0 is no error: the call succeeded")?,
        (Some(code), Output::Json) => output::json(&Explanation::of(code))?,
        (Some(code), Output::Text) => print(&Explanation::of(code))?,
        (None, Output::Json) => output::json(&all())?,
        (None, Output::Text) => {
            for entry in CODES {
                output::line(&format!("{:<6} {}", entry.code, entry.meaning))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn all() -> Vec<Explanation> {
    CODES
        .iter()
        .map(|entry| Explanation::of(entry.code))
        .collect()
}

#[derive(Serialize)]
struct Explanation {
    code: i64,
    known: bool,
    meaning: &'static str,
    executed: &'static str,
    spoils: &'static str,
    handling: String,
    remedy: &'static str,
}

impl Explanation {
    fn of(code: Code) -> Self {
        let verdict = code.verdict();
        Self {
            code: code.get(),
            known: code.entry().is_some(),
            meaning: code.meaning(),
            executed: match verdict.executed {
                Executed::No => "no",
                _ => "maybe",
            },
            spoils: match verdict.spoils {
                Spoils::Nothing => "nothing",
                Spoils::Group => "every row of the group",
                Spoils::Run => "the whole run",
                _ => "the row",
            },
            handling: handling(verdict.helps),
            remedy: code.remedy(),
        }
    }
}

fn handling(helps: Helps) -> String {
    match helps {
        Helps::Retry => {
            "the call is repeated; where it may have been executed, only with a TopicId".into()
        }
        Helps::RetryAtMost(1) => "the call is repeated once".into(),
        Helps::RetryAtMost(times) => format!("the call is repeated {times} times at most"),
        Helps::SlowDown => "calls slow down, and the call is repeated".into(),
        Helps::SignAnew => {
            "a new UserSig is signed, where there is a key, and the call is repeated".into()
        }
        Helps::ReadBack => {
            "the topic is read back and compared: equal is a success, different a conflict".into()
        }
        _ => "the call is not repeated".into(),
    }
}

fn print(explanation: &Explanation) -> Result<(), CannotStart> {
    for (name, text) in [
        ("code", explanation.code.to_string().as_str()),
        ("meaning", explanation.meaning),
        ("executed", explanation.executed),
        ("spoils", explanation.spoils),
        ("handling", &explanation.handling),
        ("what to do", explanation.remedy),
    ] {
        output::line(&format!("{name:<11} {text}"))?;
    }
    Ok(())
}
