use std::sync::Arc;

use topic_import_driver::ClientSettings;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The text is not PEM, or contains no certificate.
    #[error("no certificate could be read from the PEM text")]
    Pem(#[source] Option<ureq::Error>),
    /// This machine has no trusted certificates.
    #[error("this machine has no trusted certificates")]
    Roots(#[source] Option<rustls_native_certs::Error>),
}

/// Trusts the certificates that this machine trusts, and the extra ones. For plain HTTP, none are loaded.
pub(crate) fn config(settings: &ClientSettings) -> Result<TlsConfig, TlsError> {
    let roots = if settings.is_plain_http() {
        Vec::new()
    } else {
        trusted(&settings.extra_certificates)?
    };
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .build())
}

fn trusted(extra: &[u8]) -> Result<Vec<Certificate<'static>>, TlsError> {
    let mut roots = read_pem(extra)?;
    let mut loaded = rustls_native_certs::load_native_certs();
    let native = loaded
        .certs
        .iter()
        .map(|der| Certificate::from_der(der).to_owned());
    roots.extend(native);
    if roots.is_empty() {
        return Err(TlsError::Roots(loaded.errors.pop()));
    }
    Ok(roots)
}

/// Reads the certificates of a PEM text. An empty text is accepted and has none.
fn read_pem(pem: &[u8]) -> Result<Vec<Certificate<'static>>, TlsError> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(TlsError::Pem(Some(error))),
        }
    }
    if certificates.is_empty() && !pem.is_empty() {
        return Err(TlsError::Pem(None));
    }
    Ok(certificates)
}
