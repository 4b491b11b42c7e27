//! Firmware files in a bucket that speaks S3.

use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures_util::TryStreamExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{BackoffConfig, ClientConfigKey, ObjectStore, RetryConfig};

/// A bucket, and where in it. Who may use it, and at which address it is, the usual variables of
/// the environment say (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`,
/// `AWS_ENDPOINT_URL`), so that no secret stands on a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    name: String,
    prefix: Path,
}

/// Time to answer, and to take one part of a file.
const PATIENCE: &str = "60s";
/// An operator or a device waits meanwhile.
const RETRIES: RetryConfig = RetryConfig {
    max_retries: 3,
    retry_timeout: Duration::from_secs(30),
    backoff: BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(5),
        base: 2.0,
    },
};

impl Bucket {
    /// Says in the log if it cannot be read.
    pub(super) async fn open(&self) -> Result<PrefixStore<AmazonS3>> {
        // Another part of the process may have chosen one, which is as good.
        let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
        let set = AmazonS3ConfigKey::Client;
        let store = AmazonS3Builder::from_env()
            .with_bucket_name(&self.name)
            // A slow device may read for hours; what counts is that the store goes on answering.
            .with_config(set(ClientConfigKey::Timeout), "7days")
            .with_config(set(ClientConfigKey::ReadTimeout), PATIENCE)
            .with_retry(RETRIES)
            // Not every store knows it, and we delete one by one.
            .with_disable_bulk_delete(true)
            .build()
            .with_context(|| format!("firmware-store s3://{}", self.name))?;
        let store = PrefixStore::new(store, self.prefix.clone());
        // One that is away for now keeps no device from anything else.
        if let Err(error) = store.list(None).try_next().await {
            tracing::error!(%error, bucket = self.name, "the firmware store cannot be read");
        }
        Ok(store)
    }
}

impl FromStr for Bucket {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let Some(place) = text.strip_prefix("s3://") else {
            bail!("firmware-store {text}: it begins with s3://");
        };
        let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
        if name.is_empty() {
            bail!("firmware-store {text}: the name of the bucket is missing");
        }
        let prefix = Path::parse(prefix).with_context(|| format!("firmware-store {text}"))?;
        Ok(Self { name: name.to_owned(), prefix })
    }
}
