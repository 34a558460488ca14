//! The core alone: it decides what to send and when, and this project sends it.

use std::thread;
use std::time::{Instant, SystemTime};

use topic_import_core::{
    Call, CallError, ImportTopic, KnownTopicId, Now, Operation as _, Pacers, Rate, Session, Slot,
    Step,
};

use crate::tcp;

pub fn import(mut session: Session, topic: ImportTopic) -> Result<KnownTopicId, CallError> {
    let start = Instant::now();
    let now = || Now {
        elapsed: start.elapsed(),
        unix_seconds: SystemTime::UNIX_EPOCH
            .elapsed()
            .map_or(0, |since| since.as_secs()),
    };
    let mut pacers = Pacers::new(Rate::default());
    let mut command = ImportTopic::COMMAND;
    let mut call = Call::new(topic);
    loop {
        // A random number only spreads the waiting times of many callers, and here is one.
        match call.next(&mut session, now(), 0) {
            Step::Pace(next) => {
                command = next;
                while let Slot::After(wait) = pacers.take(command, now().elapsed) {
                    thread::sleep(wait);
                }
            }
            Step::Send(request) => {
                let feedback = call.on_result(&mut session, now(), tcp::send(&request));
                pacers.heed(command, feedback, now().elapsed);
            }
            Step::Wait(duration) => thread::sleep(duration),
            Step::Done(outcome) => return Ok(outcome?.topic_id().clone()),
        }
    }
}
