//! What can be written on the command line and in the environment.

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

pub(crate) mod calls;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod connection;
pub(crate) mod convert;
pub(crate) mod emulate;
pub(crate) mod explain;
pub(crate) mod help;
pub(crate) mod import;
pub(crate) mod input;
pub(crate) mod journal;
pub(crate) mod man;
pub(crate) mod print;
pub(crate) mod probe;
pub(crate) mod report;
pub(crate) mod sign;
pub(crate) mod undo;
pub(crate) mod values;
pub(crate) mod verify;
pub(crate) mod work;

#[cfg(test)]
use clap::CommandFactory as _;
use clap::{Parser, Subcommand};

use self::check::CheckArguments;
use self::completions::CompletionsArguments;
use self::convert::ConvertArguments;
use self::emulate::EmulateArguments;
use self::explain::ExplainArguments;
use self::import::ImportArguments;
use self::man::ManArguments;
use self::probe::ProbeArguments;
use self::report::ReportArguments;
use self::sign::SignArguments;
use self::undo::UndoArguments;
use self::verify::VerifyArguments;
use self::work::WorkArguments;

/// Brings the topics of existing communities into Tencent Cloud Chat: once, completely, within the quota.
// `hide_short_help` and `after_long_help` say what `-h` leaves out: see `help`.
#[derive(Debug, Parser)]
#[command(name = "topic-import", version, max_term_width = 80)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import the topics of a file
    #[command(after_long_help = "\
Examples:
  topic-import import community.jsonl --emulator
  topic-import import community.csv --sdk-app-id 1400000001 --region singapore
Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER, SECRET_KEY, USER_SIG,
  REGION, ENDPOINT, SERVICE, CA_FILE, RATE, CONCURRENCY, TOPIC_IDS or JOURNAL
Exit status: 0 all there, 1 could not start, 2 not all imported, 3 stopped")]
    Import(ImportArguments),
    /// Help with an import that is kept in a database, from any machine
    #[command(after_long_help = "\
Example:
  topic-import work --journal postgres://ada@db.example.com/chat --region tokyo

The database's password: PGPASSWORD, or in the URL in TOPIC_IMPORT_JOURNAL.
Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER, SECRET_KEY, USER_SIG,
  REGION, ENDPOINT, SERVICE, CA_FILE, RATE, CONCURRENCY or JOURNAL
Exit status: as of import")]
    Work(WorkArguments),
    /// Check a file and send nothing
    #[command(after_long_help = "\
Examples:
  topic-import check community.jsonl
  topic-import check community.csv --group-id @TGS#_riverside --output json

Exit status: 0 no problems, 1 could not start, 2 problems found")]
    Check(CheckArguments),
    /// Say what became of every row of an import, and what to do about it
    #[command(after_long_help = "\
Examples:
  topic-import report community.jsonl.journal
  topic-import report community.jsonl.journal --rows map.csv --failed mend.jsonl
  topic-import report community.jsonl.journal --html report.html

Environment: TOPIC_IMPORT_ with JOURNAL
Exit status: 0 every topic is there, 1 could not start, 2 some are not")]
    Report(ReportArguments),
    /// Read every imported topic back and compare
    #[command(after_long_help = "\
Example:
  topic-import verify community.jsonl.journal --region singapore

Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER, SECRET_KEY, USER_SIG,
  REGION, ENDPOINT, SERVICE, CA_FILE, RATE or JOURNAL
Exit status: 0 all equal, 1 could not start, 2 some topics missing or different,
  3 stopped, or not every topic could be read (the same command begins anew)")]
    Verify(VerifyArguments),
    /// Destroy the topics that an import created, and no others
    #[command(after_long_help = "\
Example:
  topic-import undo community.jsonl.journal --region singapore

Topics that were there before the import, equal to its rows, are left alone.

Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER, SECRET_KEY, USER_SIG,
  REGION, ENDPOINT, SERVICE, CA_FILE, RATE or JOURNAL
Exit status: 0 all gone, 1 could not start or was not confirmed, 2 some topics
  left, or perhaps left, 3 stopped (the same command goes on)")]
    Undo(UndoArguments),
    /// Write the rows of a file as JSONL with the API's field names
    #[command(after_long_help = "\
