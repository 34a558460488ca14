use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

/// Why no secure connection could be prepared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The text is no PEM, or holds no certificate.
    #[error("no certificate could be read from the PEM text")]
    Pem(#[source] Option<rustls::pki_types::pem::Error>),
    /// This machine's trusted certificates could not be loaded, or one of the extra ones is unusable.
    #[error("the trusted certificates could not be loaded")]
    Roots(#[source] rustls::Error),
}

/// Reads the certificates of a PEM text; an empty one has none.
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

/// Trusts what this machine trusts, and the certificates of a PEM text.
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

/// Trusts nobody: for plain HTTP to this machine, which needs no certificates to be loaded.
pub(crate) fn trusting_nobody() -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Roots)?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}
