//! The limits of the text fields, from \[S\], \[G\] and \[E 7003\].

pub(crate) const TOPIC_NAME: Text = Text::new("TopicName", 1, 30);
/// A community's name \[IG\].
pub(crate) const NAME: Text = Text::new("Name", 1, 30);
pub(crate) const CUSTOM_STRING: Text = Text::new("CustomString", 0, 3000);
pub(crate) const FACE_URL: Text = Text::new("FaceUrl", 0, 100);
pub(crate) const NOTIFICATION: Text = Text::new("Notification", 0, 300);
pub(crate) const INTRODUCTION: Text = Text::new("Introduction", 0, 240);

pub(crate) const FROM_ACCOUNT: Text = Text::new("From_Account", 1, 32);
/// A user ID \[IG\]\[E 7003\].
pub(crate) const OWNER_ACCOUNT: Text = Text::new("Owner_Account", 1, 32);
/// The key and the value of an entry of `AppDefinedData` \[IG\].
pub(crate) const APP_DEFINED_KEY: Text = Text::new("AppDefinedData.Key", 1, 16);
pub(crate) const APP_DEFINED_VALUE: Text = Text::new("AppDefinedData.Value", 0, 512);
pub(crate) const TOPIC_ID: Text = Text::new("TopicId", 1, 96);
pub(crate) const GROUP_ID: Text = Text::new("GroupId", 0, 48);

/// A text field. Its limits are inclusive, in bytes of UTF-8.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    pub(crate) name: &'static str,
    pub(crate) min: usize,
    pub(crate) max: usize,
}

impl Text {
    const fn new(name: &'static str, min: usize, max: usize) -> Self {
        Self { name, min, max }
    }
}
