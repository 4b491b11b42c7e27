//! Secrets are sealed under a passphrase: AES-GCM with a key from PBKDF2, both by the browser.
//!
//! A sealed blob is one version byte, 16 bytes of salt, 12 of nonce, and the ciphertext with its
//! tag. A page that came over plain http from another machine has no such browser functions: then
//! nothing is sealed, and secrets stay in memory.

use js_sys::{Array, Object, Reflect, Uint8Array};
use mcs_view::Unsealed;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Crypto, CryptoKey, SubtleCrypto};

/// The first byte of a blob; it stands for all parameters below.
const VERSION: u8 = 1;

/// Rounds of PBKDF2 with SHA-256: what is recommended against guessing.
const ROUNDS: u32 = 600_000;

const SALT: usize = 16;
const NONCE: usize = 12;

/// Seals `bytes`; `None` where the browser cannot.
pub fn seal(passphrase: String, bytes: Vec<u8>, end: impl FnOnce(Option<Vec<u8>>) + 'static) {
    spawn_local(async move { end(encrypt(&passphrase, &bytes).await.ok()) });
}

/// Unseals what [`seal`] has made.
pub fn unseal(passphrase: String, sealed: Vec<u8>, end: impl FnOnce(Unsealed) + 'static) {
    spawn_local(async move {
        let unsealed = match subtle() {
            Ok((_, subtle)) => match decrypt(&subtle, &passphrase, &sealed).await {
                Ok(bytes) => Unsealed::Bytes(bytes),
                // A browser says no more about a wrong key, nor about a blob that was changed.
                Err(_) => Unsealed::Wrong,
            },
            Err(_) => Unsealed::Impossible,
        };
        end(unsealed);
    });
}

async fn encrypt(passphrase: &str, bytes: &[u8]) -> Result<Vec<u8>, JsValue> {
    let (crypto, subtle) = subtle()?;
    let mut random = [0; SALT + NONCE];
    crypto.get_random_values_with_u8_array(&mut random)?;
    let (salt, nonce) = random.split_at(SALT);
    let key = key(&subtle, passphrase, salt, "encrypt").await?;
    let sealed = subtle.encrypt_with_object_and_u8_array(&aes(nonce)?, &key, bytes)?;
    let sealed = Uint8Array::new(&JsFuture::from(sealed).await?).to_vec();
    Ok([&[VERSION], random.as_slice(), &sealed].concat())
}

async fn decrypt(
    subtle: &SubtleCrypto,
    passphrase: &str,
    sealed: &[u8],
) -> Result<Vec<u8>, JsValue> {
    let Some((&VERSION, rest)) = sealed.split_first() else { return Err(JsValue::NULL) };
    let Some((salt, rest)) = rest.split_at_checked(SALT) else { return Err(JsValue::NULL) };
    let Some((nonce, sealed)) = rest.split_at_checked(NONCE) else { return Err(JsValue::NULL) };
    let key = key(subtle, passphrase, salt, "decrypt").await?;
    let bytes = subtle.decrypt_with_object_and_u8_array(&aes(nonce)?, &key, sealed)?;
    Ok(Uint8Array::new(&JsFuture::from(bytes).await?).to_vec())
}

async fn key(
    subtle: &SubtleCrypto,
    passphrase: &str,
    salt: &[u8],
    usage: &str,
) -> Result<CryptoKey, JsValue> {
    let raw = Uint8Array::from(passphrase.as_bytes());
    let derive = Array::of1(&"deriveKey".into());
    let base = subtle.import_key_with_str("raw", &raw, "PBKDF2", false, &derive)?;
    let base: CryptoKey = JsFuture::from(base).await?.dyn_into()?;
    let pbkdf2 = object(&[
        ("name", &"PBKDF2".into()),
        ("hash", &"SHA-256".into()),
        ("salt", &Uint8Array::from(salt)),
        ("iterations", &ROUNDS.into()),
    ])?;
    let kind = object(&[("name", &"AES-GCM".into()), ("length", &256.into())])?;
    let usages = Array::of1(&usage.into());
    let key = subtle.derive_key_with_object_and_object(&pbkdf2, &base, &kind, false, &usages)?;
    JsFuture::from(key).await?.dyn_into()
}

fn aes(nonce: &[u8]) -> Result<Object, JsValue> {
    object(&[("name", &"AES-GCM".into()), ("iv", &Uint8Array::from(nonce))])
}

fn object(members: &[(&str, &JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &JsValue::from_str(name), value)?;
    }
    Ok(object)
}

/// Fails where the page has no secure context.
fn subtle() -> Result<(Crypto, SubtleCrypto), JsValue> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into())?.dyn_into::<Crypto>()?;
    let subtle = Reflect::get(&crypto, &"subtle".into())?.dyn_into::<SubtleCrypto>()?;
    Ok((crypto, subtle))
}
