use topic_import_core::{Attempt, Command, Feedback};

/// Stands where `topic_import_metrics::CallMetrics` does with the feature `metrics`, and does nothing.
#[derive(Debug)]
pub(crate) struct CallMetrics;

#[allow(
    clippy::unused_self,
    clippy::needless_pass_by_ref_mut,
    reason = "the same face as the one that measures"
)]
impl CallMetrics {
    pub(crate) const fn begin(_: Command) -> Self {
        Self
    }

    pub(crate) const fn wants_slot(&mut self) {}

    pub(crate) const fn has_slot(&self, _: Command) {}

    pub(crate) const fn attempt(&mut self, _: &Attempt<'_>, _: Feedback) {}

    pub(crate) const fn end(&mut self, _: &'static str) {}
}
