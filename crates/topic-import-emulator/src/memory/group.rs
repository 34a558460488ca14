use serde::{Deserialize, Serialize};

/// An entry of `AppDefinedData` \[IG\].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AppDefined {
    /// `Key`.
    #[serde(rename = "Key")]
    pub key: String,
    /// `Value`.
    #[serde(rename = "Value")]
    pub value: String,
}

/// The fields of a community that an `import_group` sets \[IG\]. `None`: the field was not sent.
///
/// As JSON, its fields have the API's names; those that were not sent are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupProfile {
    /// `Name`.
    #[serde(rename = "Name")]
    pub name: String,
    /// `SupportTopic`: whether the community supports topics; `false` if it was not sent.
    #[serde(rename = "SupportTopic")]
    pub support_topic: bool,
    /// `Owner_Account`.
    #[serde(rename = "Owner_Account", skip_serializing_if = "Option::is_none")]
    pub owner_account: Option<String>,
    /// `Introduction`.
    #[serde(rename = "Introduction", skip_serializing_if = "Option::is_none")]
    pub introduction: Option<String>,
    /// `Notification`.
    #[serde(rename = "Notification", skip_serializing_if = "Option::is_none")]
    pub notification: Option<String>,
    /// `FaceUrl`.
    #[serde(rename = "FaceUrl", skip_serializing_if = "Option::is_none")]
    pub face_url: Option<String>,
    /// `MaxMemberCount`.
    #[serde(rename = "MaxMemberCount", skip_serializing_if = "Option::is_none")]
    pub max_member_count: Option<u32>,
    /// `AppDefinedData`, in the order in which it was sent; empty if it was not.
    #[serde(
        rename = "AppDefinedData",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    pub app_defined_data: Vec<AppDefined>,
    /// `CreateTime` in Unix seconds; the time of the request if it was not sent.
    #[serde(rename = "CreateTime")]
    pub create_time: u32,
}
