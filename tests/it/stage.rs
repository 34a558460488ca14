//! What stands where a client's calls go: the emulator, a listener with a script, or nothing that answers.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use topic_import_core::{Endpoint, Origin, Rate};
use topic_import_driver::ClientSettings;
use topic_import_emulator::{Builder, Emulator, State};

use crate::certificate::Authority;
use crate::identity::Identity;
use crate::listener::{Act, Listener};

/// How the client speaks to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    PlainHttp,
    Https,
}

/// What is to stand there.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    Emulator(fn(Builder) -> Builder),
    /// A listener, behind TLS where the client speaks it.
    Scripted(Vec<Vec<Act>>),
    /// A listener without TLS, whatever the client speaks.
    BelowTls(Vec<Vec<Act>>),
    /// A server whose certificate no trusted authority signed.
    Untrusted,
    /// A server with the certificate of another one.
    OtherName,
    /// A server whose certificate has run out.
    Expired,
    /// Nobody listens there.
    Refused,
    /// Somebody listens, and takes no more connections.
    Full,
    /// The host's name does not exist.
    NoSuchHost,
}

/// It stands there until dropped.
pub(crate) struct Standing {
    pub(crate) origin: Origin,
    /// The certificate that a client must trust (PEM), or nothing.
    pub(crate) authority: String,
    pub(crate) emulator: Option<Emulator>,
    pub(crate) listener: Option<Listener>,
    _sockets: Vec<Socket>,
    _connections: Vec<TcpStream>,
}

impl Stage {
    /// The same, where further connections meet another script.
    pub(crate) fn then(self, acts: Vec<Act>) -> Self {
        match self {
            Self::Scripted(scripts) => Self::Scripted([scripts, vec![acts]].concat()),
            other => other,
        }
    }

    pub(crate) fn set_up(&self, over: Over) -> Standing {
        match self {
            Self::Emulator(settings) => emulator(*settings, over),
            Self::Scripted(scripts) if over == Over::PlainHttp => below_tls(scripts, over),
            Self::Scripted(scripts) => {
                let authority = Authority::new();
                let tls = authority.vouch_for("127.0.0.1");
                let listener = Listener::start(Some(tls), scripts.clone());
                Standing::of_listener(listener, over, authority.pem())
            }
            Self::BelowTls(scripts) => below_tls(scripts, over),
            Self::Untrusted => {
                let tls = Authority::new().vouch_for("127.0.0.1");
                answering(tls, &Authority::new())
            }
            Self::OtherName => {
                let authority = Authority::new();
                answering(authority.vouch_for("console.tim.qq.com"), &authority)
            }
            Self::Expired => {
                let authority = Authority::new();
                answering(authority.vouched_once_for("127.0.0.1"), &authority)
            }
            Self::Refused => {
                // The port is taken, so that nobody else comes to listen there.
                let socket = bound();
                let port = port_of(&socket);
                Standing {
                    _sockets: vec![socket],
                    ..Standing::at(&format!("127.0.0.1:{port}"), over)
                }
            }
            Self::Full => full(over),
            Self::NoSuchHost => Standing::at("no-such-host.invalid", over),
        }
    }
}

impl Standing {
    /// Settings of a client that calls it without pacing, with the key, and trusts its certificate.
    pub(crate) fn settings(&self) -> ClientSettings {
        let endpoint = Endpoint::custom(self.origin.clone());
        ClientSettings::new(endpoint, Identity::Key.credentials())
            .with_quota(Rate::Unlimited)
            .with_extra_certificates(self.authority.as_bytes())
    }

    fn emulator(&self) -> &Emulator {
        self.emulator.as_ref().unwrap()
    }

    /// What the emulator holds.
    pub(crate) fn state(&self) -> State {
        self.emulator().state()
    }

    /// From now on, these faults happen in the emulator.
    pub(crate) fn plan(&self, faults: &str) {
        self.emulator().set_faults(faults.parse().unwrap());
    }

    fn at(authority: &str, over: Over) -> Self {
        let scheme = match over {
            Over::PlainHttp => "http",
            Over::Https => "https",
        };
        Self {
            origin: Origin::parse(&format!("{scheme}://{authority}")).unwrap(),
            authority: String::new(),
            emulator: None,
            listener: None,
            _sockets: Vec::new(),
            _connections: Vec::new(),
        }
    }

    fn of_listener(listener: Listener, over: Over, authority: String) -> Self {
        Self {
            authority,
            ..Self::at(&format!("127.0.0.1:{}", listener.port()), over)
        }
        .with(listener)
    }

    fn with(mut self, listener: Listener) -> Self {
        self.listener = Some(listener);
        self
    }
}

fn emulator(settings: fn(Builder) -> Builder, over: Over) -> Standing {
    let builder = settings(Emulator::builder().quota(None));
    let emulator = match over {
        Over::PlainHttp => builder,
        Over::Https => builder.https(),
    }
    .start()
    .unwrap();
    Standing {
        origin: Origin::parse(&emulator.origin()).unwrap(),
        authority: emulator
            .certificate_authority()
            .unwrap_or_default()
            .to_owned(),
        emulator: Some(emulator),
        ..Standing::at("127.0.0.1", over)
    }
}

fn below_tls(scripts: &[Vec<Act>], over: Over) -> Standing {
    let listener = Listener::start(None, scripts.to_vec());
    Standing::of_listener(listener, over, String::new())
}

/// A server that would answer, if the client went on.
fn answering(tls: std::sync::Arc<rustls::ServerConfig>, trusted: &Authority) -> Standing {
    let listener = Listener::start(Some(tls), vec![vec![Act::Read, Act::SUCCEED]]);
    Standing::of_listener(listener, Over::Https, trusted.pem())
}

fn bound() -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&any_port.into()).unwrap();
    socket
}

fn port_of(socket: &Socket) -> u16 {
    let address = socket.local_addr().unwrap();
    address.as_socket().unwrap().port()
}

/// Connections are made until one more is not: those that wait to be accepted are as many as may wait.
fn full(over: Over) -> Standing {
    let socket = bound();
    socket.listen(0).unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port_of(&socket)));
    let mut connections = Vec::new();
    while let Ok(connection) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        connections.push(connection);
    }
    Standing {
        _sockets: vec![socket],
        _connections: connections,
        ..Standing::at(&address.to_string(), over)
    }
}
