use std::borrow::Cow;

use crate::service::code;

/// Why a call, or one item of it, is refused: an `ErrorCode` and its `ErrorInfo`.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: u32,
    pub(crate) info: Cow<'static, str>,
}

impl Refusal {
    pub(crate) fn new(code: u32, info: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            info: info.into(),
        }
    }
    /// A field that is not what it must be.
    pub(crate) fn of_field(name: &str, fault: &str) -> Self {
        Self::new(code::INVALID_PARAMETER, format!("invalid {name}: {fault}"))
    }
}
