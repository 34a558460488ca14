//! Lints every published crate without its features and with each one alone, and tries what the program says of what it was
//! built without.

use std::fs;

use crate::command::{cargo, workspace};
use crate::problem::Problem;
use crate::published::{Published, published};

pub(crate) fn check() -> Result<(), Problem> {
    let mut problems = Vec::new();
    for package in published()?
        .iter()
        .filter(|package| !package.features.is_empty())
    {
        for features in choices(package) {
            problems.extend(lint(&package.name, &features).err());
        }
    }
    problems.extend(try_bare_program().err());
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

/// None, each, and those of the default; all of them together are linted with the workspace.
fn choices(package: &Published) -> Vec<String> {
    let alone = package.features().map(str::to_owned);
    let default = package.features.get("default").map(|names| names.join(","));
    let mut choices: Vec<String> = std::iter::once(String::new())
        .chain(alone)
        .chain(default)
        .collect();
    choices.sort();
    choices.dedup();
    choices
}

fn lint(package: &str, features: &str) -> Result<(), Problem> {
    eprintln!(
        "{package} with {}",
        if features.is_empty() {
            "nothing"
        } else {
            features
        }
    );
    cargo(&["clippy", "--quiet", "--package", package])
        .arguments(&["--no-default-features", "--features", features])
        .arguments(&["--", "-D", "warnings"])
        .run()
}

/// What was left out of the program is refused in words, and never passed over.
fn try_bare_program() -> Result<(), Problem> {
    let table = workspace().join("target/left-out.xlsx");
    fs::write(&table, "").map_err(|error| format!("{}: {error}", table.display()))?;
    let table = table.display().to_string();
    let commands: [&[&str]; 3] = [
        &["report", "x.journal", "--html", "x.html"],
        &["report", "postgres://localhost/x"],
        &["check", &table],
    ];
    for command in commands {
        let bare = cargo(&["run", "--quiet", "--package", "topic-import"])
            .arguments(&["--no-default-features", "--"])
            .arguments(command);
        match bare.output() {
            Err(said) if said.contains("was built without") => {}
            Err(said) => return Err(said),
            Ok(_) => {
                return Err(format!(
                    "{command:?} is passed over by a program without it"
                ));
            }
        }
    }
    Ok(())
}
