//! What other systems export and answer, one source at a time. All content is made up.

use topic_import_bulk::check::{CheckReport, CheckSettings, ProblemsGiven, check, check_each};
use topic_import_bulk::input::{Export, Input, ProblemRule, RowSettings};

use crate::support::{GROUP, export, read_with};

fn settings() -> RowSettings {
    let mut settings = RowSettings::default();
    settings.group_id = Some(GROUP.parse().unwrap());
    settings
}

fn report_with(settings: RowSettings, source: &str, text: &str) -> CheckReport {
    check(&Input::bytes(text.as_bytes(), export(source), settings)).unwrap()
}

fn report(source: &str, text: &str) -> CheckReport {
    report_with(settings(), source, text)
}

fn messages(source: &str, text: &str) -> Vec<String> {
    let problems = report(source, text).problems;
    problems.iter().map(ToString::to_string).collect()
}

fn left_out(source: &str, text: &str) -> String {
    let report = report(source, text);
    let counts = report.left_out.counts();
    let counts = counts.map(|(reason, count)| format!("{count} {}", reason.name()));
    counts.collect::<Vec<_>>().join(", ")
}

/// The bodies of all requests, without the group and what says where they come from.
fn bodies(source: &str, text: &str) -> Vec<serde_json::Value> {
    let rows = read_with(settings(), export(source), text).into_iter();
    rows.map(|row| {
        let mut body = serde_json::to_value(row.topic.unwrap()).unwrap();
        let members = body.as_object_mut().unwrap();
        assert_eq!(members.remove("GroupId").unwrap(), GROUP);
        let custom = members.remove("CustomString").unwrap();
        assert!(
            custom
                .as_str()
                .unwrap()
                .starts_with(&format!("{{\"source\":\"{source}\""))
        );
        body
    })
    .collect()
}

macro_rules! assert_topics {
    ($source:literal, $text:expr, $($expected:tt)*) => {
        assert_eq!(serde_json::Value::from(bodies($source, $text)), serde_json::json!($($expected)*));
    };
}

#[test]
fn slack_knows_private_channels_and_conversations_however_they_are_marked() {
    let text = r#"[{"id":"C1","name":"open"},{"id":"C2","name":"board","is_private":true},{"id":"G3","name":"old-board"},
        {"id":"G4","name":"mpdm-ada--bo--cy-1"},{"id":"C5","name":"mpdm-ada--dee-1"},{"id":"D6"},{"id":"C7","is_im":true},
        {"id":"D8","name":"ada"},{"id":"C9","user":"U1"}]"#;
    assert_eq!(left_out("slack", text), "2 private, 6 direct");
    assert_topics!("slack", text, [{"TopicName": "open"}]);
    let mut all = settings();
    all.include_private = true;
    assert_eq!(report_with(all, "slack", text).rows, 3);
    let answer = r#"{"ok":true,"groups":[{"id":"C1","name":"board"}]}"#;
    assert_eq!(left_out("slack", answer), "1 private");
    // What other methods of the API answer.
    let found = r#"{"ok":true,"conversations":[{"id":"C1","name":"boats","purpose":"oars","created":1448357837},
        {"id":"C2","name":"board","is_private":true}],"next_cursor":"x"}"#;
    let boats = serde_json::json!({"TopicName": "boats", "Introduction": "oars", "CreateTime": 1_448_357_837});
    assert_topics!("slack", found, [boats]);
    assert!(report("slack", found).has_more_pages);
    let info = r#"{"ok":true,"channel":{"id":"C1","name":"boats","purpose":{"value":"oars"},"created":1448357837}}"#;
    assert_topics!("slack", info, [boats]);
}

#[test]
fn an_empty_text_where_a_program_has_nothing_to_say_is_nothing() {
    for (source, text) in [
        (
            "slack",
            r#"[{"id":"C01AB","name":"boats","is_im":false,"is_mpim":false,"is_private":false,"user":"","members":null}]"#,
        ),
        (
            "discord",
            r#"[{"id":"2","guild_id":"","name":"boats","type":0,"recipients":[],"permission_overwrites":[]}]"#,
        ),
        (
            "teams",
            r#"{"value":[{"id":"19:a@thread.tacv2","displayName":"boats","chatType":"","visibility":""}]}"#,
        ),
        (
            "cometchat",
            r#"{"data":[{"guid":"g","name":"boats","type":"public","deletedAt":0}]}"#,
        ),
    ] {
        assert_eq!(left_out(source, text), "", "{source}");
        assert_eq!(
            bodies(source, text),
            [serde_json::json!({"TopicName": "boats"})],
            "{source}"
        );
    }
}

