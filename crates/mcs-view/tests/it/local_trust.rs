//! Whom the operator of a static site believes about an image of an address.

mod caught;

use mcs_digest::Checksums;
use mcs_fota::rollout::{Objection, Plan};
use mcs_model::{FirmwareId, ProductId};
use mcs_view::protocol::{
    Apart, Believed, Checked, Fault, ImageRequest, NewDevice, Request, RolloutOutcome,
    RolloutPreview, RolloutRequest, RolloutTrouble, RolloutsPlace, RolloutsRequest, RolloutsView,
    Verdict, View,
};
use mcs_view::{Claim, Ended, Hashes, Input, Output};

use crate::site::{FIRST, Site, channels, id};

// As in `mcs_fota`: made with minisign.
const MANIFEST: &str = include_str!("../../../mcs-fota/src/manifest/tests/manifest.json");
const SIGNATURE: &str = include_str!("../../../mcs-fota/src/manifest/tests/manifest.json.minisig");
const STRANGER: &str = include_str!("../../../mcs-fota/src/manifest/tests/other.minisig");
const KEY: &str = include_str!("../../../mcs-fota/src/manifest/tests/key.pub");
const IMAGE: &[u8] = include_bytes!("../../../mcs-fota/src/manifest/tests/image.bin");
const URL: &str = "http://files.test/app-2.0.bin";

fn site(keys: &str, require_signed: bool) -> Site {
    let mut site = Site::static_site();
    site.request(Request::AddDevice(NewDevice {
        id: id("D1"),
        key: id("key1"),
        name: String::new(),
        channels: channels(),
        connection: FIRST,
    }));
    look(&mut site, RolloutsPlace::List);
    if !keys.is_empty() {
        let keys = keys.to_owned();
        ask(&mut site, &RolloutsRequest::Believe(Believed { keys, require_signed }));
        assert_eq!(outcome(&mut site), RolloutOutcome::Done);
    }
    site
}

fn look(site: &mut Site, place: RolloutsPlace) -> RolloutsView {
    site.frame(View::Rollouts(place), Vec::new());
    site.screen.rollouts.as_ref().and_then(Apart::open).unwrap()
}

fn ask(site: &mut Site, request: &RolloutsRequest) {
    site.request(Request::Rollouts(Apart::of(request)));
}

fn outcome(site: &mut Site) -> RolloutOutcome {
    look(site, RolloutsPlace::List).outcome.unwrap()
}

fn sent() -> ImageRequest {
    ImageRequest {
        url: URL.to_owned(),
        manifest: MANIFEST.to_owned(),
        signature: SIGNATURE.to_owned(),
        ..ImageRequest::default()
    }
}

/// Fetches what an address gives; what came of it.
fn fetch(site: &mut Site, request: ImageRequest, file: &[u8]) -> RolloutOutcome {
    ask(site, &RolloutsRequest::Fetch(request));
    if let Some(Output::Download { job, .. }) = site.jobs.pop() {
        site.input(Input::Ended(job, Ended::Hashed(hashes(file))));
    }
    outcome(site)
}

fn hashes(file: &[u8]) -> Hashes {
    let sums = Checksums::of(file);
    let (md5, sha256) = (sums.md5.to_string(), sums.sha256.to_string());
    Hashes { size: sums.size, md5, sha256 }
}

/// It is opened and fetched again.
fn open(site: &mut Site, it: RolloutOutcome) -> (ProductId, FirmwareId) {
    let RolloutOutcome::Fetched(prototype, firmware) = it else { panic!("{it:?}") };
    look(site, RolloutsPlace::New { prototype: prototype.clone(), firmware: firmware.clone() });
    let Some(Output::Download { job, .. }) = site.jobs.pop() else { panic!("nothing is fetched") };
    site.input(Input::Ended(job, Ended::Hashed(hashes(IMAGE))));
    (prototype, firmware)
}

fn to(firmware: FirmwareId) -> RolloutRequest {
    RolloutRequest {
        firmware,
        devices: vec![id("D1")],
        outdated_only: false,
        plan: Plan::default(),
        overrides: Vec::new(),
    }
}

