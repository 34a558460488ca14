//! A quota for several processes, whose database nobody has started: that is an error, and no call is made without it.

use std::error::Error;

use topic_import_async::{Client, ClientSettings};
use topic_import_shared_quota::{Database, PostgresQuota};

pub async fn join(settings: &ClientSettings) -> Result<(), Box<dyn Error>> {
    // Nothing listens on this port.
    let database = Database::parse("postgres://ada@127.0.0.1:1/chat")?;
    let app = settings.credentials.sdk_app_id();
    let origin = settings.endpoint.primary().as_str();
    match PostgresQuota::connect(&database, app, origin, 200.try_into()?).await {
        Ok(quota) => {
            Client::with_quota(settings, quota)?;
            Err("a database answers where there is none".into())
        }
        Err(error) => {
            eprintln!("{error}");
            println!("shared-quota: no quota without its database");
            Ok(())
        }
    }
}