#[test]
fn discord_is_read_as_its_tools_write_it() {
    let list = r#"[{"id":"700000000000000292","type":"GuildTextChat","name":"boats","topic":null},
        {"id":"700000000000000293","type":"GuildVoiceChat","name":"talk"},{"id":"1","type":"DirectTextChat"},{"id":"2","recipients":[{"id":"3"}]},
        {"id":"700000000000000294","type":"GuildForum","name":"questions"},{"id":"5","type":"GuildCategory","name":"X"}]"#;
    assert_topics!("discord", list, [
        {"TopicName": "boats", "CreateTime": 1_586_963_405},
        {"TopicName": "questions", "CreateTime": 1_586_963_405},
    ]);
    assert_eq!(left_out("discord", list), "2 direct, 1 voice, 1 category");
    let of_python = r#"[{"id":1,"type":"text","name":"boats"},{"id":2,"type":"private"},{"id":3,"type":"group"},
        {"id":4,"type":"stage_voice"},{"id":5,"type":"public_thread"},{"id":6,"type":"news_thread"}]"#;
    assert_topics!("discord", of_python, [{"TopicName": "boats"}]);
    assert_eq!(
        left_out("discord", of_python),
        "2 direct, 1 voice, 2 thread"
    );
    // Within a template, IDs stand for others and tell no time.
    let channels =
        r#"[{"id":1,"type":4,"name":"All"},{"id":2,"type":0,"name":"boats","topic":"key"}]"#;
    let guild = format!(r#"{{"name":"Riverside","roles":[],"channels":{channels}}}"#);
    let template = format!(r#"{{"code":"x","serialized_source_guild":{guild}}}"#);
    for text in [guild, template] {
        assert_topics!("discord", &text, [{"TopicName": "boats", "Notification": "key"}]);
    }
    let messages = r#"{"guild":{"id":"6","name":"Riverside"},"channel":{"id":"700000000000000292","type":"GuildTextChat",
        "name":"boats","topic":"key"},"messages":[{"id":"1","channels":[{"name":"no channel"}]}]}"#;
    // In several files, it is the same channel.
    assert_topics!("discord", messages, [{"TopicName": "boats", "Notification": "key", "CreateTime": 1_586_963_405}]);
    let twice = report("discord", &format!("{messages}{messages}"));
    assert_eq!(
        (twice.rows, twice.repeated_channels, twice.problems_total),
        (1, 1, 0)
    );
}

