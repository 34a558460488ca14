//! `import_group`, through a call that is driven by hand: what is sent, how answers read, how a doubtful end is settled.

use serde_json::{Value, json};
use topic_import_core::http::HttpResponse;
use topic_import_core::{
    Advice, Call, CallError, Code, CreateTime, FaceUrl, Failure, Field, Found, GetGroupInfo,
    GroupDraft, GroupId, GroupName, ImportGroup, ImportedGroup, Introduction, Limit,
    MaxMemberCount, Notification, OwnerAccount, Rule, UnreadableReason,
};

use crate::support::{Driver, GROUP, Reply, Run, answer, body, refusal, refusal_saying, session};

const LOST: Reply = Reply::MaybeSent;
const IN_USE: i64 = 10021;
const TEXT_REFUSED: i64 = 80001;

/// Every field that can be sent, under an ID that the service chooses.
fn unnamed() -> ImportGroup {
    let mut group = ImportGroup::new(GroupName::parse("Riverside").unwrap());
    group.owner_account = Some(OwnerAccount::parse("founder").unwrap());
    group.introduction = Some(Introduction::parse("introduction").unwrap());
    group.notification = Some(Notification::parse("notice").unwrap());
    group.face_url = Some(FaceUrl::parse("https://example.com/face").unwrap());
    group.max_member_count = Some(MaxMemberCount::parse(100_000).unwrap());
    group.create_time = Some(CreateTime::parse(1_448_357_837).unwrap());
    group
}

fn id() -> GroupId {
    GroupId::parse(GROUP).unwrap()
}

fn named() -> ImportGroup {
    let mut group = unnamed();
    group.group_id = Some(id());
    group
}

fn created(group_id: &str) -> HttpResponse {
    answer(&json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "GroupId": group_id}))
}

/// `get_group_info`'s answer with these items.
fn read_back(items: &Value) -> Reply {
    answer(&json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "GroupInfo": items}))
        .into()
}

/// The item of a community that is as [`named`] wants it.
fn wanted() -> Value {
    json!({
        "GroupId": GROUP, "ErrorCode": 0, "ErrorInfo": "", "Type": "Community", "Name": "Riverside",
        "Introduction": "introduction", "Notification": "notice", "FaceUrl": "https://example.com/face",
        "Owner_Account": "founder", "CreateTime": 1_448_357_837, "MaxMemberNum": 100_000, "SupportTopic": 1,
        "MemberNum": 1, "Appid": 1_400_000_001,
    })
}

fn wanted_with(field: &str, value: Value) -> Reply {
    let mut group = wanted();
    group[field] = value;
    read_back(&json!([group]))
}

/// A call whose attempts come to these; the last one repeats.
fn run<const N: usize>(request: ImportGroup, replies: &[Reply; N]) -> Run<ImportedGroup> {
    let mut position = 0;
    Driver::new(session()).run(Call::new(request), |_| {
        let reply = replies[position.min(N - 1)].clone();
        position += 1;
        reply
    })
}

fn error(run: Run<ImportedGroup>) -> CallError {
    run.outcome.expect_err("a call that fails")
}

#[test]
fn a_community_is_sent_with_topics_under_the_groups_service_and_is_created() {
    let run = run(named(), &[created(GROUP).into()]);
    assert_eq!(
        run.sent[0].url_and_query().0,
        "https://chat.example.com/v4/group_open_http_svc/import_group"
    );
    assert_eq!(
        body(&run.sent[0]),
        json!({
            "Type": "Community", "GroupId": GROUP, "Name": "Riverside", "SupportTopic": 1,
            "Owner_Account": "founder", "Introduction": "introduction", "Notification": "notice",
            "FaceUrl": "https://example.com/face", "MaxMemberCount": 100_000, "CreateTime": 1_448_357_837,
        })
    );
    assert_eq!(run.outcome.unwrap(), ImportedGroup::Created(id()));
}

#[test]
fn an_absent_field_is_left_out() {
    let request = ImportGroup::new(GroupName::parse("Riverside").unwrap());
    let run = run(request, &[created("@TGS#_@TGS#c4YHCIIM62CX").into()]);
    assert_eq!(
        body(&run.sent[0]),
        json!({"Type": "Community", "Name": "Riverside", "SupportTopic": 1})
    );
    let assigned = GroupId::parse("@TGS#_@TGS#c4YHCIIM62CX").unwrap();
    assert_eq!(run.outcome.unwrap(), ImportedGroup::Created(assigned));
}

