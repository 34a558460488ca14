//! Packs the crates, and builds, tests and uses them as strangers would: each from its archive, outside of the workspace.

use std::fs;
use std::path::Path;

use crate::check::Problem;
use crate::command::{cargo, workspace};
use crate::packed::Packed;
use crate::published::Published;

/// What the owner has not replaced yet: see `repository` in the workspace's manifest.
const PLACEHOLDER: &str = "https://example.com/";

pub(crate) fn check() -> Result<(), Problem> {
    let packed = Packed::pack()?;
    let placeholder = |package: &&Published| {
        let repository = package.repository.as_deref().unwrap_or_default();
        repository.starts_with(PLACEHOLDER)
    };
    if packed.crates.iter().any(|package| placeholder(&package)) {
        eprintln!("before they are published: put the repository's address into Cargo.toml");
    }
    let mut problems = Vec::new();
    for package in &packed.crates {
        problems.extend(missing(package, &packed.folder(package)));
        problems.extend(test(&packed, package).err());
    }
    problems.extend(run_foreign_project(&packed).err());
    problems.extend(run_program(&packed).err());
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
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

fn test(packed: &Packed, package: &Published) -> Result<(), Problem> {
    eprintln!("testing {} from its archive", package.name);
    let folder = packed.folder(package);
    packed
        .outside(cargo(&[]), "test", &folder, "packed")
        .run()
        .map_err(|problem| format!("{} cannot be used as it is packed: {problem}", package.name))
}

/// Somebody else's project, which depends on the packed crates.
fn run_foreign_project(packed: &Packed) -> Result<(), Problem> {
    let folder = packed.beside("foreign");
    let source = workspace().join("tests/foreign");
    let copy = || {
        fs::create_dir_all(folder.join("src"))?;
        for file in ["Cargo.toml", "src/main.rs"] {
            fs::copy(source.join(file), folder.join(file))?;
        }
        Ok(())
    };
    copy().map_err(|error: std::io::Error| format!("{}: {error}", folder.display()))?;
    packed
        .outside(cargo(&[]), "run", &folder, "packed")
        .run()
        .map_err(|problem| format!("the crates cannot be used by others: {problem}"))
}

/// The program's main job, by the program as somebody installs it.
fn run_program(packed: &Packed) -> Result<(), Problem> {
    let program = packed.crates.iter().find(|package| !package.is_library());
    let Some(program) = program else {
        return Err("no package is the program".into());
    };
    let folder = packed.folder(program);
    let input = folder
        .join("examples/community.jsonl")
        .display()
        .to_string();
    packed
        .outside(cargo(&[]), "run", &folder, "packed")
        .arguments(&["--", "import", &input, "--emulator", "--quiet"])
        .run()
}