fn notices(site: &Site) -> usize {
    site.broker.received("mcs/D1/key1/FOTA").len()
}

#[test]
fn an_image_that_a_trusted_key_vouches_for_needs_no_reason() {
    let mut site = site(KEY, true);
    let fetched = fetch(&mut site, sent(), IMAGE);
    let view = look(&mut site, RolloutsPlace::List);
    assert!(view.checks.iter().all(|it| match it.what {
        Checked::Md5 | Checked::Signature | Checked::Sha256 => it.verdict == Verdict::Passed,
        _ => !matches!(it.verdict, Verdict::Failed(_)),
    }));
    assert!(view.images[0].signed.as_ref().is_some_and(|it| it.trusted && it.seq == 7));
    assert_eq!(view.images[0].version, "2.0", "as it is signed");
    let (_, firmware) = open(&mut site, fetched);
    ask(&mut site, &RolloutsRequest::Make(to(firmware)));
    assert!(matches!(outcome(&mut site), RolloutOutcome::Made(_)));
    site.publish("mcs/D1/key1/temp", ",,20");
    assert_eq!(notices(&site), 1);
}

#[test]
fn each_check_fails_by_its_own_name_before_any_device_hears_of_it() {
    let changed = MANIFEST.replace("\"seq\":7", "\"seq\":8");
    let flipped: Vec<u8> = IMAGE.iter().enumerate().map(|(n, it)| it ^ u8::from(n == 3)).collect();
    let with = |manifest: &str, signature: &str| ImageRequest {
        manifest: manifest.to_owned(),
        signature: signature.to_owned(),
        ..sent()
    };
    for (request, file, what) in [
        (with(&changed, SIGNATURE), IMAGE, Checked::Signature),
        (with(MANIFEST, STRANGER), IMAGE, Checked::Signature),
        (with(MANIFEST, "<html>"), IMAGE, Checked::Signature),
        (with("{", SIGNATURE), IMAGE, Checked::Signature),
        (sent(), &IMAGE[1..], Checked::Size),
        (sent(), &flipped, Checked::Md5),
    ] {
        let mut site = site(KEY, false);
        let failed = RolloutOutcome::Failed(RolloutTrouble::Check(what));
        assert_eq!(fetch(&mut site, request, file), failed);
        let view = look(&mut site, RolloutsPlace::List);
        let found = view.checks.into_iter().find(|it| it.what == what).unwrap();
        assert!(matches!(found.verdict, Verdict::Failed(_)), "{found:?}");
        assert!(view.images.is_empty());
        assert_eq!(notices(&site), 0);
    }
}

#[test]
fn an_older_manifest_is_a_replay_also_after_many_other_images() {
    let mut site = site(KEY, false);
    fetch(&mut site, sent(), IMAGE);
    for n in 0..30_u8 {
        let (url, version) = (format!("http://files.test/{n}"), format!("1.{n}"));
        let request = ImageRequest { url, version, ..ImageRequest::default() };
        let fetched = fetch(&mut site, request, &[n + 1; 9]);
        assert!(matches!(fetched, RolloutOutcome::Fetched(..)), "{fetched:?}");
    }
    let images = look(&mut site, RolloutsPlace::List).images;
    assert_eq!(images.len(), 20);
    let newest = images.last().and_then(|it| it.signed.clone()).unwrap();
    assert_eq!(newest.seq, 7, "it stays, to know an older one by");
    // The same file with the same manifest is no replay, and without it keeps who vouched for it.
    let bare =
        ImageRequest { url: URL.to_owned(), version: "2.0".to_owned(), ..ImageRequest::default() };
    for request in [sent(), bare] {
        assert!(matches!(fetch(&mut site, request, IMAGE), RolloutOutcome::Fetched(..)));
        let newest = look(&mut site, RolloutsPlace::List).images[0].signed.clone();
        assert_eq!(newest.map(|it| it.seq), Some(7));
    }
    // Another file that claims to be as new is.
    let other = b"another!".as_slice();
    let (theirs, ours) = (hashes(IMAGE), hashes(other));
    let manifest = MANIFEST
        .replace(&theirs.md5, &ours.md5)
        .replace(&theirs.sha256, &ours.sha256)
        .replace("\"2.0\"", "\"1.9\"");
    fetch(&mut site, ImageRequest { manifest, signature: String::new(), ..sent() }, other);
    let view = look(&mut site, RolloutsPlace::List);
    let seq = view.checks.into_iter().find(|it| it.what == Checked::Seq).unwrap();
    assert_eq!(seq.verdict, Verdict::Failed(Fault::Seq { seq: 7, newest: 7 }));
}

