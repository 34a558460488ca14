//! Makes a client from the arguments and the environment.

use std::fs;
use std::str::FromStr;

use tokio::runtime::Runtime;
use topic_import_async::{BuildError, Client, ClientSettings, TlsError};
use topic_import_bulk::journal::Identity;
use topic_import_core::{Credentials, CredentialsError, Endpoint, Origin, Rate, SdkAppId, UserId};
use topic_import_emulator::{Emulator, TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

use crate::cli::connection::{AccountArguments, ConnectionArguments};
use crate::exit::CannotStart;
use crate::open::journal::Database;
use crate::open::secret;
use crate::show::text;

/// What stands for the origin of every emulator in a journal: its port differs each time.
const EMULATOR: &str = "emulator";

/// The admin account of every new app.
const DEFAULT_IDENTIFIER: &str = "administrator";

/// The SDKAppID that the arguments name.
pub(crate) fn sdk_app_id(arguments: &AccountArguments) -> Result<SdkAppId, CannotStart> {
    arguments.sdk_app_id.map(SdkAppId::new).ok_or_else(|| {
        CannotStart::new(
            "the SDKAppID is missing: give --sdk-app-id or set TOPIC_IMPORT_SDK_APP_ID",
        )
    })
}

/// The admin account that the arguments name, or the default one.
pub(crate) fn identifier(arguments: &AccountArguments) -> Result<UserId, CannotStart> {
    let identifier = arguments
        .identifier
        .as_deref()
        .unwrap_or(DEFAULT_IDENTIFIER);
    UserId::parse(identifier)
        .map_err(|violations| secret::unusable(CredentialsError::Identifier(violations)))
}

/// A client, and the app that it calls.
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// The app, its endpoint and the service name, as a journal records them.
    pub(crate) target: Identity,
}

/// The database that keeps a quota for several processes; `None` if this process has a quota of its own.
pub(crate) type SharedQuota<'a> = Option<(&'a Database, &'a Runtime)>;

/// A client for the service that the arguments name.
pub(crate) fn to_service(
    arguments: &ConnectionArguments,
    rate: Rate,
    shared: SharedQuota<'_>,
) -> Result<Connection, CannotStart> {
    let settings = service_settings(arguments)?.with_quota(rate);
    let origin = settings.endpoint.primary().as_str().to_owned();
    connection(&settings, &origin, arguments, shared)
}

fn connection(
    settings: &ClientSettings,
    origin: &str,
    arguments: &ConnectionArguments,
    shared: SharedQuota<'_>,
) -> Result<Connection, CannotStart> {
    let sdk_app_id = settings.credentials.sdk_app_id();
    let client = match (shared, settings.quota.per_second()) {
        (Some((database, runtime)), Some(rate)) => {
            let quota = runtime.block_on(database.quota(sdk_app_id, origin, rate))?;
            Client::with_quota(settings, quota).map_err(|error| cannot_build(error, arguments))?
        }
        _ => client(settings, arguments)?,
    };
    Ok(Connection {
        client,
        target: Identity::of_target(sdk_app_id, origin, arguments.service),
    })
}

/// The settings of a client for the service that the arguments name.
pub(crate) fn service_settings(
    arguments: &ConnectionArguments,
) -> Result<ClientSettings, CannotStart> {
    let endpoint = endpoint(arguments)?.with_service(arguments.service);
    let mut settings = ClientSettings::new(endpoint, credentials(arguments)?);
    if let Some(path) = &arguments.ca_file {
        let cannot = |what: &dyn std::fmt::Display| {
            CannotStart::new(format!("--ca-file {}: {what}", text::path(path)))
        };
        let pem = fs::read(path).map_err(|error| cannot(&text::io_error(&error)))?;
        if pem.trim_ascii().is_empty() {
            return Err(cannot(
                &"the file is empty: it must hold a certificate (PEM)",
            ));
        }
        settings = settings.with_extra_certificates(&pem);
    }
    Ok(settings)
}

/// A client with settings that were made from the arguments.
pub(crate) fn client(
    settings: &ClientSettings,
    arguments: &ConnectionArguments,
) -> Result<Client, CannotStart> {
    Client::new(settings).map_err(|error| cannot_build(error, arguments))
}

fn cannot_build(error: BuildError, arguments: &ConnectionArguments) -> CannotStart {
    match (&arguments.ca_file, error) {
        (Some(path), BuildError::Tls(error @ TlsError::Pem(_))) => CannotStart::new(format!(
            "--ca-file {}: {}.\nIt must hold a certificate as PEM: -----BEGIN CERTIFICATE-----.",
            text::path(path),
            text::chain(&error)
        )),
        (_, error) => CannotStart::new(text::chain(&error)),
    }
}

/// The app, endpoint and service that the arguments name, as a journal records them; `None` unless they name all. Needs
/// no secret.
pub(crate) fn target(arguments: &ConnectionArguments) -> Result<Option<Identity>, CannotStart> {
    let names_endpoint = arguments.endpoint.is_some() || arguments.region.is_some();
    if arguments.account.sdk_app_id.is_none() || !names_endpoint {
        return Ok(None);
    }
    let endpoint = endpoint(arguments)?;
    let sdk_app_id = sdk_app_id(&arguments.account)?;
    Ok(Some(Identity::of_target(
        sdk_app_id,
        endpoint.primary().as_str(),
        arguments.service,
    )))
}

