//! Imports topics into the emulator with each of the published libraries, as somebody would who found them in a registry.

mod migration;
mod own_client;
mod own_transport;
mod script;
mod service;
mod shared_quota;
mod tcp;

use std::error::Error;

use topic_import_core::{Credentials, Origin, Session, TopicDraft};
use topic_import_driver::ClientSettings;
use topic_import_emulator::{Emulator, TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::builder().start()?;
    let origin: Origin = emulator.origin().parse()?;
    let credentials = Credentials::from_key(TRIAL_SDK_APP_ID, TRIAL_IDENTIFIER, TRIAL_SECRET_KEY)?;
    let session = Session::new(origin.clone(), credentials.clone());
    let settings = ClientSettings::new(origin, credentials);
    let topic = |name| TopicDraft::new("@TGS#_riverside", name).own_id(name);

    let id = own_transport::import(session, topic("core").validate()?)?;
    println!("core: {id}");
    let id = own_client::import(&settings, topic("driver").validate()?)?;
    println!("driver: {id}");
    let id = script::import(&settings, topic("blocking").validate()?)?;
    println!("blocking: {id}");
    let tokio = tokio::runtime::Runtime::new()?;
    for id in tokio.block_on(service::import(
        &settings,
        [topic("async"), topic("async-2")],
    ))? {
        println!("async: {id}");
    }
    let summary = migration::migrate(&tokio, &settings)?;
    println!(
        "bulk: {} of {} rows are imported",
        summary.imported, summary.rows
    );
    tokio.block_on(shared_quota::join(&settings))?;
    println!(
        "emulator: {} topics are there",
        emulator.state().topics_len()
    );
    Ok(())
}
