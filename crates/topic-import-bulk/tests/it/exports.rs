//! Lists of channels as other systems export them, quirks included. All content is made up.

use topic_import_bulk::check::{CheckReport, check};
use topic_import_bulk::input::{Format, Groups, Input, LeftOut, RowSettings};
use topic_import_core::ImportTopic;

use crate::support::{GROUP, export as format, read_with};

fn settings() -> RowSettings {
    let mut settings = RowSettings::default();
    settings.group_id = Some(GROUP.parse().unwrap());
    settings
}

fn with_private() -> RowSettings {
    let mut settings = settings();
    settings.include_private = true;
    settings
}

fn with_archived() -> RowSettings {
    let mut settings = settings();
    settings.include_archived = true;
    settings
}

fn report(settings: RowSettings, export: &str, text: &str) -> CheckReport {
    let input = Input::bytes(text.as_bytes(), format(export), settings);
    check(&input).unwrap()
}

fn messages(settings: RowSettings, export: &str, text: &str) -> Vec<String> {
    let problems = report(settings, export, text).problems;
    problems.iter().map(ToString::to_string).collect()
}

/// The bodies of all requests, as lines of JSON without the group.
fn bodies(settings: RowSettings, export: &str, text: &str) -> Vec<String> {
    let rows = read_with(settings, format(export), text);
    let topics = rows.into_iter().map(|row| row.topic.unwrap());
    topics.map(|topic| body(&topic)).collect()
}

fn body(topic: &ImportTopic) -> String {
    let json = serde_json::to_string(topic).unwrap();
    json.replacen(&format!("\"GroupId\":\"{GROUP}\","), "", 1)
}

fn left_out(settings: RowSettings, export: &str, text: &str) -> String {
    let input = Input::bytes(text.as_bytes(), format(export), settings);
    words(&input.each_row(|_| {}).unwrap().left_out)
}

fn words(left_out: &LeftOut) -> String {
    let counts: Vec<String> = left_out
        .counts()
        .map(|(reason, count)| format!("{count} {}", reason.name()))
        .collect();
    counts.join(", ")
}

const SLACK: &str = r#"[
    {"id": "C01", "name": "general", "created": "1460742065", "is_archived": false, "is_general": true, "members": [],
     "topic": {"value": "Q&amp;A &lt;here&gt;\r\nand there", "creator": "U1", "last_set": "0"},
     "purpose": {"value": "R&amp;amp;D", "creator": "U1", "last_set": 1460742067}},
    {"id": "C02", "name": "новости", "created": 1460742066, "topic": {"value": ""}, "purpose": null},
    {"id": "C03", "name": "old", "created": "1460742067", "is_archived": true},
    {"id": "C04", "name": "bare"},
    {"id": "D05", "created": 1460742068, "members": ["U1", "U2"]},
    {"id": "G06", "name": "mpdm-a--b-1", "is_mpim": true, "is_archived": true}
]"#;

