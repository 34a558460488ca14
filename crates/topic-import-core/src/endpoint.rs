//! Where to reach the service: regions, hosts, backup hosts, service names.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

/// The region where the app's data is. The specification lists all of them but Tokyo, which comes from its Chinese
/// edition, and Riyadh, which comes from Get Topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Region {
    /// China
    China,
    /// Singapore
    Singapore,
    /// Seoul
    Seoul,
    /// Frankfurt
    Frankfurt,
    /// Mumbai
    Mumbai,
    /// Silicon Valley
    SiliconValley,
    /// Jakarta
    Jakarta,
    /// Tokyo
    Tokyo,
    /// Riyadh
    Riyadh,
}

/// The facts about a region.
struct RegionSpec {
    name: &'static str,
    /// The code for the region in its hosts' names. China's host names have none; `cn` is accepted as input only.
    code: &'static str,
    host: &'static str,
    backup_host: &'static str,
}

impl Region {
    /// Every region.
    pub const ALL: [Self; 9] = [
        Self::China,
        Self::Singapore,
        Self::Seoul,
        Self::Frankfurt,
        Self::Mumbai,
        Self::SiliconValley,
        Self::Jakarta,
        Self::Tokyo,
        Self::Riyadh,
    ];

    /// The region's name in settings: `china`, `silicon-valley`, …
    pub const fn name(self) -> &'static str {
        self.spec().name
    }

    /// The host that serves the region.
    pub const fn host(self) -> &'static str {
        self.spec().host
    }

    /// The host to use when [`host`](Self::host) cannot be reached (RESTful API Overview).
    pub const fn backup_host(self) -> &'static str {
        self.spec().backup_host
    }

    const fn spec(self) -> RegionSpec {
        macro_rules! spec {
            ($name:literal, $code:literal) => {
                RegionSpec {
                    name: $name,
                    code: $code,
                    host: concat!("adminapi", $code, ".im.qcloud.com"),
                    backup_host: concat!("adminapi", $code, ".my-imcloud.com"),
                }
            };
        }
        match self {
            Self::China => RegionSpec {
                name: "china",
                code: "cn",
                host: "console.tim.qq.com",
                backup_host: "adminapi.my-imcloud.com",
            },
            Self::Singapore => spec!("singapore", "sgp"),
            Self::Seoul => spec!("seoul", "kr"),
            Self::Frankfurt => spec!("frankfurt", "ger"),
            Self::Mumbai => spec!("mumbai", "ind"),
            Self::SiliconValley => spec!("silicon-valley", "usa"),
            Self::Jakarta => spec!("jakarta", "idn"),
            Self::Tokyo => spec!("tokyo", "jpn"),
            Self::Riyadh => spec!("riyadh", "ksa"),
        }
    }
}

/// A text does not name a region. Displayed, the error lists all regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownRegion;

impl fmt::Display for UnknownRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_choices(f, "region", Region::ALL.map(Region::name))
    }
}

impl core::error::Error for UnknownRegion {}

impl FromStr for Region {
    type Err = UnknownRegion;

    /// Parses the region's [`name`](Self::name) or the code in its hosts' names, such as `sgp`. Case, spaces, hyphens
    /// and underscores are ignored: `Silicon Valley`, `siliconvalley` and `USA` all name the same region.
    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let mut regions = Self::ALL.into_iter();
        regions
            .find(|region| {
                let RegionSpec { name, code, .. } = region.spec();
                is_same_name(text, name) || is_same_name(text, code)
            })
            .ok_or(UnknownRegion)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The service name in the URL's path. For `import_topic`, the specification shows `group_open_http_svc` and its
/// Chinese edition `million_group_open_http_svc`. `get_topic` and `destroy_topic` always use the latter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// `group_open_http_svc`, the default.
    #[default]
    GroupOpenHttpSvc,
    /// `million_group_open_http_svc`
    MillionGroupOpenHttpSvc,
}

impl Service {
    /// Both service names.
    pub const ALL: [Self; 2] = [Self::GroupOpenHttpSvc, Self::MillionGroupOpenHttpSvc];

