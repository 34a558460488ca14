use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use crate::faults::duration_text;

/// What can go wrong with one call.
///
/// The word in parentheses is the fault's text form, for command lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is reset before the request's body is read (`reset-before`). The work is not done.
    ResetBefore,
    /// The connection is reset after the request has been read (`reset-after`). The work is not done.
    ResetAfter,
    /// The work is done, but the connection is closed without an answer (`lost`).
    Lost,
    /// The answer is an HTML page with an HTTP status other than the API's 200 (`http502`; `http502-done`).
    ///
    /// A 3xx has a `Location` outside the API, 429 a `Retry-After` of one second. A 2xx other than 200 after the work
    /// has the API's own answer as its body, like that of a proxy that changes the status.
    Status {
        /// From 200 to 599. An invalid status is sent as 500.
        status: u16,
        /// Whether the work is done despite the fault.
        done: bool,
    },
    /// The API's answer has this `ErrorCode`, with an `ErrorInfo` as the documents describe the code (`code10002`;
    /// `code10002-done`).
    Code {
        /// Not 0.
        code: u32,
        /// Whether the work is done despite the fault.
        done: bool,
    },
    /// Items in the answer of `get_topic`, `destroy_topic` or `get_group_info` have this `ErrorCode`, as if only they
    /// had failed (`item10002`: the first one; `items10002`: all). Their topics are not destroyed. An answer without
    /// items is not changed.
    Item {
        /// Not 0.
        code: u32,
        /// Whether all items have the code, or only the first one.
        all: bool,
    },
    /// The work is done, and the answer is correct except that its envelope has this `ErrorCode` and `FAIL`
    /// (`envelope10002`). In an answer with items, which have their own codes, the envelope's means nothing \[T\].
    Envelope {
        /// Not 0.
        code: u32,
    },
    /// The work is done, and the answer is held back for this long (`delay-2s`).
    Delay(Duration),
    /// The work is done, and the answer's body is sent byte by byte, with this pause after each (`drip-10ms`).
    Drip(Duration),
    /// The work is done, but the connection is closed after half of the body that the answer's head announces
    /// (`truncated`).
    Truncated,
    /// The work is done, but the answer's body is only the first half of the JSON; as HTTP it is complete (`cut-json`).
    CutJson,
    /// The work is done, but the answer is an HTML page with status 200 (`not-json`).
    NotJson,
    /// The work is done, and the answer has additional fields that no document names (`extra-fields`).
    ExtraFields,
    /// The work is done, but the answer has `ErrorCode` 0 and `FAIL` (`zero-with-fail`).
    ZeroWithFail,
    /// The work is done, but the answer is a success with nothing but the envelope (`no-topic-id`).
    NoTopicId,
    /// The work is done, and the answer is correct except that it has `ErrorCode` 10002 together with `OK`
    /// (`code-with-ok`).
    CodeWithOk,
}

