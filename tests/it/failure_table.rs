//! The rows of the table of failures, written down once more by hand, and what
//! follows from each for a call.

use topic_import_core::Spoils;

use crate::outcome::{Outcome, Why};
use crate::scenario::{Scenario, scenario};

/// What helps, in the words of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Helps {
    /// It may have been executed; retry.
    RetryThoughMaybeExecuted,
    Retry,
    RetryAtMost(usize),
    SlowDown,
    SignAnew,
    ReadBack,
    /// Somebody has to mend something; never retried.
    Mend,
}

use Helps::{Mend, ReadBack, Retry, RetryAtMost, RetryThoughMaybeExecuted, SignAnew, SlowDown};

/// Codes that share a row, what they spoil, what helps.
const TABLE: &[(&[u32], Spoils, Helps)] = &[
    (&[10002], Spoils::Row, RetryThoughMaybeExecuted),
    (&[10003], Spoils::Run, Mend),
    (&[10004], Spoils::Row, Mend),
    (&[10006], Spoils::Nothing, SlowDown),
    (&[10007], Spoils::Group, Mend),
    // "retry once, then run"
    (&[10008], Spoils::Run, RetryAtMost(1)),
    (&[10010], Spoils::Group, Mend),
    (&[10015], Spoils::Group, Mend),
    (&[10021], Spoils::Row, ReadBack),
    (&[10037], Spoils::Run, Mend),
    (&[11000], Spoils::Group, Mend),
    (&[80001], Spoils::Row, Mend),
    (&[80005], Spoils::Row, RetryAtMost(3)),
    (
        &[60002, 60003, 60009, 60012, 60025, 60026],
        Spoils::Run,
        Mend,
    ),
    (&[60004, 60005, 60014], Spoils::Row, Retry),
    (
        &[60006, 60010, 60016, 60017, 60020, 60021, 60027, 60028],
        Spoils::Run,
        Mend,
    ),
    (&[60007, 60011, 60018, 60019], Spoils::Nothing, SlowDown),
    (&[60008], Spoils::Row, RetryThoughMaybeExecuted),
    (&[60013], Spoils::Row, RetryThoughMaybeExecuted),
    (&[60015], Spoils::Row, Mend),
    // "with a fixed UserSig: run"
    (&[70001], Spoils::Run, SignAnew),
    (
        &[70003, 70009, 70013, 70014, 70016, 70020],
        Spoils::Run,
        Mend,
    ),
    (&[70050], Spoils::Run, Mend),
    (&[70051], Spoils::Run, Mend),
    (&[70107], Spoils::Row, Mend),
    (&[70169, 70500], Spoils::Row, Retry),
    (&[70402], Spoils::Row, Mend),
    // "any other"
    (
        &[1, 10005, 10018, 60001, 70002, 80002, 999_999, u32::MAX],
        Spoils::Row,
        Mend,
    ),
];

/// What follows from every row, with a `TopicId` and without one, for a while and for good.
pub(crate) fn scenarios() -> Vec<Scenario> {
    let rows = TABLE.iter().flat_map(|(codes, spoils, helps)| {
        let codes = codes.iter();
        codes.flat_map(move |code| of_code(*code, *spoils, *helps))
    });
    rows.collect()
}

/// `CODE` in the plan stands for the code, as a fault.
fn with(code: u32, plan: &str, what: &str) -> Scenario {
    let plan = plan.replace("CODE", &format!("code{code}"));
    scenario(format!("{code} {what}")).faults(&plan)
}

fn without(code: u32, plan: &str, what: &str) -> Scenario {
    with(code, plan, &format!("{what}, without TopicId")).without_topic_id()
}