#[test]
fn slack_texts_are_decoded_and_numbers_may_be_text() {
    assert_eq!(
        bodies(settings(), "slack", SLACK),
        [
            r#"{"TopicName":"general","CustomString":"{\"source\":\"slack\",\"id\":\"C01\"}","Notification":"Q&A <here>\nand there","Introduction":"R&amp;D","CreateTime":1460742065}"#,
            r#"{"TopicName":"новости","CustomString":"{\"source\":\"slack\",\"id\":\"C02\"}","CreateTime":1460742066}"#,
            r#"{"TopicName":"bare","CustomString":"{\"source\":\"slack\",\"id\":\"C04\"}"}"#,
        ]
    );
    assert_eq!(left_out(settings(), "slack", SLACK), "1 archived, 2 direct");
    assert_eq!(bodies(with_archived(), "slack", SLACK).len(), 4);
    assert_eq!(left_out(with_archived(), "slack", SLACK), "2 direct");
    let answer = format!(r#"{{"ok":true,"channels":{SLACK},"response_metadata":{{}}}}"#);
    assert_eq!(
        bodies(settings(), "slack", &answer),
        bodies(settings(), "slack", SLACK)
    );
}

#[test]
fn lines_may_end_with_a_carriage_return_or_there_may_be_one_alone() {
    let windows = SLACK.replace('\n', "\r\n");
    let one_line = SLACK.replace('\n', "");
    let marked = format!("\u{feff}{SLACK}\n");
    for text in [windows, one_line, marked] {
        assert_eq!(
            bodies(settings(), "slack", &text),
            bodies(settings(), "slack", SLACK)
        );
    }
}

#[test]
fn a_problem_names_line_and_channel() {
    let text = r#"[{"id": "C1", "name": "a", "is_archived": true},
{"id": "C2", "name": "一二三四五六七八九十甲", "created": "soon"},
{"id": "C3", "name": ["b"]}, {"id": "C4"},
7]"#;
    let report = report(settings(), "slack", text);
    assert_eq!((report.rows, report.invalid), (4, 4));
    let messages: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "2: channel 2 \"一二三四五六七八九十甲\": CreateTime: is \"soon\": it must be Unix seconds, or RFC 3339 with its offset, such as 2019-05-04T09:30:00+08:00",
            "2: channel 2 \"一二三四五六七八九十甲\": TopicName: is 33 bytes long, 3 over the limit of 30 (UTF-8: a Chinese character takes 3): shorten it",
            "3: channel 3: TopicName: `.name` is a list: it must be text",
            "3: channel 4: TopicName: is missing, and required: add it",
            "4: channel 5: is a number: it must be an object",
        ]
    );
    let problem = serde_json::to_value(&report.problems[1]).unwrap();
    assert_eq!(problem["element"], "channel 2 \"一二三四五六七八九十甲\"");
    assert_eq!(problem["line"], 2);
}

const DISCORD: &str = r#"{"t": "GUILD_CREATE", "s": 1, "op": 0, "d": {"id": "41771983423143936", "name": "Riverside",
 "roles": [{"channels": [{"id": "1", "name": "no channel"}]}],
 "channels": [
  {"id": "175928847299117063", "type": 0, "name": "general", "topic": "Be kind.\n\nAlways.", "position": 1},
  {"id": 175928847299117064, "type": "5", "name": "news", "topic": null},
  {"id": "175928847299117065", "name": "untyped", "topic": ""},
  {"id": "175928847299117066", "type": 15, "name": "forum"},
  {"id": "2", "type": 1, "recipients": []}, {"id": "3", "type": 3},
  {"id": "4", "type": 2, "name": "Voice", "bitrate": 64000}, {"id": "5", "type": 13, "name": "Stage"},
  {"id": "6", "type": 4, "name": "TEXT CHANNELS"}, {"id": "7", "type": 11, "name": "a thread"},
  {"id": "8", "type": 14, "name": "hub"}
 ], "members": [], "threads": [{"id": "10", "type": 11, "name": "another thread"}]}}"#;

