//! A manifest, the list of checks, and an upload that is cut.

use std::time::Duration;

use mcs_digest::Checksums;
use mcs_model::api::{FirmwarePolicy, FirmwareSignature};
use mcs_view::protocol::{Checked, Fault, Lack, Pace, Trust, Verdict};

use super::*;
use crate::site::{device, session};

#[test]
fn an_upload_that_is_cut_goes_on_from_what_the_server_has() {
    let mut site = hashed();
    let (job, _) = upload(&mut site).unwrap();
    site.input(Input::Ended(job, Ended::Failed("the connection broke off".to_owned())));
    assert!(view(&mut site).job.held);
    site.server.unreachable = true;
    site.pass(Duration::from_millis(500));
    assert_eq!(site.server.count("GET /api/uploads/U1"), 1);
    assert!(view(&mut site).job.held, "and again");
    site.server.unreachable = false;
    site.server.answer("GET /api/uploads/U1", 200, &sent(2));
    site.pass(Duration::from_secs(20));
    let Some(Output::Upload { job, from, .. }) = site.jobs.pop() else { panic!("an upload") };
    assert_eq!(from, 2);
    assert!(matches!(stage(&mut site), JobStage::Uploading { done: 2, total: 3, .. }));
    site.input(Input::Progress(job, 1));
    assert!(matches!(stage(&mut site), JobStage::Uploading { done: 3, total: 3, .. }));
    answer(&mut site, job, 200, arrived(record()));
    assert!(matches!(stage(&mut site), JobStage::Uploaded { .. }));
}

