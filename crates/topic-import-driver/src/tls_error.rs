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

#[cfg(test)]
mod tests {
    use rustls::{Error, InvalidMessage};

    use super::*;

    #[test]
    fn a_failed_handshake_says_what_is_wrong_with_the_certificate_or_that_there_is_no_tls() {
        use CertificateError as Certificate;
        use TransportErrorKind as Kind;
        let certificate = Error::InvalidCertificate;
        for (error, kind) in [
            (certificate(Certificate::Expired), Kind::CertificateExpired),
            (
                certificate(Certificate::NotValidYet),
                Kind::CertificateExpired,
            ),
            (
                certificate(Certificate::NotValidForName),
                Kind::CertificateName,
            ),
            (
                certificate(Certificate::UnknownIssuer),
                Kind::CertificateUntrusted,
            ),
            (
                certificate(Certificate::Revoked),
                Kind::CertificateUntrusted,
            ),
            (
                Error::InvalidMessage(InvalidMessage::InvalidContentType),
                Kind::NotTls,
            ),
            (Error::DecryptError, Kind::Tls),
        ] {
            assert_eq!(tls_error_kind(&error), kind, "{error}");
        }
    }
}
