use std::{thread, time::Instant};
use topic_import_core::http::{HttpRequest, HttpResponse, SendFailure};
use topic_import_core::{
    Call, CallError, ImportTopic, Imported, Now, Operation as _, Pacers, Session, Slot, Step,
};

fn import(
    session: &mut Session, // endpoint and credentials, shared by all calls
    pacers: &mut Pacers,   // also shared by all calls: Pacers::new(Rate::default())
    topic: ImportTopic,
    send: impl Fn(&HttpRequest) -> Result<HttpResponse, SendFailure>,
    unix_seconds: impl Fn() -> u64,
    random: impl Fn() -> u32,
) -> Result<Imported, CallError> {
    let start = Instant::now(); // if calls share pacers, they must share this as well
    let now = || Now {
        elapsed: start.elapsed(),
        unix_seconds: unix_seconds(),
    };
    let mut call = Call::new(topic);
    let mut command = ImportTopic::COMMAND;
    loop {
        match call.next(&mut *session, now(), random()) {
            Step::Pace(next) => {
                command = next;
                while let Slot::After(wait) = pacers.take(command, now().elapsed) {
                    thread::sleep(wait);
                }
            }
            Step::Send(request) => {
                let result = send(&request);
                let feedback = call.on_result(&mut *session, now(), result);
                pacers.heed(command, feedback, now().elapsed);
            }
            Step::Wait(duration) => thread::sleep(duration),
            Step::Done(outcome) => return outcome,
        }
    }
}
