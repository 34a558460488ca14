//! Reads secrets from the environment or from files. An argument is refused: every user of the machine could read it.

use std::env::{self, VarError};
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use topic_import_core::{CredentialsError, SecretKey, UserSig};

use crate::cli::connection::{
    AccountArguments, ConnectionArguments, SECRET_KEY_VARIABLE, USER_SIG_VARIABLE,
};
use crate::cli::journal::has_password;
use crate::exit::CannotStart;
use crate::show::out;
use crate::show::shell;
use crate::show::text;

/// Refuses a secret key or a UserSig among the arguments, even if it would not be used.
pub(crate) fn refuse_in_arguments(arguments: &ConnectionArguments) -> Result<(), CannotStart> {
    refuse_secret_key(&arguments.account)?;
    if arguments.user_sig.is_some() {
        return Err(as_argument(
            "--user-sig",
            USER_SIG_VARIABLE,
            "--user-sig-file",
        ));
    }
    Ok(())
}

/// Refuses a secret key among the arguments, even if it would not be used.
pub(crate) fn refuse_secret_key(arguments: &AccountArguments) -> Result<(), CannotStart> {
    if arguments.secret_key.is_some() {
        return Err(as_argument(
            "--secret-key",
            SECRET_KEY_VARIABLE,
            "--secret-key-file",
        ));
    }
    Ok(())
}

/// Refuses a password among the arguments, before any message can repeat it.
pub(crate) fn refuse_passwords(written: &[OsString]) -> Result<(), CannotStart> {
    if written
        .iter()
        .any(|argument| has_password(&argument.to_string_lossy()))
    {
        return Err(CannotStart::new(
            "a password in an argument is refused: every user of this machine can read the arguments of a running \
             program.\nPut a database's password into PGPASSWORD, or the whole URL into TOPIC_IMPORT_JOURNAL.",
        ));
    }
    Ok(())
}

/// Replaces an error about the arguments or the environment that would repeat a password.
pub(crate) fn refuse_to_repeat(error: &clap::Error) -> Result<(), CannotStart> {
    // The help is no error, and may mention passwords.
    if error.use_stderr() && has_password(&error.to_string()) {
        return Err(CannotStart::new(
            "an argument or an environment variable contains a password where none belongs: remove it from there",
        ));
    }
    Ok(())
}

/// The app's secret key, if one is given.
pub(crate) fn secret_key(arguments: &AccountArguments) -> Result<Option<SecretKey>, CannotStart> {
    let text = secret_key_text(arguments)?;
    text.map(|text| SecretKey::parse(text).map_err(unusable))
        .transpose()
}

/// The text of the app's secret key, if one is given.
pub(crate) fn secret_key_text(arguments: &AccountArguments) -> Result<Option<String>, CannotStart> {
    refuse_secret_key(arguments)?;
    read(arguments.secret_key_file.as_deref(), SECRET_KEY_VARIABLE)
}

/// The text of the ready-made UserSig, if one is given.
pub(crate) fn user_sig_text(
    arguments: &ConnectionArguments,
) -> Result<Option<String>, CannotStart> {
    read(arguments.user_sig_file.as_deref(), USER_SIG_VARIABLE)
}

/// Parses a UserSig.
pub(crate) fn parse_user_sig(text: String) -> Result<UserSig, CannotStart> {
    UserSig::parse(text).map_err(unusable)
}

/// Says what is wrong with credentials, and which option or variable they come from.
pub(crate) fn unusable(error: CredentialsError) -> CannotStart {
    match error {
        CredentialsError::Identifier(violations) => {
            let broken: Vec<String> = violations.iter().map(ToString::to_string).collect();
            CannotStart::new(format!("--identifier {}", broken.join("; ")))
        }
        CredentialsError::SecretKey => CannotStart::new(format!(
            "the secret key is empty: put the key into {SECRET_KEY_VARIABLE}, or into the file that --secret-key-file names"
        )),
        _ => CannotStart::new(
            "this is not a UserSig: it is empty, or contains characters other than A–Z a–z 0–9 * - _",
        ),
    }
}

/// Reads a secret from the file or, if none is given, from the variable, without the line end after it.
fn read(file: Option<&Path>, variable: &str) -> Result<Option<String>, CannotStart> {
    let text = match file {
        Some(path) => Some(read_file(path).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::InvalidData => {
                    "it is not text in UTF-8: save it in that encoding".into()
                }
                _ => text::io_error(&error),
            };
            CannotStart::new(format!("cannot read {}: {why}", text::path(path)))
        })?),
        None => match env::var(variable) {
            Ok(text) => Some(text),
            Err(VarError::NotPresent) => None,
            Err(VarError::NotUnicode(_)) => {
                return Err(CannotStart::new(format!(
                    "{variable} is not text in UTF-8: set it anew"
                )));
            }
        },
    };
    Ok(text.map(|text| text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Reads a file, and warns if other users can read it as well. It is not refused, because that may be intended.
fn read_file(path: &Path) -> io::Result<String> {
    let file = File::open(path)?;
    if can_be_read_by_others(&file.metadata()?) {
        out::note(&format!(
            "topic-import: other users of this machine can read {}, which holds a secret: chmod 600 {}",
            text::path(path),
            shell::path(path)
        ));
    }
    io::read_to_string(file)
}

#[cfg(unix)]
fn can_be_read_by_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.is_file() && metadata.mode() & 0o044 != 0
}

#[cfg(not(unix))]
fn can_be_read_by_others(_: &Metadata) -> bool {
    false
}

fn as_argument(argument: &str, variable: &str, file_argument: &str) -> CannotStart {
    CannotStart::new(format!(
        "{argument} is refused: every user of this machine can read the arguments of a running program.\n\
         Set {variable}, or name a file with {file_argument}."
    ))
}
