//! Runs a probe, from importing the first topic to destroying the last one.

use std::ops::ControlFlow;
use std::time::Duration;

use serde_json::{Value, json};
use topic_import_async::Client;
use topic_import_core::{
    CallError, Code, DestroyTopic, Failure, GetTopic, ImportTopic, KnownTopicId, Operation,
    Service, TopicId, TopicInfo, TopicName, TopicsFound, Unchecked, UnreadableReason,
};

use super::belief::{Belief, Found, Trial};
use super::names::Names;
use super::throwaways::Throwaways;

/// How long the first import may take, repetitions included.
const FIRST_DEADLINE: Duration = Duration::from_secs(15);
/// How long every later call may take, repetitions included.
const DEADLINE: Duration = Duration::from_secs(10);
/// How often a trial is made at most; it is repeated while its outcome is unknown. The probe ends after this many
/// successive calls without an answer.
pub(super) const TRIES: u32 = 3;

/// Tests beliefs one after the other, and destroys the topics that this leaves in the community.
#[derive(Debug)]
pub(crate) struct Prober {
    pub(super) client: Client,
    /// A client whose signature the service must refuse.
    pub(super) forger: Client,
    /// The service name that is configured for `import_topic`.
    pub(super) service: Service,
    pub(super) names: Names,
    /// The ID of a topic that exists from the beginning to the end of the probe.
    pub(super) first: String,
    pub(super) throwaways: Throwaways,
    /// How many successive calls got no answer.
    silence: u32,
    /// Whether the last call may or may not have been executed.
    is_in_doubt: bool,
    found: Vec<Found>,
    is_cleaned_up: bool,
}

/// Why a probe ended before everything was tested.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The import of the first topic failed.
    First(CallError),
    /// Somebody asked to stop.
    Asked,
    /// The service no longer answers.
    Silence,
}

/// How a call without an answer ended.
enum Silence {
    Once,
    /// It was repeated until its deadline.
    Whole,
}

impl Silence {
    fn of(error: &CallError) -> Option<Self> {
        match error {
            CallError::OutcomeUnknown { failure, .. } if is_silence(failure) => Some(Self::Once),
            CallError::NotExecuted(failure) if is_silence(failure) => Some(Self::Whole),
            _ => None,
        }
    }
}

/// Whether the API itself did not answer, even if a proxy in between did.
fn is_silence(failure: &Failure) -> bool {
    match failure {
        Failure::Unreadable(unreadable) => unreadable.reason == UnreadableReason::NotJson,
        Failure::NotSent(_) | Failure::MaybeSent(_) | Failure::Status { .. } => true,
        _ => false,
    }
}

impl Prober {
    pub(crate) fn new(client: Client, forger: Client, service: Service, mut names: Names) -> Self {
        Self {
            client,
            forger,
            service,
            first: names.fresh_topic_id(),
            names,
            throwaways: Throwaways::default(),
            silence: 0,
            is_in_doubt: false,
            found: Vec::new(),
            is_cleaned_up: false,
        }
    }

    /// The results so far, in the order of the beliefs.
    pub(crate) fn found(&self) -> &[Found] {
        &self.found
    }

    /// The IDs of the topics that may still exist.
    pub(crate) fn left_behind(&self) -> Vec<String> {
        self.throwaways.topic_ids()
    }

    /// Tests all beliefs and cleans up, even if it is stopped. May be dropped at any await: what it leaves behind is
    /// known then.
    pub(crate) async fn carry_out(
        &mut self,
        beliefs: &[Belief],
        is_to_stop: impl Fn() -> bool,
    ) -> Result<(), Stopped> {
        let end = match self.import_first().await {
            Ok(()) => self.try_all(beliefs, is_to_stop).await,
            Err(error) => Err(Stopped::First(error)),
        };
        self.clean_up().await;
        end
    }

    async fn import_first(&mut self) -> Result<(), CallError> {
        let group_id = self.names.group_id().clone();
        let name = TopicName::parse(self.names.own()).expect("14 bytes are few");
        let topic_id = TopicId::parse(&*self.first).expect("it is made by the rules");
        let topic = ImportTopic::new(group_id.clone(), name)
            .with_topic_id(topic_id)
            .expect("it is made from the group's ID");
        self.throwaways.expect(group_id.as_str(), &self.first);
        let call = self.client.call(topic).with_deadline(FIRST_DEADLINE);
        let outcome = self.client.run(call, |_| ControlFlow::Continue(())).await;
        match &outcome {
            Ok(_) => self.throwaways.confirm(group_id.as_str(), &self.first),
            Err(error) if !error.maybe_executed() => {
                self.throwaways.forget(&self.first);
            }
            Err(_) => self.throwaways.doubt(),
        }
        outcome.map(drop)
    }