#[test]
fn a_channel_of_discord_that_not_everyone_may_see_is_private() {
    let channels = |guild_id: &str, everyone: &str, deny: &str| {
        format!(
            r#"[{{"id":"700000000000000292","type":0,"name":"board"{guild_id},"permission_overwrites":[
                {{"id":"9","type":0,"deny":"1024"}},{{"id":{everyone},"type":0,"allow":"0","deny":{deny}}}]}}]"#
        )
    };
    let of_api = |deny| {
        channels(
            r#","guild_id":"600000000000000001""#,
            r#""600000000000000001""#,
            deny,
        )
    };
    let guild = |deny| {
        let channels = channels("", r#""600000000000000001""#, deny);
        format!(r#"{{"id":"600000000000000001","name":"Riverside","channels":{channels}}}"#)
    };
    let template = |deny| {
        let channels = channels("", "0", deny);
        format!(r#"{{"serialized_source_guild":{{"name":"Riverside","channels":{channels}}}}}"#)
    };
    for hidden in [of_api(r#""1024""#), guild("3072"), template(r#""1049600""#)] {
        assert_eq!(left_out("discord", &hidden), "1 private", "{hidden}");
    }
    // Everyone may see it, and not write in it.
    for seen in [of_api(r#""2048""#), guild("0"), template("null")] {
        assert_eq!(left_out("discord", &seen), "", "{seen}");
        assert_eq!(report("discord", &seen).rows, 1, "{seen}");
    }
}

#[test]
fn a_channel_of_a_guild_that_hides_all_channels_is_private_unless_everyone_may_see_it() {
    let other = r#"{"id":"9","name":"Crew","permissions":"1024","color":0,"hoist":false,"icon":null,"managed":false}"#;
    let others = vec![other; 250].join(",");
    let channels = |everyone: &str| {
        format!(
            r#"[{{"id":"700000000000000292","type":0,"name":"welcome","permission_overwrites":[
                {{"id":{everyone},"type":0,"allow":"1024","deny":"0"}}]}},
            {{"id":"700000000000000293","type":0,"name":"crew","permission_overwrites":[
                {{"id":"9","type":0,"allow":"1024","deny":"0"}}]}},
            {{"id":"700000000000000294","type":0,"name":"boats"}}]"#
        )
    };
    let guild = |permissions: &str| {
        let everyone = format!(
            r#"{{"id":"600000000000000001","name":"@everyone","permissions":{permissions}}}"#
        );
        let channels = channels(r#""600000000000000001""#);
        format!(
            r#"{{"id":"600000000000000001","name":"Riverside","roles":[{others},{everyone}],"channels":{channels}}}"#
        )
    };
    let template = |permissions: &str| {
        let everyone = format!(r#"{{"id":0,"name":"@everyone","permissions":{permissions}}}"#);
        let channels = channels("0");
        format!(
            r#"{{"serialized_source_guild":{{"name":"Riverside","roles":[{everyone}],"channels":{channels}}}}}"#
        )
    };
    for hidden in [guild(r#""0""#), guild("2048"), template(r#""104323649""#)] {
        assert_eq!(left_out("discord", &hidden), "2 private", "{hidden}");
        assert_eq!(report("discord", &hidden).rows, 1, "{hidden}");
    }
    // An administrator sees everything.
    for seen in [
        guild(r#""1024""#),
        guild("null"),
        guild("8"),
        template(r#""104324673""#),
    ] {
        assert_eq!(report("discord", &seen).rows, 3, "{seen}");
    }
}

#[test]
fn mattermost_is_read_as_its_api_answers_too() {
    let text = r#"[
  {"id":"c1","team_id":"t1","type":"O","name":"boats","display_name":"Boats","header":"h","purpose":"","create_at":1460742065123,"delete_at":0},
  {"id":"c2","team_id":"t1","type":"P","name":"board","display_name":"Board","delete_at":0},
  {"id":"c3","team_id":"","type":"D","name":"u1__u2","display_name":"","delete_at":0},
  {"id":"c4","team_id":"t1","type":"O","name":"old","display_name":"Old","delete_at":7}
]"#;
    assert_topics!("mattermost", text, [{"TopicName": "Boats", "Notification": "h", "CreateTime": 1_460_742_065}]);
    assert_eq!(
        left_out("mattermost", text),
        "1 archived, 1 private, 1 direct"
    );
    let unknown =
        r#"[{"id":"c1","team_id":"t1","type":"X","name":"boats","display_name":"Boats"}]"#;
    assert_eq!(
        messages("mattermost", unknown),
        [
            "1: channel 1 \"boats\": `.type` is \"X\", which is not a known type of Mattermost channel"
        ]
    );
}

#[test]
fn zulip_streams_of_the_api_and_of_an_official_export_become_topics() {
    let streams = r#"[{"stream_id":21,"name":"general","description":"all of us","date_created":1691000000},
        {"stream_id":22,"name":"old","is_archived":true},{"stream_id":23,"name":"board","invite_only":true}]"#;
    let text = format!(r#"{{"result":"success","streams":{streams}}}"#);
    assert_topics!("zulip", &text, [{"TopicName": "general", "Introduction": "all of us", "CreateTime": 1_691_000_000}]);
    assert_eq!(left_out("zulip", &text), "1 archived, 1 private");
    let realm = r#"{"zerver_realm":[{"id":2,"name":"Riverside","date_created":1600000000.5}],
        "zerver_stream":[{"id":7,"name":"boats","description":"","date_created":1691000000.25,"deactivated":false}]}"#;
    assert_topics!("zulip", realm, [{"TopicName": "boats", "CreateTime": 1_691_000_000}]);
    let unnamed = r#"{"streams":{"general":{"id":1,"topic_data":{"":{"size":3}}}}}"#;
    assert_topics!("zulip", unnamed, [{"TopicName": "general chat"}]);
    let notes = report("zulip", unnamed).notes;
    assert!(
        notes[0].message.contains("is called \"general chat\""),
        "{notes:?}"
    );
}

#[test]
fn rocketchat_rooms_are_read_from_answers_and_from_its_database() {
    let answer = r#"{"update":[{"_id":"GENERAL","ts":"2018-02-01T10:00:00.875Z","t":"c","name":"general","topic":"R&D","description":"all"},
        {"_id":"a","t":"d"},{"_id":"b","t":"p","name":"board"},{"_id":"c","t":"c","name":"x","prid":"GENERAL"},{"_id":"e","t":"l"}],"remove":[]}"#;
    assert_topics!("rocketchat", answer, [
        {"TopicName": "general", "Notification": "R&D", "Introduction": "all", "CreateTime": 1_517_479_200},
    ]);
    assert_eq!(
        left_out("rocketchat", answer),
        "1 private, 1 direct, 1 thread, 1 other"
    );
    let lines = r#"{"_id":"GENERAL","t":"c","name":"general","fname":"General","ts":{"$date":"2018-02-01T10:00:00.875Z"}}
{"_id":"x","t":"c","name":"x","ts":{"$date":{"$numberLong":"1517479200875"}},"usersCount":{"$numberInt":"3"}}
{"_id":"y","t":"c","name":"y","archived":true}
{"_id":"z","t":"q"}
"#;
    assert_eq!(left_out("rocketchat", lines), "1 archived");
    assert_eq!(
        messages("rocketchat", lines),
        ["4: `.t` is \"q\", which is not a known type of Rocket.Chat room"]
    );
    let lines = lines.rsplit_once("{\"_id\":\"z\"").unwrap().0;
    let topics = [
        serde_json::json!({"TopicName": "General", "CreateTime": 1_517_479_200}),
        serde_json::json!({"TopicName": "x", "CreateTime": 1_517_479_200}),
    ];
    assert_eq!(bodies("rocketchat", lines), topics);
    let list = format!("[{}]", lines.trim_end().replace('\n', ",\n"));
    assert_eq!(bodies("rocketchat", &list), topics);
    let failed = r#"{"success":false,"error":"unauthorized"}"#;
    assert!(messages("rocketchat", failed)[0].contains("unauthorized"));
}

#[test]
fn telegram_topics_are_found_among_messages_under_their_last_names() {
    let messages = r#"[{"id":1,"type":"service","action":"create_group","title":"Riverside","date_unixtime":"1736510400"},
        {"id":5,"type":"service","action":"topic_created","title":"Boats","date_unixtime":"1736510460"},
        {"id":6,"type":"message","text":"key","title":"no topic"},
        {"id":7,"type":"service","action":"topic_created","title":"Oars","date_unixtime":"1736510461"},
        {"id":8,"type":"service","action":"topic_edit","new_title":"Boathouse","reply_to_message_id":5},
        {"id":9,"type":"service","action":"topic_edit","new_icon_emoji_id":"1","reply_to_message_id":7}]"#;
    let group = format!(
        r#"{{"name":"Riverside","type":"private_supergroup","id":33,"messages":{messages}}}"#
    );
    let account = format!(
        r#"{{"about":"x","chats":{{"about":"y","list":[{group},{{"name":"Ada","type":"personal_chat","id":4,"messages":[]}}]}}}}"#
    );
    for text in [group, account] {
        assert_topics!("telegram", &text, [
            {"TopicName": "Boathouse", "CreateTime": 1_736_510_460},
            {"TopicName": "Oars", "CreateTime": 1_736_510_461},
        ]);
    }
}

