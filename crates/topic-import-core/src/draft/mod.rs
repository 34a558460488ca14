//! What is to be imported as a person or another system wrote it down, before validation.

mod account;
mod app_defined;
mod check;
mod group;
mod topic;

pub use account::DraftAccount;
pub use app_defined::DraftAppDefined;
pub use group::GroupDraft;
pub use topic::TopicDraft;
