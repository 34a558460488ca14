//! What follows from a refusal, by both clients: one code for every verdict that the core's table has. Which code has
//! which verdict is the business of the core's own tests; no client knows a code.

use topic_import_core::{CODES, Code, Recovery, Scope, Verdict};

use crate::identity::Identity;
use crate::outcome::{Outcome, Why};
use crate::scenario::{Scenario, scenario};

/// A code of which no document says anything.
const UNKNOWN: Code = Code::new(999_999);

/// The first code of every verdict there is.
fn one_of_each_verdict() -> Vec<(Code, Verdict)> {
    let mut codes: Vec<(Code, Verdict)> = Vec::new();
    for code in CODES.iter().map(|entry| entry.code).chain([UNKNOWN]) {
        let verdict = code.verdict();
        if code == UNKNOWN || codes.iter().all(|(_, known)| *known != verdict) {
            codes.push((code, verdict));
        }
    }
    codes
}

/// What follows from every verdict, with a `TopicId` and without one, for a while and for good.
pub(crate) fn scenarios() -> Vec<Scenario> {
    one_of_each_verdict()
        .into_iter()
        .flat_map(|(code, verdict)| of_code(code, verdict))
        .collect()
}

/// `CODE` in the plan stands for the code, as a fault.
fn with(code: Code, plan: &str, what: &str) -> Scenario {
    let plan = plan.replace("CODE", &format!("code{code}"));
    scenario(format!("{code} {what}")).faults(&plan)
}

fn without(code: Code, plan: &str, what: &str) -> Scenario {
    with(code, plan, &format!("{what}, without TopicId")).without_topic_id()
}

/// The same call with a `TopicId` and without one.
fn either(code: Code, plan: &str, what: &str) -> [Scenario; 2] {
    [with(code, plan, what), without(code, plan, what)]
}

fn of_code(code: Code, verdict: Verdict) -> Vec<Scenario> {
    let number = code.get();
    let refused = Why::Refused(number);
    if verdict.maybe_executed {
        assert_eq!(
            verdict.recovery,
            Recovery::Retry,
            "{code}: nobody plays that"
        );
        return vec![
            with(code, "CODE@1", "once, not done").wire("import=- import=0"),
            with(code, "CODE-done@1", "once, done")
                .ends(Outcome::Existing)
                .wire("import=0 import=10021 get=0"),
            with(code, "CODE@1-", "for good, not done")
                .short()
                .unknown(refused)
                .wire("import=-+"),
            without(code, "CODE@1", "once, not done")
                .unknown(refused)
                .wire("import=-"),
            without(code, "CODE-done@1", "once, done")
                .unknown(refused)
                .wire("import=0"),
        ];
    }
    match verdict.recovery {
        Recovery::Retry | Recovery::SlowDown => {
            let for_good = either(code, "CODE@1-", "for good").map(|scenario| {
                scenario
                    .short()
                    .not_executed(refused, verdict.scope)
                    .wire("import=-+")
            });
            let passing = [
                with(code, "CODE@1", "once").wire("import=- import=0"),
                without(code, "CODE@1-2", "twice").wire("import=- import=- import=0"),
            ];
            passing.into_iter().chain(for_good).collect()
        }
        Recovery::RetryAtMost(times) => {
            let times = usize::try_from(times).unwrap();
            // What it was tried in vain for is out of reach for the run's other calls as well.
            let scope = match verdict.scope {
                Scope::Nothing => Scope::All,
                scope => scope,
            };
            let recovers = format!("{}import=0", "import=- ".repeat(times));
            let gives_up = "import=- ".repeat(times + 1);
            let few = either(code, &format!("CODE@1-{times}"), "a few times");
            let many = either(code, "CODE@1-", "for good");
            few.map(|scenario| scenario.wire(&recovers))
                .into_iter()
                .chain(many.map(|scenario| scenario.rejected(number, scope).wire(&gives_up)))
                .collect()
        }
        Recovery::RenewSignature => vec![
            with(code, "CODE@1", "once").wire("import=- import=0"),
            with(code, "CODE@1-", "for good")
                .rejected(number, Scope::All)
                .wire("import=-+"),
            with(code, "CODE@1-", "with a ready-made UserSig")
                .identity(Identity::UserSig)
                .rejected(number, Scope::All)
                .wire("import=-"),
        ],
        Recovery::ReadBack => read_back(code, verdict.scope),
        Recovery::Fix => either(code, "CODE@1-", "for good")
            .map(|scenario| scenario.rejected(number, verdict.scope).wire("import=-"))
            .into(),
        other => panic!("{code}: nobody plays what {other:?} does"),
    }
}

fn read_back(code: Code, scope: Scope) -> Vec<Scenario> {
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
            .reaches(scope)
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
            .rejected(code.get(), scope)
            .wire("import=-"),
    ]
}

#[test]
fn every_remedy_and_reach_is_played_by_a_code_of_its_own() {
    let played = one_of_each_verdict();
    let helps =
        |helps: fn(Recovery) -> bool| played.iter().any(|(_, verdict)| helps(verdict.recovery));
    assert!(helps(|helps| helps == Recovery::Retry));
    assert!(helps(|helps| helps == Recovery::SlowDown));
    assert!(helps(|helps| helps == Recovery::RenewSignature));
    assert!(helps(|helps| helps == Recovery::ReadBack));
    assert!(helps(|helps| matches!(helps, Recovery::RetryAtMost(_))));
    for scope in [Scope::Row, Scope::Group, Scope::All] {
        let fix = |verdict: &Verdict| (verdict.scope, verdict.recovery) == (scope, Recovery::Fix);
        assert!(played.iter().any(|(_, verdict)| fix(verdict)), "{scope:?}");
    }
    let maybe = |verdict: &Verdict| verdict.maybe_executed;
    assert!(played.iter().any(|(_, verdict)| maybe(verdict)));
}