impl Fault {
    const WORDS: [(&'static str, Self); 10] = [
        ("reset-before", Self::ResetBefore),
        ("reset-after", Self::ResetAfter),
        ("lost", Self::Lost),
        ("truncated", Self::Truncated),
        ("cut-json", Self::CutJson),
        ("not-json", Self::NotJson),
        ("extra-fields", Self::ExtraFields),
        ("zero-with-fail", Self::ZeroWithFail),
        ("no-topic-id", Self::NoTopicId),
        ("code-with-ok", Self::CodeWithOk),
    ];

    /// Whether the service does the work of a call with this fault. A bad request is refused all the same.
    pub(crate) fn does_work(self) -> bool {
        match self {
            Self::ResetBefore | Self::ResetAfter => false,
            Self::Status { done, .. } | Self::Code { done, .. } => done,
            _ => true,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = |done: bool| if done { "-done" } else { "" };
        match self {
            Self::Status { status, done } => write!(f, "http{status}{}", suffix(*done)),
            Self::Code { code, done } => write!(f, "code{code}{}", suffix(*done)),
            Self::Item { code, all: false } => write!(f, "item{code}"),
            Self::Item { code, all: true } => write!(f, "items{code}"),
            Self::Envelope { code } => write!(f, "envelope{code}"),
            Self::Delay(time) => write!(f, "delay-{}", duration_text::write(*time)),
            Self::Drip(pause) => write!(f, "drip-{}", duration_text::write(*pause)),
            plain => Self::WORDS
                .iter()
                .find(|(_, fault)| fault == plain)
                .map_or(Ok(()), |(word, _)| f.write_str(word)),
        }
    }
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        plain(text)
            .or_else(|| timed(text))
            .or_else(|| numbered(text))
            .ok_or_else(|| ParseFaultError {
                found: text.to_owned(),
            })
    }
}

fn plain(text: &str) -> Option<Fault> {
    let (_, fault) = Fault::WORDS.iter().find(|(word, _)| *word == text)?;
    Some(*fault)
}

fn timed(text: &str) -> Option<Fault> {
    let (word, time) = text.split_once('-')?;
    let time = duration_text::parse(time)?;
    match word {
        "delay" => Some(Fault::Delay(time)),
        "drip" => Some(Fault::Drip(time)),
        _ => None,
    }
}

fn numbered(text: &str) -> Option<Fault> {
    if let Some(code) = text.strip_prefix("envelope") {
        return Some(Fault::Envelope {
            code: code_of(code)?,
        });
    }
    if let Some(text) = text.strip_prefix("item") {
        let (code, all) = match text.strip_prefix('s') {
            Some(code) => (code, true),
            None => (text, false),
        };
        return Some(Fault::Item {
            code: code_of(code)?,
            all,
        });
    }
    let (text, done) = match text.strip_suffix("-done") {
        Some(text) => (text, true),
        None => (text, false),
    };
    if let Some(status) = text.strip_prefix("http") {
        let status = digits(status)?.parse().ok()?;
        (200..=599)
            .contains(&status)
            .then_some(Fault::Status { status, done })
    } else {
        let code = code_of(text.strip_prefix("code")?)?;
        Some(Fault::Code { code, done })
    }
}

fn code_of(text: &str) -> Option<u32> {
    digits(text)?.parse().ok().filter(|code| *code != 0)
}

/// Checks that a text has only digits, because `parse` alone would accept a sign.
fn digits(text: &str) -> Option<&str> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(text)
}

/// A text is not a [`Fault`]. Displayed, the error lists the faults.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{found:?} is not a fault; the faults are reset-before, reset-after, lost, truncated, cut-json, not-json, \
     extra-fields, zero-with-fail, no-topic-id, code-with-ok, http502[-done], code10002[-done], item10002, items10002, \
     envelope10002, delay-2s and drip-10ms"
)]
pub struct ParseFaultError {
    found: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_reads_back_as_it_is_written() {
        let others = [
            Fault::Status {
                status: 502,
                done: false,
            },
            Fault::Status {
                status: 504,
                done: true,
            },
            Fault::Code {
                code: 10002,
                done: false,
            },
            Fault::Code {
                code: 80001,
                done: true,
            },
            Fault::Item {
                code: 10006,
                all: false,
            },
            Fault::Item {
                code: 110_002,
                all: true,
            },
            Fault::Envelope { code: 10010 },
            Fault::Delay(Duration::from_secs(2)),
            Fault::Drip(Duration::from_millis(10)),
        ];
        let words = Fault::WORDS.map(|(_, fault)| fault);
        for fault in words.into_iter().chain(others) {
            assert_eq!(fault.to_string().parse(), Ok(fault), "{fault}");
        }
    }

    #[test]
    fn the_words_are_those_of_the_documentation() {
        for (text, fault) in [
            (
                "http302",
                Fault::Status {
                    status: 302,
                    done: false,
                },
            ),
            (
                "code60007-done",
                Fault::Code {
                    code: 60007,
                    done: true,
                },
            ),
            ("delay-1m", Fault::Delay(Duration::from_mins(1))),
            ("lost", Fault::Lost),
        ] {
            assert_eq!(text.parse(), Ok(fault));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "Lost",
            "http",
            "http99",
            "http600",
            "http+502",
            "code0",
            "code",
            "code-1",
            "item",
            "items0",
            "item10002-done",
            "envelope",
            "envelope0",
            "delay-5",
            "drip",
            "lost-done",
            "http502-done-done",
        ] {
            let error = text.parse::<Fault>().unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("{text:?} is not a fault"))
            );
        }
    }
}
