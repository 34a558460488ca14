//! The options that say which service is called, and with which credentials.

use std::path::PathBuf;

use clap::Args;
use topic_import_core::{Region, Service};

use super::headings::SERVICE;
use super::values::{Named, parse_number};

/// The environment variable that holds the secret key, unless a file does.
pub(crate) const SECRET_KEY_VARIABLE: &str = "TOPIC_IMPORT_SECRET_KEY";
/// The environment variable that holds a `UserSig`, unless a file does.
pub(crate) const USER_SIG_VARIABLE: &str = "TOPIC_IMPORT_USER_SIG";

#[derive(Debug, Args)]
pub(crate) struct ConnectionArguments {
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    /// The region of the app: china, singapore, seoul, frankfurt, mumbai, silicon-valley, jakarta, tokyo or riyadh
    #[arg(long, env = "TOPIC_IMPORT_REGION", hide_env = true, value_parser = Named::<Region>::new(&Region::ALL.map(Region::name)), hide_possible_values = true, help_heading = SERVICE)]
    pub(crate) region: Option<Region>,
    /// The address to call instead of that of a region, such as https://chat.example.com
    // Parsed later, because clap's error message would repeat the value: a signature in its query would be printed.
    #[arg(
        long,
        env = "TOPIC_IMPORT_ENDPOINT",
        hide_env = true,
        value_name = "ORIGIN",
        help_heading = SERVICE,
        hide_short_help = true
    )]
    pub(crate) endpoint: Option<String>,
    /// The service in the path of each URL: group_open_http_svc (default) or million_group_open_http_svc
    #[arg(long, env = "TOPIC_IMPORT_SERVICE", hide_env = true, default_value = "group_open_http_svc", hide_default_value = true, value_parser = Named::<Service>::new(&Service::ALL.map(Service::name)), hide_possible_values = true, help_heading = SERVICE, hide_short_help = true)]
    pub(crate) service: Service,
    /// A file of certificates (PEM) to trust in addition to those that this machine trusts
    #[arg(
        long,
        env = "TOPIC_IMPORT_CA_FILE",
        hide_env = true,
        value_name = "FILE",
        help_heading = SERVICE,
        hide_short_help = true
    )]
    pub(crate) ca_file: Option<PathBuf>,
    /// A file that holds a ready-made UserSig, to be used instead of the secret key
    #[arg(long, value_name = "FILE", help_heading = SERVICE, hide_short_help = true)]
    pub(crate) user_sig_file: Option<PathBuf>,
    /// Always refused: a UserSig among the arguments would be readable by every user of the machine
    #[arg(long, hide = true, value_name = "SECRET")]
    pub(crate) user_sig: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AccountArguments {
    /// The app's SDKAppID
    #[arg(
        long,
        env = "TOPIC_IMPORT_SDK_APP_ID",
        hide_env = true,
        value_name = "NUMBER",
        value_parser = parse_number::<u64>,
        help_heading = SERVICE
    )]
    pub(crate) sdk_app_id: Option<u64>,
    /// User ID of the app's admin account (default administrator)
    #[arg(
        long,
        env = "TOPIC_IMPORT_IDENTIFIER",
        hide_env = true,
        value_name = "USER_ID",
        help_heading = SERVICE,
        hide_short_help = true
    )]
    pub(crate) identifier: Option<String>,
    /// A file that holds the app's secret key
    #[arg(long, value_name = "FILE", help_heading = SERVICE)]
    pub(crate) secret_key_file: Option<PathBuf>,
    /// Always refused: a key among the arguments would be readable by every user of the machine
    #[arg(long, hide = true, value_name = "SECRET")]
    pub(crate) secret_key: Option<String>,
}
