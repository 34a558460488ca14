//! Carries out the trials.

use std::ops::ControlFlow;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};
use topic_import_core::{
    CallError, CallEvent, Code, Failure, GetTopic, ImportTopic, Service, TOPIC_ID_SEPARATOR,
    TopicInfo, Unchecked,
};

use super::belief::{Fields, Found, Import, TOPICS_PER_COMMUNITY, TopicIdForm, Trial};
use super::prober::Prober;

/// The service name of `get_topic` and `destroy_topic`.
const READING: Service = Service::MillionGroupOpenHttpSvc;
/// How often to look for a topic that should be shown, or should no longer be shown.
const LOOKS: u32 = 4;
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// No more topics are prepaid, or the community takes no more.
const FULL: Code = Code::new(10037);
/// How many seconds the service's clock may differ from this machine's.
const CLOCKS_DIFFER: u64 = 300;

impl Prober {
    /// Makes a trial once. A long trial ends early when `is_to_stop` returns true.
    pub(super) async fn try_out(&mut self, trial: &Trial, is_to_stop: &impl Fn() -> bool) -> Found {
        let found = match trial {
            Trial::Import(import) => self.import(import).await,
            Trial::ImportText(body) => self.import_text(body).await,
            Trial::ImportTaken => self.import_taken().await,
            Trial::ImportNow => self.import_now().await,
            Trial::Get(fields) => self.get_with(fields).await,
            Trial::GetWhole => self.get_whole().await,
            Trial::GetMissing => self.get_missing().await,
            Trial::GetMany(ids) => self.get_many(*ids).await,
            Trial::GetAll => self.get_all().await,
            Trial::Destroy => self.destroy_once().await,
            Trial::DestroyTwice => self.destroy_twice().await,
            Trial::ImportDestroyed => self.import_destroyed().await,
            Trial::Fill(topics) => self.fill(*topics, is_to_stop).await,
            Trial::WrongSignature => self.sign_wrongly().await,
        };
        // An error is a result, too; it only ends a trial early.
        found.unwrap_or_else(|found| found)
    }

    async fn import(&mut self, import: &Import) -> Result<Found, Found> {
        let mut body = self.plain_topic();
        match self.topic_id(&import.topic_id) {
            Some(topic_id) => body.insert("TopicId".into(), topic_id.into()),
            None => body.remove("TopicId"),
        };
        change(&mut body, &import.fields);
        let service = import.service.unwrap_or(self.service);
        let topic_id = self.import_body(service, &body).await?;
        let Some(topic) = self.shown(&topic_id).await else {
            return Ok(Found::Done("taken"));
        };
        match changed_fields(&body, &topic).first() {
            Some(field) => Err(Found::Otherwise(format!("taken, but {field} is changed"))),
            None => Ok(Found::Done("taken")),
        }
    }

    async fn import_text(&mut self, body: &str) -> Result<Found, Found> {
        let sent = self.send::<ImportTopic>(self.service, body).await;
        sent.map(|_| Found::Done("taken"))
            .map_err(|error| (&error).into())
    }

    async fn import_taken(&mut self) -> Result<Found, Found> {
        let mut body = self.plain_topic();
        let name = format!("{} again", self.names.own());
        body.insert("TopicId".into(), self.first.as_str().into());
        body.insert("TopicName".into(), name.into());
        let Err(refused) = self.import_body(self.service, &body).await else {
            return Ok(Found::Done("taken"));
        };
        let topic = self.shown(&self.first).await;
        match topic.and_then(|topic| topic.topic_name) {
            Some(name) if name != self.names.own() => {
                Err(Found::Otherwise("refused, but the topic is changed".into()))
            }
            _ => Err(refused),
        }
    }