#[test]
fn a_success_names_the_group_that_was_sent() {
    for group_id in [
        json!("@TGS#_other"),
        json!(""),
        json!("Riverside"),
        Value::Null,
    ] {
        let claim = answer(&json!({"ActionStatus": "OK", "ErrorCode": 0, "GroupId": group_id}));
        let is_taken = group_id == json!("@TGS#_other");
        let outcome = run(unnamed(), &[claim.clone().into()]).outcome;
        assert_eq!(outcome.is_ok(), is_taken, "{group_id}");

        // With an ID of its own the call is repeated, and ends by its deadline.
        let error = error(run(named(), &[claim.into()]));
        let is_without_id = matches!(
            error.failure(),
            Some(Failure::Unreadable(unreadable)) if unreadable.reason == UnreadableReason::WithoutId
        );
        assert!(
            is_without_id && error.maybe_executed(),
            "{group_id}: {error:?}"
        );
    }
}

#[test]
fn a_community_that_is_there_as_wanted_is_a_success_whatever_was_answered_before() {
    let as_wanted = || read_back(&json!([wanted()]));
    for replies in [
        [refusal(IN_USE).into(), as_wanted(), as_wanted()],
        [refusal(10025).into(), as_wanted(), as_wanted()],
        [LOST, refusal(IN_USE).into(), as_wanted()],
        [LOST, refusal(TEXT_REFUSED).into(), as_wanted()],
    ] {
        let run = run(named(), &replies);
        let last = run.sent.last().unwrap();
        assert_eq!(
            last.url_and_query().0,
            "https://chat.example.com/v4/group_open_http_svc/get_group_info"
        );
        let asked = body(last);
        assert_eq!(asked["GroupIdList"], json!([GROUP]));
        for filter in ["MemberInfoFilter", "AppDefinedDataFilter_Group"] {
            assert!(asked["ResponseFilter"][filter].is_null());
        }
        assert_eq!(run.outcome.unwrap(), ImportedGroup::Existing(id()));
    }
}

#[test]
fn beside_items_the_envelope_means_nothing() {
    let refused = json!({"ActionStatus": "FAIL", "ErrorInfo": "", "ErrorCode": 10002, "GroupInfo": [wanted()]});
    let run = run(named(), &[refusal(IN_USE).into(), answer(&refused).into()]);
    assert_eq!(run.outcome.unwrap(), ImportedGroup::Existing(id()));
}

#[test]
fn every_field_that_differs_makes_a_conflict_that_names_it() {
    for (shown_as, other, field) in [
        ("Type", json!("Public"), Field::Type),
        ("Name", json!("riverside"), Field::Name),
        ("SupportTopic", json!(0), Field::SupportTopic),
        ("Owner_Account", json!("Founder"), Field::OwnerAccount),
        ("Introduction", json!(""), Field::Introduction),
        ("Notification", json!("notıce"), Field::Notification),
        (
            "FaceUrl",
            json!("https://example.com/face "),
            Field::FaceUrl,
        ),
        ("MaxMemberNum", json!(2_000), Field::MaxMemberCount),
        ("CreateTime", json!(1_448_357_838), Field::CreateTime),
    ] {
        let replies = [refusal(IN_USE).into(), wanted_with(shown_as, other)];
        let CallError::Conflict(conflict) = error(run(named(), &replies)) else {
            panic!("{field}: no conflict")
        };
        let fields = conflict
            .differences
            .iter()
            .map(|difference| difference.field);
        assert_eq!(fields.collect::<Vec<_>>(), [field]);
        assert_eq!(conflict.id, GROUP);
    }
}

#[test]
fn a_field_that_is_not_shown_or_was_not_sent_is_not_compared() {
    let bare = json!([{"GroupId": GROUP, "ErrorCode": 0}]);
    let run_bare = run(named(), &[refusal(IN_USE).into(), read_back(&bare)]);
    assert_eq!(run_bare.outcome.unwrap(), ImportedGroup::Existing(id()));

    let mut request = ImportGroup::new(GroupName::parse("Riverside").unwrap());
    request.group_id = Some(id());
    let run = run(
        request,
        &[refusal(IN_USE).into(), read_back(&json!([wanted()]))],
    );
    assert_eq!(run.outcome.unwrap(), ImportedGroup::Existing(id()));
}

