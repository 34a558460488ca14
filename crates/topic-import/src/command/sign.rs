//! `sign`: makes a `UserSig`, or shows what one contains.

use std::io;
use std::time::SystemTime;

use serde_json::json;
use topic_import_core::{SecretKey, UserSig, UserSigDocument};

use crate::cli::print::Output;
use crate::cli::sign::SignArguments;
use crate::exit::{CannotStart, Exit};
use crate::open::connection;
use crate::open::secret;
use crate::show::out;
use crate::show::text;
use crate::show::time;

pub(crate) fn run(arguments: &SignArguments) -> Result<Exit, CannotStart> {
    secret::refuse_secret_key(&arguments.account)?;
    if arguments.inspect {
        return inspect(arguments);
    }
    let sdk_app_id = connection::sdk_app_id(&arguments.account)?;
    let identifier = connection::identifier(&arguments.account)?;
    let key = secret::secret_key(&arguments.account)?.ok_or_else(|| {
        CannotStart::new(
            "the secret key is missing: set TOPIC_IMPORT_SECRET_KEY or give --secret-key-file",
        )
    })?;
    let signature = UserSig::sign(&key, sdk_app_id, &identifier, now(), arguments.expire);
    out::data(signature.expose())?;
    Ok(Exit::Done)
}

fn inspect(arguments: &SignArguments) -> Result<Exit, CannotStart> {
    let text = io::read_to_string(io::stdin())
        .map_err(|error| CannotStart::new(format!("cannot read standard input: {error}")))?;
    let signature = secret::parse_user_sig(text.trim().to_owned())?;
    let document = signature
        .inspect()
        .map_err(|error| CannotStart::new(error.to_string()))?;
    let holds =
        secret::secret_key(&arguments.account)?.map(|key: SecretKey| document.is_signed_with(&key));
    match arguments.output {
        Output::Json => print_json(&document, holds)?,
        Output::Text => print(&document, holds)?,
    }
    Ok(if holds == Some(false) {
        Exit::Incomplete
    } else {
        Exit::Done
    })
}

fn print_json(document: &UserSigDocument, holds: Option<bool>) -> Result<(), CannotStart> {
    out::json(&json!({
        "version": document.version,
        "identifier": document.identifier,
        "sdk_app_id": document.sdk_app_id,
        "time": document.time,
        "expire": document.expire,
        "expires_at": document.expires_at(),
        "expired": now() >= document.expires_at(),
        "holds": holds,
    }))
}

fn print(document: &UserSigDocument, holds: Option<bool>) -> Result<(), CannotStart> {
    let is_expired = now() >= document.expires_at();
    let expiry = if is_expired { "expired" } else { "still valid" };
    for (name, text) in [
        ("version", text::one_line(&document.version)),
        ("identifier", text::one_line(&document.identifier)),
        ("SDKAppID", document.sdk_app_id.to_string()),
        ("signed at", moment(document.time)),
        (
            "expires at",
            format!(
                "{}, after {} s: {expiry}",
                moment(document.expires_at()),
                document.expire
            ),
        ),
        (
            "signature",
            match holds {
                Some(true) => "holds: it was made with this key".into(),
                Some(false) => "does NOT hold: it was made with another key, or changed".into(),
                None => "not checked: set TOPIC_IMPORT_SECRET_KEY or give --secret-key-file".into(),
            },
        ),
    ] {
        out::line(&format!("{name:<11} {text}"))?;
    }
    Ok(())
}

fn moment(unix_seconds: u64) -> String {
    let seconds = i64::try_from(unix_seconds).unwrap_or(i64::MAX);
    format!("{unix_seconds} ({})", time::moment(seconds))
}

fn now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_epoch.unwrap_or_default().as_secs()
}