#[test]
fn a_renamed_topic_of_telegram_that_is_not_told_from_others_is_noted() {
    let text = r#"{"name":"Riverside","id":33,"messages":[
        {"id":5,"action":"topic_created","title":"Boats"},
        {"id":6,"action":"topic_created","title":"Oars"},
        {"id":7,"action":"topic_edit","new_title":"Old \"boats\"","new_icon_emoji_id":5},
        {"id":8,"action":"topic_edit","new_icon_emoji_id":5}]}"#;
    assert_topics!("telegram", text, [{"TopicName": "Boats"}, {"TopicName": "Oars"}]);
    let mut settings = CheckSettings::default();
    settings.keep_problems = true;
    let input = Input::bytes(text.as_bytes(), export("telegram"), self::settings());
    let report = check_each(&input, &settings, |_| {}).unwrap();
    assert_eq!(
        (report.rows, report.problems_total, report.notes_total),
        (2, 0, 0)
    );
    assert_eq!(
        serde_json::to_value(&report.beside_rows).unwrap(),
        serde_json::json!([{
            "line": 4,
            "element": "message 3 \"Old \\\"boats\\\"\"",
            "message": "a topic was renamed to \"Old \\\"boats\\\"\", and the export does not say which: it keeps the name that it was created with",
        }])
    );
    let all = report.all_problems.unwrap();
    let listed = all.next_page(&mut ProblemsGiven::default()).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].rule, ProblemRule::Guessed);
}

#[test]
fn matrix_spaces_and_what_only_some_may_enter_are_left_out() {
    let text = r##"{"rooms":[{"room_id":"!s:e","room_type":"m.space","name":"Riverside"},
        {"room_id":"!a:e","name":"Boats","topic":"key","avatar_url":"mxc://e/x","join_rule":"restricted"},
        {"room_id":"!b:e","canonical_alias":"#oars:e","avatar_url":"https://example.com/o.png"},
        {"room_id":"!c:e","name":"Board","join_rule":"invite"},{"room_id":"!d:e","name":null,"joined_members":2}],"next_batch":"x"}"##;
    assert_topics!("matrix", text, [
        {"TopicName": "Boats", "Notification": "key"},
        {"TopicName": "#oars:e", "FaceUrl": "https://example.com/o.png"},
    ]);
    assert_eq!(left_out("matrix", text), "1 private, 1 direct, 1 space");
    let report = report("matrix", text);
    assert!(report.has_more_pages);
    assert!(report.notes[0].message.contains("mxc://e/x"));
}

#[test]
fn teams_channels_are_told_from_chats_and_teams() {
    let text = r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#teams('t')/channels","value":[
        {"id":"19:a@thread.tacv2","createdDateTime":"2020-05-20T10:00:00.692Z","displayName":"General","description":null,"membershipType":"standard"},
        {"id":"19:b@thread.tacv2","displayName":"Board","membershipType":"private"},
        {"id":"19:e@thread.tacv2","displayName":"With others","membershipType":"shared"},
        {"id":"19:c@unq","chatType":"group","topic":"Lunch"},{"id":"19:d@thread.v2","displayName":"Lunch"}],"@odata.nextLink":"https://graph.microsoft.com/next"}"#;
    assert_topics!("teams", text, [{"TopicName": "General", "CreateTime": 1_589_968_800}]);
    assert_eq!(left_out("teams", text), "2 private, 2 direct");
    assert!(report("teams", text).has_more_pages);
    let teams = r#"{"value":[{"id":"t","displayName":"Riverside","visibility":"public"}]}"#;
    assert!(messages("teams", teams)[0].contains("is a team, and no channel"));
    let failed = r#"{"error":{"code":"InvalidAuthenticationToken","message":"expired"}}"#;
    assert!(messages("teams", failed)[0].contains("InvalidAuthenticationToken"));
}

#[test]
fn a_channel_of_teams_is_public_only_if_it_says_so_or_says_nothing() {
    let text = |membership: &str| {
        format!(
            r#"{{"value":[{{"id":"19:a@thread.tacv2","displayName":"boats","membershipType":{membership}}}]}}"#
        )
    };
    for public in ["\"standard\"", "null", "\"\""] {
        assert_topics!("teams", &text(public), [{"TopicName": "boats"}]);
    }
    for private in ["\"private\"", "\"shared\"", "\"unknownFutureValue\""] {
        assert_eq!(left_out("teams", &text(private)), "1 private", "{private}");
    }
    for unknown in ["\"incoming\"", "7", "true"] {
        assert_eq!(
            messages("teams", &text(unknown)),
            [format!(
                "1: channel 1 \"boats\": `.membershipType` is {unknown}, which is not a known type of Teams channel"
            )]
        );
    }
}

#[test]
fn what_asks_for_something_before_one_may_enter_is_private() {
    for (source, text) in [
        (
            "matrix",
            r#"{"rooms":[{"room_id":"!a:e","name":"Boats","join_rule":"knock"}]}"#,
        ),
        (
            "matrix",
            r#"{"rooms":[{"room_id":"!a:e","name":"Boats","join_rules":"knock"}]}"#,
        ),
        (
            "rocketchat",
            r#"{"channels":[{"_id":"a","t":"c","name":"boats","joinCodeRequired":true}]}"#,
        ),
        (
            "sendbird",
            r#"{"channels":[{"channel_url":"a","name":"boats","is_access_code_required":true}]}"#,
        ),
        (
            "cometchat",
            r#"{"data":[{"guid":"a","name":"boats","type":"password"}]}"#,
        ),
    ] {
        assert_eq!(left_out(source, text), "1 private", "{text}");
    }
    // Whoever is in the space may enter.
    let restricted =
        r#"{"rooms":[{"room_id":"!a:e","name":"Boats","join_rule":"knock_restricted"}]}"#;
    assert_topics!("matrix", restricted, [{"TopicName": "Boats"}]);
    let open = r#"{"channels":[{"_id":"a","t":"c","name":"boats","joinCodeRequired":false}]}"#;
    assert_topics!("rocketchat", open, [{"TopicName": "boats"}]);
}

