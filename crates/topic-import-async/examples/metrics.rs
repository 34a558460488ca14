//! Makes a few calls and prints the metrics that are recorded for them.
//!
//!     cargo run -p topic-import -- emulate
//!     cargo run -p topic-import-async --features metrics --example metrics -- http://127.0.0.1:8787
//!
//! A real service installs an exporter, such as one for Prometheus, where this program installs its own recorder.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use topic_import_async::{Client, ClientSettings, Credentials, Origin, TopicDraft};

/// The key that `topic-import emulate` prints. It is valid nowhere else.
const KEY: &str = "trial-key-for-the-emulator-and-valid-nowhere-else-0123456789abcd";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let sums = Sums::default();
    metrics::set_global_recorder(sums.clone())?;
    topic_import_async::metrics::describe();

    let origin: Origin = std::env::args().nth(1).ok_or("which endpoint?")?.parse()?;
    let credentials = Credentials::from_key(1_400_000_000, "administrator", KEY)?;
    let client = Client::new(&ClientSettings::new(origin, credentials))?;
    for number in 0..10 {
        let topic = TopicDraft::new("@TGS#_metrics", "Welcome").own_id(number);
        client.import(topic.validate()?).await?;
    }

    for (name, (times, sum)) in sums.get() {
        println!("{name}: {times} times, {sum} in all");
    }
    Ok(())
}

/// For each metric, the number of records and the sum of their values.
#[derive(Clone, Default)]
struct Sums(Arc<Mutex<BTreeMap<String, (u64, f64)>>>);

impl Sums {
    fn get(&self) -> BTreeMap<String, (u64, f64)> {
        let sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sums.clone()
    }

    fn one(&self, key: &Key) -> Arc<Sum> {
        let labels = key
            .labels()
            .map(|label| format!(" {}={}", label.key(), label.value()));
        let name = format!("{}{}", key.name(), labels.collect::<String>());
        Arc::new(Sum {
            all: self.clone(),
            name,
        })
    }
}

struct Sum {
    all: Sums,
    name: String,
}

impl Sum {
    fn add(&self, value: f64) {
        let mut sums = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (times, sum) = sums.entry(self.name.clone()).or_default();
        *times += 1;
        *sum += value;
    }
}

impl CounterFn for Sum {
    fn increment(&self, value: u64) {
        for _ in 0..value {
            self.add(1.0);
        }
    }

    fn absolute(&self, _: u64) {}
}

impl HistogramFn for Sum {
    fn record(&self, value: f64) {
        self.add(value);
    }
}

impl Recorder for Sums {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, meaning: SharedString) {
        println!("{}: {meaning}", name.as_str());
    }

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, meaning: SharedString) {
        println!("{}: {meaning}", name.as_str());
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.one(key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.one(key))
    }
}