Examples:
  topic-import convert channels.json --from slack --group-id @TGS#_a > rows.jsonl
  topic-import convert stream_index.json --from zulip --groups groups.csv --fit

Exit status: 0 done, 1 could not start, 2 problems found; sound rows are written
  all the same")]
    Convert(ConvertArguments),
    /// Say what an error code means and what to do about it; without a code, list all
    #[command(after_long_help = "\
Examples:
  topic-import explain 10021
  topic-import explain --output json")]
    Explain(ExplainArguments),
    /// Print a UserSig, or say what one holds
    #[command(after_long_help = "\
Examples:
  topic-import sign --sdk-app-id 1400000001 --secret-key-file key
  topic-import sign --inspect < user.sig

Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER or SECRET_KEY
Exit status: 0 done, 1 could not start, 2 the UserSig does not hold")]
    Sign(SignArguments),
    /// Try what this program believes of the service, in a community set aside for it
    #[command(after_long_help = "\
It imports a few dozen throw-away topics, tries limits, rules, codes and shapes
with them, and destroys them again; other topics are left alone. Sources are
the service's documents: S import_topic, C its Chinese edition, T Create, Get
and Delete Topic, G Group System, E Error Codes, L Use Limits; `decided` where
none says it. --fill-up-to needs more than 200 to find that 200 is the limit.

Examples:
  topic-import probe --group-id @TGS#_aside --emulator
  topic-import probe --group-id @TGS#_aside --region singapore

Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER, SECRET_KEY, USER_SIG,
  REGION, ENDPOINT, SERVICE or CA_FILE
Exit status: 0 all agree, 1 could not start, 2 not all agree, 3 stopped")]
    Probe(ProbeArguments),
    /// Stand in for the service on this machine, for trying and rehearsing
    #[command(after_long_help = "\
Examples:
  topic-import emulate --community @TGS#_old=deleted --latency 50ms
  topic-import emulate --tls --ca-out ca.pem
  topic-import emulate --reuse-destroyed-ids --differ code:10021=10025
  topic-import emulate --faults seed=7,lost=0.05,http502=0.02,code10002-done@3-5

A plan of faults is a list of FAULT=CHANCE, FAULT@CALL and FAULT@CALL-CALL, with
seed=N for the chances and expire-signatures=TIME. Faults: lost, reset-before,
reset-after, truncated, cut-json, not-json, extra-fields, zero-with-fail,
no-topic-id, code-with-ok, httpN, httpN-done, codeN, codeN-done, itemN, itemsN,
envelopeN, delay-TIME, drip-TIME.
A difference is max-bytes:FIELD=BYTES, code:CODE=CODE, max-ids=IDS, hide:FIELD,
omit-missing, shut-up-all-flag, text-accounts, strict-fields or
without-service:SERVICE.
--community and --differ can be repeated; with port 0, --listen takes any.

Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER or SECRET_KEY")]
    Emulate(EmulateArguments),
    /// Write a shell's completions of this program to standard output
    #[command(after_long_help = "\
Examples:
  topic-import completions bash > topic-import.bash
  topic-import completions zsh > _topic-import")]
    Completions(CompletionsArguments),
    /// Write the man pages of this program to a directory
    #[command(after_long_help = "\
Example:
  topic-import man pages")]
    Man(ManArguments),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        Arguments::command().debug_assert();
    }

    /// The help is short because clap does not add these to every option.
    #[test]
    fn help_names_every_variable_and_every_possible_value() {
        for command in Arguments::command().get_subcommands() {
            let after = command.get_after_long_help().map(ToString::to_string);
            let after = after.unwrap_or_default();
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string);
                let help = help.unwrap_or_default();
                let what = format!("{} {}", command.get_name(), argument.get_id());
                if let Some(variable) = argument.get_env() {
                    let variable = variable.to_string_lossy();
                    let name = variable.strip_prefix("TOPIC_IMPORT_");
                    assert!(after.contains(name.expect("the prefix")), "{what}");
                }
                for value in argument.get_possible_values() {
                    let is_said = !argument.is_hide_possible_values_set();
                    assert!(is_said || help.contains(value.get_name()), "{what}: {help}");
                }
            }
        }
    }
}
