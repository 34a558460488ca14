use rustls::CertificateError;
use topic_import_core::TransportErrorKind;

/// Classifies an error of the TLS handshake.
pub fn tls_error_kind(error: &rustls::Error) -> TransportErrorKind {
    let reason = match error {
        rustls::Error::InvalidCertificate(reason) => reason,
        rustls::Error::InvalidMessage(_) => return TransportErrorKind::NotTls,
        _ => return TransportErrorKind::Tls,
    };
    match reason {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => TransportErrorKind::CertificateExpired,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TransportErrorKind::CertificateName
        }
        _ => TransportErrorKind::CertificateUntrusted,
    }
}
