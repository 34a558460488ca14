use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;

use crate::start_error::StartError;

type Error = Box<dyn std::error::Error + Send + Sync>;

const DAY: Duration = Duration::from_hours(24);

/// A certificate for this machine's own names, from a certificate authority that is created for it alone.
pub(crate) struct Certificate {
    /// The authority's certificate, for clients to trust.
    pub(crate) authority_pem: String,
    pub(crate) server: Arc<ServerConfig>,
}

impl Certificate {
    pub(crate) fn make() -> Result<Self, StartError> {
        Self::try_make().map_err(StartError::Certificate)
    }

    fn try_make() -> Result<Self, Error> {
        let authority = authority()?;
        Ok(Self {
            authority_pem: authority.pem(),
            server: Arc::new(server(&authority)?),
        })
    }
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = valid_for_a_year(CertificateParams::default());
    params.distinguished_name.push(
        DnType::CommonName,
        "topic-import-emulator: valid on this machine only",
    );
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn server(authority: &CertifiedIssuer<'static, KeyPair>) -> Result<ServerConfig, Error> {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut params = valid_for_a_year(CertificateParams::new(names)?);
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, authority)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.into()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Makes a certificate valid for a year from yesterday, as a client's clock may be slow.
fn valid_for_a_year(mut params: CertificateParams) -> CertificateParams {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let yesterday = now.saturating_sub(DAY);
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + yesterday;
    params.not_after = epoch + yesterday + DAY * 365;
    params
}
