//! Somebody who vouches for images.

use mcs_digest::Checksums;
use mcs_fota::Manifest;
use mcs_model::Timestamp;
use minisign::KeyPair;

/// A key, made for one test.
pub(crate) struct Signer(KeyPair);

impl Signer {
    pub(crate) fn new() -> Self {
        Self(KeyPair::generate_unencrypted_keypair().expect("randomness"))
    }

    /// The second line of its `.pub` file.
    pub(crate) fn key(&self) -> String {
        self.0.pk.to_base64()
    }

    /// The manifest of a release of the model 7697, and its signature.
    pub(crate) fn vouch(&self, image: &[u8], version: &str, seq: u64) -> (String, String) {
        let Checksums { size, md5, sha256 } = Checksums::of(image);
        let manifest = Manifest {
            name: "App".to_owned(),
            model: "7697".to_owned(),
            version: version.parse().unwrap(),
            seq,
            min_version: None,
            size,
            md5,
            sha256,
            created: Timestamp::from_millis(0),
        };
        let manifest = manifest.canonical();
        let signature = minisign::sign(None, &self.0.sk, manifest.as_bytes(), Some("App"), None);
        (manifest, signature.expect("a signature").into_string())
    }
}