#[test]
fn discord_ids_tell_the_time_and_types_what_becomes_a_topic() {
    let expected = [
        r#"{"TopicName":"general","CustomString":"{\"source\":\"discord\",\"id\":\"175928847299117063\"}","Notification":"Be kind.\n\nAlways.","CreateTime":1462015105}"#,
        r#"{"TopicName":"news","CustomString":"{\"source\":\"discord\",\"id\":175928847299117064}","CreateTime":1462015105}"#,
        r#"{"TopicName":"untyped","CustomString":"{\"source\":\"discord\",\"id\":\"175928847299117065\"}","CreateTime":1462015105}"#,
        r#"{"TopicName":"forum","CustomString":"{\"source\":\"discord\",\"id\":\"175928847299117066\"}","CreateTime":1462015105}"#,
    ];
    let out = "2 direct, 2 voice, 1 category, 1 thread, 1 other";
    let guild = DISCORD.split_once("\"d\": ").unwrap().1;
    let guild = guild.strip_suffix('}').unwrap();
    let (_, list) = guild.rsplit_once("\"channels\": ").unwrap();
    let (list, _) = list.rsplit_once(", \"members\"").unwrap();
    let all = out.replace("1 thread", "2 thread");
    for (text, out) in [(DISCORD, &*all), (guild, &*all), (list, out)] {
        assert_eq!(bodies(settings(), "discord", text), expected);
        assert_eq!(left_out(settings(), "discord", text), out);
    }
    assert_eq!(
        messages(settings(), "discord", r#"[{"id":"general","name":"a"}]"#),
        [
            "1: channel 1 \"a\": CreateTime: cannot be told: `.id` is \"general\", and no ID of Discord"
        ]
    );
    assert_eq!(
        messages(
            settings(),
            "discord",
            r#"[{"id":"9","type":77,"name":"from the future"},{"id":"9","type":"GuildHologram"}]"#
        ),
        [
            "1: channel 1 \"from the future\": `.type` is 77, which is not a known type of Discord channel",
            "1: channel 2: `.type` is \"GuildHologram\", which is not a known type of Discord channel",
        ]
    );
}

const MATTERMOST: &str = r#"{"type":"version","version":1,"info":{"generator":"test"}}
{"type":"team","team":{"name":"riverside","display_name":"Riverside","type":"O"}}
{"type":"channel","channel":{"team":"riverside","name":"town-square","display_name":"Town Square","type":"O","header":"[wiki](https://example.com)","purpose":"All of us\r\nhere"}}

{"type":"channel","channel":{"team":"hillside","name":"secret","display_name":"","type":"P","header":"","purpose":""}}
{"type":"channel","channel":{"team":"riverside","name":"old","display_name":"Old","type":"O","deleted_at":1460742065000}}
{"channel":{"name":"kept","team":"riverside","create_at":"1460742065999","delete_at":0},"type":"channel"}
{"type":"role","role":{"name":"guest"}}
{"type":"user","user":{"username":"ann","teams":null,"channel":{"name":"x"}}}
{"type":"post","post":{"team":"riverside","channel":"town-square","message":"hello"}}
{"type":"direct_channel","direct_channel":{"members":["ann","bob"],"favorited_by":null,"header":""}}
{"type":"direct_channel","direct_channel":{"members":["ann","bob","eve"],"favorited_by":null,"header":""}}
{"type":"direct_post","direct_post":{"channel_members":["ann","bob"],"user":"ann","message":"hello"}}
"#;

#[test]
fn mattermost_lines_that_are_no_channels_are_passed_over() {
    assert_eq!(
        bodies(with_private(), "mattermost", MATTERMOST),
        [
            r#"{"TopicName":"Town Square","CustomString":"{\"source\":\"mattermost\",\"team\":\"riverside\",\"name\":\"town-square\"}","Notification":"[wiki](https://example.com)","Introduction":"All of us\nhere"}"#,
            r#"{"TopicName":"secret","CustomString":"{\"source\":\"mattermost\",\"team\":\"hillside\",\"name\":\"secret\"}"}"#,
            r#"{"TopicName":"kept","CustomString":"{\"source\":\"mattermost\",\"team\":\"riverside\",\"name\":\"kept\"}","CreateTime":1460742065}"#,
        ]
    );
    assert_eq!(
        left_out(settings(), "mattermost", MATTERMOST),
        "1 archived, 1 private, 2 direct"
    );
    assert_eq!(bodies(settings(), "mattermost", MATTERMOST).len(), 2);
    assert_eq!(bodies(with_archived(), "mattermost", MATTERMOST).len(), 3);
    let text = "{\"type\":\"channel\"}\n{\"type\":\"channel\",\n[]\n{\"version\":1}";
    assert_eq!(
        messages(settings(), "mattermost", text),
        [
            "1: `channel` is null: it must be an object",
            "2: column 18: nothing more stands where a value should (a text in double quotation marks, a number, true, false, null, a list or an object): a row is one JSON object on one line",
            "3: does not say what it holds: a line of a Mattermost bulk export has a `type`",
            "4: does not say what it holds: a line of a Mattermost bulk export has a `type`",
        ]
    );
}

#[test]
fn a_post_that_is_longer_than_any_row_is_no_problem() {
    let long = "x".repeat(2 * 1024 * 1024);
    let post = format!(" {{ \"type\" : \"post\", \"post\":{{\"message\":\"{long}\"}}}}\n");
    let channel = format!("{{\"type\":\"channel\",\"channel\":{{\"header\":\"{long}\"}}}}\n");
    let report = report(settings(), "mattermost", &(post + MATTERMOST + &channel));
    assert_eq!((report.rows, report.invalid), (3, 1));
    assert_eq!(
        report.problems[0].to_string(),
        "15: is longer than 1 MiB: a row is one JSON object on one line"
    );
}

const ZULIP: &str = r#"{"streams": {
  "lobby": {"id": 20, "latest_id": 7, "topic_data": {
    "greetings": {"latest_date": 1597945787, "size": 3},
    "✔ done": {"latest_date": 1583513559, "size": 1}
  }},
  "empty": {"id": 21, "latest_id": 0, "topic_data": {}},
  "no ID": {"topic_data": {"greetings": {"size": 1}}}
}, "time": 1747415674.118782}"#;

