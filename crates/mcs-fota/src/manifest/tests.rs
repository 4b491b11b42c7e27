use proptest::prelude::*;

use super::*;

// Made with minisign 0.11; `legacy` with its option -l, `other` with another key.
const MANIFEST: &str = include_str!("tests/manifest.json");
const SIGNATURE: &str = include_str!("tests/manifest.json.minisig");
const LEGACY: &str = include_str!("tests/legacy.minisig");
const OTHER: &str = include_str!("tests/other.minisig");
const IMAGE: &[u8] = include_bytes!("tests/image.bin");

fn key() -> TrustedKey {
    include_str!("tests/key.pub").parse().unwrap()
}

fn other_key() -> TrustedKey {
    include_str!("tests/other.pub").parse().unwrap()
}

fn manifest() -> Manifest {
    Manifest::verify(MANIFEST.as_bytes(), SIGNATURE, &[key()]).unwrap().manifest
}

#[test]
fn what_minisign_signed_is_read_and_holds_for_its_file() {
    let manifest = manifest();
    assert_eq!((manifest.name.as_str(), manifest.model.as_str(), manifest.seq), ("App", "7697", 7));
    assert_eq!(manifest.version.as_str(), "2.0");
    assert_eq!(manifest.min_version.as_ref().map(Version::as_str), Some("1.5"));
    assert_eq!(manifest.check_file(&Checksums::of(IMAGE)), Ok(()));
    assert_eq!(manifest.canonical(), MANIFEST);
    let legacy = Manifest::verify(MANIFEST.as_bytes(), LEGACY, &[key()]);
    let vouched = legacy.unwrap();
    assert_eq!((vouched.manifest, &vouched.by), (manifest, &key()));
    let comment = include_str!("tests/key.pub").lines().next().unwrap();
    assert!(comment.ends_with(vouched.by.id().as_str()), "{comment}");
}

#[test]
fn one_of_several_keys_is_enough() {
    let keys = [other_key(), key()];
    for signature in [SIGNATURE, OTHER] {
        assert!(Manifest::verify(MANIFEST.as_bytes(), signature, &keys).is_ok());
    }
}

#[test]
fn each_check_says_that_it_failed() {
    let verify = |bytes: &str, signature: &str, keys: &[TrustedKey]| {
        Manifest::verify(bytes.as_bytes(), signature, keys).unwrap_err()
    };
    assert_eq!(verify(MANIFEST, SIGNATURE, &[]), ManifestError::NoKey);
    assert_eq!(verify(MANIFEST, OTHER, &[key()]), ManifestError::WrongKey);
    assert_eq!(verify(MANIFEST, SIGNATURE, &[other_key()]), ManifestError::WrongKey);
    let changed = MANIFEST.replace("\"seq\":7", "\"seq\":8");
    assert_eq!(verify(&changed, SIGNATURE, &[key()]), ManifestError::WrongSignature);
    let comment = SIGNATURE.replace("trusted comment: mcs", "trusted comment: MCS");
    assert_eq!(verify(MANIFEST, &comment, &[key()]), ManifestError::WrongSignature);
    let html = "<!doctype html><title>404</title>";
    assert_eq!(verify(MANIFEST, html, &[key()]), ManifestError::SignatureForm);
    assert_eq!(verify(MANIFEST, "", &[key()]), ManifestError::SignatureForm);
    assert_eq!(verify(&" ".repeat(5000), SIGNATURE, &[key()]), ManifestError::TooLong);
}

#[test]
fn an_older_manifest_is_not_taken_again() {
    let manifest = manifest();
    assert_eq!(manifest.check_seq(None), Ok(()));
    assert_eq!(manifest.check_seq(Some(6)), Ok(()));
    for newest in [7, 8] {
        let replayed = ManifestError::Replayed { seq: 7, newest };
        assert_eq!(manifest.check_seq(Some(newest)), Err(replayed));
    }
}

