//! Runs programs and says what became of them.

use std::path::Path;
use std::process::Command;

use crate::problem::Problem;

/// A program with its arguments, to be run in the workspace.
pub(crate) struct Run {
    command: Command,
    words: String,
}

/// The cargo that runs this program.
pub(crate) fn cargo(arguments: &[&str]) -> Run {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    // What cargo says of this package would be compared by the build scripts that read it, as that of `ring`: each turn
    // between `cargo xtask` and cargo would compile half of the workspace again.
    for (name, _) in std::env::vars_os() {
        let is_of_package =
            |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        if name.to_str().is_some_and(is_of_package) {
            command.env_remove(name);
        }
    }
    Run {
        command,
        words: "cargo".to_owned(),
    }
    .arguments(arguments)
    .directory(workspace())
}

/// Any other program.
pub(crate) fn program(name: &str) -> Run {
    Run {
        command: Command::new(name),
        words: name.to_owned(),
    }
}

/// The workspace's directory.
pub(crate) fn workspace() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

impl Run {
    pub(crate) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        for argument in arguments {
            self.words.push(' ');
            self.words.push_str(argument);
        }
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn directory(mut self, path: &Path) -> Self {
        self.command.current_dir(path);
        self
    }

    /// Runs it in full view.
    pub(crate) fn run(mut self) -> Result<(), Problem> {
        match self.command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("`{}` failed: {status}", self.words)),
            Err(error) => Err(format!("`{}` could not be run: {error}", self.words)),
        }
    }

    /// Runs it and gives what it printed.
    pub(crate) fn output(mut self) -> Result<String, Problem> {
        let output = self
            .command
            .output()
            .map_err(|error| format!("`{}` could not be run: {error}", self.words))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            // Some say on standard output what is wrong.
            let said = [output.stdout, output.stderr].concat();
            Err(format!(
                "`{}` failed: {}\n{}",
                self.words,
                output.status,
                String::from_utf8_lossy(&said)
            ))
        }
    }
}
