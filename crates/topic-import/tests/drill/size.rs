//! How large the drills are.

/// One of two sizes: what the tests take, or what `cargo xtask drill` asks for.
pub(crate) fn size<T>(short: T, full: T) -> T {
    if is_full() { full } else { short }
}

pub(crate) fn is_full() -> bool {
    std::env::var("TOPIC_IMPORT_DRILL").is_ok_and(|form| form == "full")
}
