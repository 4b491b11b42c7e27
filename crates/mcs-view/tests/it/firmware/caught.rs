//! What must never reach a device, one by one: with a server.

use mcs_model::api::FirmwareSignature;
use mcs_view::protocol::{Checked, Fault, Verdict};

use super::checks::{at_hand, check, vouch};
use super::*;
use crate::signer::Signer;

const IMAGE: &[u8] = b"an image that somebody vouches for";

fn flipped() -> Vec<u8> {
    let mut image = IMAGE.to_vec();
    image[9] ^= 1;
    image
}

/// The check failed, and by its name neither upload nor push goes on.
fn caught(site: &mut Site, what: Checked) -> Fault {
    let Verdict::Failed(fault) = check(site, what) else { panic!("{what:?} did not fail") };
    assert_eq!(upload(site), None);
    assert_eq!(site.server.count("POST /api/prototypes/P1/uploads"), 0);
    push(site);
    assert_eq!(pushes(site), 0);
    fault
}

/// With the manifest of the release 2.0 at hand, a file as it should not be.
fn with_manifest(image: &[u8]) -> Site {
    let signer = Signer::new();
    let mut site = at_hand(&[&signer.key()], Vec::new(), image);
    let (manifest, signature) = signer.vouch(IMAGE, "2.0", 7);
    vouch(&mut site, &manifest, &signature);
    site
}

#[test]
fn a_flipped_bit_is_caught_by_its_sums() {
    let mut site = with_manifest(&flipped());
    assert!(matches!(caught(&mut site, Checked::Md5), Fault::Differs(Deviation::Md5 { .. })));
    let sha256 = caught(&mut site, Checked::Sha256);
    assert!(matches!(sha256, Fault::Differs(Deviation::Sha256 { .. })));
}

#[test]
fn a_truncated_file_is_caught_by_its_size() {
    let mut site = with_manifest(&IMAGE[..9]);
    let size = Deviation::Size { found: 9, wanted: IMAGE.len() as u64 };
    assert_eq!(caught(&mut site, Checked::Size), Fault::Differs(size));
}

#[test]
fn what_the_server_cut_or_changed_is_caught_when_it_is_fetched_back() {
    let other = Hashes { md5: OTHER.to_owned(), ..hashes() };
    for found in [Hashes { size: 2, ..hashes() }, other] {
        let (mut site, job, _) = uploaded();
        site.input(Input::Ended(job, Ended::Hashed(found)));
        let verdict = check(&mut site, Checked::FetchedBack);
        assert!(matches!(verdict, Verdict::Failed(Fault::Differs(_))), "{verdict:?}");
        push(&mut site);
        assert_eq!(pushes(&site), 0);
    }
}

#[test]
fn a_wrong_expected_md5_is_caught_by_name() {
    let mut site = hashed();
    ask(&mut site, FirmwareRequest::Expect(OTHER.to_owned()));
    let md5 = Deviation::Md5 { found: MD5.to_owned(), wanted: OTHER.to_owned() };
    assert_eq!(caught(&mut site, Checked::Md5), Fault::Differs(md5));
}

#[test]
fn a_wrong_signature_is_caught_by_name() {
    let (signer, stranger) = (Signer::new(), Signer::new());
    let (manifest, _) = signer.vouch(IMAGE, "2.0", 7);
    let (_, of_another) = signer.vouch(IMAGE, "2.0", 8);
    let (_, by_another) = stranger.vouch(IMAGE, "2.0", 7);
    for (signature, fault) in [(of_another, Fault::Signature), (by_another, Fault::Key)] {
        let mut site = at_hand(&[&signer.key()], Vec::new(), IMAGE);
        vouch(&mut site, &manifest, &signature);
        assert_eq!(caught(&mut site, Checked::Signature), fault);
    }
}

#[test]
fn an_older_manifest_is_caught_although_its_signature_is_good() {
    let signer = Signer::new();
    let newest = FirmwareSignature {
        key: String::new(),
        trusted: true,
        seq: 7,
        model: "7697".to_owned(),
        min_version: None,
    };
    let stored = FirmwareInfo { signed: Some(newest), ..record() };
    let mut site = at_hand(&[&signer.key()], vec![stored], IMAGE);
    let (manifest, signature) = signer.vouch(IMAGE, "1.9", 6);
    vouch(&mut site, &manifest, &signature);
    assert_eq!(check(&mut site, Checked::Signature), Verdict::Passed);
    assert_eq!(caught(&mut site, Checked::Seq), Fault::Seq { seq: 6, newest: 7 });
}

#[test]
fn a_web_page_is_caught_by_name() {
    let mut site = page();
    let job = choose(&mut site);
    site.input(Input::Ended(job, Ended::Page));
    assert_eq!(caught(&mut site, Checked::NoPage), Fault::Page);
}
