//! The proxy through which a client reaches the service, and the hosts that it reaches directly.

use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use topic_import_core::Origin;
use zeroize::Zeroizing;

/// The environment variables that may name a proxy. The first one that is not empty counts.
const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// The environment variables that may list hosts to be reached without a proxy. The first one that is not empty counts.
const NO_PROXY_VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Whether a client reaches `https` hosts through a proxy. Plain HTTP stays on this machine and never uses one.
#[derive(Clone, Debug, Default)]
#[allow(clippy::exhaustive_enums, reason = "a client must handle every case")]
pub enum ProxyChoice {
    /// As the environment says when the client is built: the first of `HTTPS_PROXY`, `https_proxy`, `ALL_PROXY` and
    /// `all_proxy` that is not empty names the proxy, and the first of `NO_PROXY` and `no_proxy` the hosts that are
    /// reached without it.
    #[default]
    Environment,
    /// Never through a proxy; the environment is ignored.
    Direct,
    /// Always through this proxy; the environment is ignored.
    Through(Proxy),
}

/// An HTTP proxy. It is asked for a tunnel to the service (`CONNECT`), so it cannot read what passes through it.
///
/// Displayed, it shows its host, its port and the environment variable that named it, if any. The user name and the
/// password are never printed; the password is wiped from memory when dropped.
///
/// ```
/// use topic_import_driver::Proxy;
///
/// let proxy = Proxy::parse("http://user:p%40ss@proxy.example:3128")?;
/// assert_eq!(proxy.to_string(), "proxy.example:3128");
/// assert_eq!(proxy.login(), Some(("user", "p@ss")));
/// # Ok::<(), topic_import_driver::ProxyError>(())
/// ```
#[derive(Clone)]
pub struct Proxy {
    is_https: bool,
    host: String,
    port: u16,
    login: Option<Login>,
    variable: Option<&'static str>,
}

#[derive(Clone)]
struct Login {
    user: String,
    password: Zeroizing<String>,
}

/// Why a text is not the address of a usable proxy. The error does not show the text, which may contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a proxy that can be used: {reason}", variable.unwrap_or("the address"))]
pub struct ProxyError {
    variable: Option<&'static str>,
    reason: ProxyErrorReason,
}

/// What is wrong with the address of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum ProxyErrorReason {
    /// The scheme is neither `http` nor `https`.
    #[error("it must begin with http:// or https:// (SOCKS is not supported)")]
    Scheme,
    /// What follows the scheme and the login is not `host[:port]`.
    #[error("it must be written http://host:port or http://user:password@host:port")]
    Address,
    /// The user name or the password is not UTF-8 after percent-decoding.
    #[error("its user name and password must be UTF-8, with %XX for special characters")]
    Login,
}

impl Proxy {
    /// Parses `[http[s]://][user[:password]@]host[:port]`. Special characters in the user name and the password must be
    /// written as `%XX`. The default port is 80, or 443 for an `https` proxy.
    pub fn parse(address: &str) -> Result<Self, ProxyError> {
        Self::read(address).map_err(|reason| ProxyError {
            variable: None,
            reason,
        })
    }

