//! The server's side of TLS: one certificate for all listeners.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::server::TlsStream;

/// A certificate chain and its private key, from two PEM files that may be renewed at any time.
pub struct Certificate {
    cert: PathBuf,
    key: PathBuf,
    current: RwLock<Current>,
}

struct Current {
    signs: Arc<CertifiedKey>,
    /// Of the files that were looked at last, good or not.
    seen: [u8; 32],
}

impl Certificate {
    /// Reads both files.
    pub fn load(cert: &Path, key: &Path) -> Result<Arc<Self>> {
        let files = Files::read(cert, key)?;
        let current = Current { signs: files.parse(cert, key)?, seen: files.digest() };
        Ok(Arc::new(Self {
            cert: cert.to_owned(),
            key: key.to_owned(),
            current: RwLock::new(current),
        }))
    }

    /// Accepts TLS 1.2 and 1.3 with the certificate as it is when a client connects; clients need no certificate.
    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor> {
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as _);
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Looks at the files again and takes them over when they changed; whether it did. Files that cannot be read,
    /// or do not fit together, change nothing, and are told as an error once.
    pub fn refresh(&self) -> Result<bool> {
        let files = Files::read(&self.cert, &self.key)?;
        let seen = files.digest();
        if self.current.read().unwrap_or_else(PoisonError::into_inner).seen == seen {
            return Ok(false);
        }
        let parsed = files.parse(&self.cert, &self.key);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.seen = seen;
        current.signs = parsed?;
        Ok(true)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).signs))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("cert", &self.cert).finish_non_exhaustive()
    }
}

/// Time for a handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Shakes hands with a client; `None` when that fails or takes too long.
pub(crate) async fn handshake(
    tls: &TlsAcceptor,
    stream: TcpStream,
    peer: SocketAddr,
) -> Option<TlsStream<TcpStream>> {
    match timeout(HANDSHAKE, tls.accept(stream)).await {
        Ok(Ok(stream)) => return Some(stream),
        Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS"),
        Err(_) => tracing::debug!(%peer, "no TLS in time"),
    }
    None
}

/// What stands in the two files.
struct Files {
    cert: Vec<u8>,
    key: Vec<u8>,
}

impl Files {
    fn read(cert: &Path, key: &Path) -> Result<Self> {
        let read = |what, path: &Path| {
            std::fs::read(path)
                .with_context(|| format!("cannot read the TLS {what} {}", path.display()))
        };
        Ok(Self { cert: read("certificate", cert)?, key: read("key", key)? })
    }

    fn digest(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update(&self.cert)
            .chain_update([0])
            .chain_update(&self.key)
            .finalize()
            .into()
    }

    fn parse(&self, cert: &Path, key: &Path) -> Result<Arc<CertifiedKey>> {
        let chain = CertificateDer::pem_slice_iter(&self.cert)
            .collect::<Result<Vec<_>, _>>()
            .with_context(|| format!("cannot read the TLS certificate {}", cert.display()))?;
        let private = PrivateKeyDer::from_pem_slice(&self.key)
            .with_context(|| format!("cannot read the TLS key {}", key.display()))?;
        let signs = CertifiedKey::from_der(chain, private, &provider()).with_context(|| {
            format!("{} and {} do not fit together", cert.display(), key.display())
        })?;
        Ok(Arc::new(signs))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
