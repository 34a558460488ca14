use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;
use topic_import_emulator::Emulator;

use crate::client::{self, Client, IMPORT};

type TlsStream = StreamOwned<ClientConnection, TcpStream>;

fn connect(emulator: &Emulator, name: &'static str, authority: &str) -> TlsStream {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name).unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(session, client::connect(emulator))
}

fn body() -> serde_json::Value {
    json!({"GroupId": "@TGS#_g", "TopicName": "a"})
}

#[test]
fn who_trusts_the_authority_can_call_by_every_local_name() {
    let emulator = Emulator::builder().https().start().unwrap();
    let port = emulator.address().port();
    assert_eq!(emulator.origin(), format!("https://localhost:{port}"));
    let authority = emulator.certificate_authority().unwrap();
    for name in ["localhost", "127.0.0.1", "::1"] {
        let mut client = Client::on(connect(&emulator, name, authority));
        for _ in 0..3 {
            assert_eq!(client.import(&body()).code(), 0, "{name}");
        }
    }
    assert_eq!(emulator.state().topics_len(), 9);
}

#[test]
fn no_other_name_and_no_other_emulators_authority_will_do() {
    let emulator = Emulator::builder().https().start().unwrap();
    let other = Emulator::builder().https().start().unwrap();
    let own = emulator.certificate_authority().unwrap();
    let foreign = other.certificate_authority().unwrap();
    for (name, authority) in [("console.tim.qq.com", own), ("localhost", foreign)] {
        let mut client = Client::on(connect(&emulator, name, authority));
        let error = client.try_call(IMPORT, &body()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
    }
    assert_eq!(emulator.state().calls_len(), 0);
}

#[test]
fn plain_http_is_not_served_beside_it() {
    let emulator = Emulator::builder().https().start().unwrap();
    assert!(Client::of(&emulator).try_call(IMPORT, &body()).is_err());
    assert_eq!(emulator.state().calls_len(), 0);
}

#[test]
fn faults_reach_below_the_encryption() {
    let emulator = Emulator::builder()
        .https()
        .faults("reset-after@1,lost@2".parse().unwrap())
        .start()
        .unwrap();
    let authority = emulator.certificate_authority().unwrap();
    let mut reset = Client::on(connect(&emulator, "localhost", authority));
    let error = reset.try_call(IMPORT, &body()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(emulator.state().topics_len(), 0);
    let mut lost = Client::on(connect(&emulator, "localhost", authority));
    let error = lost.try_call(IMPORT, &body()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    assert_eq!(emulator.state().topics_len(), 1);
}

#[test]
fn without_https_there_is_no_authority() {
    let emulator = Emulator::builder().start().unwrap();
    assert_eq!(emulator.certificate_authority(), None);
}

#[test]
fn the_authority_is_one_certificate_and_no_key() {
    let emulator = Emulator::builder().https().start().unwrap();
    let pem = emulator.certificate_authority().unwrap();
    assert_eq!(pem.matches("-----BEGIN CERTIFICATE-----").count(), 1);
    assert_eq!(pem.matches("-----BEGIN").count(), 1);
}
