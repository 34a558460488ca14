//! Who runs the server: PostgreSQL refuses to be run by root.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// Whom root runs it as: the first that is there.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// A program, run by somebody who may run a server.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let Some(user) = unprivileged() else {
        return Command::new(program);
    };
    let mut command = Command::new("setpriv");
    command
        .args([
            "--reuid",
            &user.id,
            "--regid",
            &user.group,
            "--clear-groups",
            "--",
        ])
        .arg(program);
    command
}

/// Gives a file or a directory to who runs the server.
pub(crate) fn give(path: &Path) {
    if let Some(user) = unprivileged() {
        let [id, group] = [&user.id, &user.group].map(|id| id.parse().ok());
        std::os::unix::fs::chown(path, id, group).unwrap();
    }
}

struct User {
    id: String,
    group: String,
}

/// `None` where this process is not root's.
fn unprivileged() -> Option<User> {
    if id(&["-u"])? != "0" {
        return None;
    }
    let mut users = UNPRIVILEGED.iter().filter_map(|name| {
        Some(User {
            id: id(&["-u", name])?,
            group: id(&["-g", name])?,
        })
    });
    Some(
        users
            .next()
            .expect("root needs a user postgres or nobody to run PostgreSQL"),
    )
}

fn id(arguments: &[&str]) -> Option<String> {
    let output = Command::new("id").args(arguments).output().ok()?;
    let is_known = output.status.success();
    let id = String::from_utf8(output.stdout).ok()?;
    is_known.then(|| id.trim_end().to_owned())
}
