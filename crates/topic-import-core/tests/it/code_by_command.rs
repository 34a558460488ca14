//! Codes that mean something else for one command: what a call does, what it says, and what it advises.

use topic_import_core::{
    Advice, CODES_BY_COMMAND, Call, CallError, Code, Command, DestroyGroup, Escalation, Feedback,
    GetGroupInfo, GroupDraft, GroupId, Recovery, Refusal, Scope,
};

use crate::support::{Driver, GROUP, Run, named, refusal, run_through, session};

struct Row {
    command: Command,
    code: i64,
    scope: Scope,
    recovery: Recovery,
    escalation: Escalation,
    means_absent: bool,
    advice: Advice,
    remedy: &'static str,
}

const fn group(code: i64, scope: Scope, advice: Advice, remedy: &'static str) -> Row {
    Row {
        command: Command::IMPORT_GROUP,
        code,
        scope,
        recovery: Recovery::Fix,
        escalation: Escalation::Never,
        means_absent: false,
        advice,
        remedy,
    }
}

const TABLE: [Row; 7] = [
    Row {
        recovery: Recovery::NextDay,
        ..group(10006, Scope::All, Advice::TryLater, "the next day")
    },
    group(10012, Scope::Row, Advice::FixRow, "Owner_Account"),
    group(10019, Scope::Row, Advice::FixRow, "Owner_Account"),
    Row {
        escalation: Escalation::RowsInTurn(5),
        ..group(10037, Scope::Row, Advice::FixRow, "Owner_Account")
    },
    group(11000, Scope::All, Advice::FixSetup, "console"),
    group(70107, Scope::Row, Advice::FixRow, "Owner_Account"),
    Row {
        command: Command::GET_GROUP_INFO,
        means_absent: true,
        ..group(10015, Scope::Group, Advice::FixGroup, "GroupId")
    },
];

fn met(row: &Row) -> Refusal {
    Refusal::new(row.command, Code::new(row.code), "")
}

/// An import of a community that is refused with this code, again and again.
fn import_group(code: i64) -> Run<topic_import_core::ImportedGroup> {
    let request = GroupDraft::new("Riverside").group_id(GROUP).validate();
    Driver::new(session()).run(Call::new(request.unwrap()), |_| refusal(code))
}

#[test]
fn the_rows_of_single_commands_are_exactly_those_of_the_protocol() {
    let rows = TABLE.iter().map(|row| (Some(row.command), row.code));
    let found = CODES_BY_COMMAND
        .iter()
        .map(|entry| (entry.command, entry.code.get()));
    assert!(rows.eq(found));
}

#[test]
fn each_has_the_verdict_of_the_protocol() {
    for row in &TABLE {
        let refusal = met(row);
        let verdict = refusal.verdict();
        assert_eq!(
            (verdict.maybe_executed, verdict.scope, verdict.recovery),
            (false, row.scope, row.recovery),
            "{}",
            row.code
        );
        assert_eq!(refusal.escalation(), row.escalation, "{}", row.code);
        assert_eq!(refusal.means_absent(), row.means_absent, "{}", row.code);
        assert!(refusal.remedy().contains(row.remedy), "{}", row.code);
        assert!(!refusal.meaning().is_empty());
    }
}

#[test]
fn another_command_meets_what_the_code_means_in_general() {
    for row in &TABLE {
        let code = Code::new(row.code);
        let of_topic = Refusal::new(Command::IMPORT_TOPIC, code, "");
        assert_eq!(of_topic.meaning(), code.meaning());
        assert_eq!(of_topic.remedy(), code.remedy());
        assert_eq!(of_topic.verdict(), code.verdict());
        assert_eq!(of_topic.escalation(), code.escalation());
        assert_eq!(of_topic.means_absent(), code.means_absent());
    }
}

#[test]
fn the_advice_and_the_words_of_a_failed_call_are_those_of_its_command() {
    for row in &TABLE {
        let error = CallError::Rejected(met(row));
        assert_eq!(error.advice(), row.advice, "{}", row.code);
        let line = error.to_string();
        assert!(line.contains(met(row).meaning()), "{line}");
        assert!(line.ends_with(met(row).remedy()), "{line}");
    }
}

#[test]
fn a_days_groups_that_are_used_up_stop_the_run_after_three_attempts() {
    let run = import_group(10006);
    assert_eq!(run.commands(), ["import_group"; 3]);
    let slowed = [Feedback::Throttled, Feedback::Throttled, Feedback::Fine];
    assert_eq!(run.feedback, slowed);
    let error = run.outcome.unwrap_err();
    assert_eq!(error.scope(), Scope::All);
    assert_eq!(
        error.to_string(),
        "the service refused: 10006 as many groups were made as the app may make in a day, or groups are made too \
         frequently (made up); go on the next day, or have the daily net increase of groups raised by the service's \
         support"
    );
    assert_eq!(error.code(), Some(Code::new(10006)));
}

#[test]
fn topics_that_are_imported_too_frequently_slow_down_until_their_deadline() {
    let run = run_through(named(), &[refusal(10006).into()]);
    assert!(run.sent.len() > 3);
    let error = run.outcome.unwrap_err();
    assert_eq!(error.scope(), Scope::Nothing);
    assert!(error.ran_out_of_time());
}

#[test]
fn an_app_without_communities_stops_the_run_at_the_first() {
    let run = import_group(11000);
    assert_eq!(run.sent.len(), 1);
    assert_eq!(run.outcome.unwrap_err().scope(), Scope::All);
}

#[test]
fn a_refusal_knows_which_command_it_answers() {
    let id = || GroupId::parse(GROUP).unwrap();
    let mut driver = Driver::new(session());
    let refused = driver.run(Call::new(GetGroupInfo::one(id())), |_| refusal(10007));
    let error = refused.outcome.unwrap_err();
    assert_eq!(error.refusal().unwrap().command, Command::GET_GROUP_INFO);
    let refused = driver.run(Call::new(DestroyGroup::new(id())), |_| refusal(10007));
    let error = refused.outcome.unwrap_err();
    assert_eq!(error.refusal().unwrap().command, Command::DESTROY_GROUP);
    let refused = import_group(10007);
    let error = refused.outcome.unwrap_err();
    assert_eq!(error.refusal().unwrap().command, Command::IMPORT_GROUP);
}