/// [`named`] with data of the app's own.
fn with_data() -> ImportGroup {
    let mut draft = GroupDraft::from(named());
    draft = draft.app_defined("Origin", "T01").app_defined("Plan", "");
    draft.validate().unwrap()
}

#[test]
fn the_apps_own_data_is_asked_for_by_its_keys_and_compared() {
    let in_use = || refusal(IN_USE).into();
    for (shown, is_there) in [
        (json!([{"Key": "Origin", "Value": "T01"}]), true),
        (
            json!([{"Key": "Plan", "Value": ""}, {"Key": "Origin", "Value": "T01"}]),
            true,
        ),
        (
            json!([{"Key": "Origin", "Value": "T01"}, {"Key": "Other", "Value": "x"}]),
            true,
        ),
        (Value::Null, true),
        (json!("of another type"), true),
        (json!([]), false),
        (json!([{"Key": "Origin", "Value": "T02"}]), false),
        (json!([{"Key": "origin", "Value": "T01"}]), false),
        (
            json!([{"Key": "Origin", "Value": "T01"}, {"Key": "Plan", "Value": "x"}]),
            false,
        ),
    ] {
        let run = run(
            with_data(),
            &[in_use(), wanted_with("AppDefinedData", shown.clone())],
        );
        assert_eq!(
            body(run.sent.last().unwrap())["ResponseFilter"]["AppDefinedDataFilter_Group"],
            json!(["Origin", "Plan"])
        );
        match run.outcome {
            Ok(ImportedGroup::Existing(_)) => assert!(is_there, "{shown}"),
            Err(CallError::Conflict(conflict)) => {
                assert!(!is_there, "{shown}");
                assert_eq!(conflict.differences.len(), 1);
                assert_eq!(conflict.differences[0].field, Field::AppDefinedData);
            }
            other => panic!("{shown}: {other:?}"),
        }
    }
}

#[test]
fn a_difference_of_the_apps_own_data_names_the_key() {
    let other = json!([{"Key": "Origin", "Value": "T02"}]);
    let replies = [refusal(IN_USE).into(), wanted_with("AppDefinedData", other)];
    let error = error(run(with_data(), &replies)).to_string();
    assert!(
        error.contains("AppDefinedData is \"Origin=T02\", not \"Origin=T01\""),
        "{error}"
    );
}

#[test]
fn a_conflict_reads_in_one_line() {
    let replies = [refusal(IN_USE).into(), wanted_with("Name", json!("Other"))];
    assert_eq!(
        error(run(named(), &replies)).to_string(),
        "the ID is taken: @TGS#_riverside exists with different content: Name is \"Other\", not \"Riverside\"; choose \
         another ID, or send the content that is already there"
    );
}

#[test]
fn a_group_that_is_not_shown_is_asked_for_again_and_then_unknown() {
    let item =
        |code: i64| json!([{"GroupId": GROUP, "ErrorCode": code, "ErrorInfo": "no such group"}]);
    for absence in [
        read_back(&json!([])),
        read_back(&item(10010)),
        read_back(&item(10015)),
        wanted_with("GroupId", json!("@TGS#_other")),
        refusal(10010).into(),
    ] {
        let run = run(named(), &[refusal(IN_USE).into(), absence]);
        assert_eq!(run.commands()[0], "import_group");
        assert_eq!(run.commands()[1..], ["get_group_info"; 4]);
        let error = error(run);
        assert!(
            matches!(error.failure(), Some(Failure::NotShown)),
            "{error:?}"
        );
        assert_eq!(error.advice(), Advice::AskAgain);
    }
}

#[test]
fn a_refusal_after_a_lost_answer_is_believed_once_nothing_is_shown() {
    let nothing = read_back(&json!([{"GroupId": GROUP, "ErrorCode": 10010}]));
    let run = run(named(), &[LOST, refusal(TEXT_REFUSED).into(), nothing]);
    assert!(
        matches!(error(run), CallError::Rejected(refusal) if refusal.code.get() == TEXT_REFUSED)
    );
}

