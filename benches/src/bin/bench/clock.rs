//! What something took: time on the wall, and time on a processor.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    pub(crate) wall: Duration,
    /// Of this process, all its threads; of nothing that it started.
    pub(crate) cpu: Duration,
}

/// Runs something and says what it took.
pub(crate) fn took<E>(run: impl FnOnce() -> Result<(), E>) -> Result<Took, E> {
    let (wall, cpu) = (Instant::now(), cpu_of_process());
    run()?;
    Ok(Took {
        wall: wall.elapsed(),
        cpu: cpu_of_process().saturating_sub(cpu),
    })
}

/// Runs something so often and says how many nanoseconds of a processor each time took, in this thread.
pub(crate) fn each_on_cpu(count: u32, mut run: impl FnMut(u32)) -> f64 {
    let begun = read(ClockId::ThreadCPUTime);
    for number in 0..count {
        run(number);
    }
    let cpu = read(ClockId::ThreadCPUTime).saturating_sub(begun);
    cpu.as_secs_f64() * 1e9 / f64::from(count)
}

fn cpu_of_process() -> Duration {
    read(ClockId::ProcessCPUTime)
}

fn read(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}