    async fn try_all(
        &mut self,
        beliefs: &[Belief],
        is_to_stop: impl Fn() -> bool,
    ) -> Result<(), Stopped> {
        for belief in beliefs {
            if is_to_stop() {
                return Err(Stopped::Asked);
            }
            // Cleaned up before: after too many wrong signatures, the service refuses the account for a while (70050).
            if matches!(belief.trial, Trial::WrongSignature) {
                self.clean_up().await;
            }
            let found = self.attempt(&belief.trial, &is_to_stop).await;
            self.found.push(found);
            if self.silence >= TRIES {
                return Err(Stopped::Silence);
            }
        }
        Ok(())
    }

    async fn attempt(&mut self, trial: &Trial, is_to_stop: &impl Fn() -> bool) -> Found {
        let mut tries = 0;
        loop {
            self.is_in_doubt = false;
            let found = self.try_out(trial, is_to_stop).await;
            tries += 1;
            if !self.is_in_doubt || tries == TRIES || self.silence >= TRIES {
                return found;
            }
        }
    }

    /// Sends a body as it is, and returns the answer's JSON.
    pub(super) async fn send<O: Operation>(
        &mut self,
        service: Service,
        body: impl Into<Vec<u8>>,
    ) -> Result<Value, CallError> {
        let call = self.client.call(Unchecked::<O>::new(service, body.into()));
        let call = call.with_deadline(DEADLINE);
        let outcome = self.client.run(call, |_| ControlFlow::Continue(())).await;
        self.silence = match outcome.as_ref().map_err(Silence::of) {
            Err(Some(Silence::Whole)) => TRIES,
            Err(Some(Silence::Once)) => self.silence + 1,
            _ => 0,
        };
        self.is_in_doubt = matches!(&outcome, Err(error) if error.maybe_executed());
        // The core has already parsed it as JSON, so this does not fail.
        outcome.map(|answer| serde_json::from_slice(&answer).unwrap_or_default())
    }

    /// Calls `get_topic` as the rest of the program does, with a checked request.
    pub(super) async fn get(&self, topics: GetTopic) -> Result<TopicsFound, CallError> {
        let call = self.client.call(topics).with_deadline(DEADLINE);
        self.client.run(call, |_| ControlFlow::Continue(())).await
    }

    /// A topic of the community as `get_topic` shows it, if it does.
    pub(super) async fn shown(&self, topic_id: &str) -> Option<TopicInfo> {
        let id = KnownTopicId::parse(topic_id).ok()?;
        let one = GetTopic::one(self.names.group_id().clone(), id.clone());
        let found = self.get(one).await.ok()?;
        found.get(&id).cloned()
    }

    /// Destroys topics, and returns the service's code for each of them.
    pub(super) async fn destroy(
        &mut self,
        group_id: &str,
        topic_ids: &[String],
    ) -> Result<Vec<Code>, CallError> {
        let body = json!({"GroupId": group_id, "TopicIdList": topic_ids});
        let answer = self
            .send::<DestroyTopic>(Service::MillionGroupOpenHttpSvc, body.to_string())
            .await?;
        let items = answer["DestroyResultItem"].as_array();
        let mut codes = Vec::new();
        for item in items.into_iter().flatten() {
            let (Some(id), Some(code)) = (item["TopicId"].as_str(), item["ErrorCode"].as_i64())
            else {
                continue;
            };
            let code = Code::new(code);
            if code == Code::OK || code == Code::TOPIC_DELETED {
                self.throwaways.forget(id);
            }
            codes.push(code);
        }
        Ok(codes)
    }

    /// Destroys every topic that this probe imported, including those that it only finds by their names.
    async fn clean_up(&mut self) {
        if self.is_cleaned_up {
            return;
        }
        if !self.throwaways.topic_ids().is_empty() {
            tokio::time::sleep_until(self.throwaways.settled_at()).await;
            self.destroy_all().await;
            if self.silence < TRIES {
                self.sweep().await;
            }
        }
        self.is_cleaned_up = true;
    }

    async fn destroy_all(&mut self) {
        // Finally one by one, so that an ID that the service refuses does not prevent the others from being destroyed.
        for at_most in [DestroyTopic::MAX_IDS, DestroyTopic::MAX_IDS, 1] {
            for (group_id, topic_ids) in self.throwaways.lists(at_most) {
                match self.destroy(&group_id, &topic_ids).await {
                    Err(error) if error.code().is_none() => break,
                    // A group that is gone has no topics.
                    Err(error) if error.code().is_some_and(|code| code.get() == 10010) => {
                        for topic_id in &topic_ids {
                            self.throwaways.forget(topic_id);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Finds and destroys this probe's topics that are not recorded, such as those whose assigned ID the service did
    /// not return.
    async fn sweep(&mut self) {
        let group_id = self.names.group_id().clone();
        let Ok(found) = self.get(GetTopic::all(group_id.clone())).await else {
            return;
        };
        let own = found.topics.iter().filter(|topic| self.names.is_own(topic));
        let ids: Vec<&str> = own.filter_map(|topic| topic.topic_id.as_deref()).collect();
        self.throwaways.keep_shown(group_id.as_str(), &ids);
        for id in ids {
            self.throwaways.confirm(group_id.as_str(), id);
        }
        self.destroy_all().await;
    }
}