#[test]
fn an_upload_to_a_server_that_is_away_begins_when_it_is_back() {
    let mut site = hashed();
    site.server.unreachable = true;
    assert_eq!(upload(&mut site), None);
    assert!(view(&mut site).job.held);
    assert!(matches!(stage(&mut site), JobStage::Uploading { done: 0, total: 3, .. }));
    site.server.unreachable = false;
    site.pass(Duration::from_secs(1));
    let Some(Output::Upload { job, from: 0, .. }) = site.jobs.pop() else { panic!("an upload") };
    answer(&mut site, job, 200, arrived(record()));
    assert!(matches!(stage(&mut site), JobStage::Uploaded { .. }));
    assert!(site.notices().is_empty());
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again() {
    let mut site = hashed();
    let (job, _) = upload(&mut site).unwrap();
    site.input(Input::Ended(job, Ended::Failed("the connection broke off".to_owned())));
    let done = FirmwareUpload { firmware: Some(record()), ..sent(3) };
    site.server.answer("GET /api/uploads/U1", 200, &done);
    site.pass(Duration::from_secs(1));
    assert!(matches!(stage(&mut site), JobStage::Uploaded { .. }));
}

#[test]
fn an_upload_that_is_canceled_is_forgotten_by_the_server() {
    let mut site = hashed();
    let (job, _) = upload(&mut site).unwrap();
    ask(&mut site, FirmwareRequest::Cancel);
    assert_eq!(site.jobs.pop(), Some(Output::Abort(job)));
    assert_eq!(site.server.count("DELETE /api/uploads/U1"), 1);
    assert_eq!(stage(&mut site), JobStage::Empty);
}

#[test]
fn a_file_that_changes_after_it_was_verified_is_not_sent() {
    let mut site = hashed();
    let (job, _) = upload(&mut site).unwrap();
    site.input(Input::Ended(job, Ended::Changed));
    assert_eq!(stage(&mut site), JobStage::Failed(FileFailure::ChangedSince));
    assert_eq!(check(&mut site, Checked::Unchanged), Verdict::Failed(Fault::Changed));
    assert_eq!(site.server.count("DELETE /api/uploads/U1"), 1);
    assert_eq!(upload(&mut site), None);
}

#[test]
fn how_quickly_it_goes_is_said_after_a_moment() {
    let mut site = page();
    let file = FileInfo { name: "a.bin".to_owned(), size: 4_000 };
    site.input(Input::RequestWithFile(Request::Firmware(FirmwareRequest::Choose), file));
    let Some(Output::Hash(job)) = site.jobs.pop() else { panic!("a hash") };
    site.input(Input::Progress(job, 100));
    assert_eq!(view(&mut site).job.pace, None);
    site.pass(Duration::from_secs(2));
    site.input(Input::Progress(job, 2_000));
    assert_eq!(view(&mut site).job.pace, Some(Pace { rate: 1_000, left: 2 }));
}

pub(super) fn check(site: &mut Site, what: Checked) -> Verdict {
    let found = view(site).job.checks.into_iter().find(|it| it.what == what);
    found.map(|it| it.verdict).unwrap()
}

// As in `mcs_fota`: made with minisign, for the model 7697.
const MANIFEST: &str = include_str!("../../../../mcs-fota/src/manifest/tests/manifest.json");
const SIGNATURE: &str =
    include_str!("../../../../mcs-fota/src/manifest/tests/manifest.json.minisig");
const STRANGER: &str = include_str!("../../../../mcs-fota/src/manifest/tests/other.minisig");
const KEY: &str = include_str!("../../../../mcs-fota/src/manifest/tests/key.pub");
const IMAGE: &[u8] = include_bytes!("../../../../mcs-fota/src/manifest/tests/image.bin");

/// The signed image is at hand; the prototype goes by the name of its model.
fn signed(keys: &[&str], stored: Vec<FirmwareInfo>) -> Site {
    at_hand(keys, stored, IMAGE)
}

/// This file is at hand, and the server takes only what one of the keys vouches for.
pub(super) fn at_hand(keys: &[&str], stored: Vec<FirmwareInfo>, image: &[u8]) -> Site {
    let mut site = Site::new();
    site.server.answer("GET /api/session", 200, &session(Role::Operator));
    let mut device = device();
    device.prototype.name = "7697".to_owned();
    site.server.answer("GET /api/devices", 200, &vec![device]);
    let keys = keys.iter().map(|it| it.lines().last().unwrap().to_owned()).collect();
    let policy = FirmwarePolicy {
        keys,
        require_signed: true,
        max_bytes: 1 << 20,
        ..FirmwarePolicy::default()
    };
    site.server.answer("GET /api/firmware-policy", 200, &policy);
    site.server.answer("GET /api/prototypes/P1/firmwares", 200, &stored);
    site.server.answer("POST /api/prototypes/P1/uploads", 201, &sent(0));
    site.start();
    view(&mut site);
    let file = FileInfo { name: "a.bin".to_owned(), size: image.len() as u64 };
    site.input(Input::RequestWithFile(Request::Firmware(FirmwareRequest::Choose), file));
    let Some(Output::Hash(job)) = site.jobs.pop() else { panic!("a hash") };
    let sums = Checksums::of(image);
    let (md5, sha256) = (sums.md5.to_string(), sums.sha256.to_string());
    site.input(Input::Ended(job, Ended::Hashed(Hashes { size: sums.size, md5, sha256 })));
    site
}

pub(super) fn vouch(site: &mut Site, manifest: &str, signature: &str) {
    let (manifest, signature) = (Some(manifest.to_owned()), Some(signature.to_owned()));
    ask(site, FirmwareRequest::Vouch { manifest, signature });
}

#[test]
fn a_signed_manifest_is_proven_here_and_goes_with_the_file() {
    let mut site = signed(&[KEY], Vec::new());
    assert_eq!(view(&mut site).trust, Trust::SignedOnly);
    let lacks = Verdict::NotPossible(Lack::Manifest);
    assert_eq!(check(&mut site, Checked::Signature), lacks);
    assert_eq!(upload(&mut site), None, "unsigned");
    assert_eq!(site.notices().last(), Some(&News::NotUploaded(NotUploaded::Unsigned)));
    vouch(&mut site, MANIFEST, SIGNATURE);
    for it in view(&mut site).job.checks.into_iter().take(9) {
        assert_eq!(it.verdict, Verdict::Passed, "{:?}", it.what);
    }
    assert!(upload(&mut site).is_some());
    let said = String::from_utf8(site.server.body.clone()).unwrap();
    assert!(said.contains("minisign") && said.contains("\"name\":\"App\",\"version\":\"2.0\""));
}

#[test]
fn each_check_of_a_manifest_fails_by_its_own_name_and_stops_the_upload() {
    let seven = FirmwareSignature {
        key: String::new(),
        trusted: true,
        seq: 7,
        model: "7697".to_owned(),
        min_version: None,
    };
    let replayed = FirmwareInfo { version: "1.9".to_owned(), signed: Some(seven), ..record() };
    let changed = MANIFEST.replace("\"seq\":7", "\"seq\":8");
    let other_model = MANIFEST.replace("7697", "7688");
    let other_size = MANIFEST.replace("\"size\":8", "\"size\":9");
    let size = Deviation::Size { found: 8, wanted: 9 };
    let none = Vec::new;
    for (stored, manifest, signature, what, fault) in [
        (none(), changed.as_str(), SIGNATURE, Checked::Signature, Fault::Signature),
        (none(), MANIFEST, STRANGER, Checked::Signature, Fault::Key),
        (none(), MANIFEST, "<html>", Checked::Signature, Fault::SignatureForm),
        (none(), &other_model, SIGNATURE, Checked::Model, Fault::Model("7688".to_owned())),
        (none(), &other_size, SIGNATURE, Checked::Size, Fault::Differs(size)),
        (vec![record()], MANIFEST, SIGNATURE, Checked::Version, Fault::Version("2.0".to_owned())),
        (vec![replayed], MANIFEST, SIGNATURE, Checked::Seq, Fault::Seq { seq: 7, newest: 7 }),
    ] {
        let mut site = signed(&[KEY], stored);
        vouch(&mut site, manifest, signature);
        assert_eq!(check(&mut site, what), Verdict::Failed(fault));
        assert_eq!(upload(&mut site), None, "{what:?}");
        assert_eq!(site.server.count("POST /api/prototypes/P1/uploads"), 0);
    }
    let mut site = signed(&[], Vec::new());
    vouch(&mut site, MANIFEST, SIGNATURE);
    assert_eq!(check(&mut site, Checked::Signature), Verdict::NotPossible(Lack::Key));
}

#[test]
fn a_web_page_is_no_firmware() {
    let mut site = page();
    let job = choose(&mut site);
    site.input(Input::Ended(job, Ended::Page));
    assert_eq!(stage(&mut site), JobStage::Failed(FileFailure::Page));
    assert_eq!(check(&mut site, Checked::NoPage), Verdict::Failed(Fault::Page));
    let (mut site, job, _) = uploaded();
    site.input(Input::Ended(job, Ended::Page));
    let verified = view(&mut site).firmwares.remove(0).verified;
    assert_eq!(verified, Verification::Failed(VerifyFailure::Page));
    push(&mut site);
    assert_eq!(pushes(&site), 0);
}

#[test]
fn a_file_that_the_server_would_not_take_is_not_even_hashed() {
    let mut site = at_hand(&[KEY], Vec::new(), IMAGE);
    let size = (1 << 20) + 1;
    let file = FileInfo { name: "large.bin".to_owned(), size };
    site.input(Input::RequestWithFile(Request::Firmware(FirmwareRequest::Choose), file));
    assert!(site.jobs.pop().is_none());
    assert_eq!(stage(&mut site), JobStage::Failed(FileFailure::TooLarge(1 << 20)));
    assert_eq!(check(&mut site, Checked::Size), Verdict::Failed(Fault::TooLarge(1 << 20)));
}

#[test]
fn one_prototype_may_ask_for_signatures_and_another_not() {
    for (strict, trust) in [("P1", Trust::SignedOnly), ("P2", Trust::Signed)] {
        let mut site = Site::signed_in();
        let policy = FirmwarePolicy {
            keys: vec![KEY.lines().last().unwrap().to_owned()],
            require_signed_for: vec![id(strict)],
            ..FirmwarePolicy::default()
        };
        site.server.answer("GET /api/firmware-policy", 200, &policy);
        site.server.answer("GET /api/prototypes/P1/firmwares", 200, &Vec::<FirmwareInfo>::new());
        assert_eq!(view(&mut site).prototype, Some(id("P1")));
        assert_eq!(view(&mut site).trust, trust);
    }
}