/// The trial account at an emulator, as a journal records it.
pub(crate) fn emulator_target(arguments: &ConnectionArguments) -> Identity {
    let sdk_app_id = SdkAppId::new(TRIAL_SDK_APP_ID);
    Identity::of_target(sdk_app_id, EMULATOR, arguments.service)
}

/// Refuses a region or an endpoint beside an emulator, so that nobody takes a rehearsal for the import. What the environment
/// says is for other commands.
pub(crate) fn refuse_service(arguments: &ConnectionArguments) -> Result<(), CannotStart> {
    let named = |option: &str| {
        CannotStart::new(format!(
            "{option} and --emulator cannot be used together: leave out {option} to rehearse with an emulator, or --emulator to call the service"
        ))
    };
    match (&arguments.endpoint, arguments.region) {
        (_, Some(region)) if !is_from_environment("TOPIC_IMPORT_REGION", &region) => {
            Err(named("--region"))
        }
        (Some(origin), _) if !is_from_environment("TOPIC_IMPORT_ENDPOINT", origin) => {
            Err(named("--endpoint"))
        }
        _ => Ok(()),
    }
}

/// Whether a variable of the environment has this value, however it is written.
fn is_from_environment<T: FromStr + PartialEq>(variable: &str, value: &T) -> bool {
    let set = std::env::var(variable).ok();
    set.and_then(|set| set.parse().ok()).as_ref() == Some(value)
}

/// The endpoint of `--region` or `--endpoint`. If one of them comes from the environment, the one on the command line
/// takes precedence.
fn endpoint(arguments: &ConnectionArguments) -> Result<Endpoint, CannotStart> {
    match (&arguments.endpoint, arguments.region) {
        (Some(origin), None) => custom(origin),
        (None, Some(region)) => Ok(Endpoint::region(region)),
        (Some(origin), Some(region)) => {
            let region_is_set = is_from_environment("TOPIC_IMPORT_REGION", &region);
            let endpoint_is_set = is_from_environment("TOPIC_IMPORT_ENDPOINT", origin);
            match (endpoint_is_set, region_is_set) {
                (true, false) => Ok(Endpoint::region(region)),
                (false, true) => custom(origin),
                _ => Err(CannotStart::new(
                    "--region and --endpoint cannot be used together: give one of them",
                )),
            }
        }
        (None, None) => Err(CannotStart::new(
            "nothing says which service to call: give --region (or --endpoint), or use import or probe with --emulator",
        )),
    }
}

/// The endpoint at an origin. The error does not repeat the origin, because it may be a whole URL with a signature in
/// its query.
fn custom(origin: &str) -> Result<Endpoint, CannotStart> {
    match Origin::parse(origin) {
        Ok(origin) => Ok(Endpoint::custom(origin)),
        Err(error) => Err(CannotStart::new(format!("--endpoint: {error}"))),
    }
}

/// A client for an emulator with the trial account. In the journal, every emulator has the same origin, because its
/// port differs each time.
pub(crate) fn to_emulator(
    emulator: &Emulator,
    arguments: &ConnectionArguments,
    rate: Rate,
    shared: SharedQuota<'_>,
) -> Result<Connection, CannotStart> {
    let settings = emulator_settings(emulator, arguments)?.with_quota(rate);
    connection(&settings, EMULATOR, arguments, shared)
}

/// The settings of a client for an emulator with the trial account.
pub(crate) fn emulator_settings(
    emulator: &Emulator,
    arguments: &ConnectionArguments,
) -> Result<ClientSettings, CannotStart> {
    let unusable = || CannotStart::new("the emulator's trial account is unusable");
    let origin = emulator.origin().parse().map_err(|_| unusable())?;
    let sdk_app_id = SdkAppId::new(TRIAL_SDK_APP_ID);
    let credentials = Credentials::from_key(sdk_app_id, TRIAL_IDENTIFIER, TRIAL_SECRET_KEY)
        .map_err(|_| unusable())?;
    let endpoint = Endpoint::custom(origin).with_service(arguments.service);
    Ok(ClientSettings::new(endpoint, credentials))
}

/// The secret key or, if there is none, the UserSig. Files that the command line names take precedence over the
/// environment.
fn credentials(arguments: &ConnectionArguments) -> Result<Credentials, CannotStart> {
    let sdk_app_id = sdk_app_id(&arguments.account)?;
    let identifier = identifier(&arguments.account)?;
    let (key_file, signature_file) = (&arguments.account.secret_key_file, &arguments.user_sig_file);
    if key_file.is_some() && signature_file.is_some() {
        return Err(CannotStart::new(
            "--secret-key-file and --user-sig-file cannot be used together: give one of them",
        ));
    }
    if signature_file.is_none()
        && let Some(key) = secret::secret_key_text(&arguments.account)?
    {
        return Credentials::from_key(sdk_app_id, identifier.as_str(), key)
            .map_err(secret::unusable);
    }
    match secret::user_sig_text(arguments)? {
        Some(signature) => Credentials::from_user_sig(sdk_app_id, identifier.as_str(), signature)
            .map_err(secret::unusable),
        None => Err(CannotStart::new(
            "the secret key is missing: set TOPIC_IMPORT_SECRET_KEY or give --secret-key-file\n\
             (or a ready-made UserSig: TOPIC_IMPORT_USER_SIG, --user-sig-file)",
        )),
    }
}
