//! Where the service is: regions, hosts, backup hosts, service names.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

/// Where the app's data is (specification; Tokyo from its Chinese edition, which drops Mumbai).
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
}

impl Region {
    /// Every region.
    pub const ALL: [Self; 8] = [
        Self::China,
        Self::Singapore,
        Self::Seoul,
        Self::Frankfurt,
        Self::Mumbai,
        Self::SiliconValley,
        Self::Jakarta,
        Self::Tokyo,
    ];

    /// The region's name in settings: `china`, `silicon-valley`, …
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// The host that serves the region.
    pub const fn host(self) -> &'static str {
        self.row().1
    }

    /// The host to use when [`host`](Self::host) cannot be reached (RESTful API Overview).
    pub const fn backup_host(self) -> &'static str {
        self.row().2
    }

    /// The region of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.name() == name)
    }

    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::China => ("china", "console.tim.qq.com", "adminapi.my-imcloud.com"),
            Self::Singapore => (
                "singapore",
                "adminapisgp.im.qcloud.com",
                "adminapisgp.my-imcloud.com",
            ),
            Self::Seoul => (
                "seoul",
                "adminapikr.im.qcloud.com",
                "adminapikr.my-imcloud.com",
            ),
            Self::Frankfurt => (
                "frankfurt",
                "adminapiger.im.qcloud.com",
                "adminapiger.my-imcloud.com",
            ),
            Self::Mumbai => (
                "mumbai",
                "adminapiind.im.qcloud.com",
                "adminapiind.my-imcloud.com",
            ),
            Self::SiliconValley => (
                "silicon-valley",
                "adminapiusa.im.qcloud.com",
                "adminapiusa.my-imcloud.com",
            ),
            Self::Jakarta => (
                "jakarta",
                "adminapiidn.im.qcloud.com",
                "adminapiidn.my-imcloud.com",
            ),
            Self::Tokyo => (
                "tokyo",
                "adminapijpn.im.qcloud.com",
                "adminapijpn.my-imcloud.com",
            ),
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The service name in the URL's path. The specification shows the first for `import_topic`, its Chinese edition
/// and the sibling calls the second.
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
    /// Both services.
    pub const ALL: [Self; 2] = [Self::GroupOpenHttpSvc, Self::MillionGroupOpenHttpSvc];

    /// The name in the URL's path.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GroupOpenHttpSvc => "group_open_http_svc",
            Self::MillionGroupOpenHttpSvc => "million_group_open_http_svc",
        }
    }

    /// The service of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name() == name)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Scheme, host and port: `https://host[:port]`, or `http://` where the host is this machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

/// Why a text is no [`Origin`] that a signature may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// Neither `https://` nor `http://`.
    #[error("an endpoint starts with https://, such as https://chat.example.com")]
    Scheme,
    /// Plain HTTP to another machine.
    #[error(
        "plain http:// would show the signature to everybody on the way: use https:// (http:// only to this machine)"
    )]
    PlainHttp,
    /// A path, a query, a user or a character that no host has.
    #[error(
        "an endpoint is scheme, host and port alone, such as https://adminapisgp.im.qcloud.com"
    )]
    Host,
    /// A port that is no number from 1 to 65535.
    #[error("the endpoint's port is no number from 1 to 65535")]
    Port,
}

impl Origin {
    /// Checks and takes `https://host[:port]`; a slash at the end is dropped.
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

/// The host of `host[:port]` or `[v6][:port]`.
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

/// Where calls go: an origin, the origin to use when it cannot be reached, and the service name of `import_topic`.
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
    /// The hosts of a region.
    pub fn region(region: Region) -> Self {
        Self {
            primary: Origin::https(region.host()),
            backup: Some(Origin::https(region.backup_host())),
            service: Service::default(),
        }
    }

    /// One origin, without a backup.
    pub const fn custom(origin: Origin) -> Self {
        Self {
            primary: origin,
            backup: None,
            service: Service::GroupOpenHttpSvc,
        }
    }

    /// The same with another backup origin.
    #[must_use]
    pub fn with_backup(mut self, backup: Origin) -> Self {
        self.backup = Some(backup);
        self
    }

    /// The same with another service name.
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

    /// The service name of `import_topic`.
    pub const fn service(&self) -> Service {
        self.service
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
    fn a_backup_host_is_the_first_label_under_the_backup_domain() {
        for region in Region::ALL {
            let label = match region {
                Region::China => "adminapi",
                _ => region.host().split_once('.').unwrap().0,
            };
            assert_eq!(region.backup_host(), format!("{label}.my-imcloud.com"));
            assert_eq!(Region::from_name(region.name()), Some(region));
        }
    }

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
