use crate::service::code;

/// Why a call is refused: an `ErrorCode` and its `ErrorInfo`.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: u32,
    pub(crate) info: String,
}

impl Refusal {
    pub(crate) fn new(code: u32, info: impl Into<String>) -> Self {
        Self {
            code,
            info: info.into(),
        }
    }

    /// Refuses a call because of an invalid field (10004).
    pub(crate) fn of_field(name: &str, fault: &str) -> Self {
        Self::new(code::INVALID_PARAMETER, format!("invalid {name}: {fault}"))
    }
}
