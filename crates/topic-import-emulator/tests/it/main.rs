//! The emulator as a client meets it: over a socket, byte by byte.

#![cfg(test)]

mod client;
mod communities;
mod destroy_group;
mod destroy_topic;
mod differences;
mod faults;
mod gateway;
mod get_topic;
mod https;
mod import_group;
mod import_topic;
mod lifecycle;
mod quota;
mod signer;
mod state_file;
