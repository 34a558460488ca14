//! Counts allocations, in a program of its own: its allocator would slow down what is timed. Each line is a name, this
//! project's count, and the count by hand.

use std::error::Error;
use std::hint::black_box;

use topic_import_benches::by_core::Core;
use topic_import_benches::by_hand::{Answer, Caller, Topic};
use topic_import_benches::sample;
use topic_import_core::http::HttpResponse;

fn main() -> Result<(), Box<dyn Error>> {
    let (ours, theirs) = request()?;
    println!("request {ours} {theirs}");
    let (ours, theirs) = answer()?;
    println!("answer {ours} {theirs}");
    Ok(())
}

/// Of a request's URL and body.
fn request() -> Result<(u64, u64), Box<dyn Error>> {
    let mut core = Core::new()?;
    let caller = Caller::new(sample::ORIGIN, sample::SIGNED_AT);
    let topic = Topic::sample(0)?;
    // The first one signs.
    core.request(0).ok_or("no request")?;
    let ours = count(|| {
        black_box(core.request(1));
    });
    let theirs = count(|| {
        black_box((caller.url(1), topic.body()));
    });
    Ok((ours, theirs))
}

/// Of an answer's outcome.
fn answer() -> Result<(u64, u64), Box<dyn Error>> {
    let mut core = Core::new()?;
    let mut call = core.sent();
    let response = HttpResponse::new(200, sample::answer(sample::TOPIC_ID).into_bytes());
    let theirs = count(|| {
        black_box(Answer::read(&response.body)).expect("an answer");
    });
    let ours = count(|| {
        black_box(core.outcome(&mut call, response).expect("an outcome")).expect("an import");
    });
    Ok((ours, theirs))
}

fn count(run: impl FnOnce()) -> u64 {
    allocation_counter::measure(run).count_total
}
