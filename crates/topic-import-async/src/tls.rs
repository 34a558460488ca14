use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The text is not PEM, or contains no certificate.
    #[error("no certificate could be read from the PEM text")]
    Pem(#[source] Option<rustls::pki_types::pem::Error>),
    /// This machine's trusted certificates could not be loaded, or one of the extra certificates is unusable.
    #[error("the trusted certificates could not be loaded")]
    Roots(#[source] rustls::Error),
}

/// Reads the certificates of a PEM text. An empty text is accepted and has none.
fn read_pem(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    if pem.is_empty() {
        return Ok(Vec::new());
    }
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| TlsError::Pem(Some(error)))?;
    if certificates.is_empty() {
        return Err(TlsError::Pem(None));
    }
    Ok(certificates)
}

/// Trusts the certificates that this machine trusts, and those of a PEM text.
pub(crate) fn trusting(extra: &[u8]) -> Result<ClientConfig, TlsError> {
    let extra = read_pem(extra)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        Verifier::new_with_extra_roots(extra, Arc::clone(&provider)).map_err(TlsError::Roots)?;
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Roots)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

/// Trusts no certificate: for plain HTTP to this machine, so that none need to be loaded.
pub(crate) fn trusting_nobody() -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Roots)?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}
