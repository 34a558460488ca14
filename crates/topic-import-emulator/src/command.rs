use std::fmt;

/// A command of the API that the emulator implements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Command {
    /// `import_topic` \[S\].
    ImportTopic,
    /// `get_topic` \[T\].
    GetTopic,
    /// `destroy_topic` \[T\].
    DestroyTopic,
    /// `import_group` \[IG\].
    ImportGroup,
    /// `get_group_info` \[GI\].
    GetGroupInfo,
    /// `destroy_group` \[DG\].
    DestroyGroup,
}

impl Command {
    pub(crate) const ALL: [Self; 6] = [
        Self::ImportTopic,
        Self::GetTopic,
        Self::DestroyTopic,
        Self::ImportGroup,
        Self::GetGroupInfo,
        Self::DestroyGroup,
    ];

    /// The command's name in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ImportTopic => "import_topic",
            Self::GetTopic => "get_topic",
            Self::DestroyTopic => "destroy_topic",
            Self::ImportGroup => "import_group",
            Self::GetGroupInfo => "get_group_info",
            Self::DestroyGroup => "destroy_group",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|command| command.as_str() == word)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
