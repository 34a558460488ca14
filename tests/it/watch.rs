//! Watches over everything that is logged, traced or panicked with in this process, at the most detailed level, for
//! any piece of a secret.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fmt::{self, Write as _};
use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::SystemTime;

use topic_import_core::{SIGNATURE_LIFETIME, SdkAppId, SecretKey, UserId, UserSig};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// So many characters of a secret in a row give it away.
pub(crate) const PIECE: usize = 16;

thread_local! {
    static SCENE: RefCell<String> = const { RefCell::new(String::new()) };
}

static WATCH: Mutex<Option<Watch>> = Mutex::new(None);

#[derive(Default)]
struct Watch {
    pieces: HashSet<[u8; PIECE]>,
    signers: Vec<Signer>,
    /// How often, by where from and in which scene.
    leaks: BTreeMap<(String, String), u64>,
    texts_by_source: BTreeMap<String, u64>,
}

/// Somebody who signs with a key: every signature that such a client can have made since is known.
struct Signer {
    text: String,
    key: SecretKey,
    app: SdkAppId,
    identifier: UserId,
    next_second: u64,
}

fn watch() -> MutexGuard<'static, Option<Watch>> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Watches from now on, in the whole process.
pub(crate) fn start() {
    static START: Once = Once::new();
    START.call_once(|| {
        watch().get_or_insert_default();
        log::set_logger(&Listener).expect("nobody else sets a logger");
        log::set_max_level(log::LevelFilter::Trace);
        tracing::subscriber::set_global_default(Listener).expect("nobody else subscribes");
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            look_at("panic", &info.to_string());
            report(info);
        }));
    });
}

/// Looks out for this text and its pieces.
pub(crate) fn secret(text: &str) {
    let mut watch = watch();
    let pieces = text.as_bytes().windows(PIECE);
    watch
        .get_or_insert_default()
        .pieces
        .extend(pieces.map(|piece| <[u8; PIECE]>::try_from(piece).expect("of this length")));
}

/// Looks out for a key and every signature made with it from now on.
pub(crate) fn signer(key: &str, app: SdkAppId, identifier: &UserId) {
    secret(key);
    let mut watch = watch();
    let signers = &mut watch.get_or_insert_default().signers;
    // A second early, lest the clock be read across its turn.
    let next_second = unix_seconds() - 1;
    let is_known =
        |known: &Signer| known.text == key && known.app == app && known.identifier == *identifier;
    if !signers.iter().any(is_known) {
        signers.push(Signer {
            text: key.to_owned(),
            key: SecretKey::parse(key).unwrap(),
            app,
            identifier: identifier.clone(),
            next_second,
        });
    }
}

/// Looks at a text; `source` says where it comes from.
pub(crate) fn look_at(source: &str, text: &str) {
    let leak = leak(text);
    let mut watch = watch();
    let watch = watch.get_or_insert_default();
    let origin = source.split("::").next().unwrap_or_default();
    if let Some(texts) = watch.texts_by_source.get_mut(origin) {
        *texts += 1;
    } else {
        watch.texts_by_source.insert(origin.to_owned(), 1);
    }
    if leak.is_some() {
        // Where, and not what: this is printed.
        let place = (source.to_owned(), SCENE.with_borrow(Clone::clone));
        *watch.leaks.entry(place).or_default() += 1;
    }
}

/// Looks at all that an error shows: Display, Debug, and that of all its sources.
pub(crate) fn look_at_error(source: &str, error: &dyn Error) {
    let mut next = Some(error);
    while let Some(error) = next {
        look_at(source, &error.to_string());
        look_at(source, &format!("{error:?}"));
        look_at(source, &format!("{error:#?}"));
        next = error.source();
    }
}

/// Where secrets were seen so far.
pub(crate) fn leaks() -> Vec<String> {
    let mut watch = watch();
    let leaks = watch.get_or_insert_default().leaks.iter();
    leaks
        .map(|((source, scene), times)| format!("{source}, {times} times: {scene}"))
        .collect()
}

/// What this thread plays from now on, for whoever reads of a leak.
pub(crate) fn scene(name: String) {
    SCENE.set(name);
}

/// How many texts were looked at, by the crate or the place they come from.
pub(crate) fn texts_by_source() -> BTreeMap<String, u64> {
    watch().get_or_insert_default().texts_by_source.clone()
}

/// Whether a text holds a piece of a secret that is watched for.
pub(crate) fn gives_away(text: &str) -> bool {
    leak(text).is_some()
}

/// Where the first piece of a secret stands in a text, its percent-encoding undone.
fn leak(text: &str) -> Option<usize> {
    // Signatures and keys are made of these alone; all else need not be looked up.
    let is_secretive =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'_');
    let decoded = percent_decoded(text);
    let mut suspects = Vec::new();
    let mut run = 0;
    for (position, byte) in decoded.iter().enumerate() {
        run = if is_secretive(*byte) { run + 1 } else { 0 };
        if run >= PIECE {
            suspects.push(position + 1 - PIECE);
        }
    }
    if suspects.is_empty() {
        return None;
    }
    let now = unix_seconds();
    let mut watch = watch();
    let watch = watch.get_or_insert_default();
    watch.keep_up(now);
    suspects
        .into_iter()
        .find(|start| watch.pieces.contains(&decoded[*start..*start + PIECE]))
}

fn unix_seconds() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

impl Watch {
    fn keep_up(&mut self, now: u64) {
        let lifetime = SIGNATURE_LIFETIME.as_secs();
        for signer in &mut self.signers {
            for second in signer.next_second..=now {
                let Signer {
                    key,
                    app,
                    identifier,
                    ..
                } = signer;
                let signature = UserSig::sign(key, *app, identifier, second, lifetime);
                let pieces = signature.expose().as_bytes().windows(PIECE);
                self.pieces
                    .extend(pieces.map(|piece| <[u8; PIECE]>::try_from(piece).expect("so long")));
            }
            signer.next_second = signer.next_second.max(now + 1);
        }
    }
}

fn percent_decoded(text: &str) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') {
        return Cow::Borrowed(bytes);
    }
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).expect("two digits"));
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(decoded)
}

/// Hears everything.
struct Listener;

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        look_at(record.target(), &record.args().to_string());
    }

    fn flush(&self) {}
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let mut fields = Fields::default();
        span.record(&mut fields);
        look_at(span.metadata().target(), &fields.0);
        Id::from_u64(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        look_at("span", &fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        look_at(event.metadata().target(), &fields.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{field}={value:?} ").expect("a String takes all");
    }
}
