//! What must never reach a device, one by one: without a server.

use mcs_view::protocol::{Deviation, Lack, OpenRollout, OverrideRequest};

use super::*;
use crate::signer::Signer;

fn flipped() -> Vec<u8> {
    let mut image = IMAGE.to_vec();
    image[3] ^= 1;
    image
}

/// With the MD5 of the image typed.
fn typed(md5: &str) -> ImageRequest {
    ImageRequest {
        url: URL.to_owned(),
        version: "2.0".to_owned(),
        md5: md5.to_owned(),
        ..ImageRequest::default()
    }
}

fn signed_by(signer: &Signer, version: &str, seq: u64) -> ImageRequest {
    let (manifest, signature) = signer.vouch(IMAGE, version, seq);
    ImageRequest { manifest, signature, ..sent() }
}

/// Ends the fetch so; the check that failed in the list is the one that the operator is told.
fn caught(site: &mut Site, request: ImageRequest, ended: Ended, what: Checked) -> Fault {
    ask(site, &RolloutsRequest::Fetch(request));
    let Some(Output::Download { job, .. }) = site.jobs.pop() else { panic!("nothing is fetched") };
    site.input(Input::Ended(job, ended));
    let told = match outcome(site) {
        RolloutOutcome::Failed(RolloutTrouble::NotFetched(_)) => Checked::Fetched,
        RolloutOutcome::Failed(RolloutTrouble::Check(what)) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(told, what);
    let view = look(site, RolloutsPlace::List);
    let failed = view.checks.into_iter().find_map(|it| match it.verdict {
        Verdict::Failed(fault) => Some((it.what, fault)),
        _ => None,
    });
    let (first, fault) = failed.expect("the check in the list");
    assert_eq!((first, notices(site)), (what, 0));
    fault
}

fn file(bytes: &[u8]) -> Ended {
    Ended::Hashed(hashes(bytes))
}

#[test]
fn a_flipped_bit_is_caught_by_the_typed_md5_and_by_the_manifest() {
    for request in [typed(&hashes(IMAGE).md5), sent()] {
        let mut site = site(KEY, false);
        let fault = caught(&mut site, request, file(&flipped()), Checked::Md5);
        assert!(matches!(fault, Fault::Differs(Deviation::Md5 { .. })), "{fault:?}");
    }
}

#[test]
fn a_truncated_file_is_caught_by_the_typed_md5_the_manifest_or_the_browser() {
    let mut site = site(KEY, false);
    let cut = || file(&IMAGE[..7]);
    let md5 = hashes(IMAGE).md5;
    let fault = caught(&mut site, typed(&md5), cut(), Checked::Md5);
    assert!(matches!(fault, Fault::Differs(Deviation::Md5 { .. })), "{fault:?}");
    let size = Deviation::Size { found: 7, wanted: 8 };
    let fault = caught(&mut site, sent(), cut(), Checked::Size);
    assert_eq!(fault, Fault::Differs(size));
    // Nothing is expected, but the web server said how long the file is.
    let broken = Ended::Failed("it ended early".to_owned());
    let fault = caught(&mut site, typed(""), broken, Checked::Fetched);
    assert_eq!(fault, Fault::NotFetched("it ended early".to_owned()));
    assert_eq!(caught(&mut site, typed(&md5), file(&[]), Checked::Size), Fault::Empty);
}

#[test]
fn a_file_that_is_cut_after_it_was_checked_is_rolled_out_to_nobody() {
    let mut site = site("", false);
    let request = typed(&hashes(IMAGE).md5);
    let RolloutOutcome::Fetched(prototype, firmware) = fetch(&mut site, request, IMAGE) else {
        panic!("it is whole")
    };
    look(&mut site, RolloutsPlace::New { prototype, firmware: firmware.clone() });
    let Some(Output::Download { job, .. }) = site.jobs.pop() else { panic!("it is fetched again") };
    site.input(Input::Ended(job, file(&IMAGE[..7])));
    ask(&mut site, &RolloutsRequest::Make(to(firmware)));
    assert_eq!(outcome(&mut site), RolloutOutcome::Failed(RolloutTrouble::NotVerified));
    site.publish("mcs/D1/key1/temp", ",,20");
    assert_eq!(notices(&site), 0);
}

#[test]
fn a_wrong_expected_md5_is_caught_by_name() {
    let mut site = site("", false);
    let wanted = "0".repeat(32);
    let found = hashes(IMAGE).md5;
    let fault = caught(&mut site, typed(&wanted), file(IMAGE), Checked::Md5);
    assert_eq!(fault, Fault::Differs(Deviation::Md5 { found, wanted }));
}

#[test]
fn a_wrong_signature_is_caught_by_name() {
    let (signer, stranger) = (Signer::new(), Signer::new());
    let mut site = site(&signer.key(), false);
    let other = ImageRequest {
        signature: signed_by(&signer, "2.0", 8).signature,
        ..signed_by(&signer, "2.0", 7)
    };
    for (request, expected) in
        [(other, Fault::Signature), (signed_by(&stranger, "2.0", 7), Fault::Key)]
    {
        assert_eq!(caught(&mut site, request, file(IMAGE), Checked::Signature), expected);
    }
}

#[test]
fn an_older_manifest_is_caught_although_its_signature_is_good() {
    let signer = Signer::new();
    let mut site = site(&signer.key(), true);
    let newest = b"the image of the newest release".as_slice();
    let (manifest, signature) = signer.vouch(newest, "2.0", 7);
    let fetched = fetch(&mut site, ImageRequest { manifest, signature, ..sent() }, newest);
    assert!(matches!(fetched, RolloutOutcome::Fetched(..)), "{fetched:?}");
    let replayed = signed_by(&signer, "1.9", 6);
    let fault = caught(&mut site, replayed, file(IMAGE), Checked::Seq);
    assert_eq!(fault, Fault::Seq { seq: 6, newest: 7 });
    let view = look(&mut site, RolloutsPlace::List);
    let signature = view.checks.into_iter().find(|it| it.what == Checked::Signature);
    assert_eq!(signature.map(|it| it.verdict), Some(Verdict::Passed));
}

#[test]
fn an_older_image_that_is_still_listed_is_sent_only_with_a_reason() {
    let signer = Signer::new();
    let mut site = site(&signer.key(), true);
    let older = fetch(&mut site, signed_by(&signer, "1.9", 6), IMAGE);
    let (prototype, firmware) = open(&mut site, older);
    let newest = b"the image of the newest release".as_slice();
    let (manifest, signature) = signer.vouch(newest, "2.0", 7);
    let url = format!("{URL}?newest");
    fetch(&mut site, ImageRequest { manifest, signature, url, ..sent() }, newest);
    let place = RolloutsPlace::New { prototype, firmware: firmware.clone() };
    look(&mut site, place.clone());
    ask(&mut site, &RolloutsRequest::Preview(to(firmware.clone())));
    let RolloutPreview::Here(_, devices) = look(&mut site, place).preview else { panic!() };
    assert_eq!(devices[0].objections, [Objection::Older], "it never said what it runs");
    site.jobs.clear();
    ask(&mut site, &RolloutsRequest::Make(to(firmware.clone())));
    site.publish("mcs/D1/key1/temp", ",,20");
    assert_eq!(notices(&site), 0);
    let reason = "2.0 breaks the pump".to_owned();
    let overrides = vec![OverrideRequest { objection: Objection::Older, reason }];
    ask(&mut site, &RolloutsRequest::Make(RolloutRequest { overrides, ..to(firmware) }));
    assert!(matches!(outcome(&mut site), RolloutOutcome::Made(_)));
    site.publish("mcs/D1/key1/temp", ",,20");
    assert_eq!(notices(&site), 1);
}

#[test]
fn a_web_page_is_caught_by_name() {
    let mut site = site("", false);
    assert_eq!(caught(&mut site, typed(""), Ended::Page, Checked::NoPage), Fault::Page);
}

#[test]
fn who_waits_in_a_rollout_is_sent_nothing_once_its_key_is_believed_no_more() {
    let (old, new) = (Signer::new(), Signer::new());
    let mut site = site(&old.key(), true);
    let fetched = fetch(&mut site, signed_by(&old, "2.0", 7), IMAGE);
    let (_, firmware) = open(&mut site, fetched);
    ask(&mut site, &RolloutsRequest::Make(to(firmware)));
    let RolloutOutcome::Made(id) = outcome(&mut site) else { panic!("it is signed") };
    let believed = Believed { keys: new.key(), require_signed: true };
    ask(&mut site, &RolloutsRequest::Believe(believed));
    site.publish("mcs/D1/key1/temp", ",,20");
    assert_eq!(notices(&site), 0);
    let place = RolloutsPlace::One { id, audit: false };
    let OpenRollout::Here(_, devices) = look(&mut site, place).open else { panic!() };
    assert_eq!(devices[0].objections, [Objection::Unverified]);
}

#[test]
fn a_key_is_believed_as_a_whole_and_not_by_its_id() {
    let signer = Signer::new();
    let mut site = site(&signer.key(), false);
    let fetched = fetch(&mut site, signed_by(&signer, "2.0", 7), IMAGE);
    assert!(matches!(fetched, RolloutOutcome::Fetched(..)));
    // The id is in the first 14 digits; the last ones are of the key itself.
    let own = signer.key();
    let (start, end) = own.split_at(50);
    let twin: String = end.chars().map(|it| if it == 'A' { 'B' } else { 'A' }).collect();
    let keys = format!("{start}{twin}");
    ask(&mut site, &RolloutsRequest::Believe(Believed { keys, require_signed: false }));
    assert_eq!(outcome(&mut site), RolloutOutcome::Done);
    let images = look(&mut site, RolloutsPlace::List).images;
    assert_eq!(images[0].signed.as_ref().map(|it| it.trusted), Some(false));
}

#[test]
fn of_a_file_of_which_nothing_is_said_nothing_is_vouched_for_and_it_goes_out_for_a_reason_only() {
    let mut site = site("", false);
    let cut = &IMAGE[..7];
    let RolloutOutcome::Fetched(prototype, firmware) = fetch(&mut site, typed(""), cut) else {
        panic!("there is a file")
    };
    let checks = look(&mut site, RolloutsPlace::List).checks;
    let size = checks.iter().find(|it| it.what == Checked::Size).map(|it| it.verdict.clone());
    assert_eq!(size, Some(Verdict::NotPossible(Lack::Manifest)));
    look(&mut site, RolloutsPlace::New { prototype, firmware: firmware.clone() });
    let Some(Output::Download { job, .. }) = site.jobs.pop() else { panic!("it is fetched again") };
    site.input(Input::Ended(job, file(cut)));
    ask(&mut site, &RolloutsRequest::Make(to(firmware.clone())));
    site.publish("mcs/D1/key1/temp", ",,20");
    assert_eq!(notices(&site), 0);
    let reason = "built here".to_owned();
    let overrides = vec![OverrideRequest { objection: Objection::Unverified, reason }];
    ask(&mut site, &RolloutsRequest::Make(RolloutRequest { overrides, ..to(firmware) }));
    let RolloutOutcome::Made(id) = outcome(&mut site) else { panic!("it is made") };
    assert_eq!(notices(&site), 1);
    let audit = look(&mut site, RolloutsPlace::One { id, audit: true }).audit;
    assert!(format!("{audit:?}").contains("built here"), "{audit:?}");
}
