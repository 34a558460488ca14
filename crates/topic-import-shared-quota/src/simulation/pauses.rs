//! A process that now and then does nothing for a while, as if it were stopped or did not get the processor.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use fastrand::Rng;
use tokio::time::{Instant, Sleep, sleep_until};

/// Drives a future, with pauses.
pub(super) struct Pausing<F> {
    inner: Pin<Box<F>>,
    chance: Rng,
    /// How long it goes on between two pauses, on average.
    every: Duration,
    begins: Instant,
    ends: Instant,
    awake: Pin<Box<Sleep>>,
}

impl<F: Future> Pausing<F> {
    pub(super) fn new(inner: F, every: Duration, chance: Rng) -> Self {
        let now = Instant::now();
        let mut pausing = Self {
            inner: Box::pin(inner),
            chance,
            every,
            begins: now,
            ends: now,
            awake: Box::pin(sleep_until(now)),
        };
        pausing.plan();
        pausing
    }

    /// Most pauses last a part of a second, some for seconds, and one in ten for longer than a lease.
    fn plan(&mut self) {
        let longest = match self.chance.u8(..10) {
            0 => 45.0,
            1..4 => 5.0,
            _ => 0.5,
        };
        let shortest = if longest > 30.0 { 31.0 } else { longest / 10.0 };
        let lasts = shortest + self.chance.f64() * (longest - shortest);
        self.begins = self.ends + self.every.mul_f64(2.0 * self.chance.f64());
        self.ends = self.begins + Duration::from_secs_f64(lasts);
    }
}

impl<F: Future> Future for Pausing<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let now = Instant::now();
        while now >= self.ends {
            self.plan();
        }
        if now < self.begins {
            return self.inner.as_mut().poll(context);
        }
        let ends = self.ends;
        self.awake.as_mut().reset(ends);
        match self.awake.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => self.inner.as_mut().poll(context),
        }
    }
}