#[test]
fn a_group_that_could_not_be_asked_for_is_never_absent() {
    let not_asked =
        || read_back(&json!([{"GroupId": GROUP, "ErrorCode": 10007, "ErrorInfo": "not yours"}]));
    let run = run(named(), &[LOST, refusal(TEXT_REFUSED).into(), not_asked()]);
    let error = error(run);
    assert!(error.maybe_executed(), "{error:?}");
    assert_eq!(error.code(), Some(Code::new(10007)));
}

#[test]
fn without_a_group_id_a_lost_answer_is_unknown_and_is_not_repeated() {
    for lost in [
        LOST,
        refusal(10002).into(),
        HttpResponse::new(502, Vec::new()).into(),
    ] {
        let run = run(unnamed(), &[lost]);
        assert_eq!(run.commands(), ["import_group"]);
        let error = error(run);
        assert!(
            error.maybe_executed() && !error.is_repeatable(),
            "{error:?}"
        );
        assert_eq!(error.advice(), Advice::LookYourself);
    }
}

#[test]
fn without_a_group_id_nothing_is_read_back() {
    let run = run(unnamed(), &[refusal_saying(IN_USE, "taken").into()]);
    assert_eq!(run.commands(), ["import_group"]);
    assert!(matches!(error(run), CallError::Rejected(_)));
}

#[test]
fn the_fields_of_a_group_are_taken_to_their_edges_and_not_past_them() {
    assert!(GroupName::parse("n".repeat(30)).is_ok());
    assert!(GroupName::parse("字".repeat(10)).is_ok());
    for (violations, field, rule) in [
        (
            GroupName::parse("").unwrap_err(),
            Field::Name,
            Rule::Required,
        ),
        (
            GroupName::parse("n".repeat(31)).unwrap_err(),
            Field::Name,
            Rule::MaxBytes,
        ),
        (
            GroupName::parse("字".repeat(11)).unwrap_err(),
            Field::Name,
            Rule::MaxBytes,
        ),
        (
            OwnerAccount::parse("").unwrap_err(),
            Field::OwnerAccount,
            Rule::Format,
        ),
        (
            OwnerAccount::parse("é").unwrap_err(),
            Field::OwnerAccount,
            Rule::Format,
        ),
        (
            OwnerAccount::parse("a".repeat(33)).unwrap_err(),
            Field::OwnerAccount,
            Rule::MaxBytes,
        ),
        (
            MaxMemberCount::parse(0).unwrap_err(),
            Field::MaxMemberCount,
            Rule::Range,
        ),
        (
            MaxMemberCount::parse(100_001).unwrap_err(),
            Field::MaxMemberCount,
            Rule::Range,
        ),
    ] {
        assert_eq!(
            (violations.len(), violations[0].field, violations[0].rule),
            (1, field, rule)
        );
    }
    assert_eq!(MaxMemberCount::parse(1).unwrap().get(), 1);
    let violations = MaxMemberCount::parse(100_001).unwrap_err();
    assert_eq!(
        violations[0].limit,
        Some(Limit::Number {
            min: 1,
            max: 100_000
        })
    );
    assert_eq!(violations[0].found, Found::Number(100_001));
    assert_eq!(
        violations.to_string(),
        "MaxMemberCount: is 100001: it must be from 1 to 100000"
    );
}

#[test]
fn at_most_50_groups_are_asked_for_at_once() {
    assert!(GetGroupInfo::of(vec![id(); GetGroupInfo::MAX_IDS]).is_ok());
    for wrong in [0, GetGroupInfo::MAX_IDS + 1] {
        let violations = GetGroupInfo::of(vec![id(); wrong]).unwrap_err();
        assert_eq!(violations[0].field, Field::GroupIdList);
        assert_eq!(violations[0].rule, Rule::Count);
    }
}

#[test]
fn what_was_found_is_told_by_its_id() {
    let other = GroupId::parse("@TGS#_other").unwrap();
    let request = GetGroupInfo::of(vec![id(), other.clone()]).unwrap();
    let items = json!([wanted(), {"GroupId": "@TGS#_other", "ErrorCode": 10010}, {"GroupId": "@TGS#_third", "ErrorCode": 10007}]);
    let found = Driver::new(session())
        .run(Call::new(request), |_| read_back(&items))
        .outcome
        .unwrap();
    assert_eq!(found.groups.len(), 1);
    assert_eq!(found.get(&id()).unwrap().name.as_deref(), Some("Riverside"));
    assert!(found.get(&other).is_none());
}