#[test]
fn what_is_listed_like_channels_and_is_none_is_a_problem_that_says_what_to_give() {
    let graph = |of: &str, value: &str| {
        let context = format!("https://graph.microsoft.com/v1.0/$metadata#{of}");
        format!(r#"{{"@odata.context":"{context}","value":[{{"id":{value}}}]}}"#)
    };
    let joined =
        r#""172b0cce-e65d-44ce-9a49-91d9f2e8491e","displayName":"Boats","visibility":null"#;
    let member = r#""ZWUwZjVhZTI=","roles":[],"displayName":"Ada","userId":"73761f06""#;
    let user = r#""6ea91a8d","displayName":"Ada","userPrincipalName":"ada@example.com""#;
    let tab = r#""fd736936","displayName":"Wiki""#;
    for (source, text, said) in [
        ("teams", graph("teams", joined), "is a team, and no channel: list the channels of each team"),
        ("teams", graph("teams(id,displayName)", joined), "is a team, and no channel"),
        (
            "teams",
            graph("teams('t')/members", member),
            "and that of a channel begins with 19: give the answer of /teams/{id}/channels, and not that of teams('t')/members",
        ),
        ("teams", graph("users", user), "and not that of users"),
        ("teams", graph("teams('t')/channels('c')/tabs", tab), "/tabs"),
        (
            "discord",
            r#"[{"id":"80351110224678912","name":"Boats","owner":true,"permissions":"36953089","features":[]}]"#.into(),
            "is no channel, but a guild: give the answer of /guilds/{id}/channels",
        ),
        (
            "discord",
            r#"[{"id":"41771983423143936","name":"Boats","hoist":true,"permissions":"66321471","managed":false}]"#.into(),
            "is no channel, but a role",
        ),
        (
            "discord",
            r#"[{"id":"41771983423143937","name":"boat","roles":[],"managed":false,"animated":false}]"#.into(),
            "is no channel, but an emoji",
        ),
        (
            "cometchat",
            r#"{"data":[{"uid":"superhero1","name":"Ada","status":"offline","createdAt":1638455535}]}"#.into(),
            "is a user, and no group: give the answer of /groups",
        ),
        (
            "mattermost",
            r#"[{"id":"t1","display_name":"Boats","name":"boats","type":"O","invite_id":"","allow_open_invite":false}]"#.into(),
            "is a team, and no channel: list the channels of each team",
        ),
        (
            "slack",
            r#"[{"id":"U01AB","name":"ada","deleted":false,"profile":{}}]"#.into(),
            "is no channel, but a user",
        ),
        (
            "slack",
            r#"[{"id":"W01AB","name":"ada"}]"#.into(),
            "give channels.json, or the answer of conversations.list",
        ),
    ] {
        assert_one_problem(source, &text, said);
    }
}

fn assert_one_problem(source: &str, text: &str, said: &str) {
    let report = report(source, text);
    let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!((told.len(), report.invalid), (1, 1), "{source}: {told:?}");
    assert!(told[0].contains(said), "{source}: {told:?}");
}

#[test]
fn a_row_without_the_id_that_its_system_gives_is_a_problem() {
    let slack = r#"[{"id":"C01AB","name":"boats"}]"#;
    let mattermost = r#"[{"id":"4xp9fdt77pncbef59f4k1qe83o","team_id":"t","type":"O","name":"boats","display_name":"Boats"}]"#;
    let rocketchat = r#"{"channels":[{"_id":"GENERAL","t":"c","name":"boats"}],"success":true}"#;
    let discord = r#"{"id":"41771983423143936","channels":[{"id":"41771983423143937","type":0,"name":"boats"}]}"#;
    let unnamed = r#"{"channels":[{"name":"A","created_at":1569200000}],"next":""}"#;
    for (source, text, said) in [
        (
            "slack",
            mattermost,
            "`.id` is \"4xp9fdt77pncbef59f4k1qe83o\", and no ID of a channel of Slack",
        ),
        (
            "slack",
            rocketchat,
            "has no `id`, which every channel of Slack has",
        ),
        ("slack", r#"[{"id":"","name":"a"}]"#, "has no `id`"),
        (
            "easemob",
            discord,
            "has no `channel_id`, which every channel of Easemob has",
        ),
        (
            "sendbird",
            slack,
            "has no `channel_url`, which every channel of Sendbird has",
        ),
        ("sendbird", unnamed, "has no `channel_url`"),
        (
            "yunxin",
            slack,
            "has no `channelId`, which every channel of Yunxin has",
        ),
        (
            "cometchat",
            slack,
            "has no `guid`, which every group of CometChat has",
        ),
        (
            "discord",
            rocketchat,
            "has no `id`, which every channel of Discord has",
        ),
        (
            "teams",
            rocketchat,
            "has no `id`, which every channel of Teams has",
        ),
        (
            "matrix",
            r#"{"rooms":[{"_id":"GENERAL","t":"c","name":"boats"}]}"#,
            "has no `room_id`, which every room of Matrix has",
        ),
        (
            "matrix",
            r#"{"rooms":[{"room_id":7,"name":"boats"}]}"#,
            "`.room_id` is 7, and no ID of a room",
        ),
    ] {
        assert_one_problem(source, text, said);
    }
}

#[test]
fn a_row_without_an_id_is_a_problem_of_every_other_source_too() {
    let of_slack = r#"{"ok":true,"channel":{"id":"C01AB","type":"x","name":"boats"}}"#;
    for (source, text, said) in [
        (
            "rocketchat",
            r#"[{"t":"c","name":"boats"}]"#,
            "has no `_id`, which every room of Rocket.Chat has",
        ),
        (
            "mattermost",
            r#"[{"display_name":"Boats","type":"O"}]"#,
            "has neither an `id` nor `team` and `name`",
        ),
        (
            "zulip",
            r#"{"streams":[{"name":"boats"}]}"#,
            "has neither a `stream_id` nor an `id`",
        ),
        (
            "gchat",
            r#"{"id":"41771983423143936","name":"Boats","channels":[]}"#,
            "it has an ID of another kind",
        ),
        ("stream", of_slack, "it has neither `cid` nor `created_at`"),
        (
            "telegram",
            r#"{"messages":[{"id":5,"action":"topic_created","title":"Boats"}]}"#,
            "its group has no `id`",
        ),
        (
            "telegram",
            r#"{"id":3,"messages":[{"action":"topic_created","title":"Boats"}]}"#,
            "it has no `id`",
        ),
        (
            "tencent",
            r#"{"TopicInfo":[{"TopicName":"Boats","GroupId":"@TGS#_river"}]}"#,
            "has no `TopicId`, which every topic has",
        ),
    ] {
        assert_one_problem(source, text, said);
    }
}

#[test]
fn google_chat_spaces_are_read_from_answers_and_from_takeout() {
    let text = r#"{"spaces":[{"name":"spaces/AAA","displayName":"Boats","spaceType":"SPACE","spaceDetails":{"description":"d","guidelines":"g"},"createTime":"2023-01-01T00:00:00Z"},
        {"name":"spaces/BBB","spaceType":"DIRECT_MESSAGE"},{"name":"spaces/CCC","spaceType":"GROUP_CHAT"}],"nextPageToken":""}"#;
    assert_topics!("gchat", text, [{"TopicName": "Boats", "Notification": "g", "Introduction": "d", "CreateTime": 1_672_531_200}]);
    assert_eq!(left_out("gchat", text), "2 direct");
    let failed = r#"{"error":{"code":401,"status":"UNAUTHENTICATED"}}"#;
    assert!(messages("gchat", failed)[0].contains("UNAUTHENTICATED"));
}