#[test]
fn zulip_streams_become_groups_and_their_topics_topics() {
    assert_eq!(
        bodies(settings(), "zulip", ZULIP),
        [
            r#"{"TopicName":"greetings","CustomString":"{\"source\":\"zulip\",\"stream_id\":20,\"stream\":\"lobby\",\"topic\":\"greetings\"}"}"#,
            r#"{"TopicName":"✔ done","CustomString":"{\"source\":\"zulip\",\"stream_id\":20,\"stream\":\"lobby\",\"topic\":\"✔ done\"}"}"#,
            r#"{"TopicName":"greetings","CustomString":"{\"source\":\"zulip\",\"stream\":\"no ID\",\"topic\":\"greetings\"}"}"#,
        ]
    );
    let mut listed = RowSettings::default();
    listed.groups = Some(Groups::read(&b"source,GroupId\nlobby,@TGS#_lobby\n"[..]).unwrap());
    let rows = read_with(listed.clone(), format("zulip"), ZULIP);
    for row in &rows[..2] {
        let topic = row.topic.as_ref().unwrap();
        assert_eq!(topic.group_id().as_str(), "@TGS#_lobby");
    }
    assert_eq!(
        messages(listed, "zulip", ZULIP),
        [
            "7: topic 3 \"greetings\": GroupId: the stream \"no ID\" is not in the list of groups: add it"
        ]
    );
}

#[test]
fn a_zulip_stream_that_holds_no_topics_is_said_to() {
    let text = r#"{"streams": {
  "number": 5,
  "list": [{"topic_data": {"a": {}}}],
  "nothing": null,
  "half": {"id": 1, "topic_data": 7},
  "bare": {},
  "unread": {"id": 9},
  "void": {"id": 9, "topic_data": null},
  "quiet": {"id": 10, "topic_data": {}},
  "lobby": {"id": 2, "topic_data": {"greetings": {"size": 1}}}
}}"#;
    assert_eq!(
        messages(settings(), "zulip", text),
        [
            "2: stream \"number\": is no object: is the export whole?",
            "3: stream \"list\": is no object: is the export whole?",
            "4: stream \"nothing\": is no object: is the export whole?",
            "5: stream \"half\": `topic_data` is no object: is the export whole?",
            "6: stream \"bare\": has no `topic_data`: is the export whole?",
            "7: stream \"unread\": has no `topic_data`: is the export whole?",
            "8: stream \"void\": `topic_data` is no object: is the export whole?",
        ]
    );
    assert_eq!(report(settings(), "zulip", text).rows, 8);
}

#[test]
fn a_channel_of_discord_is_no_channel_of_slack() {
    let text = r#"[{"id":"41771983423143937","name":"general","type":0}]"#;
    assert_eq!(
        messages(settings(), "slack", text),
        ["1: channel 1 \"general\": `.id` is a number, not a Slack ID"]
    );
}

#[test]
fn a_document_in_another_encoding_says_so() {
    let utf_32 = b"\xff[\0\0\0]\0\0\0".as_slice();
    for export in ["slack", "discord", "zulip"] {
        let input = Input::bytes(utf_32, format(export), settings());
        let problem = check(&input).unwrap().problems.remove(0);
        assert_eq!(
            problem.to_string(),
            "1: the input is not UTF-8: save it in that encoding"
        );
    }
}

#[test]
fn sources_that_nothing_belongs_to_are_told() {
    let mut listed = RowSettings::default();
    let list = b"lobby,@TGS#_a\nLobby,@TGS#_b\nno ID,@TGS#_c\nempty,@TGS#_d\n";
    listed.groups = Some(Groups::read(&list[..]).unwrap());
    let input = Input::bytes(ZULIP.as_bytes(), format("zulip"), listed);
    assert_eq!(check(&input).unwrap().unnamed_sources, ["Lobby", "empty"]);
}

