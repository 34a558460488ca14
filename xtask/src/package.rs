//! Packs the crates, and builds, tests and uses them as strangers would: each from its archive, outside of the workspace.

use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::command::{Run, cargo, workspace};
use crate::packed::Packed;
use crate::problem::Problem;
use crate::published::Published;

/// What the owner has not replaced yet: see `repository` in the workspace's manifest.
const PLACEHOLDER: &str = "https://example.com/";

pub(crate) fn check() -> Result<(), Problem> {
    eprintln!("packing the crates");
    let packed = Packed::pack()?;
    let placeholder = |package: &&Published| {
        let repository = package.repository.as_deref().unwrap_or_default();
        repository.starts_with(PLACEHOLDER)
    };
    if packed.crates.iter().any(|package| placeholder(&package)) {
        eprintln!(
            "before they are published: put the repository's address into Cargo.toml and docs/first-import.md"
        );
    }
    let mut problems = Vec::new();
    for package in &packed.crates {
        let Published { name, version, .. } = package;
        eprintln!("== {name} {version}: {}", packed.size(package)?);
        problems.extend(missing(package, &packed.folder(package)));
        problems.extend(timed(|| test(&packed, package)).err());
    }
    eprintln!("== somebody else's project, which uses them");
    problems.extend(timed(|| run_foreign_project(&packed)).err());
    eprintln!("== the program, which imports its example");
    problems.extend(timed(|| run_program(&packed)).err());
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

/// Says at once what was done or what is wrong, and how long it took: the whole takes long. The problem that it returns is
/// what remains to be said at the end.
fn timed(work: impl FnOnce() -> Result<String, Problem>) -> Result<(), Problem> {
    let begun = Instant::now();
    let done = work();
    let (Ok(what) | Err(what)) = &done;
    let failed = if done.is_ok() { "" } else { "FAILED: " };
    eprintln!("   {failed}{what} ({} s)", begun.elapsed().as_secs());
    done.map(drop)
        .map_err(|problem| problem.lines().next().unwrap_or_default().to_owned())
}

/// What a package's page and its readers would miss.
fn missing(package: &Published, folder: &Path) -> Vec<Problem> {
    let stated = [
        ("description", package.description.is_some()),
        ("repository", package.repository.is_some()),
        ("keywords", !package.keywords.is_empty()),
        ("categories", !package.categories.is_empty()),
    ];
    let stated = stated.into_iter().filter(|(_, is_stated)| !is_stated);
    let stated = stated.map(|(what, _)| format!("{} has no {what}", package.name));
    let licences = ["LICENSE-APACHE", "LICENSE-MIT"].into_iter();
    let licences = licences.filter(|name| {
        let own = fs::read(folder.join(name)).ok();
        own.is_none() || own != fs::read(workspace().join(name)).ok()
    });
    let licences = licences.map(|name| format!("{} is packed without {name}", package.name));
    let documented = folder.join(if package.is_library() {
        "src/lib.rs"
    } else {
        "README.md"
    });
    let documented = fs::read_to_string(documented).unwrap_or_default();
    let features = package.features();
    let features = features.filter(|name| !documented.contains(&format!("- `{name}`")));
    let features = features.map(|name| format!("{}: what is {name} for?", package.name));
    let readme = (!folder.join("README.md").exists())
        .then(|| format!("{} is packed without README.md", package.name));
    stated
        .chain(licences)
        .chain(features)
        .chain(readme)
        .collect()
}

fn test(packed: &Packed, package: &Published) -> Result<String, Problem> {
    let Published { name, .. } = package;
    let said = outside(packed, "test", &packed.folder(package))
        .output()
        .map_err(|problem| format!("{name} cannot be used as it is packed: {problem}"))?;
    match passed(&said) {
        0 => Err(format!("{name} has no test that its archive can run")),
        passed => Ok(format!("it compiles, and its {passed} tests pass")),
    }
}

/// How many tests passed, of all that `cargo test` says.
fn passed(said: &str) -> u32 {
    let results = said.lines();
    let results = results.filter_map(|line| line.strip_prefix("test result: ok. "));
    let counts = results.filter_map(|result| result.split_once(" passed;")?.0.parse::<u32>().ok());
    counts.sum()
}

fn run_foreign_project(packed: &Packed) -> Result<String, Problem> {
    let folder = packed.beside("foreign");
    let source = workspace().join("tests/foreign");
    let copy = || {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder.join("src"))?;
        fs::copy(source.join("Cargo.toml"), folder.join("Cargo.toml"))?;
        for file in fs::read_dir(source.join("src"))? {
            let file = file?;
            fs::copy(file.path(), folder.join("src").join(file.file_name()))?;
        }
        fs::read_to_string(source.join("prints.txt"))
    };
    let expected = copy().map_err(|error| format!("{}: {error}", folder.display()))?;
    let printed = outside(packed, "run", &folder)
        .output()
        .map_err(|problem| format!("the crates cannot be used by others: {problem}"))?;
    if printed == expected {
        Ok("it prints what it should".to_owned())
    } else {
        Err(format!(
            "the crates do something else for others: instead of\n{expected}it is\n{printed}"
        ))
    }
}

/// The program's main job, by the program as somebody installs it.
fn run_program(packed: &Packed) -> Result<String, Problem> {
    let program = packed.crates.iter().find(|package| !package.is_library());
    let Some(program) = program else {
        return Err("no package is the program".into());
    };
    let folder = packed.folder(program);
    let input = folder.join("examples/community.jsonl");
    let rows = fs::read_to_string(&input)
        .map_err(|error| format!("{}: {error}", input.display()))?
        .lines()
        .count();
    let input = input.display().to_string();
    let printed = outside(packed, "run", &folder)
        .arguments(&["--", "import", &input, "--emulator", "--quiet"])
        .output()?;
    if printed.starts_with(&format!("{rows} rows: {rows} imported;")) {
        Ok(printed.trim_end().to_owned())
    } else {
        Err(format!("of {rows} rows, the program says: {printed}"))
    }
}

/// A warning is an error: whoever uses an archive would see it.
fn outside(packed: &Packed, command: &str, folder: &Path) -> Run {
    packed
        .outside(cargo(&[]), command, folder, "packed")
        .env("RUSTFLAGS", "-D warnings")
}
