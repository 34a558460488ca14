//! The names of the calls.

use core::fmt;

/// The last part of a call's URL path, such as `import_topic`. Each command has its own quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Command(&'static str);

impl Command {
    /// `import_topic`
    pub const IMPORT_TOPIC: Self = Self("import_topic");
    /// `get_topic`
    pub const GET_TOPIC: Self = Self("get_topic");
    /// `destroy_topic`
    pub const DESTROY_TOPIC: Self = Self("destroy_topic");
    /// `import_group`
    pub const IMPORT_GROUP: Self = Self("import_group");
    /// `get_group_info`
    pub const GET_GROUP_INFO: Self = Self("get_group_info");
    /// `destroy_group`
    pub const DESTROY_GROUP: Self = Self("destroy_group");

    /// A command of the REST API.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name in the URL.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
