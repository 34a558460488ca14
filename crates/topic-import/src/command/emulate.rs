//! `emulate`: runs an emulator of the service on this machine.

use std::io::Write as _;

use topic_import_emulator::{App, Emulator, TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

use crate::cli::connection::AccountArguments;
use crate::cli::emulate::EmulateArguments;
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::secret;
use crate::show::new_file::NewFile;
use crate::show::out;
use crate::show::text;

pub(crate) fn run(
    arguments: &EmulateArguments,
    interrupts: &Interrupts,
) -> Result<Exit, CannotStart> {
    let key = secret::secret_key_text(&arguments.account)?;
    let is_trial_key = key.is_none();
    let app = app(&arguments.account, key);
    let mut builder = Emulator::builder()
        .address(arguments.listen)
        .app(app.clone())
        .quota((arguments.quota > 0).then_some(arguments.quota))
        .topics_per_community(
            (arguments.topics_per_community > 0).then_some(arguments.topics_per_community),
        );
    for (group_id, community) in &arguments.community {
        builder = builder.community(group_id, *community);
    }
    if arguments.only_listed {
        builder = builder.only_listed_communities();
    }
    if arguments.reuse_destroyed_ids {
        builder = builder.reuse_destroyed_ids();
    }
    if let Some(latency) = arguments.latency {
        builder = builder.latency(latency);
    }
    if let Some(faults) = &arguments.faults {
        builder = builder.faults(faults.clone());
    }
    for difference in &arguments.differ {
        builder = builder.differ(difference.clone());
    }
    if let Some(path) = &arguments.state {
        builder = builder.state_file(path);
    }
    if arguments.ca_out.is_some() {
        builder = builder.https();
    }
    let emulator = builder
        .start()
        .map_err(|error| CannotStart::new(text::chain(&error)))?;
    if let (Some(path), Some(certificate)) = (&arguments.ca_out, emulator.certificate_authority()) {
        // Replaced, because every start makes a new certificate.
        let mut file = NewFile::replace(path, "-----BEGIN CERTIFICATE-----")?;
        let written = file.writer().write_all(certificate.as_bytes());
        written.map_err(|error| file.error(&error))?;
        file.keep()?;
    }

    let stop = interrupts.next();
    print_settings(&emulator.origin(), &app, is_trial_key)?;
    let _ = stop.blocking_recv();
    print_state(&emulator);
    Ok(Exit::Done)
}

fn app(arguments: &AccountArguments, key: Option<String>) -> App {
    App::new(
        arguments.sdk_app_id.unwrap_or(TRIAL_SDK_APP_ID),
        arguments.identifier.as_deref().unwrap_or(TRIAL_IDENTIFIER),
        key.unwrap_or_else(|| TRIAL_SECRET_KEY.to_owned()),
    )
}

/// Prints the environment variables with which this program calls the emulator. A key is printed only if it is the
/// trial key, which is public.
fn print_settings(origin: &str, app: &App, is_trial_key: bool) -> Result<(), CannotStart> {
    let mut settings = vec![
        format!("TOPIC_IMPORT_ENDPOINT={origin}"),
        format!("TOPIC_IMPORT_SDK_APP_ID={}", app.sdk_app_id()),
        format!("TOPIC_IMPORT_IDENTIFIER={}", app.identifier()),
    ];
    if is_trial_key {
        settings.push(format!("TOPIC_IMPORT_SECRET_KEY={TRIAL_SECRET_KEY}"));
    } else {
        out::note(&format!(
            "topic-import: emulating app {} with the key that is set here, which is not printed",
            app.sdk_app_id()
        ));
    }
    // In one piece, so that whoever waits for one of them has them all.
    out::data(&settings.join("\n"))?;
    out::note("topic-import: listening until Ctrl-C");
    Ok(())
}

fn print_state(emulator: &Emulator) {
    let state = emulator.state();
    out::note(&format!(
        "topic-import: {}, {}",
        text::count(state.topics_len() as u64, "topic"),
        text::count(state.calls_len(), "call")
    ));
}
