//! Searches for inputs that something does not hold of: `fuzz [TARGET …] [--minutes N] [--keep]`.
//!
//! It works with the stable compiler: its part of coverage is a pass of LLVM that is there without a sanitizer.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use crate::command::{cargo, program, workspace};
use crate::debian::{self, Need, is_on_path};
use crate::problem::Problem;

/// How long each target is fuzzed unless it is said.
const MINUTES: NonZeroU64 = NonZeroU64::new(6).unwrap();

/// So much of what was found goes into the repository for each target: small inputs and larger ones.
const KEPT_FILES: usize = 64;
const KEPT_BYTES: u64 = 16 * 1024;

/// What `cargo fuzz` tells the compiler without a sanitizer.
const FLAGS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

pub(crate) fn run() -> Result<(), Problem> {
    let asked_for = AskedFor::of(std::env::args().skip(2))?;
    debian::ensure([Need {
        package: "g++",
        is_there: is_on_path(&["c++", "g++", "clang++"]),
        what: "libFuzzer is C++",
    }])?;
    let fuzzer = build()?;
    let all = targets()?;
    let unknown = asked_for.targets.iter().find(|name| !all.contains(name));
    if let Some(name) = unknown {
        let all = all.join(", ");
        return Err(format!("{name} is no target: the targets are {all}"));
    }
    let wanted = if asked_for.targets.is_empty() {
        all
    } else {
        asked_for.targets
    };
    let mut found = Vec::new();
    println!("| target | seconds | executions | edges before → after | new inputs | findings |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for name in wanted {
        let target = Target::of(&fuzzer, &name);
        let figures = target.fuzz(asked_for.minutes)?;
        println!("{}", figures.line(&name));
        found.extend(figures.findings);
        if asked_for.is_kept {
            target.keep()?;
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let found: Vec<String> = found
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    Err(format!(
        "something does not hold of {}: mend it, and put the input into fuzz/corpus",
        found.join(", ")
    ))
}

/// What stands after the verb.
struct AskedFor {
    targets: Vec<String>,
    /// Not 0, which libFuzzer takes as no limit.
    minutes: NonZeroU64,
    /// What is found goes into the repository, as far as it leads somewhere new.
    is_kept: bool,
}

impl AskedFor {
    fn of(mut words: impl Iterator<Item = String>) -> Result<Self, Problem> {
        let mut asked_for = Self {
            targets: Vec::new(),
            minutes: MINUTES,
            is_kept: false,
        };
        while let Some(word) = words.next() {
            match &*word {
                "--minutes" => {
                    let minutes = words.next().and_then(|minutes| minutes.parse().ok());
                    asked_for.minutes = minutes.ok_or("--minutes takes a whole number from 1")?;
                }
                "--keep" => asked_for.is_kept = true,
                option if option.starts_with('-') => {
                    return Err(format!(
                        "{option} is no option: there are --minutes and --keep"
                    ));
                }
                _ => asked_for.targets.push(word),
            }
        }
        Ok(asked_for)
    }
}

/// The fuzzer's folders are beside what cargo builds.
fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    workspace().join(target).join("fuzz")
}

/// Builds all targets into one program.
fn build() -> Result<PathBuf, Problem> {
    let package = workspace().join("fuzz/libfuzzer");
    // The dependencies are those of the tests.
    let lock = package.join("Cargo.lock");
    fs::copy(workspace().join("Cargo.lock"), &lock)
        .map_err(|error| format!("{}: {error}", lock.display()))?;
    let version = cargo(&["-Vv"]).output()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or("`cargo -Vv` does not say what this machine is")?;
    // With `--target`, what only runs while it is compiled is compiled without the flags.
    cargo(&["build", "--release", "--target", host])
        .arguments(&["--target-dir", &target().display().to_string()])
        .env("RUSTFLAGS", &FLAGS.join(" "))
        .directory(&package)
        .run()?;
    Ok(target().join(host).join("release/topic-import-libfuzzer"))
}

/// The names of all targets: each has a folder of inputs.
fn targets() -> Result<Vec<String>, Problem> {
    let corpus = workspace().join("fuzz/corpus");
    let mut names: Vec<String> = files(&corpus)?
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// A target, with the folders in which its inputs are.
struct Target {
    fuzzer: PathBuf,
    name: String,
    /// The inputs that are in the repository.
    kept: PathBuf,
    /// Where the inputs go that reach new code.
    new: PathBuf,
    /// Where the inputs go with which a target fails.
    findings: PathBuf,
}

/// What came of fuzzing a target.
#[derive(Default)]
struct Figures {
    seconds: u64,
    executions: u64,
    before: Option<u64>,
    after: u64,
    new: u64,
    findings: Vec<PathBuf>,
}

impl Figures {
    /// Takes a line of libFuzzer, such as `#4096 NEW cov: 871 ft: 1640 corp: 96/4Kb lim: 4096 exec/s: 512 rss: 90Mb`.
    fn take(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let Some(number) = words.next().and_then(|word| word.strip_prefix('#')) else {
            return;
        };
        self.executions = number.parse().unwrap_or(self.executions);
        let what = words.next();
        self.new += u64::from(what == Some("NEW"));
        let edges = words.skip_while(|word| *word != "cov:").nth(1);
        if let Some(edges) = edges.and_then(|edges| edges.parse().ok()) {
            self.after = edges;
            if what == Some("INITED") {
                self.before = Some(edges);
            }
        }
    }

    fn line(&self, name: &str) -> String {
        format!(
            "| {name} | {} | {} | {} → {} | {} | {} |",
            self.seconds,
            self.executions,
            self.before.unwrap_or_default(),
            self.after,
            self.new,
            self.findings.len()
        )
    }
}

impl Target {
    fn of(fuzzer: &Path, name: &str) -> Self {
        Self {
            fuzzer: fuzzer.to_owned(),
            name: name.to_owned(),
            kept: workspace().join("fuzz/corpus").join(name),
            new: target().join("corpus").join(name),
            findings: target().join("findings").join(name),
        }
    }

    /// Fuzzes for so long, or until something does not hold.
    fn fuzz(&self, minutes: NonZeroU64) -> Result<Figures, Problem> {
        for folder in [&self.new, &self.findings] {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let earlier = files(&self.findings)?;
        let files_of_targets = in_memory()?;
        let begun = Instant::now();
        let mut fuzzer = Command::new(&self.fuzzer)
            .env("TOPIC_IMPORT_FUZZ", &self.name)
            .env("TMPDIR", files_of_targets.path())
            .args([&self.new, &self.kept])
            .arg(format!("-max_total_time={}", minutes.get() * 60))
            .arg(format!("-artifact_prefix={}/", self.findings.display()))
            .args(["-timeout=20", "-rss_limit_mb=4096", "-max_len=8192"])
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", self.fuzzer.display()))?;
        let mut figures = Figures::default();
        let mut said = Vec::new();
        for line in fuzzer.stderr.take().into_iter().flat_map(|stderr| {
            // What an input holds may be no text.
            BufReader::new(stderr).split(b'\n').map_while(Result::ok)
        }) {
            let line = String::from_utf8_lossy(&line).into_owned();
            figures.take(&line);
            if !line.starts_with('#') {
                said.push(line);
            }
        }
        let status = fuzzer.wait().map_err(|error| error.to_string())?;
        figures.seconds = begun.elapsed().as_secs();
        figures.findings = files(&self.findings)?;
        figures.findings.retain(|path| !earlier.contains(path));
        if !status.success() {
            eprintln!("{}", said.join("\n"));
        }
        if status.success() || !figures.findings.is_empty() {
            Ok(figures)
        } else {
            Err(format!("the fuzzer of {} ended with {status}", self.name))
        }
    }

    /// Puts the smallest inputs that together lead everywhere into the repository, in place of those that were put there so.
    fn keep(&self) -> Result<(), Problem> {
        let say = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
        let few = target().join("few").join(&self.name);
        if few.exists() {
            fs::remove_dir_all(&few).map_err(|error| say(&few, error))?;
        }
        fs::create_dir_all(&few).map_err(|error| say(&few, error))?;
        // Whatever people have put there stays, and nothing is added that leads nowhere else.
        for path in files(&self.kept)?.iter().filter(|path| !is_hash(path)) {
            let to = few.join(path.file_name().unwrap_or_default());
            fs::copy(path, &to).map_err(|error| say(&to, error))?;
        }
        let paths = [&few, &self.new, &self.kept].map(|path| path.display().to_string());
        let files_of_targets = in_memory()?;
        program(&self.fuzzer.display().to_string())
            .env("TOPIC_IMPORT_FUZZ", &self.name)
            .env("TMPDIR", &files_of_targets.path().display().to_string())
            .arguments(&["-set_cover_merge=1", "-verbosity=0"])
            .arguments(&paths.each_ref().map(String::as_str))
            .output()?;
        for path in files(&self.kept)?.iter().filter(|path| is_hash(path)) {
            fs::remove_file(path).map_err(|error| say(path, error))?;
        }
        let mut left = KEPT_BYTES;
        let mut found: Vec<(u64, PathBuf)> = files(&few)?
            .into_iter()
            .filter(|path| is_hash(path))
            .filter_map(|path| Some((path.metadata().ok()?.len(), path)))
            .collect();
        found.sort();
        let step = found.len().div_ceil(KEPT_FILES).max(1);
        for (bytes, path) in found.into_iter().step_by(step) {
            let Some(rest) = left.checked_sub(bytes) else {
                break;
            };
            left = rest;
            let to = self.kept.join(path.file_name().unwrap_or_default());
            fs::copy(&path, &to).map_err(|error| say(&to, error))?;
        }
        Ok(())
    }
}

/// A folder for the files that targets write. It is in memory where the system has such a folder: a journal waits for the
/// disk many times.
fn in_memory() -> Result<TempDir, Problem> {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .map_err(|error| format!("a temporary folder: {error}"))
}

/// libFuzzer calls an input after what is in it; whatever people have put there has another name.
fn is_hash(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let say = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(say)?;
    entries
        .map(|entry| Ok(entry.map_err(say)?.path()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_those_that_the_fuzzer_prints() {
        let mut figures = Figures::default();
        for line in [
            "INFO: Running with entropic power schedule (0xFF, 100).",
            "#42\tINITED cov: 871 ft: 1640 corp: 38/1Kb exec/s: 0 rss: 90Mb",
            "#512\tNEW    cov: 873 ft: 1650 corp: 39/1Kb lim: 4 exec/s: 0 rss: 90Mb L: 4/4 MS: 1 InsertByte-",
            "#700\tREDUCE cov: 873 ft: 1650 corp: 39/1Kb lim: 4 exec/s: 0 rss: 90Mb L: 3/4 MS: 1 EraseBytes-",
            "#4096\tDONE   cov: 880 ft: 1700 corp: 40/1Kb lim: 8 exec/s: 512 rss: 91Mb",
            "Done 4096 runs in 8 second(s)",
        ] {
            figures.take(line);
        }
        assert_eq!(
            figures.line("rows"),
            "| rows | 0 | 4096 | 871 → 880 | 1 | 0 |"
        );
    }

    #[test]
    fn arguments_are_targets_and_options() {
        let of = |words: &[&str]| AskedFor::of(words.iter().map(ToString::to_string));
        let asked_for = of(&["rows", "--minutes", "3", "tables"]).unwrap();
        assert_eq!(asked_for.targets, ["rows", "tables"]);
        assert_eq!((asked_for.minutes.get(), asked_for.is_kept), (3, false));
        assert!(of(&["--keep"]).unwrap().is_kept);
        for words in [
            &["--minutes"][..],
            &["--minutes", "0"],
            &["--minutes", "x"],
            &["--hours", "1"],
        ] {
            assert!(of(words).is_err(), "{words:?}");
        }
    }
}
