//! Keeps what is counted and measured, by name and labels.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, SharedString, Unit,
};

type Totals = Arc<Mutex<BTreeMap<String, u64>>>;

/// Counters by their sum, histograms by the number of their values and the last of them.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    totals: Totals,
    last: Arc<Mutex<BTreeMap<String, f64>>>,
    described: Totals,
}

impl Recorder {
    /// Each as `name label=value …`.
    pub(crate) fn totals(&self) -> BTreeMap<String, u64> {
        read(&self.totals)
    }

    /// The last value of a histogram, `name label=value …`.
    pub(crate) fn last(&self, name: &str) -> Option<f64> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.get(name).copied()
    }

    /// The names that were described.
    pub(crate) fn described(&self) -> Vec<String> {
        read(&self.described).into_keys().collect()
    }

    fn entry(&self, key: &Key) -> Arc<Entry> {
        let labels = key.labels();
        let labels = labels.map(|label| format!(" {}={}", label.key(), label.value()));
        Arc::new(Entry {
            totals: Arc::clone(&self.totals),
            last: Arc::clone(&self.last),
            name: format!("{}{}", key.name(), labels.collect::<String>()),
        })
    }
}

struct Entry {
    totals: Totals,
    last: Arc<Mutex<BTreeMap<String, f64>>>,
    name: String,
}

impl CounterFn for Entry {
    fn increment(&self, value: u64) {
        add(&self.totals, &self.name, value);
    }

    fn absolute(&self, _: u64) {
        unreachable!("nothing here is absolute");
    }
}

impl HistogramFn for Entry {
    fn record(&self, seconds: f64) {
        assert!(seconds >= 0.0, "{}: {seconds}", self.name);
        add(&self.totals, &self.name, 1);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert(self.name.clone(), seconds);
    }
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        add(&self.described, name.as_str(), 1);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        unreachable!("{name:?}: there are no gauges");
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        add(&self.described, name.as_str(), 1);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.entry(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        unreachable!("{key}: there are no gauges");
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.entry(key))
    }
}

fn add(totals: &Totals, name: &str, value: u64) {
    let mut totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
    *totals.entry(name.to_owned()).or_default() += value;
}

fn read(totals: &Totals) -> BTreeMap<String, u64> {
    totals
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}