#[test]
fn tencent_ids_that_an_app_chose_are_kept_and_others_are_not_sent() {
    let text = r#"{"ActionStatus":"OK","ErrorCode":0,"TopicAndSelfInfo":[
        {"ErrorCode":0,"TopicInfo":{"TopicName":"Boats","GroupID":"@TGS#_river","TopicId":"@TGS#_river@TOPIC#_@TOPIC#cABC"}},
        {"ErrorCode":0,"TopicInfo":{"TopicName":"Oars","GroupID":"@TGS#_river","TopicId":"@TGS#_river@TOPIC#_oars","CustomString":"c","CreateTime":1658800000}},
        {"ErrorCode":10010,"ErrorInfo":"gone"}]}"#;
    let rows = read_with(RowSettings::default(), export("tencent"), text);
    let first = rows[0].topic.as_ref().unwrap();
    assert_eq!(first.group_id().as_str(), "@TGS#_river");
    assert_eq!(first.topic_id(), None);
    assert!(rows[0].notes[0].contains("was assigned by the service"));
    let second = rows[1].topic.as_ref().unwrap();
    assert_eq!(
        second.topic_id().unwrap().as_str(),
        "@TGS#_river@TOPIC#_oars"
    );
    assert!(
        rows[2].topic.as_ref().unwrap_err()[0]
            .to_string()
            .contains("10010 \"gone\"")
    );
    // In another community, the part that the app chose stays.
    let rows = read_with(settings(), export("tencent"), text);
    let id = rows[1].topic.as_ref().unwrap().topic_id().unwrap();
    assert_eq!(id.as_str(), format!("{GROUP}@TOPIC#_oars"));
    let failed = r#"{"ActionStatus":"FAIL","ErrorCode":70001,"ErrorInfo":"UserSig expired"}"#;
    assert!(messages("tencent", failed)[0].contains("UserSig expired"));
}

#[test]
fn channels_of_chat_services_for_apps_become_topics() {
    assert_topics!("sendbird", r#"{"channels":[{"name":"Boats","channel_url":"c1","created_at":1569200000,"cover_url":"https://example.com/c.png"},
        {"name":"x","channel_url":"c2","is_distinct":true},{"name":"y","channel_url":"c3","is_distinct":false,"is_public":false},
        {"name":"z","channel_url":"c4","is_public":true,"is_access_code_required":true}],"next":""}"#,
        [{"TopicName": "Boats", "FaceUrl": "https://example.com/c.png", "CreateTime": 1_569_200_000}]);
    let channel = r#"{"channel":{"id":"boats","type":"livestream","cid":"livestream:boats","created_at":"2020-11-10T09:30:00.123456Z","name":"Boats"},"messages":[{"id":"m"}]}"#;
    assert_topics!("stream", &format!(r#"{{"channels":[{channel},{{"channel":{{"id":"!members-x","cid":"messaging:!members-x"}}}},
        {{"channel":{{"id":"old","cid":"livestream:old","name":"Old","disabled":true}}}}],"users":{{}}}}"#),
        [{"TopicName": "Boats", "CreateTime": 1_605_000_600}]);
    let lines = "{\"type\":\"channel\",\"item\":{\"id\":\"boats\",\"type\":\"livestream\",\"created_at\":1704067200,\"name\":\"Boats\"}}\n{\"type\":\"message\",\"item\":{\"id\":\"m\"}}\n";
    assert_topics!("stream", lines, [{"TopicName": "Boats", "CreateTime": 1_704_067_200}]);
    assert_topics!("cometchat", r#"{"data":[{"guid":"g","name":"Boats","type":"public","description":"d","icon":"https://example.com/b.png","createdAt":1543900000},
        {"guid":"h","name":"x","type":"password"}],"meta":{"pagination":{"current_page":1,"total_pages":1}}}"#,
        [{"TopicName": "Boats", "Introduction": "d", "FaceUrl": "https://example.com/b.png", "CreateTime": 1_543_900_000}]);
    assert_topics!("yunxin", r#"{"code":200,"pageInfo":{"hasMore":false},"channelInfos":[
        {"channelId":1,"serverId":2,"name":"Boats","topic":"t","type":0,"viewMode":0,"validFlag":1,"createTime":1675100000234},
        {"channelId":3,"serverId":2,"name":"x","type":1},{"channelId":4,"serverId":2,"name":"y","type":0,"viewMode":1}]}"#,
        [{"TopicName": "Boats", "Notification": "t", "CreateTime": 1_675_100_000}]);
    let easemob = r#"{"code":200,"channels":[{"name":"船屋","type":0,"mode":0,"description":"谁有钥匙","created":1675100000234,"server_id":"1A","channel_id":"2"}],"cursor":"x"}"#;
    assert_topics!("easemob", easemob, [{"TopicName": "船屋", "Introduction": "谁有钥匙", "CreateTime": 1_675_100_000}]);
    assert!(report("easemob", easemob).has_more_pages);
    let mut listed = RowSettings::default();
    listed.groups = Some(topic_import_bulk::input::Groups::read(&b"1A,@TGS#_a\n"[..]).unwrap());
    let rows = read_with(listed, export("easemob"), easemob);
    assert_eq!(
        rows[0].topic.as_ref().unwrap().group_id().as_str(),
        "@TGS#_a"
    );
}