#[test]
fn unsigned_images_need_a_reason_or_are_refused() {
    let unsigned = || ImageRequest {
        url: URL.to_owned(),
        version: "2.0".to_owned(),
        md5: hashes(IMAGE).md5,
        ..ImageRequest::default()
    };
    let mut strict = site(KEY, true);
    let refused = RolloutOutcome::Failed(RolloutTrouble::Unsigned);
    assert_eq!(fetch(&mut strict, unsigned(), IMAGE), refused);
    let only_manifest = ImageRequest { signature: String::new(), ..sent() };
    assert_eq!(fetch(&mut strict, only_manifest, IMAGE), refused);

    let mut lenient = site(KEY, false);
    let fetched = fetch(&mut lenient, unsigned(), IMAGE);
    let (prototype, firmware) = open(&mut lenient, fetched);
    ask(&mut lenient, &RolloutsRequest::Preview(to(firmware.clone())));
    let place = RolloutsPlace::New { prototype, firmware: firmware.clone() };
    let RolloutPreview::Here(_, devices) = look(&mut lenient, place).preview else { panic!() };
    assert!(devices[0].objections.contains(&Objection::Unverified), "{devices:?}");
    // What was fetched before the policy is refused by it, too.
    let keys = KEY.to_owned();
    ask(&mut lenient, &RolloutsRequest::Believe(Believed { keys, require_signed: true }));
    ask(&mut lenient, &RolloutsRequest::Make(to(firmware)));
    assert_eq!(outcome(&mut lenient), refused);
    lenient.publish("mcs/D1/key1/temp", ",,20");
    assert_eq!(notices(&lenient), 0);
}

#[test]
fn what_is_no_key_is_not_believed_and_nothing_is_refused_without_one() {
    let mut site = site("", false);
    for (keys, require_signed, expected) in [
        ("\nRWQ", false, RolloutTrouble::BadKey(2)),
        (SIGNATURE, false, RolloutTrouble::BadKey(2)),
        ("", true, RolloutTrouble::NoKey),
    ] {
        let believed = Believed { keys: keys.to_owned(), require_signed };
        ask(&mut site, &RolloutsRequest::Believe(believed));
        assert_eq!(outcome(&mut site), RolloutOutcome::Failed(expected));
    }
    let believed = Believed { keys: format!("{KEY}\n{KEY}"), require_signed: true };
    ask(&mut site, &RolloutsRequest::Believe(believed));
    let kept = look(&mut site, RolloutsPlace::List).believed;
    assert_eq!(kept.keys, KEY.lines().last().unwrap().trim(), "once, without its comment");
    site.input(Input::Claimed("rollouts", Claim::Elsewhere));
    ask(&mut site, &RolloutsRequest::Believe(Believed::default()));
    assert_eq!(outcome(&mut site), RolloutOutcome::Failed(RolloutTrouble::OtherTab));
}

#[test]
fn a_manifest_names_the_version_and_another_one_is_not_fetched() {
    let mut site = site(KEY, false);
    let request = ImageRequest { version: "2.1".to_owned(), ..sent() };
    ask(&mut site, &RolloutsRequest::Fetch(request));
    let expected = RolloutTrouble::OtherVersion("2.0".to_owned());
    assert_eq!(outcome(&mut site), RolloutOutcome::Failed(expected));
    assert!(site.jobs.is_empty());
}
