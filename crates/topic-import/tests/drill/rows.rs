//! Rows to import, and whether topics are as they say.

use fastrand::Rng;
use serde_json::{Value, json};
use topic_import_emulator::{Account, Topic};

/// What stands between the group and the rest of a `TopicId`.
const MARK: &str = "@TOPIC#_";
const GROUPS: [&str; 5] = [
    "@TGS#_riverside",
    "@TGS#_harbour",
    "@TGS#_old-town",
    "@TGS#_@TGS#cNQ5AHUM62CO",
    "@TGS#_x",
];
const TEXTS: [&str; 6] = [
    "",
    "mind the gap",
    "注意脚下 — und Stufe",
    "a \"quote\", a \\ and a / in it",
    "two\nlines and\ta tab",
    "👋🏽 émigré",
];

/// A line of the input.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) group_id: String,
    /// `None`: it is derived, or the service chooses it.
    pub(crate) topic_id: Option<String>,
    pub(crate) topic_name: String,
    from_account: Option<Account>,
    custom_string: Option<String>,
    face_url: Option<String>,
    notification: Option<String>,
    introduction: Option<String>,
    create_time: Option<u32>,
}

/// Rows with and without a `TopicId`, of several groups; some of those without one are equal.
pub(crate) fn mixed(count: usize, chance: &mut Rng) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(count);
    for number in 0..count {
        let unnamed = rows.last().filter(|last| last.topic_id.is_none());
        rows.push(match unnamed.cloned() {
            Some(last) if chance.u8(..10) == 0 => last,
            _ => {
                let mut row = drawn(number, chance);
                row.topic_id = chance
                    .bool()
                    .then(|| format!("{}{MARK}{number}", row.group_id));
                row
            }
        });
    }
    rows
}

/// Rows whose topics the service is to name. No two have the same `TopicName`.
pub(crate) fn unnamed(count: usize, chance: &mut Rng) -> Vec<Row> {
    (0..count).map(|number| drawn(number, chance)).collect()
}

fn drawn(number: usize, chance: &mut Rng) -> Row {
    Row {
        group_id: group_id(number, chance),
        topic_id: None,
        topic_name: format!("Topic {number} 话题"),
        from_account: match chance.u8(..4) {
            0 => Some(Account::Number(chance.u64(..1 << 40))),
            1 => Some(Account::Text("founder".into())),
            _ => None,
        },
        custom_string: text(chance),
        face_url: chance
            .bool()
            .then(|| format!("https://example.com/{number}.png?size=2&x=%20")),
        notification: text(chance),
        introduction: text(chance),
        create_time: (chance.u8(..4) > 0).then(|| chance.u32(..)),
    }
}

/// One of five groups for each 500 rows, which leaves none with more than 200.
fn group_id(number: usize, chance: &mut Rng) -> String {
    let group = *chance.choice(&GROUPS).unwrap();
    match number / 500 {
        0 => group.to_owned(),
        further => format!("{group}-{further}"),
    }
}

fn text(chance: &mut Rng) -> Option<String> {
    let text = *chance.choice(&TEXTS).unwrap();
    chance.bool().then(|| text.to_owned())
}

impl Row {
    pub(crate) const fn create_time(&self) -> Option<u32> {
        self.create_time
    }

    /// The row as the input has it.
    pub(crate) fn json(&self) -> Value {
        let mut json = json!({"GroupId": self.group_id, "TopicName": self.topic_name});
        let account = self.from_account.as_ref().map(|account| match account {
            Account::Number(number) => json!(number),
            account => json!(account.to_string()),
        });
        let fields = [
            ("TopicId", self.topic_id.as_ref().map(|id| json!(id))),
            ("From_Account", account),
            (
                "CustomString",
                self.custom_string.as_ref().map(|s| json!(s)),
            ),
            ("FaceUrl", self.face_url.as_ref().map(|s| json!(s))),
            ("Notification", self.notification.as_ref().map(|s| json!(s))),
            ("Introduction", self.introduction.as_ref().map(|s| json!(s))),
            ("CreateTime", self.create_time.map(|time| json!(time))),
        ];
        for (field, value) in fields {
            if let Some(value) = value {
                json[field] = value;
            }
        }
        json
    }

    /// Whether a topic is in every field what this row says. Of a time that it does not say, any will do.
    pub(crate) fn is(&self, topic: &Topic) -> bool {
        let profile = &topic.profile;
        let texts = [
            (&self.custom_string, &profile.custom_string),
            (&self.face_url, &profile.face_url),
            (&self.notification, &profile.notification),
            (&self.introduction, &profile.introduction),
        ];
        topic.group_id == self.group_id
            && self
                .topic_id
                .as_ref()
                .is_none_or(|id| *id == topic.topic_id)
            && *profile.topic_name == *self.topic_name
            && profile.from_account == self.from_account
            && texts
                .into_iter()
                .all(|(wanted, found)| wanted.as_deref() == found.as_deref())
            && self
                .create_time
                .is_none_or(|time| time == profile.create_time)
    }
}

/// The rows as JSON Lines.
pub(crate) fn jsonl(rows: &[Row]) -> String {
    let lines: Vec<String> = rows.iter().map(|row| row.json().to_string()).collect();
    lines.join("\n")
}
