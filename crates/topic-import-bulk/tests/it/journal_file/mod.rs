//! A journal as a file: who may open it, whose it is, and what stands in it.

mod access;
mod course;
pub(crate) mod documented;
mod files_beside;
mod identity;
mod loading;
mod report_view;
mod secrets;
mod untrusted;
