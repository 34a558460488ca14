//! Importing communities, by both clients, over plain HTTP and HTTPS.

use topic_import_core::{
    Advice, CallError, Code, DestroyGroup, DestroyedGroup, Field, GetGroupInfo, GroupDraft,
    GroupId, ImportGroup, ImportedGroup, Scope,
};
use topic_import_emulator::Builder;

use crate::client::Client;
use crate::scene::play_with;
use crate::stage::Standing;
use crate::topic::{GROUP, topic};
use crate::watch;
use crate::wire;

fn id() -> GroupId {
    GroupId::parse(GROUP).unwrap()
}

fn community(name: &str, group_id: Option<GroupId>) -> ImportGroup {
    let draft = GroupDraft::new(name)
        .owner_account("founder")
        .introduction("all about it")
        .max_member_count(2_000)
        .app_defined("Origin", "T0123456")
        .app_defined("Plan", "")
        .created_at(1_448_357_837);
    let draft = match group_id {
        Some(id) => draft.group_id(id.as_str()),
        None => draft,
    };
    draft.validate().unwrap()
}

/// By both clients, over both transports, where no community is there that was not imported.
fn play(scene: impl Fn(&Client, &Standing, &str)) {
    play_with(Builder::only_listed_communities, scene);
}

/// How many communities came to be there.
fn groups_len(standing: &Standing) -> usize {
    standing.state().groups_len()
}

fn assert_on_the_wire(standing: &Standing, expected: &str, case: &str) {
    let seen = wire::seen(standing);
    assert!(wire::is(&seen, expected), "{case}: {seen:?}");
}

#[test]
fn a_community_is_created_and_takes_topics() {
    play(|client, standing, case| {
        let created = client.execute(community("Riverside", Some(id()))).unwrap();
        assert_eq!(created, ImportedGroup::Created(id()), "{case}");
        client.import(topic("One", true)).unwrap();
        let found = client.execute(GetGroupInfo::one(id())).unwrap();
        let there = found.get(&id()).unwrap();
        assert_eq!(there.name.as_deref(), Some("Riverside"), "{case}");
        assert_eq!(there.create_time, Some(1_448_357_837), "{case}");
        assert_on_the_wire(standing, "import_group=0 import=0 get_group_info=0", case);
    });
}

#[test]
fn an_id_is_assigned_where_none_was_given() {
    play(|client, standing, case| {
        let created = client.execute(community("Riverside", None)).unwrap();
        let state = standing.state();
        assert!(
            state.group(created.group_id().as_str()).is_some(),
            "{case}: {created:?}"
        );
        assert_on_the_wire(standing, "import_group=0", case);
    });
}

#[test]
fn a_lost_answer_is_settled_as_existing() {
    for fault in [
        "lost",
        "code10002-done",
        "http502-done",
        "truncated",
        "no-topic-id",
    ] {
        play(|client, standing, case| {
            standing.plan(&format!("import_group:{fault}@1"));
            let imported = client.execute(community("Riverside", Some(id()))).unwrap();
            assert_eq!(imported, ImportedGroup::Existing(id()), "{fault}, {case}");
            assert_eq!(groups_len(standing), 1, "{fault}, {case}");
            let calls = "import_group=0 import_group=10021 get_group_info=0";
            assert_on_the_wire(standing, calls, case);
        });
    }
}

#[test]
fn reading_back_is_repeated_until_it_shows_the_community() {
    play(|client, standing, case| {
        let faults = "import_group:lost@1,get_group_info:lost@1,get_group_info:item10002@2";
        standing.plan(faults);
        let imported = client.execute(community("Riverside", Some(id()))).unwrap();
        assert_eq!(imported, ImportedGroup::Existing(id()), "{case}");
    });
}

#[test]
fn what_was_not_executed_is_repeated_and_created() {
    play(|client, standing, case| {
        standing.plan(
            "import_group:reset-before@1,import_group:reset-after@2,import_group:code60007@3",
        );
        let imported = client.execute(community("Riverside", Some(id()))).unwrap();
        assert_eq!(imported, ImportedGroup::Created(id()), "{case}");
        assert_eq!(groups_len(standing), 1, "{case}");
    });
}

#[test]
fn other_content_under_the_id_is_a_conflict() {
    play(|client, standing, case| {
        client.execute(community("Hillside", Some(id()))).unwrap();
        let error = client
            .execute(community("Riverside", Some(id())))
            .unwrap_err();
        watch::look_at_error("error", &error);
        let CallError::Conflict(conflict) = error else {
            panic!("{case}: {error:?}")
        };
        assert_eq!(conflict.id, GROUP, "{case}");
        let fields = conflict
            .differences
            .iter()
            .map(|difference| difference.field);
        assert_eq!(fields.collect::<Vec<_>>(), [Field::Name], "{case}");
        let calls = "import_group=0 import_group=10021 get_group_info=0";
        assert_on_the_wire(standing, calls, case);
    });
}