#[test]
fn every_source_can_be_compiled_and_says_what_it_reads() {
    let names: Vec<String> = Export::all()
        .map(|export| export.name().to_owned())
        .collect();
    assert!(names.len() >= 15 && names.is_sorted(), "{names:?}");
    for export in Export::all() {
        let again = Export::parse(export.name(), export.program()).unwrap();
        assert_eq!(again, export);
        assert!(!export.reads().is_empty() && !export.leaves_out().is_empty());
    }
}

#[test]
fn a_program_that_cannot_be_used_says_why() {
    for (program, why) in [
        ("{TopicName: .name}", "it must begin with `module {"),
        ("module {reads: \"x\"}; .", "missing field `leaves_out`"),
        (
            "module {reads: \"x\", leaves_out: \"y\", elements: [\"a\"]}; .",
            "\"a\" is no path",
        ),
        (
            "module {reads: \"x\", leaves_out: \"y\", elements: [\".\"], els: 1}; .",
            "unknown field `els`",
        ),
        (
            "module {reads: \"x\", leaves_out: \"y\", elements: [\".[]\"]}; .name |",
            "it is no program of jq",
        ),
        (
            "module {reads: \"x\", leaves_out: \"y\", elements: [\".[]\"]}; env",
            "`env` is no filter here",
        ),
    ] {
        let error = Export::parse("mine", program).unwrap_err().to_string();
        assert!(error.contains(why), "{program}: {error}");
    }
    for name in ["", "a b", "道", "a_b", "seventeen-letters"] {
        assert!(Export::parse(name, "").is_err(), "{name}");
    }
}

#[test]
fn a_program_of_ones_own_makes_rows_notes_and_problems() {
    let program = r#"module {reads: "rooms", leaves_out: "nothing", elements: [".[]"]};
        if .kind == "dm" then {left_out: "direct"}
        elif .kind == "?" then {problem: {field: "TopicName", message: "cannot be told"}}
        elif .kind == "!" then {TopicNmae: "x"}
        elif .kind == "x" then .name.x
        elif .kind == "1" then 1
        else {id, TopicName: .name, notes: ["guessed"]} end"#;
    let export = Export::parse("mine", program).unwrap();
    let format = topic_import_bulk::input::Format::Export(export);
    let text = r#"[{"id":1,"name":"a"},{"kind":"dm"},{"kind":"?","name":"b"},{"kind":"!"},{"kind":"x","name":"c"},{"kind":"1"}]"#;
    let report = check(&Input::bytes(text.as_bytes(), format, settings())).unwrap();
    assert_eq!((report.rows, report.invalid, report.notes_total), (5, 4, 1));
    let messages: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "1: channel 3 \"b\": TopicName: cannot be told",
            "1: channel 4: TopicNmae: is no field of import_topic: did you mean `TopicName`?",
            "1: channel 4: TopicName: is missing, and required: add it",
            "1: channel 5 \"c\": the source cannot read it: cannot index \"c\" with \"x\"",
            "1: channel 6: the source makes a number of it, and no row",
        ]
    );
}

#[test]
fn what_stands_twice_is_a_problem_and_what_is_cut_off_is_replaced() {
    assert_eq!(
        messages(
            "slack",
            r#"[{"id":"C1","name":"boats","name":"oars"},{"id":"C2","name":"x","members":[{"a":1,"a":2}]}]"#
        ),
        ["1: channel 1 \"boats\": `name` stands twice: keep one"]
    );
    let cut =
        r#"[{"id":"C1","name":"boats","topic":{"value":"cut \ud83d"}},{"id":"C2","name":"oars"}]"#;
    assert_topics!("slack", cut, [{"TopicName": "boats", "Notification": "cut \u{fffd}"}, {"TopicName": "oars"}]);
    let report = report("slack", cut);
    assert_eq!(report.notes.len(), 1);
    assert_eq!(
        report.notes[0].element.as_ref().unwrap().words(),
        "channel 1 \"boats\""
    );
    assert_eq!(
        messages(
            "slack",
            "[{\"id\":\"C1\",\"name\":\"a\",\n \"created\":NaN}]"
        ),
        [
            "2: column 12: `NaN` stands where a value should (a text in double quotation marks, a number, true, false, null, a list or an object): from there on the document is no JSON"
        ]
    );
}