fn of_code(code: u32, spoils: Spoils, helps: Helps) -> Vec<Scenario> {
    let number = i64::from(code);
    let refused = Why::Refused(number);
    let with = |plan: &str, what: &str| {
        let plan = plan.replace("CODE", &format!("code{code}"));
        scenario(format!("{code} {what}")).faults(&plan)
    };
    let without =
        |plan: &str, what: &str| with(plan, &format!("{what}, without TopicId")).without_topic_id();
    match helps {
        RetryThoughMaybeExecuted => vec![
            with("CODE@1", "once, not done").wire("import=- import=0"),
            with("CODE-done@1", "once, done")
                .ends(Outcome::Existing)
                .wire("import=0 import=10021 get=0"),
            with("CODE@1-", "for good, not done")
                .short()
                .unknown(refused)
                .wire("import=-+"),
            without("CODE@1", "once, not done")
                .unknown(refused)
                .wire("import=-"),
            without("CODE-done@1", "once, done")
                .unknown(refused)
                .wire("import=0"),
        ],
        Retry | SlowDown => vec![
            with("CODE@1", "once").wire("import=- import=0"),
            without("CODE@1-2", "twice").wire("import=- import=- import=0"),
            with("CODE@1-", "for good")
                .short()
                .not_executed(refused, spoils)
                .wire("import=-+"),
            without("CODE@1-", "for good")
                .short()
                .not_executed(refused, spoils)
                .wire("import=-+"),
        ],
        RetryAtMost(times) => {
            let (recovers, gives_up) = match times {
                1 => ("import=- import=0", "import=- import=-"),
                _ => (
                    "import=- import=- import=- import=0",
                    "import=- import=- import=- import=-",
                ),
            };
            let few = format!("CODE@1-{times}");
            vec![
                with(&few, "a few times").wire(recovers),
                without(&few, "a few times").wire(recovers),
                with("CODE@1-", "for good")
                    .rejected(number, spoils)
                    .wire(gives_up),
                without("CODE@1-", "for good")
                    .rejected(number, spoils)
                    .wire(gives_up),
            ]
        }
        SignAnew => vec![
            with("CODE@1", "once").wire("import=- import=0"),
            without("CODE@1-2", "twice").wire("import=- import=- import=0"),
            with("CODE@1-", "for good")
                .rejected(number, spoils)
                .wire("import=- import=- import=-"),
            with("CODE@1-", "with a ready-made UserSig")
                .identity(crate::identity::Identity::UserSig)
                .rejected(number, spoils)
                .wire("import=-"),
        ],
        ReadBack => read_back(code, spoils),
        Mend => vec![
            with("CODE@1-", "for good")
                .rejected(number, spoils)
                .wire("import=-"),
            without("CODE@1-", "for good")
                .rejected(number, spoils)
                .wire("import=-"),
        ],
    }
}

fn read_back(code: u32, spoils: Spoils) -> Vec<Scenario> {
    vec![
        with(code, "", "and the same topic is there")
            .same_topic_before()
            .ends(Outcome::Existing)
            .wire("import=10021 get=0"),
        with(code, "", "and another topic is there")
            .other_topic_of_same_id_before()
            .ends(Outcome::Conflict(vec![
                topic_import_core::Field::Introduction,
                topic_import_core::Field::CreateTime,
            ]))
            .spoils(spoils)
            .wire("import=10021 get=0"),
        with(code, "CODE@1", "and no topic is there")
            .unknown(Why::NotShown)
            .wire("import=- get=0 get=0 get=0 get=0")
            .long(),
        with(
            code,
            "import_topic:CODE@1,get_topic:http502@1,get_topic:lost@2",
            "and reading back fails twice",
        )
        .same_topic_before()
        .ends(Outcome::Existing)
        .wire("import=- get=- get=0 get=0"),
        without(code, "CODE@1", "all the same")
            .rejected(code.into(), spoils)
            .wire("import=-"),
    ]
}

#[test]
fn every_code_that_the_core_knows_is_in_the_table() {
    let listed = |code: i64| {
        TABLE
            .iter()
            .flat_map(|(codes, ..)| *codes)
            .any(|listed| i64::from(*listed) == code)
    };
    for entry in topic_import_core::CODES {
        assert!(listed(entry.code.get()), "{} is missing", entry.code);
    }
}