    async fn import_now(&mut self) -> Result<Found, Found> {
        let body = self.plain_topic();
        let topic_id = self.import_body(self.service, &body).await?;
        let mut topic = self.shown(&topic_id).await;
        for _ in 1..LOOKS {
            if topic.is_some() {
                break;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
            topic = self.shown(&topic_id).await;
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = i64::try_from(now.unwrap_or_default().as_secs()).unwrap_or(i64::MAX);
        match topic.and_then(|topic| topic.create_time) {
            Some(time) if time.abs_diff(now) <= CLOCKS_DIFFER => Ok(Found::Done("taken")),
            Some(time) => Err(Found::Otherwise(format!(
                "taken, but CreateTime is {time}; it is {now} here"
            ))),
            None => Err(Found::Nothing(
                "taken, but get_topic does not show CreateTime".into(),
            )),
        }
    }

    async fn get_with(&mut self, fields: &Fields) -> Result<Found, Found> {
        let mut body = self.question(&[&self.first]);
        change(&mut body, fields);
        self.ask(&body).await.map(|_| Found::Done("answered"))
    }

    async fn get_whole(&mut self) -> Result<Found, Found> {
        let mut body = self.plain_topic();
        let texts = [
            ("CustomString", "{\"probe\": true}"),
            ("FaceUrl", "https://example.com/probe.png"),
            ("Notification", "probe notification 题"),
            ("Introduction", "probe introduction 题"),
        ];
        for (field, text) in texts {
            body.insert(field.into(), text.into());
        }
        body.insert("CreateTime".into(), 1_448_357_837.into());
        let topic_id = self
            .import_body(self.service, &body)
            .await
            .map_err(no_topic)?;

        let question = self.question(&[&topic_id]);
        let mut wrong = Vec::new();
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
            let items = self.ask(&question).await?;
            match &*items {
                [item] if is_there(item) => {
                    wrong = wrong_fields(&body, &item["TopicInfo"]);
                    if wrong.is_empty() {
                        return Ok(Found::Done("shown"));
                    }
                    break;
                }
                _ => wrong = vec!["the topic is not shown".into()],
            }
        }
        Err(Found::Otherwise(wrong.join(", ")))
    }

    async fn get_missing(&mut self) -> Result<Found, Found> {
        let missing = self.names.fresh_topic_id();
        let items = self.ask(&self.question(&[&missing])).await?;
        if items.iter().any(is_there) {
            return Err(Found::Otherwise("shown as there".into()));
        }
        Ok(Found::Done("not shown"))
    }

    async fn get_many(&mut self, count: usize) -> Result<Found, Found> {
        let missing = (1..count).map(|_| self.names.fresh_topic_id());
        let missing: Vec<String> = missing.collect();
        let mut ids: Vec<&str> = missing.iter().map(String::as_str).collect();
        ids.push(&self.first);
        let items = self.ask(&self.question(&ids)).await?;
        if items.iter().any(is_there) {
            return Ok(Found::Done("shown"));
        }
        Err(Found::Otherwise("answered, but not shown".into()))
    }

    async fn get_all(&mut self) -> Result<Found, Found> {
        let items = self.ask_for_all().await?;
        let first = |item: &Value| {
            let topic = &item["TopicInfo"];
            topic["TopicId"] == *self.first || topic["TopicName"] == *self.names.own()
        };
        if items.iter().any(|item| is_there(item) && first(item)) {
            return Ok(Found::Done("shown"));
        }
        Err(Found::Otherwise("answered, but not shown".into()))
    }

    async fn destroy_once(&mut self) -> Result<Found, Found> {
        self.gone_topic().await?;
        Ok(Found::Done("destroyed"))
    }

    async fn import_destroyed(&mut self) -> Result<Found, Found> {
        let topic_id = self.gone_topic().await?;
        let mut body = self.plain_topic();
        body.insert("TopicId".into(), topic_id.into());
        self.import_body(self.service, &body).await?;
        Ok(Found::Done("taken"))
    }

    /// Imports topics until the community is full or has this number of topics, including those of others.
    async fn fill(
        &mut self,
        topics: usize,
        is_to_stop: &impl Fn() -> bool,
    ) -> Result<Found, Found> {
        let items = self.ask_for_all().await?;
        let there = items.into_iter().filter(is_there).count();
        for number in there..topics {
            if is_to_stop() {
                return Err(Found::Nothing("stopped before".into()));
            }
            let body = self.plain_topic();
            match self.import_body(self.service, &body).await {
                Ok(_) => {}
                Err(Found::Refused(code, _)) if code == FULL => {
                    return match number {
                        TOPICS_PER_COMMUNITY => Ok(Found::Done("full at 200")),
                        _ => Err(Found::Otherwise(format!("full at {number}"))),
                    };
                }
                Err(found) => return Err(found),
            }
        }
        if topics > TOPICS_PER_COMMUNITY {
            Err(Found::Otherwise(format!("not full at {topics}")))
        } else {
            Err(Found::Nothing(format!("not full at {topics}")))
        }
    }

    async fn destroy_twice(&mut self) -> Result<Found, Found> {
        let topic_id = self.doomed_topic().await?;
        self.destroy_one(&topic_id).await
    }

    /// Imports a topic, destroys it, and waits until it is no longer shown.
    async fn gone_topic(&mut self) -> Result<String, Found> {
        let topic_id = self.doomed_topic().await?;
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
            if self.shown(&topic_id).await.is_none() {
                return Ok(topic_id);
            }
        }
        Err(Found::Otherwise("destroyed, but still shown".into()))
    }

