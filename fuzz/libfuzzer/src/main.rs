//! Runs the target that `TOPIC_IMPORT_FUZZ` names with libFuzzer; `cargo xtask fuzz` builds and starts it.
#![no_main]

use std::sync::LazyLock;

use topic_import_fuzz::Target;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("TOPIC_IMPORT_FUZZ").unwrap_or_default();
    *Target::named(&name).unwrap_or_else(|| panic!("TOPIC_IMPORT_FUZZ names no target: {name:?}"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (TARGET.run)(bytes));