    /// The name in the URL's path.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GroupOpenHttpSvc => "group_open_http_svc",
            Self::MillionGroupOpenHttpSvc => "million_group_open_http_svc",
        }
    }
}

/// A text does not name a service. Displayed, the error lists both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownService;

impl fmt::Display for UnknownService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_choices(f, "service", Service::ALL.map(Service::name))
    }
}

impl core::error::Error for UnknownService {}

impl FromStr for Service {
    type Err = UnknownService;

    /// Parses the service's [`name`](Self::name). Case, spaces, hyphens and underscores are ignored.
    fn from_str(text: &str) -> Result<Self, UnknownService> {
        let mut services = Self::ALL.into_iter();
        services
            .find(|service| is_same_name(text, service.name()))
            .ok_or(UnknownService)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether two names are equal, ignoring case, spaces, hyphens and underscores.
fn is_same_name(one: &str, other: &str) -> bool {
    fn plain(text: &str) -> impl Iterator<Item = char> {
        let letters = text.chars().filter(|c| !matches!(c, ' ' | '-' | '_'));
        letters.map(|c| c.to_ascii_lowercase())
    }
    plain(one).eq(plain(other))
}

fn write_choices<const COUNT: usize>(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    names: [&str; COUNT],
) -> fmt::Result {
    write!(f, "no such {what}: choose ")?;
    for (position, name) in names.into_iter().enumerate() {
        let separator = match position {
            0 => "",
            position if position + 1 == COUNT => " or ",
            _ => ", ",
        };
        write!(f, "{separator}{name}")?;
    }
    Ok(())
}

/// Scheme, host and optional port: `https://host[:port]`, or `http://host[:port]` if the host is this machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

/// Why a text is not an [`Origin`] to which a signature may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// The text starts with neither `https://` nor `http://`.
    #[error("an endpoint starts with https://, such as https://chat.example.com")]
    Scheme,
    /// The text is an `http://` address of another machine.
    #[error(
        "plain http:// would show the signature to everyone along the way: use https:// (http:// only to this machine)"
    )]
    PlainHttp,
    /// The text has a path, a query, a user name, or a character that no host name contains.
    #[error("an endpoint is just scheme, host and port, such as https://adminapisgp.im.qcloud.com")]
    Host,
    /// The port is not a number from 1 to 65535.
    #[error("the endpoint's port is not a number from 1 to 65535")]
    Port,
}

impl Origin {
    /// Parses `https://host[:port]`, or `http://host[:port]` for this machine. A slash at the end is dropped.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let (scheme, authority) = text.split_once("://").ok_or(OriginError::Scheme)?;
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        let host = check_authority(authority)?;
        match scheme {
            "https" => {}
            "http" if is_this_machine(host) => {}
            "http" => return Err(OriginError::PlainHttp),
            _ => return Err(OriginError::Scheme),
        }
        Ok(Self(format!("{scheme}://{authority}")))
    }

    fn https(host: &str) -> Self {
        Self(format!("https://{host}"))
    }

    /// The text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = OriginError;
    fn from_str(text: &str) -> Result<Self, OriginError> {
        Self::parse(text)
    }
}

/// Checks `host[:port]` or `[v6][:port]` and returns the host.
pub(crate) fn check_authority(authority: &str) -> Result<&str, OriginError> {
    let (host, port) = if authority.starts_with('[') {
        let end = authority.find(']').ok_or(OriginError::Host)? + 1;
        let (host, rest) = authority.split_at(end);
        (host, rest.strip_prefix(':').ok_or(rest))
    } else {
        match authority.split_once(':') {
            Some((host, port)) => (host, Ok(port)),
            None => (authority, Err("")),
        }
    };
    match port {
        Ok(port) => check_port(port)?,
        Err("") => {}
        Err(_) => return Err(OriginError::Host),
    }
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    };
    if is_name(host) || v6_address(host).is_some() {
        Ok(host)
    } else {
        Err(OriginError::Host)
    }
}