#[test]
fn without_an_id_a_lost_answer_is_unknown_and_nothing_is_repeated() {
    play(|client, standing, case| {
        standing.plan("import_group:lost@1");
        let error = client.execute(community("Riverside", None)).unwrap_err();
        watch::look_at_error("error", &error);
        assert!(error.maybe_executed(), "{case}: {error:?}");
        assert!(!error.is_repeatable(), "{case}: {error:?}");
        assert_eq!(groups_len(standing), 1, "{case}");
        assert_on_the_wire(standing, "import_group=0", case);
    });
}

#[test]
fn a_refusal_is_told() {
    play(|client, standing, case| {
        standing.plan("import_group:code10007@1-");
        let error = client
            .execute(community("Riverside", Some(id())))
            .unwrap_err();
        assert!(matches!(error, CallError::Rejected(_)), "{case}: {error:?}");
        assert_eq!(groups_len(standing), 0, "{case}");
        assert_on_the_wire(standing, "import_group=-", case);
    });
}

#[test]
fn the_apps_own_data_that_differs_is_a_conflict() {
    play(|client, _, case| {
        client.execute(community("Riverside", Some(id()))).unwrap();
        let other = GroupDraft::new("Riverside").group_id(GROUP);
        let other = other
            .app_defined("Origin", "T7654321")
            .app_defined("New", "");
        let error = client.execute(other.validate().unwrap()).unwrap_err();
        watch::look_at_error("error", &error);
        let CallError::Conflict(conflict) = error else {
            panic!("{case}: {error:?}")
        };
        assert_eq!(conflict.differences.len(), 1, "{case}: {conflict}");
        assert_eq!(conflict.differences[0].field, Field::AppDefinedData);
    });
}

#[test]
fn a_days_groups_that_are_used_up_stop_the_run_until_the_next_day() {
    play_with(
        |builder| builder.groups_per_day(1),
        |client, standing, case| {
            client.execute(community("Riverside", Some(id()))).unwrap();
            let second = GroupId::parse("@TGS#_hillside").unwrap();
            let error = client
                .execute(community("Hillside", Some(second)))
                .unwrap_err();
            watch::look_at_error("error", &error);
            assert_eq!(error.scope(), Scope::All, "{case}");
            assert_eq!(error.advice(), Advice::TryLater, "{case}");
            assert!(error.remedy().contains("the next day"), "{case}: {error}");
            let calls = "import_group=0 import_group=10006 import_group=10006 import_group=10006";
            assert_on_the_wire(standing, calls, case);
        },
    );
}

#[test]
fn an_owner_that_is_not_imported_is_named() {
    play_with(
        |builder| builder.owner_accounts(["somebody"]),
        |client, _, case| {
            let error = client
                .execute(community("Riverside", Some(id())))
                .unwrap_err();
            assert_eq!(error.code(), Some(Code::new(10019)), "{case}");
            assert_eq!(error.advice(), Advice::FixRow, "{case}");
            assert!(error.remedy().contains("Owner_Account"), "{case}: {error}");
        },
    );
}

#[test]
fn a_community_is_destroyed_with_its_topics_once_whatever_is_answered() {
    for (fault, destroyed, calls) in [
        ("", DestroyedGroup::Destroyed, "destroy_group=0"),
        (
            "destroy_group:lost@1",
            DestroyedGroup::Absent,
            "destroy_group=0 destroy_group=10010",
        ),
        (
            "destroy_group:code10002-done@1",
            DestroyedGroup::Absent,
            "destroy_group=0 destroy_group=10010",
        ),
        (
            "destroy_group:reset-before@1",
            DestroyedGroup::Destroyed,
            "destroy_group=- destroy_group=0",
        ),
    ] {
        play(|client, standing, case| {
            client.execute(community("Riverside", Some(id()))).unwrap();
            client.import(topic("One", true)).unwrap();
            standing.plan(fault);
            let outcome = client.execute(DestroyGroup::new(id())).unwrap();
            assert_eq!(outcome, destroyed, "{fault}, {case}");
            assert_eq!(groups_len(standing), 0, "{fault}, {case}");
            let state = standing.state();
            assert_eq!(state.topics_len(), 0, "{fault}, {case}");
            let all = format!("import_group=0 import=0 {calls}");
            assert_on_the_wire(standing, &all, &format!("{fault}, {case}"));
            let found = client.execute(GetGroupInfo::one(id())).unwrap();
            assert!(found.get(&id()).is_none(), "{fault}, {case}");
        });
    }
}

#[test]
fn what_is_not_there_is_not_destroyed() {
    play(|client, _, case| {
        let outcome = client.execute(DestroyGroup::new(id())).unwrap();
        assert_eq!(outcome, DestroyedGroup::Absent, "{case}");
    });
}