    fn read(address: &str) -> Result<Self, ProxyErrorReason> {
        let (scheme, rest) = address.split_once("://").unwrap_or(("http", address));
        let (is_https, default_port) = if scheme.eq_ignore_ascii_case("http") {
            (false, 80)
        } else if scheme.eq_ignore_ascii_case("https") {
            (true, 443)
        } else {
            return Err(ProxyErrorReason::Scheme);
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (login, authority) = match rest.rsplit_once('@') {
            Some((login, authority)) => (Some(Login::read(login)?), authority),
            None => (None, rest),
        };
        if authority.ends_with('/') || Origin::parse(&format!("https://{authority}")).is_err() {
            return Err(ProxyErrorReason::Address);
        }
        let host = host(authority);
        let port = match authority[host.len()..].strip_prefix(':') {
            Some(port) => port.parse().map_err(|_| ProxyErrorReason::Address)?,
            None => default_port,
        };
        Ok(Self {
            is_https,
            host: host.to_owned(),
            port,
            login,
            variable: None,
        })
    }

    /// The proxy's host. An IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The proxy's port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The user name and the password, decoded. Never print either.
    pub fn login(&self) -> Option<(&str, &str)> {
        let login = self.login.as_ref()?;
        Some((&login.user, &login.password))
    }

    /// The proxy's URL, `http://host:port` or `https://host:port`, without user name and password.
    pub fn url(&self) -> String {
        let scheme = if self.is_https { "https" } else { "http" };
        format!("{scheme}://{}:{}", self.host, self.port)
    }
}

impl Login {
    fn read(text: &str) -> Result<Self, ProxyErrorReason> {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        let decoded = |text: &str| match percent_decode_str(text).decode_utf8() {
            Ok(text) => Ok(text.into_owned()),
            Err(_) => Err(ProxyErrorReason::Login),
        };
        Ok(Self {
            user: decoded(user)?,
            password: Zeroizing::new(decoded(password)?),
        })
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)?;
        match self.variable {
            Some(variable) => write!(f, " from {variable}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// The proxy of a client, and the hosts that are exempt from it.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    proxy: Option<Proxy>,
    /// The entries of `NO_PROXY`: hosts that are reached without the proxy.
    exempt: Vec<String>,
}

impl Proxies {
    pub(crate) fn new(
        choice: &ProxyChoice,
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, ProxyError> {
        let proxy = match choice {
            ProxyChoice::Direct => return Ok(Self::default()),
            ProxyChoice::Through(proxy) => {
                return Ok(Self {
                    proxy: Some(proxy.clone()),
                    exempt: Vec::new(),
                });
            }
            ProxyChoice::Environment => {
                first(&PROXY_VARIABLES, &variable).map(|(name, address)| {
                    let variable = Some(name);
                    match Proxy::read(address.trim()) {
                        Ok(proxy) => Ok(Proxy { variable, ..proxy }),
                        Err(reason) => Err(ProxyError { variable, reason }),
                    }
                })
            }
        };
        let exempt = first(&NO_PROXY_VARIABLES, &variable).map(|(_, hosts)| {
            hosts
                .split(',')
                .map(|host| host.trim().to_owned())
                .collect()
        });
        Ok(Self {
            proxy: proxy.transpose()?,
            exempt: exempt.unwrap_or_default(),
        })
    }

    /// The proxy, if there is one.
    pub const fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_ref()
    }

    /// The proxy through which the host of a URL is reached; `None` if it is reached directly.
    pub fn for_url(&self, url: &str) -> Option<&Proxy> {
        let proxy = self.proxy.as_ref()?;
        let rest = url.strip_prefix("https://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = host(authority)
            .trim_start_matches('[')
            .trim_end_matches(']');
        let is_exempt = self.exempt.iter().any(|exempt| covers(exempt, host));
        (!is_exempt).then_some(proxy)
    }
}

/// The host in `host[:port]` or `[v6][:port]`.
fn host(authority: &str) -> &str {
    let end = match authority.find(']') {
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    &authority[..end]
}

fn first(
    names: &[&'static str],
    variable: impl Fn(&'static str) -> Option<String>,
) -> Option<(&'static str, Zeroizing<String>)> {
    names
        .iter()
        .filter_map(|name| Some((*name, Zeroizing::new(variable(name)?))))
        .find(|(_, value)| !value.trim().is_empty())
}

/// Whether an entry of `NO_PROXY` covers the host: `*` covers every host, a domain covers itself and its subdomains, an
/// address covers itself, and a network such as `10.0.0.0/8` covers its addresses.
fn covers(entry: &str, host: &str) -> bool {
    if entry == "*" {
        return true;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return match entry.split_once('/') {
            Some((network, bits)) => is_within(address, network, bits),
            None => entry.trim_matches(['[', ']']).parse() == Ok(address),
        };
    }
    let domain = entry.strip_prefix('*').unwrap_or(entry);
    let domain = domain.strip_prefix('.').unwrap_or(domain);
    let Some(start) = host.len().checked_sub(domain.len()) else {
        return false;
    };
    !domain.is_empty()
        && host.is_char_boundary(start)
        && host[start..].eq_ignore_ascii_case(domain)
        && (start == 0 || host[..start].ends_with('.'))
}

fn is_within(address: IpAddr, network: &str, bits: &str) -> bool {
    let Ok(bits) = bits.parse::<u32>() else {
        return false;
    };
    // With a prefix of 0 bits, the shift overflows and `checked_shr` returns `None`: every address is within.
    match (address, network.parse()) {
        (IpAddr::V4(address), Ok(IpAddr::V4(network))) if bits <= 32 => {
            let differing = address.to_bits() ^ network.to_bits();
            differing.checked_shr(32 - bits).unwrap_or(0) == 0
        }
        (IpAddr::V6(address), Ok(IpAddr::V6(network))) if bits <= 128 => {
            let differing = address.to_bits() ^ network.to_bits();
            differing.checked_shr(128 - bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_environment(variables: &[(&str, &str)]) -> Result<Proxies, ProxyError> {
        Proxies::new(&ProxyChoice::Environment, |name| {
            let (_, value) = variables.iter().find(|(of, _)| *of == name)?;
            Some((*value).to_owned())
        })
    }

    fn way(proxies: &Proxies, url: &str) -> Option<String> {
        proxies.for_url(url).map(ToString::to_string)
    }

    #[test]
    fn the_first_variable_that_is_not_empty_names_the_proxy() {
        let https = "https://console.tim.qq.com/v4";
        for (variables, expected) in [
            (&[][..], None),
            (&[("HTTP_PROXY", "a:1"), ("http_proxy", "a:1")], None),
            (&[("all_proxy", "a:1")], Some("a:1 from all_proxy")),
            (
                &[("all_proxy", "a:1"), ("ALL_PROXY", "b:2")],
                Some("b:2 from ALL_PROXY"),
            ),
            (
                &[("ALL_PROXY", "b:2"), ("https_proxy", "http://c")],
                Some("c:80 from https_proxy"),
            ),
            (
                &[("https_proxy", "c:3"), ("HTTPS_PROXY", "https://d/")],
                Some("d:443 from HTTPS_PROXY"),
            ),
            (
                &[("HTTPS_PROXY", " "), ("ALL_PROXY", "[::1]:8")],
                Some("[::1]:8 from ALL_PROXY"),
            ),
        ] {
            let proxies = of_environment(variables).unwrap();
            assert_eq!(way(&proxies, https).as_deref(), expected, "{variables:?}");
            assert_eq!(way(&proxies, "http://127.0.0.1:80/"), None, "{variables:?}");
        }
    }

    #[test]
    fn a_setting_rules_over_the_environment() {
        let environment = |_| Some("*".to_owned());
        let proxy = Proxy::parse("a:1").unwrap();
        let through = Proxies::new(&ProxyChoice::Through(proxy), environment).unwrap();
        assert_eq!(way(&through, "https://b").as_deref(), Some("a:1"));
        let direct = Proxies::new(&ProxyChoice::Direct, environment).unwrap();
        assert_eq!(way(&direct, "https://b"), None);
    }

    #[test]
    fn hosts_that_no_proxy_lists_are_reached_without_it() {
        for (no_proxy, host, is_direct) in [
            ("", "console.tim.qq.com", false),
            ("*", "console.tim.qq.com", true),
            ("other, console.tim.qq.com", "console.tim.qq.com", true),
            ("qq.com", "console.tim.qq.com", true),
            (".QQ.com", "console.tim.qq.com", true),
            ("*.qq.com", "console.tim.qq.com", true),
            ("q.com", "console.tim.qq.com", false),
            ("org", "qq.com", false),
            ("tim.qq.org", "tim.qq.com", false),
            ("xq.com", "éq.com", false),
            (",", "qq.com.", false),
            ("console.tim.qq.com.cn", "console.tim.qq.com", false),
            (".,,*.", "console.tim.qq.com", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("x, 10.1.2.3", "10.1.2.3:8443", true),
            ("2.3", "10.1.2.3", false),
            ("10.0.0.0/8", "10.1.2.3:8443", true),
            ("10.1.2.4/31", "10.1.2.3", false),
            ("0.0.0.0/0", "10.1.2.3", true),
            ("10.0.0.0/33", "10.1.2.3", false),
            ("::1", "[::1]:443", true),
            ("2001:db8::/32", "[2001:db8:7::1]", true),
            ("2001:db8::/32", "[2001:db9::1]", false),
            ("2001:db8::1/128", "[2001:db8::1]", true),
            ("2001:db8::1/129", "[2001:db8::1]", false),
            ("::/0", "[2001:db9::1]", true),
        ] {
            let proxies = of_environment(&[("ALL_PROXY", "a:1"), ("NO_PROXY", no_proxy)]).unwrap();
            let way = way(&proxies, &format!("https://{host}/v4?a=1"));
            assert_eq!(way.is_none(), is_direct, "{no_proxy:?} {host}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused_by_its_variable_and_not_repeated() {
        for (address, reason) in [
            ("socks5://canary:canary@a:1", ProxyErrorReason::Scheme),
            ("canary://a:1", ProxyErrorReason::Scheme),
            ("http://canary:canary@", ProxyErrorReason::Address),
            ("http://canary:canary@a:0", ProxyErrorReason::Address),
            ("http://canary:canary@a:99999", ProxyErrorReason::Address),
            ("http://canary:canary@a:1/canary", ProxyErrorReason::Address),
            ("http://canary@a b", ProxyErrorReason::Address),
            ("http://canary:%ff@a:1", ProxyErrorReason::Login),
        ] {
            let error = of_environment(&[("https_proxy", address)]).unwrap_err();
            assert_eq!(error.reason, reason, "{address}");
            let shown = format!("{error} {error:?}");
            assert!(shown.contains("https_proxy"), "{shown}");
            assert!(!shown.contains("canary"), "{shown}");
        }
    }

    #[test]
    fn user_and_password_are_decoded_and_never_printed() {
        let proxy = Proxy::parse("https://canary%3A:canary%40:@[::1]:8080").unwrap();
        assert_eq!(proxy.login(), Some(("canary:", "canary@:")));
        assert_eq!(proxy.url(), "https://[::1]:8080");
        assert_eq!(Proxy::parse("a").unwrap().url(), "http://a:80");
        assert_eq!((proxy.host(), proxy.port()), ("[::1]", 8080));
        assert_eq!(format!("{proxy:?}"), "Proxy([::1]:8080)");
        let proxies = Proxies::new(&ProxyChoice::Through(proxy.clone()), |_| None).unwrap();
        let shown = format!("{proxy} {proxy:?} {proxies:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
