//! The programs by which exports of other chat systems are read, one file for each system.

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        /// Their names and texts.
        pub(crate) const BUILT_IN: &[(&str, &str)] =
            &[$(($name, include_str!(concat!($name, ".jq")))),*];
    };
}

built_in![
    "cometchat",
    "discord",
    "easemob",
    "gchat",
    "matrix",
    "mattermost",
    "rocketchat",
    "sendbird",
    "slack",
    "stream",
    "teams",
    "telegram",
    "tencent",
    "yunxin",
    "zulip",
];