    /// Imports a topic and destroys it, without waiting until it is no longer shown.
    async fn doomed_topic(&mut self) -> Result<String, Found> {
        let body = self.plain_topic();
        let imported = self.import_body(self.service, &body).await;
        let topic_id = imported.map_err(no_topic)?;
        self.destroy_one(&topic_id).await?;
        Ok(topic_id)
    }

    async fn destroy_one(&mut self, topic_id: &str) -> Result<Found, Found> {
        let group_id = self.names.group_id().as_str().to_owned();
        let destroyed = self.destroy(&group_id, &[topic_id.to_owned()]).await;
        match destroyed.as_deref() {
            Ok([Code::OK]) => Ok(Found::Done("destroyed")),
            Ok([code]) => Err(Found::Refused(*code, code.to_string())),
            Ok(_) => Err(Found::Otherwise(
                "answered without the topic's result".into(),
            )),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a single attempt with the wrong signature: after too many, the service refuses the account for a while
    /// (70050).
    async fn sign_wrongly(&mut self) -> Result<Found, Found> {
        let body = Value::Object(self.question(&[&self.first])).to_string();
        let call = self
            .forger
            .call(Unchecked::<GetTopic>::new(READING, body.into()));
        let mut has_left = false;
        let mut said = None;
        let outcome = self
            .forger
            .run(call, |event| match event {
                CallEvent::Leaving(_) if has_left => ControlFlow::Break(()),
                CallEvent::Leaving(_) => {
                    has_left = true;
                    ControlFlow::Continue(())
                }
                CallEvent::Over(attempt) => {
                    if let Some(Failure::Refused(refusal)) = attempt.repeated_after {
                        said = Some(Found::from(refusal));
                    }
                    ControlFlow::Continue(())
                }
                _ => ControlFlow::Continue(()),
            })
            .await;
        match outcome {
            Ok(_) => Ok(Found::Done("answered")),
            Err(error) => Err(said.unwrap_or_else(|| (&error).into())),
        }
    }

    /// Imports the topic in the body, and returns the ID under which it exists.
    async fn import_body(
        &mut self,
        service: Service,
        body: &Map<String, Value>,
    ) -> Result<String, Found> {
        let text = |field: &str| body.get(field).and_then(Value::as_str);
        let group_id = text("GroupId").unwrap_or_default();
        let asked = text("TopicId");
        let is_new = asked.is_some_and(|asked| self.throwaways.expect(group_id, asked));
        let sent = Value::Object(body.clone()).to_string();
        let answer = match self.send::<ImportTopic>(service, sent).await {
            Ok(answer) => answer,
            Err(error) => {
                if error.maybe_executed() {
                    self.throwaways.doubt();
                } else if let Some(asked) = asked
                    && is_new
                {
                    self.throwaways.forget(asked);
                }
                return Err((&error).into());
            }
        };
        let Some(named) = answer["TopicId"].as_str() else {
            return Err(Found::Otherwise("taken, without a TopicId".into()));
        };
        let is_of_group = || {
            let own = named.strip_prefix(group_id);
            own.is_some_and(|own| own.starts_with(TOPIC_ID_SEPARATOR))
        };
        let is_named_well = asked.map_or_else(is_of_group, |asked| asked == named);
        if is_named_well {
            self.throwaways.confirm(group_id, named);
            Ok(named.to_owned())
        } else {
            Err(Found::Otherwise("taken, under an odd TopicId".into()))
        }
    }

    /// Calls `get_topic`, and returns the items of its answer.
    async fn ask(&mut self, body: &Map<String, Value>) -> Result<Vec<Value>, Found> {
        let body = Value::Object(body.clone()).to_string();
        let answer: Result<Value, CallError> = self.send::<GetTopic>(READING, body).await;
        match answer.map_err(|error| Found::from(&error))?["TopicAndSelfInfo"].take() {
            Value::Array(items) => Ok(items),
            // For a group without topics, the list may be missing.
            _ => Ok(Vec::new()),
        }
    }

    /// Calls `get_topic` for all topics of the community, and returns the items of its answer.
    async fn ask_for_all(&mut self) -> Result<Vec<Value>, Found> {
        let mut body = self.question(&[]);
        body.remove("TopicIdList");
        self.ask(&body).await
    }

    fn plain_topic(&mut self) -> Map<String, Value> {
        object(json!({
            "GroupId": self.names.group_id(),
            "TopicId": self.names.fresh_topic_id(),
            "TopicName": self.names.own(),
        }))
    }

    fn question(&self, topic_ids: &[&str]) -> Map<String, Value> {
        object(json!({
            "GroupId": self.names.group_id(),
            "From_Account": self.names.admin(),
            "TopicIdList": topic_ids,
        }))
    }

    fn topic_id(&mut self, form: &TopicIdForm) -> Option<String> {
        let group_id = self.names.group_id().clone();
        Some(match form {
            TopicIdForm::Fresh => self.names.fresh_topic_id(),
            TopicIdForm::With(end) => self.names.fresh_topic_id() + end,
            TopicIdForm::OfBytes(bytes) => format!("{:x<bytes$}", self.names.fresh_topic_id()),
            TopicIdForm::WithoutGroup => self.names.fresh_part(),
            TopicIdForm::OfOtherGroup => {
                let part = self.names.fresh_part();
                format!("{}{TOPIC_ID_SEPARATOR}{part}", self.names.other_group())
            }
            TopicIdForm::WithoutOwnPart => format!("{group_id}{TOPIC_ID_SEPARATOR}"),
            TopicIdForm::Absent => return None,
        })
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn change(body: &mut Map<String, Value>, fields: &Fields) {
    for (field, value) in fields {
        match value {
            Some(value) => body.insert((*field).to_owned(), value.clone()),
            None => body.remove(*field),
        };
    }
}

/// The result of a trial that first needed a topic, which could not be imported.
fn no_topic(found: Found) -> Found {
    match found {
        Found::Refused(_, words) => Found::Nothing(format!("no topic to try it with: {words}")),
        found => found,
    }
}

fn is_there(item: &Value) -> bool {
    // An item without a code did not fail.
    item["ErrorCode"].as_i64().unwrap_or_default() == 0 && item["TopicInfo"].is_object()
}

/// The fields that are shown with another value than was sent.
fn changed_fields(sent: &Map<String, Value>, shown: &TopicInfo) -> Vec<&'static str> {
    let text = |text: &Option<String>| text.clone().map(Value::from);
    [
        ("TopicName", text(&shown.topic_name)),
        ("FaceUrl", text(&shown.face_url)),
        ("Notification", text(&shown.notification)),
        ("Introduction", text(&shown.introduction)),
        ("CustomString", text(&shown.custom_string)),
        ("CreateTime", shown.create_time.map(Value::from)),
    ]
    .into_iter()
    .filter(|(field, shown)| {
        let sent = sent.get(*field);
        sent.is_some() && shown.is_some() && sent != shown.as_ref()
    })
    .map(|(field, _)| field)
    .collect()
}

/// What is wrong with a topic as it is shown, after all of its fields were sent.
fn wrong_fields(sent: &Map<String, Value>, shown: &Value) -> Vec<String> {
    let named = [
        "TopicId",
        "TopicName",
        "FaceUrl",
        "Notification",
        "Introduction",
        "CustomString",
        "CreateTime",
    ];
    let mut wrong: Vec<String> = named
        .into_iter()
        .filter(|field| shown.get(*field) != sent.get(*field))
        .map(|field| match shown.get(field) {
            Some(_) => format!("{field} is changed"),
            None => format!("{field} is missing"),
        })
        .collect();
    for (field, is_well) in [
        ("LastMsgTime", shown["LastMsgTime"].is_i64()),
        ("NextMsgSeq", shown["NextMsgSeq"].is_i64()),
        // One public client of the service uses another name for it.
        (
            "MuteAllMember",
            shown["MuteAllMember"].is_string() || shown["ShutUpAllFlag"].is_string(),
        ),
    ] {
        if !is_well {
            wrong.push(format!("{field} is missing or of another type"));
        }
    }
    wrong
}