#[test]
fn a_file_that_is_another_one_is_told_by_what_differs() {
    let manifest = manifest();
    let cut = manifest.check_file(&Checksums::of(&IMAGE[..7]));
    assert_eq!(cut, Err(ManifestError::Size { expected: 8, got: 7 }));
    let mut flipped = IMAGE.to_vec();
    flipped[3] ^= 1;
    let flipped = manifest.check_file(&Checksums::of(&flipped));
    assert!(matches!(flipped, Err(ManifestError::Sha256 { .. })));
    let twin = Checksums { md5: Checksums::of(b"").md5, ..Checksums::of(IMAGE) };
    assert!(matches!(manifest.check_file(&twin), Err(ManifestError::Md5 { .. })));
    assert_eq!(manifest.check_model(&["Board", "7697"]), Ok(()));
    assert_eq!(manifest.check_model(&["7688"]), Err(ManifestError::Model("7697".to_owned())));
    let (version, other): (Version, Version) = ("2.0".parse().unwrap(), "2.1".parse().unwrap());
    assert_eq!(manifest.check_version(&version), Ok(()));
    assert_eq!(manifest.check_version(&other), Err(ManifestError::Version(version.clone())));
    let never = Manifest { min_version: Some(other.clone()), ..manifest };
    assert_eq!(never.check_version(&version), Err(ManifestError::MinVersion(other)));
}

#[test]
fn what_is_signed_but_no_manifest_is_refused() {
    for (from, to) in [
        ("\"App\"", "\" \""),
        ("\"7697\"", "\"\""),
        ("\"size\":8", "\"size\":0"),
        ("\"size\":8", "\"size\":-8"),
        ("\"size\":8", "\"size\":8,\"size\":9"),
        ("\"size\":8", "\"size\":8,\"sised\":9"),
        ("\"2.0\"", "\"2,0\""),
        ("\"5312", "\"53"),
        ("{", "["),
    ] {
        let changed = MANIFEST.replace(from, to);
        assert!(
            matches!(Manifest::read(changed.as_bytes()), Err(ManifestError::Form(_))),
            "{changed}"
        );
    }
}

#[test]
fn a_key_is_read_from_its_file_or_its_line() {
    assert_eq!(key().to_string().parse(), Ok(key()));
    let dos = include_str!("tests/key.pub").replace('\n', "\r\n");
    assert_eq!(dos.parse(), Ok(key()));
    let secret = "RWRTY0IyJ0Ot5zQVbGhkc3NzdAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for wrong in ["", "key", secret, "\u{e9}".repeat(28).as_str()] {
        assert_eq!(wrong.parse::<TrustedKey>(), Err(ManifestError::KeyForm), "{wrong}");
    }
}

proptest! {
    #[test]
    fn no_signature_and_no_key_panics(text in "(untrusted comment: )?[ -~\u{80}-\u{ff}\n]{0,80}\n[A-Za-z0-9+/=]{0,110}\n(trusted comment: )?.{0,20}\n[A-Za-z0-9+/=]{0,90}\n?") {
        let _ = Manifest::verify(MANIFEST.as_bytes(), &text, &[key()]);
        let _ = text.parse::<TrustedKey>();
    }

    #[test]
    fn no_changed_byte_passes(at in 0_usize..400, with: u8) {
        let mut bytes = MANIFEST.as_bytes().to_vec();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != with);
        bytes[at] = with;
        let outcome = Manifest::verify(&bytes, SIGNATURE, &[key()]);
        prop_assert_eq!(outcome, Err(ManifestError::WrongSignature));
    }

    #[test]
    fn what_is_written_is_read_again(name in "[^\u{0}-\u{1f} ][^\u{0}-\u{1f}]{0,40}", seq: u64, size in 1_u64..) {
        let written = Manifest { name, seq, size, min_version: None, ..manifest() };
        prop_assert_eq!(Manifest::read(written.canonical().as_bytes()), Ok(written));
    }
}
