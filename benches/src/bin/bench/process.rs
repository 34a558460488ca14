//! Runs a program and says what it took.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Outcome;

/// How often the memory of a running program is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Of the times in `/proc`.
const TICKS_PER_SECOND: f64 = 100.0;

/// A program that has ended well.
pub(crate) struct Ended {
    pub(crate) stdout: String,
    pub(crate) wall: Duration,
    /// User and system time, in seconds.
    pub(crate) cpu: f64,
    /// The most memory that it had at once (`VmHWM`), in KiB.
    pub(crate) peak: u64,
}

/// A directory on the disk that the program itself is on: where temporary files lie, there may be no disk.
pub(crate) fn directory() -> Outcome<TempDir> {
    let program = std::env::current_exe()?;
    let beside = program.parent().ok_or("a program without a directory")?;
    Ok(tempfile::tempdir_in(beside)?)
}

/// Runs a program to its end. Its standard output must be short.
pub(crate) fn run(mut command: Command) -> Outcome<Ended> {
    let cpu = cpu_of_children()?;
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        peak = peak_of(&child).unwrap_or(peak);
        thread::sleep(LOOK_EVERY);
    }
    let wall = begun.elapsed();
    let status = child.wait()?;
    let read = |stream: Option<&mut dyn std::io::Read>| {
        let mut text = String::new();
        stream.map(|stream| stream.read_to_string(&mut text));
        text
    };
    let stdout = read(child.stdout.as_mut().map(|out| out as _));
    if !status.success() {
        let stderr = read(child.stderr.as_mut().map(|err| err as _));
        return Err(format!(
            "{} failed: {status}\n{stderr}",
            command.get_program().display()
        )
        .into());
    }
    Ok(Ended {
        stdout,
        wall,
        cpu: cpu_of_children()? - cpu,
        peak,
    })
}

/// `None` where it has just ended.
fn peak_of(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Of all children that have been waited for, in seconds.
fn cpu_of_children() -> Outcome<f64> {
    cpu_in("/proc/self/stat", 13)
}

/// Of a process that runs, in seconds.
fn cpu_of(process: u32) -> Outcome<f64> {
    cpu_in(&format!("/proc/{process}/stat"), 11)
}

/// The processor time of a process that runs and of all its children, those that have ended included, in seconds.
pub(crate) fn cpu_of_family(process: u32) -> Outcome<f64> {
    let ended = cpu_in(&format!("/proc/{process}/stat"), 13)?;
    let running = fs::read_to_string(format!("/proc/{process}/task/{process}/children"))?;
    // One that has just ended is counted among those that have.
    let running = running.split_whitespace().filter_map(|child| {
        let child = child.parse().ok()?;
        cpu_of(child).ok()
    });
    Ok(cpu_of(process)? + ended + running.sum::<f64>())
}

/// User and system time, which stand one after the other, counted from what follows the name.
fn cpu_in(path: &str, user: usize) -> Outcome<f64> {
    let stat = fs::read_to_string(path)?;
    // The name, in brackets, may hold anything.
    let (_, fields) = stat.rsplit_once(')').ok_or(path)?;
    let times = fields.split_whitespace().skip(user).take(2);
    let ticks: Vec<f64> = times.map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / TICKS_PER_SECOND)
}
