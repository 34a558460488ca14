//! A span for each call and one for each of its attempts, in both clients alike.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use topic_import_async::{Quota, Waiting};
use topic_import_core::{CallError, Command, Endpoint, Failure};
use topic_import_driver::ClientSettings;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::client::{Client, Kind, wait_for};
use crate::identity::Identity;
use crate::outcome::Outcome;
use crate::stage::{Over, Stage};
use crate::topic::topic;
use crate::watch;

/// Keeps the spans of the clients, each with its fields.
#[derive(Clone, Debug, Default)]
struct Spans(Arc<Mutex<Vec<Span>>>, Events);

/// The fields of what is told beside them.
type Events = Arc<Mutex<Vec<Span>>>;

#[derive(Debug, Default)]
struct Span {
    name: String,
    fields: BTreeMap<&'static str, String>,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (name, value) in &self.fields {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

impl Visit for Span {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("topic_import_")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut span = Span {
            name: attributes.metadata().name().to_owned(),
            ..Span::default()
        };
        attributes.record(&mut span);
        let mut spans = self.0.lock().unwrap();
        spans.push(span);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut spans = self.0.lock().unwrap();
        let position = usize::try_from(id.into_u64()).unwrap() - 1;
        values.record(&mut spans[position]);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut told = Span::default();
        event.record(&mut told);
        self.1.lock().unwrap().push(told);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn each_call_and_each_attempt_has_a_span_that_says_how_it_went() {
    for kind in Kind::BOTH {
        let standing = Stage::Emulator(|emulator| emulator).set_up(Over::PlainHttp);
        standing.plan("code60007@1,lost@2");
        let client = Client::new(kind, &standing.settings());
        let spans = Spans::default();
        let ended = tracing::subscriber::with_default(spans.clone(), || {
            client.import(topic("Welcome", true))
        });
        assert_eq!(Outcome::of(&ended), Outcome::Existing, "{kind:?}");
        let spans = spans.0.lock().unwrap();
        let told: Vec<String> = spans.iter().map(ToString::to_string).collect();
        let expected = [
            "call command=import_topic outcome=done",
            "attempt code=60007 command=import_topic number=1 result=refused",
            "attempt command=import_topic number=2 result=maybe_sent",
            "attempt code=10021 command=import_topic number=3 result=refused",
            "attempt command=get_topic number=4 result=done",
        ];
        assert_eq!(told, expected, "{kind:?}");
        for text in told {
            assert!(!watch::gives_away(&text), "{kind:?}");
        }
    }
}

/// A quota that never has a slot, and says so in words that are not its own.
#[derive(Debug)]
struct Refusing;

impl Quota for Refusing {
    fn slot(&self, _: Command) -> Waiting<'_> {
        Box::pin(async { Err("away\nERROR forged\u{1b}[2J\u{202e}".into()) })
    }

    fn throttled(&self, _: Command) {}
}

#[test]
fn what_others_say_stays_on_its_line_in_a_log() {
    let origin = "http://127.0.0.1:9".parse().unwrap();
    let settings = ClientSettings::new(Endpoint::custom(origin), Identity::Key.credentials())
        .with_deadline(Duration::from_millis(300));
    let client = topic_import_async::Client::with_quota(&settings, Refusing).unwrap();
    let spans = Spans::default();
    let ended = tracing::subscriber::with_default(spans.clone(), || {
        wait_for(client.import(topic("Welcome", true)))
    });
    assert!(matches!(
        ended,
        Err(CallError::NotExecuted(Failure::NoSlot(_)))
    ));
    let events = spans.1.lock().unwrap();
    let errors: Vec<&String> = events
        .iter()
        .filter_map(|event| event.fields.get("error"))
        .collect();
    assert!(!errors.is_empty());
    for error in errors {
        assert_eq!(error, r"away\nERROR forged\u{1b}[2J\u{202e}");
    }
}
