//! `probe`: tests what this program believes about the service.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use topic_import_async::ClientSettings;
use topic_import_core::{Credentials, Rate, SecretKey, UserSig};
use topic_import_emulator::Emulator;

use crate::cli::print::Output;
use crate::cli::probe::ProbeArguments;
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::connection;
use crate::open::secret;
use crate::probe::{Names, Prober, Report, Stopped, beliefs, table};
use crate::show::explanation;
use crate::show::out;
use crate::show::text;

/// Calls per second for each command: a quarter of the documented quota, because the app may be in use meanwhile.
const RATE: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
/// The lifetime of the forged signature, in seconds: an ordinary one, so that the service refuses it for its key only.
const DAY: u64 = 86_400;

pub(crate) fn run(
    arguments: &ProbeArguments,
    interrupts: &Interrupts,
) -> Result<Exit, CannotStart> {
    secret::refuse_in_arguments(&arguments.connection)?;
    if arguments.emulator {
        connection::refuse_service(&arguments.connection)?;
    }
    interrupts.stands(Exit::Stopped, "To probe again", || {
        "at once: throw-away topics may be left behind".to_owned()
    });
    let emulator = arguments
        .emulator
        .then(|| Emulator::builder().start())
        .transpose()
        .map_err(|error| CannotStart::new(text::chain(&error)))?;
    let settings = match &emulator {
        Some(emulator) => connection::emulator_settings(emulator, &arguments.connection)?,
        None => connection::service_settings(&arguments.connection)?,
    }
    .with_quota(Rate::PerSecond(RATE));
    let client = connection::client(&settings, &arguments.connection)?;
    let random = fastrand::u32(..);
    let forger = connection::client(&forged(&settings, random)?, &arguments.connection)?;
    let admin = settings.credentials.identifier().clone();
    let names = Names::new(arguments.group_id.clone(), admin, random);
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| CannotStart::new(format!("cannot start: {error}")))?;
    let service = settings.endpoint.service();
    runtime.block_on(probe(arguments, names, interrupts, |names| {
        Prober::new(client, forger, service, names)
    }))
}

/// The same settings, but with a signature that was made with another key than the app's.
fn forged(settings: &ClientSettings, random: u32) -> Result<ClientSettings, CannotStart> {
    let unusable = || CannotStart::new("no key can be made up");
    let key = SecretKey::parse(format!("made-up-{random:08x}")).map_err(|_| unusable())?;
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = since_epoch.unwrap_or_default().as_secs();
    let (app, user) = (
        settings.credentials.sdk_app_id(),
        settings.credentials.identifier(),
    );
    let signature = UserSig::sign(&key, app, user, now, DAY);
    let mut forged = settings.clone();
    forged.credentials = Credentials::from_user_sig(app, user.as_str(), signature.expose())
        .map_err(|_| unusable())?;
    Ok(forged)
}

async fn probe(
    arguments: &ProbeArguments,
    names: Names,
    interrupts: &Interrupts,
    prober: impl FnOnce(Names) -> Prober,
) -> Result<Exit, CannotStart> {
    let group_id = names.group_id().as_str().to_owned();
    let beliefs = beliefs(&names, arguments.fill_up_to);
    out::note(&format!(
        "topic-import: probing {group_id}: {}, tested with throw-away topics that are\n\
         called {}-… and destroyed at the end",
        text::count(beliefs.len() as u64, "belief"),
        names.own(),
    ));
    let mut prober = prober(names);
    let is_asked = AtomicBool::new(false);
    let end = tokio::select! {
        biased;
        () = stop(interrupts, &is_asked) => Err(Stopped::Asked),
        end = prober.carry_out(&beliefs, || is_asked.load(Ordering::Relaxed)) => end,
    };
    let report = Report::new(&group_id, &beliefs, &prober);
    let exit = exit(&end, &report);
    let has_begun = !matches!(end, Err(Stopped::First(_)));
    if let Err(stopped) = end {
        out::note(&stop_words(stopped, &group_id));
    }
    let printed = match arguments.print.output {
        Output::Json => out::json(&report),
        Output::Text if has_begun => print(&report),
        Output::Text => Ok(()),
    };
    if !report.left_behind.is_empty() {
        out::note(&left_behind_words(&report));
    }
    match (printed, exit) {
        (Err(error), exit) => {
            out::note(&format!("topic-import: {error}"));
            Ok(if exit == Exit::Done {
                Exit::Incomplete
            } else {
                exit
            })
        }
        (Ok(()), exit) => Ok(exit),
    }
}

/// Records the first request to stop, and returns at the second.
async fn stop(interrupts: &Interrupts, is_asked: &AtomicBool) {
    interrupts.requested().await;
    out::note(
        "topic-import: stopping: destroying the throw-away topics; a second Ctrl-C stops at once",
    );
    is_asked.store(true, Ordering::Relaxed);
    interrupts.requested().await;
}

fn exit(end: &Result<(), Stopped>, report: &Report) -> Exit {
    match end {
        Err(Stopped::First(error)) if !error.maybe_executed() => Exit::CouldNotStart,
        Err(_) => Exit::Stopped,
        Ok(()) if report.agrees == report.beliefs.len() && report.left_behind.is_empty() => {
            Exit::Done
        }
        Ok(()) => Exit::Incomplete,
    }
}

fn stop_words(stopped: Stopped, group_id: &str) -> String {
    match stopped {
        Stopped::First(error) => {
            let why = explanation::stopped_by(&error);
            format!("topic-import: cannot probe {group_id}: {why}")
        }
        Stopped::Asked => "topic-import: stopped as asked.".into(),
        Stopped::Silence => "topic-import: stopped: the service no longer answers.".into(),
    }
}

fn print(report: &Report) -> Result<(), CannotStart> {
    for line in table(report) {
        out::line(&line)?;
    }
    let counts = [
        (report.agrees, "agree"),
        (report.differs, "differ"),
        (report.untried, "untried"),
    ];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let beliefs = text::count(report.beliefs.len() as u64, "belief");
    out::line(&format!("{beliefs}: {}", counts.join(", ")))
}

fn left_behind_words(report: &Report) -> String {
    let topics = text::count(report.left_behind.len() as u64, "topic");
    let mut lines = vec![format!("possibly left behind: {topics}")];
    lines.extend(report.left_behind.iter().map(text::one_line));
    lines.push(
        "To remove them, call destroy_topic with their GroupId and these as TopicIdList.".into(),
    );
    lines.join("\n")
}