#[test]
fn documents_are_read_one_after_the_other_until_the_last_page() {
    let page = |id: &str, cursor: &str| {
        format!(
            r#"{{"ok":true,"channels":[{{"id":"{id}","name":"n"}}],"response_metadata":{{"next_cursor":"{cursor}"}}}}"#
        )
    };
    for between in ["", "\n", "\r\n\n"] {
        let text = [page("C1", "x"), page("C2", "")].join(between);
        let report = report("slack", &text);
        assert_eq!(
            (report.rows, report.problems_total, report.has_more_pages),
            (2, 0, false)
        );
    }
    assert!(report("slack", &page("C1", "x")).has_more_pages);
    assert_eq!(
        messages("slack", r#"{"ok":false,"error":"invalid_auth"}"#),
        [
            "1: is not a list of channels as Slack exports it (channels.json); it says error: \"invalid_auth\""
        ]
    );
    let one_failed = format!(
        "{}\n{}",
        page("C1", "x"),
        r#"{"ok":false,"error":"ratelimited"}"#
    );
    assert_eq!(messages("slack", &one_failed).len(), 1);
}

/// Pages of several systems' answers, of which each has a channel of this ID.
fn pages_of(source: &str, ids: [&str; 2]) -> [String; 2] {
    ids.map(|id| match source {
        "slack" => format!(r#"{{"ok":true,"channels":[{{"id":"{id}","name":"n"}}],"response_metadata":{{"next_cursor":""}}}}"#),
        "discord" => format!(r#"{{"guild":{{"id":"1","name":"g"}},"channel":{{"id":"19703843948331008{}","type":"GuildTextChat","name":"n"}},"messages":[]}}"#, id.len()),
        "rocketchat" => format!(r#"{{"channels":[{{"_id":"{id}","t":"c","name":"n"}}],"offset":0,"count":1,"total":1,"success":true}}"#),
        "teams" => format!(r#"{{"@odata.context":"x","value":[{{"id":"19:{id}@thread.tacv2","displayName":"n","membershipType":"standard"}}]}}"#),
        "matrix" => format!(r#"{{"chunk":[{{"room_id":"!{id}:example.com","name":"n","join_rule":"public"}}]}}"#),
        "zulip" => format!(r#"{{"result":"success","msg":"","streams":[{{"stream_id":{},"name":"n"}}]}}"#, id.len()),
        "easemob" => format!(r#"{{"code":200,"channels":[{{"channel_id":"{id}","name":"n"}}]}}"#),
        "yunxin" => format!(r#"{{"code":200,"data":{{"datas":[{{"channelId":"{id}","name":"n"}}]}}}}"#),
        other => unreachable!("{other}"),
    })
}

#[test]
fn a_list_of_answers_is_read_as_the_answers_one_after_the_other() {
    for source in [
        "slack",
        "discord",
        "rocketchat",
        "teams",
        "matrix",
        "zulip",
        "easemob",
        "yunxin",
    ] {
        let pages = pages_of(source, ["C1", "C22"]);
        let [glued, listed] = [pages.concat(), format!("[{}]", pages.join(",\n"))];
        assert_eq!(bodies(source, &glued).len(), 2, "{source}");
        assert_eq!(bodies(source, &listed), bodies(source, &glued), "{source}");
        assert_eq!(
            messages(source, &listed),
            messages(source, &glued),
            "{source}"
        );
    }
    let [first, _] = pages_of("slack", ["C1", "C2"]);
    let failed = format!(r#"[{first},{{"ok":false,"error":"ratelimited"}}]"#);
    assert_eq!(
        messages("slack", &failed),
        [
            "1: is not a list of channels as Slack exports it (channels.json); it says error: \"ratelimited\""
        ]
    );
    let more = format!(
        "[{}]",
        first.replace("\"next_cursor\":\"\"", "\"next_cursor\":\"x\"")
    );
    assert!(report("slack", &more).has_more_pages);
    assert!(!report("slack", &format!("[{first}]")).has_more_pages);
}

#[test]
fn an_element_of_a_list_that_holds_a_list_itself_is_no_answer() {
    let text = r#"[{"id":"197038439483310086","type":0,"name":"a","threads":[{"id":"197038439483310087","type":11,"name":"t"}]},
        {"type":0,"name":"b","id":"197038439483310088","threads":[]}]"#;
    assert_eq!(bodies("discord", text).len(), 2);
    assert_eq!(left_out("discord", text), "");
}

#[test]
fn a_byte_order_mark_between_documents_is_passed_over() {
    const MARK: char = '\u{feff}';
    let pages = pages_of("slack", ["C1", "C2"]);
    let text = format!("{MARK}{}\n{MARK}{}\n", pages[0], pages[1]);
    assert_eq!(bodies("slack", &text).len(), 2);
    assert_eq!(messages("slack", &text), Vec::<String>::new());
}

#[test]
fn the_same_channel_is_the_same_topic_and_one_that_stands_twice_is_said() {
    let text = r#"[{"id":"C1","name":"boats"},{"id":"C1","name":"boats"},
{"id":"C1","name":"oars"},{"id":"C2","name":"boats"}]"#;
    let report = report("slack", text);
    assert_eq!(
        (report.rows, report.invalid, report.repeated_channels),
        (3, 1, 1)
    );
    let messages: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "2: channel 3 \"oars\": has the ID \"C1\", which stands in line 1 with other content: keep the one that is right"
        ]
    );
}
