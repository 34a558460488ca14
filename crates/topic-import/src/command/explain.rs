//! `explain`: what an error code means, what follows from it, what to do about it, and which document says so.

use serde::Serialize;
use topic_import_core::{CODES, Code, CodeEntry, Escalation, Recovery, Scope, Verdict};

use crate::cli::explain::ExplainArguments;
use crate::cli::print::Output;
use crate::exit::{CannotStart, Exit};
use crate::show::explanation::Explanation;
use crate::show::out;

pub(crate) fn run(arguments: &ExplainArguments) -> Result<Exit, CannotStart> {
    match (arguments.code.map(Code::new), arguments.print.output) {
        (Some(Code::OK), Output::Text) => out::line("0 is not an error: the call succeeded")?,
        (Some(code), Output::Json) => out::json(&CodeExplained::of(code))?,
        (Some(code), Output::Text) => print(&CodeExplained::of(code))?,
        (None, Output::Json) => out::json(&all())?,
        (None, Output::Text) => {
            for entry in CODES {
                out::line(&format!("{:<6} {}", entry.code, entry.meaning))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn all() -> Vec<CodeExplained> {
    CODES
        .iter()
        .map(|entry| CodeExplained::of(entry.code))
        .collect()
}

#[derive(Serialize)]
struct CodeExplained {
    code: i64,
    known: bool,
    meaning: String,
    /// What is known of the codes around an unknown one.
    range: Option<String>,
    executed: &'static str,
    affects: &'static str,
    /// When it affects more than what `affects` says.
    escalation: Option<String>,
    handling: String,
    remedy: Option<&'static str>,
    source: Option<&'static str>,
}

impl CodeExplained {
    fn of(code: Code) -> Self {
        if code == Code::OK {
            return Self::of_success();
        }
        let Explanation { what, remedy, .. } = Explanation::of_code(code);
        let entry = code.entry();
        let verdict = code.verdict();
        Self {
            code: code.get(),
            known: entry.is_some(),
            meaning: what,
            range: entry.is_none().then(|| range(code)),
            executed: if verdict.maybe_executed {
                "maybe"
            } else {
                "no"
            },
            affects: affected(verdict.scope),
            escalation: escalation(code),
            handling: handling(verdict),
            remedy,
            source: entry.map(|entry| entry.source.as_str()),
        }
    }

    fn of_success() -> Self {
        Self {
            code: Code::OK.get(),
            known: true,
            meaning: Code::OK.meaning().to_owned(),
            range: None,
            executed: "yes",
            affects: affected(Scope::Nothing),
            escalation: None,
            handling: "the call is over".into(),
            remedy: Some("nothing"),
            source: None,
        }
    }
}

/// What the documents say of the range in which an unknown code lies, and what the known codes near it mean.
fn range(code: Code) -> String {
    if code.is_public() {
        return "60000 to 79999, which all calls share: about the URL, the app or an account, and hardly about the row"
            .into();
    }
    let neighbours: Vec<String> = neighbours(code)
        .map(|entry| format!("{} ({})", entry.code, entry.meaning))
        .collect();
    match &*neighbours {
        [] => "not in any documented range".into(),
        _ => format!(
            "not in any documented range; known nearby: {}",
            neighbours.join(", ")
        ),
    }
}

/// The known codes next to an unknown one, among those that begin with the same digits.
fn neighbours(code: Code) -> impl Iterator<Item = &'static CodeEntry> {
    const ALIKE: i64 = 10_000;
    let place = CODES.partition_point(|entry| entry.code < code);
    let around = [place.checked_sub(1), Some(place)];
    around
        .into_iter()
        .flatten()
        .filter_map(|place| CODES.get(place))
        .filter(move |entry| entry.code.get().div_euclid(ALIKE) == code.get().div_euclid(ALIKE))
}

fn affected(scope: Scope) -> &'static str {
    match scope {
        Scope::Nothing => "nothing",
        Scope::Group => "every row of the group",
        Scope::All => "the whole run",
        Scope::Row => "the row",
    }
}

fn escalation(code: Code) -> Option<String> {
    let verdict = code.verdict();
    let run = affected(Scope::All);
    Some(match code.escalation() {
        Escalation::SecondGroup => {
            format!("{run} once a second group meets it, with no topic imported in between")
        }
        Escalation::EveryGroup => {
            format!("{run} once every group that was tried met it, and there were two or more")
        }
        Escalation::RowsInTurn(rows) => {
            format!("{run} once {rows} rows in turn met it, with no topic imported in between")
        }
        Escalation::Never if verdict.final_scope() != verdict.scope => {
            format!("{run} where that does not help")
        }
        Escalation::Never => return None,
    })
}

fn handling(verdict: Verdict) -> String {
    match (verdict.recovery, verdict.maybe_executed) {
        (Recovery::Retry, false) => "the call is repeated".into(),
        (Recovery::Retry, true) => {
            "the call is repeated if it has a TopicId; without one, nobody knows whether the topic is there"
                .into()
        }
        (Recovery::RetryAtMost(1), _) => "the call is repeated once".into(),
        (Recovery::RetryAtMost(times), _) => format!("the call is repeated {times} times at most"),
        (Recovery::SlowDown, _) => "calls slow down, and the call is repeated".into(),
        (Recovery::RenewSignature, _) => {
            "a new UserSig is signed, where there is a key, and the call is repeated once".into()
        }
        (Recovery::ReadBack, _) => {
            "the topic is read back and compared: equal is a success, different a conflict".into()
        }
        _ => "the call is not repeated".into(),
    }
}

fn print(explanation: &CodeExplained) -> Result<(), CannotStart> {
    let code = explanation.code.to_string();
    let affects = match &explanation.escalation {
        Some(more) => format!("{}; {more}", explanation.affects),
        None => explanation.affects.to_owned(),
    };
    for (name, text) in [
        ("code", Some(&*code)),
        ("meaning", Some(&*explanation.meaning)),
        ("range", explanation.range.as_deref()),
        ("executed", Some(explanation.executed)),
        ("affects", Some(&*affects)),
        ("handling", Some(&*explanation.handling)),
        ("what to do", explanation.remedy),
        ("source", explanation.source),
    ] {
        if let Some(text) = text {
            out::line(&format!("{name:<11} {text}"))?;
        }
    }
    Ok(())
}
