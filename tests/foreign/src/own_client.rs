//! A third client, on what the two others share.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use topic_import_core::{Call, CallError, Feedback, ImportTopic, KnownTopicId, Slot, Step};
use topic_import_driver::{ClientSettings, Lanes, RunningCall};

use crate::tcp;

pub fn import(settings: &ClientSettings, topic: ImportTopic) -> Result<KnownTopicId, CallError> {
    let start = Instant::now();
    let session = Mutex::new(settings.session());
    let quota: Lanes<()> = Lanes::new(settings.quota);
    let call = Call::new(topic).with_deadline(settings.deadline);
    let mut call = RunningCall::begin(
        call,
        &session,
        || start.elapsed(),
        |_| ControlFlow::Continue(()),
    );
    loop {
        match call.next_step() {
            Step::Pace(command) => {
                while let Slot::After(wait) = quota.take(command, start.elapsed()) {
                    thread::sleep(wait);
                }
                call.on_slot(Ok(()));
            }
            Step::Send(request) => {
                if call.on_result(tcp::send(&request)) == Feedback::Throttled {
                    quota.throttled(call.command(), start.elapsed());
                }
            }
            Step::Wait(duration) => thread::sleep(duration),
            Step::Done(outcome) => return Ok(outcome?.topic_id().clone()),
        }
    }
}
