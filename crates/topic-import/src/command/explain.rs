//! `explain`: what an error code means, how it is handled, what to do about it, and which document says so.

use serde::Serialize;
use topic_import_core::{
    CODES, CODES_BY_COMMAND, Code, CodeEntry, Escalation, Recovery, Scope, Verdict,
};

use crate::cli::explain::ExplainArguments;
use crate::cli::print::Output;
use crate::exit::{CannotStart, Exit};
use crate::show::explanation;
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
    meaning: &'static str,
    /// For an unknown code: what is known about its range.
    range: Option<String>,
    #[serde(flatten)]
    consequences: Consequences,
    remedy: &'static str,
    source: Option<&'static str>,
    /// The commands for which the code has a meaning of its own.
    by_command: Vec<ExplainedForCommand>,
}

/// What the code is to one command that does not share its meaning with all others.
#[derive(Serialize)]
struct ExplainedForCommand {
    command: &'static str,
    meaning: &'static str,
    #[serde(flatten)]
    consequences: Consequences,
    remedy: &'static str,
    source: &'static str,
}

/// What follows from a code.
#[derive(Serialize)]
struct Consequences {
    executed: &'static str,
    affects: &'static str,
    /// When the code affects more than `affects` says.
    escalation: Option<String>,
    handling: String,
}

impl CodeExplained {
    fn of(code: Code) -> Self {
        if code == Code::OK {
            return Self::of_success();
        }
        let entry = code.entry();
        let own = CODES_BY_COMMAND.iter().filter(|own| own.code == code);
        Self {
            code: code.get(),
            known: entry.is_some(),
            meaning: code.meaning(),
            range: entry.is_none().then(|| range(code)),
            consequences: Consequences::of(code.verdict(), code.escalation()),
            remedy: explanation::remedy_of(code.remedy()),
            source: entry.map(|entry| entry.source.as_str()),
            by_command: own.filter_map(ExplainedForCommand::of).collect(),
        }
    }

    fn of_success() -> Self {
        Self {
            code: Code::OK.get(),
            known: true,
            meaning: Code::OK.meaning(),
            range: None,
            consequences: Consequences {
                executed: "yes",
                affects: affected(Scope::Nothing),
                escalation: None,
                handling: "the call is over".into(),
            },
            remedy: Code::OK.remedy(),
            source: None,
            by_command: Vec::new(),
        }
    }
}

impl ExplainedForCommand {
    fn of(entry: &CodeEntry) -> Option<Self> {
        Some(Self {
            command: entry.command?.name(),
            meaning: entry.meaning,
            consequences: Consequences::of(entry.verdict, entry.escalation),
            remedy: entry.remedy,
            source: entry.source.as_str(),
        })
    }
}

impl Consequences {
    fn of(verdict: Verdict, escalation: Escalation) -> Self {
        Self {
            executed: if verdict.maybe_executed {
                "maybe"
            } else {
                "no"
            },
            affects: affected(verdict.scope),
            escalation: escalates(verdict, escalation),
            handling: handling(verdict),
        }
    }
}

/// What the documents say about the range of an unknown code, and what the known codes next to it mean.
fn range(code: Code) -> String {
    if code.is_public() {
        return "60000 to 79999, common to all calls: such codes are about the URL, the app or an account, and rarely about the row"
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

/// The known codes just below and above an unknown one, if they lie in the same ten thousand.
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

fn escalates(verdict: Verdict, escalation: Escalation) -> Option<String> {
    let run = affected(Scope::All);
    Some(match escalation {
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
            format!("{run} if that does not help")
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
        (Recovery::NextDay, _) => {
            "calls slow down, and the call is repeated twice; if that does not help, it succeeds on another day"
                .into()
        }
        (Recovery::RenewSignature, _) => {
            "if the secret key is given, a new UserSig is signed and the call is repeated once".into()
        }
        (Recovery::ReadBack, _) => {
            "the topic is read back and compared: if it is equal, the row counts as existing, otherwise as a conflict".into()
        }
        _ => "the call is not repeated".into(),
    }
}

fn print(explanation: &CodeExplained) -> Result<(), CannotStart> {
    let code = explanation.code.to_string();
    lines(&[
        ("code", Some(&*code)),
        ("meaning", Some(explanation.meaning)),
        ("range", explanation.range.as_deref()),
    ])?;
    print_consequences(&explanation.consequences)?;
    lines(&[
        ("what to do", Some(explanation.remedy)),
        ("source", explanation.source),
    ])?;
    for own in &explanation.by_command {
        out::line("")?;
        lines(&[
            ("command", Some(own.command)),
            ("meaning", Some(own.meaning)),
        ])?;
        print_consequences(&own.consequences)?;
        lines(&[
            ("what to do", Some(own.remedy)),
            ("source", Some(own.source)),
        ])?;
    }
    Ok(())
}

fn print_consequences(consequences: &Consequences) -> Result<(), CannotStart> {
    let affects = match &consequences.escalation {
        Some(more) => format!("{}; {more}", consequences.affects),
        None => consequences.affects.to_owned(),
    };
    lines(&[
        ("executed", Some(consequences.executed)),
        ("affects", Some(&*affects)),
        ("handling", Some(&*consequences.handling)),
    ])
}

fn lines(named: &[(&str, Option<&str>)]) -> Result<(), CannotStart> {
    for (name, text) in named {
        if let Some(text) = text {
            out::line(&format!("{name:<11} {text}"))?;
        }
    }
    Ok(())
}