#[test]
fn who_becomes_no_community_is_named() {
    let none = RowSettings::default;
    assert_eq!(
        messages(none(), "slack", r#"[{"id":"C1","name":"a"}]"#),
        ["1: channel 1 \"a\": GroupId: the workspace becomes no community yet"]
    );
    let line = r#"{"type":"channel","channel":{"team":"hillside","name":"a"}}"#;
    assert_eq!(
        messages(none(), "mattermost", line),
        ["1: channel \"a\": GroupId: the team \"hillside\" becomes no community yet"]
    );
}

#[test]
fn a_document_that_is_cut_short_or_of_another_shape_spoils_every_row() {
    for (export, text, what) in [
        (
            "slack",
            &SLACK[..SLACK.len() - 2],
            "9: the document ends in the middle: is the file whole?",
        ),
        (
            "slack",
            ZULIP,
            "1: is not a list of channels as Slack exports it (channels.json)",
        ),
        (
            "discord",
            ZULIP,
            "1: is not a guild of Discord with its `channels`, nor a list of channels",
        ),
        (
            "zulip",
            SLACK,
            "1: is not a stream_index.json of zulip-archive: it has no `streams`",
        ),
    ] {
        let report = report(settings(), export, text);
        assert!(report.header_is_bad);
        assert_eq!(report.invalid, report.rows);
        let found: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(found, [what]);
    }
}

#[test]
fn what_is_passed_over_in_a_document_must_be_json_as_well() {
    for (text, what) in [
        (
            "{\"x\":,\"channels\":[{\"name\":\"a\"}]}",
            "1: column 6: `,` stands where a value should (a text in double quotation marks, a number, true, false, null, a list or an object): from there on the document is no JSON",
        ),
        (
            "{\"channels\":[{\"name\":\"a\"}],\n\"roles\":[{\"id\":\n01}]}",
            "3: column 2: `01` stands in a number, which must be written such as 0, -7 or 1.5e3: from there on the document is no JSON",
        ),
    ] {
        let report = report(settings(), "discord", text);
        assert!(report.header_is_bad, "{text}");
        let found: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(found, [what]);
    }
}

#[test]
fn equal_topics_on_one_line_are_still_told_apart() {
    // A group_info.json outside its folder does not say its ID.
    let text = r#"{"name":"a"}{"name":"a"}{"name":"spaces/C1","displayName":"a"}"#;
    assert_eq!(report(settings(), "gchat", text).problems_total, 0);
    let input = Input::bytes(text.as_bytes(), format("gchat"), settings());
    let trial = crate::support::Trial::new().deriving_topic_ids();
    trial.import_input(&input);
    let topics = trial.emulator.state().topics();
    assert_eq!(topics.len(), 3);
}

#[test]
fn what_is_kept_of_an_invalid_row_can_be_mended_and_imported_as_jsonl() {
    let text = r#"[{"id": "C1", "name": "一二三四五六七八九十甲", "topic": {"value": "t"}}, {"id": "C2", "name": 1, "created": []}]"#;
    let input = Input::bytes(text.as_bytes(), format("slack"), settings());
    let file = crate::support::JournalFile::new();
    let journal = file.load(&input, topic_import_bulk::check::TopicIds::Derived);
    let rows = crate::support::wait(crate::support::read_rows(
        &journal,
        &topic_import_bulk::Outcome::ALL,
        topic_import_bulk::journal::Order::Input,
    ));
    let kept: Vec<&str> = rows
        .iter()
        .map(|row| row.as_read.as_deref().unwrap())
        .collect();
    assert_eq!(
        kept,
        [
            r#"{"GroupId":"@TGS#_riverside","TopicId":"@TGS#_riverside@TOPIC#_slack-C1","TopicName":"一二三四五六七八九十甲","CustomString":"{\"source\":\"slack\",\"id\":\"C1\"}","Notification":"t"}"#,
            r#"{"id":"C2","name":1,"created":[]}"#,
        ]
    );
    for line in kept {
        assert!(read_with(settings(), Format::Jsonl, line)[0].topic.is_err());
    }
}