fn check_port(port: &str) -> Result<(), OriginError> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse::<u16>() {
        Ok(1..) if digits => Ok(()),
        _ => Err(OriginError::Port),
    }
}

fn v6_address(host: &str) -> Option<IpAddr> {
    let address = host.strip_prefix('[')?.strip_suffix(']')?;
    address.parse().ok().filter(IpAddr::is_ipv6)
}

fn is_this_machine(host: &str) -> bool {
    let address = v6_address(host).or_else(|| host.parse().ok());
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

/// Where calls go: a primary origin, a backup for when the primary cannot be reached, and the service name for
/// `import_topic`.
///
/// ```
/// use topic_import_core::{Endpoint, Origin, Region};
///
/// let endpoint = Endpoint::region(Region::Singapore);
/// assert_eq!(endpoint.primary().as_str(), "https://adminapisgp.im.qcloud.com");
///
/// let emulator = Endpoint::custom(Origin::parse("http://127.0.0.1:8080")?);
/// assert!(emulator.backup().is_none());
/// # Ok::<(), topic_import_core::OriginError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    primary: Origin,
    backup: Option<Origin>,
    service: Service,
}

impl Endpoint {
    /// The primary and backup hosts of a region.
    pub fn region(region: Region) -> Self {
        Self {
            primary: Origin::https(region.host()),
            backup: Some(Origin::https(region.backup_host())),
            service: Service::default(),
        }
    }

    /// A single origin, without a backup.
    pub const fn custom(origin: Origin) -> Self {
        Self {
            primary: origin,
            backup: None,
            service: Service::GroupOpenHttpSvc,
        }
    }

    /// Sets the backup origin.
    #[must_use]
    pub fn with_backup(mut self, backup: Origin) -> Self {
        self.backup = Some(backup);
        self
    }

    /// Sets the service name for `import_topic`.
    #[must_use]
    pub const fn with_service(mut self, service: Service) -> Self {
        self.service = service;
        self
    }

    /// The origin that is used while it can be reached.
    pub const fn primary(&self) -> &Origin {
        &self.primary
    }

    /// The origin that is used when the primary cannot be reached.
    pub const fn backup(&self) -> Option<&Origin> {
        self.backup.as_ref()
    }

    /// The backup origin if there is one and it is wanted, otherwise the primary one.
    pub(crate) fn origin(&self, backup: bool) -> &Origin {
        match &self.backup {
            Some(origin) if backup => origin,
            _ => &self.primary,
        }
    }

    /// The service name for `import_topic`.
    pub const fn service(&self) -> Service {
        self.service
    }
}

impl From<Origin> for Endpoint {
    fn from(origin: Origin) -> Self {
        Self::custom(origin)
    }
}

impl From<Region> for Endpoint {
    fn from(region: Region) -> Self {
        Self::region(region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_alone() {
        for good in [
            "https://console.tim.qq.com",
            "https://console.tim.qq.com:443/",
            "http://localhost:1",
            "http://127.8.9.1:65535",
            "http://[::1]:80",
            "https://[2001:db8::1]",
        ] {
            assert!(Origin::parse(good).is_ok(), "{good}");
        }
        for (bad, error) in [
            ("http://10.0.0.1", OriginError::PlainHttp),
            ("http://localhost.example.com", OriginError::PlainHttp),
            ("http://[2001:db8::1]", OriginError::PlainHttp),
            ("ftp://localhost", OriginError::Scheme),
            ("console.tim.qq.com", OriginError::Scheme),
            ("https://", OriginError::Host),
            ("https://a/b", OriginError::Host),
            ("https://user@host", OriginError::Host),
            ("https://host?query", OriginError::Host),
            ("https://[::1", OriginError::Host),
            ("https://[::1]x", OriginError::Host),
            ("https://host:0", OriginError::Port),
            ("https://host:65536", OriginError::Port),
            ("https://host:+1", OriginError::Port),
            ("https://host:", OriginError::Port),
        ] {
            assert_eq!(Origin::parse(bad), Err(error), "{bad}");
        }
    }
}
