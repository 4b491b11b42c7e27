//! Rollouts that the console runs itself, against any broker.

use mcs_fota::rollout::api::AuditEvent;
use mcs_fota::rollout::{Objection, Plan, RolloutError};
use mcs_model::api::PushState;
use mcs_model::{FirmwareId, ProductId};
use mcs_view::protocol::{
    Apart, Checked, Deed, ImageRequest, Keeper, NewDevice, OpenRollout, OverrideRequest, Reason,
    Request, RolloutDevice, RolloutOutcome, RolloutPreview, RolloutRequest, RolloutTrouble,
    RolloutsPlace, RolloutsRequest, RolloutsView, View,
};
use mcs_view::{Claim, Ended, Hashes, Input, Output};

use crate::site::{FIRST, Site, channels, id};

const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";
const URL: &str = "http://files.test/app-2.0.bin";

/// Devices `D1` and so on, typed in; the broker is connected.
fn site(devices: u32) -> Site {
    let mut site = Site::static_site();
    for n in 1..=devices {
        site.request(Request::AddDevice(NewDevice {
            id: id(&format!("D{n}")),
            key: id(&format!("key{n}")),
            name: String::new(),
            channels: channels(),
            connection: FIRST,
        }));
    }
    site
}

fn look(site: &mut Site, place: RolloutsPlace) -> RolloutsView {
    site.frame(View::Rollouts(place), Vec::new());
    site.screen.rollouts.as_ref().and_then(Apart::open).unwrap()
}

fn list(site: &mut Site) -> RolloutsView {
    look(site, RolloutsPlace::List)
}

fn ask(site: &mut Site, request: &RolloutsRequest) {
    site.request(Request::Rollouts(Apart::of(request)));
}

/// What the operator is told of the newest request.
fn outcome(site: &mut Site) -> RolloutOutcome {
    list(site).outcome.unwrap()
}

fn trouble(site: &mut Site) -> RolloutTrouble {
    match outcome(site) {
        RolloutOutcome::Failed(trouble) => trouble,
        other => panic!("{other:?}"),
    }
}

fn image(md5: &str) -> ImageRequest {
    let (url, version, md5) = (URL.to_owned(), "2.0".to_owned(), md5.to_owned());
    ImageRequest { url, version, md5, ..ImageRequest::default() }
}

/// What the browser fetches.
fn fetches(site: &mut Site, found: &str) {
    let Some(Output::Download { job, url }) = site.jobs.pop() else { panic!("nothing is fetched") };
    assert_eq!(url, URL);
    let hashes = Hashes { size: 3, md5: found.to_owned(), sha256: "ba78".repeat(16) };
    site.input(Input::Ended(job, Ended::Hashed(hashes)));
}

/// The image is fetched, opened and verified again.
fn fetched(site: &mut Site, md5: &str) -> FirmwareId {
    list(site);
    ask(site, &RolloutsRequest::Fetch(image(md5)));
    fetches(site, MD5);
    let RolloutOutcome::Fetched(prototype, firmware) = outcome(site) else { panic!() };
    verify(site, prototype, firmware.clone());
    firmware
}

fn verify(site: &mut Site, prototype: ProductId, firmware: FirmwareId) {
    look(site, RolloutsPlace::New { prototype, firmware });
    fetches(site, MD5);
}

fn to(firmware: &FirmwareId, devices: u32, plan: Plan) -> RolloutRequest {
    RolloutRequest {
        firmware: firmware.clone(),
        devices: (1..=devices).map(|n| id(&format!("D{n}"))).collect(),
        outdated_only: false,
        plan,
        overrides: Vec::new(),
    }
}

/// A rollout to these devices; its id.
fn make(site: &mut Site, devices: u32, plan: Plan) -> String {
    let firmware = fetched(site, MD5);
    ask(site, &RolloutsRequest::Make(to(&firmware, devices, plan)));
    match outcome(site) {
        RolloutOutcome::Made(id) => id,
        other => panic!("{other:?}"),
    }
}

fn devices(site: &mut Site, rollout: &str) -> Vec<RolloutDevice> {
    let place = RolloutsPlace::One { id: rollout.to_owned(), audit: false };
    match look(site, place).open {
        OpenRollout::Here(_, devices) => devices,
        other => panic!("{other:?}"),
    }
}

fn device(site: &mut Site, rollout: &str, n: u32) -> RolloutDevice {
    let id = id(&format!("D{n}"));
    devices(site, rollout).into_iter().find(|it| it.device == id).unwrap()
}

fn state(site: &mut Site, rollout: &str, n: u32) -> PushState {
    device(site, rollout, n).state
}

/// A device says something on a channel.
fn says(site: &mut Site, n: u32, channel: &str, text: &str) {
    site.publish(&format!("mcs/D{n}/key{n}/{channel}"), &format!(",,{text}"));
}

/// The notices that a device was sent.
fn notices(site: &Site, n: u32) -> Vec<String> {
    site.broker.received(&format!("mcs/D{n}/key{n}/FOTA"))
}

#[test]
fn a_device_is_sent_the_notice_when_it_is_heard_and_is_updated_when_it_reports_the_version() {
    let mut site = site(1);
    let rollout = make(&mut site, 1, Plan::default());
    assert_eq!(state(&mut site, &rollout, 1), PushState::Queued);
    assert!(notices(&site, 1).is_empty(), "nobody knows whether it is here");
    says(&mut site, 1, "temp", "20");
    let sent = notices(&site, 1);
    assert!(sent[0].ends_with(&format!(",FOTA,2.0,{MD5},{URL}")), "{sent:?}");
    assert_eq!(state(&mut site, &rollout, 1), PushState::Initiated);
    for (text, expected) in [
        ("downloading 40%", PushState::Downloading),
        ("downloaded", PushState::Downloaded),
        ("verified", PushState::Verified),
        ("updating", PushState::Updating),
        ("rebooting", PushState::Rebooting),
    ] {
        says(&mut site, 1, "status", text);
        assert_eq!(state(&mut site, &rollout, 1), expected);
    }
    says(&mut site, 1, "version", "2.0");
    assert_eq!(state(&mut site, &rollout, 1), PushState::Confirming);
    site.seconds(11 * 60);
    assert_eq!(state(&mut site, &rollout, 1), PushState::Updated);
    assert_eq!(notices(&site, 1).len(), 1);
}

#[test]
fn a_page_that_is_loaded_again_goes_on_where_it_was_and_sends_nothing_twice() {
    let mut site = site(3);
    let rollout = make(&mut site, 3, Plan::at_once());
    for n in 1..=2 {
        says(&mut site, n, "temp", "20");
    }
    says(&mut site, 1, "status", "downloading 10%");
    let before = devices(&mut site, &rollout);
    assert_eq!((notices(&site, 1).len(), notices(&site, 2).len()), (1, 1));
    let mut site = site.reloaded();
    assert_eq!(devices(&mut site, &rollout), before);
    for n in 1..=2 {
        // Whoever is heard, perhaps with the version that it still runs, has not restarted.
        says(&mut site, n, "temp", "20");
        says(&mut site, n, "version", "1.0");
        assert!(notices(&site, n).is_empty(), "the notice came again");
    }
    // Who slept gets it from the new page.
    says(&mut site, 3, "status", "online");
    assert_eq!(notices(&site, 3).len(), 1);
    for n in 1..=3 {
        says(&mut site, n, "version", "2.0");
    }
    site.seconds(11 * 60);
    let states: Vec<_> = devices(&mut site, &rollout).iter().map(|it| it.state).collect();
    assert_eq!(states, [PushState::Updated; 3]);
}

#[test]
fn a_device_that_restarts_with_the_old_version_is_sent_the_notice_again_and_then_has_failed() {
    let mut site = site(1);
    let rollout = make(&mut site, 1, Plan::at_once());
    says(&mut site, 1, "status", "online");
    for sent in 1..=3 {
        assert_eq!(notices(&site, 1).len(), sent);
        says(&mut site, 1, "status", "rebooting");
        says(&mut site, 1, "version", "1.0");
    }
    let end = device(&mut site, &rollout, 1);
    assert_eq!(end.state, PushState::Failed);
    assert_eq!(end.reason, Reason::StillOld { version: "1.0".to_owned(), attempts: 3 });
    assert_eq!(notices(&site, 1).len(), 3);
}

#[test]
fn a_device_that_goes_back_has_rolled_back() {
    let mut site = site(1);
    let rollout = make(&mut site, 1, Plan::default());
    says(&mut site, 1, "version", "1.0");
    says(&mut site, 1, "version", "2.0");
    says(&mut site, 1, "version", "1.0");
    assert_eq!(state(&mut site, &rollout, 1), PushState::RolledBack);
}

#[test]
fn a_sleeping_device_is_given_up_when_its_time_is_over() {
    let mut site = site(1);
    let rollout = make(&mut site, 1, Plan::at_once());
    let queued = Plan::at_once().terms.queued;
    site.pass(queued - std::time::Duration::from_secs(1));
    assert_eq!(state(&mut site, &rollout, 1), PushState::Queued);
    site.seconds(2);
    let end = device(&mut site, &rollout, 1);
    assert_eq!((end.state, end.reason), (PushState::TimedOut, Reason::DidNotCome));
}

#[test]
fn waves_pause_resume_cancel_and_retry_are_those_of_the_server() {
    let mut site = site(3);
    let rollout = make(&mut site, 3, Plan { max_failures: Some(1), ..Plan::default() });
    for n in 1..=3 {
        says(&mut site, n, "temp", "20");
    }
    let counts = |site: &Site| [1, 2, 3].map(|n| notices(site, n).len());
    assert_eq!(counts(&site).iter().sum::<usize>(), 1, "the first wave is one device");
    let first = 1 + counts(&site).iter().position(|it| *it == 1).unwrap() as u32;
    says(&mut site, first, "status", "failed: no space");
    let view = list(&mut site);
    assert!(matches!(
        view.list.unwrap()[0].course,
        mcs_view::protocol::Course::Paused(mcs_view::protocol::Pause::Failures { .. })
    ));
    let act = |site: &mut Site, deed| ask(site, &RolloutsRequest::Act(rollout.clone(), deed));
    act(&mut site, Deed::Pause);
    assert!(matches!(trouble(&mut site), RolloutTrouble::NotDone(_)));
    act(&mut site, Deed::RetryFailed);
    act(&mut site, Deed::Resume);
    assert_eq!(outcome(&mut site), RolloutOutcome::Done);
    assert_eq!(counts(&site)[first as usize - 1], 2);
    act(&mut site, Deed::Cancel);
    let place = RolloutsPlace::One { id: rollout.clone(), audit: true };
    let audit = look(&mut site, place).audit.unwrap();
    let deeds: Vec<_> = audit
        .iter()
        .filter_map(|it| match &it.event {
            AuditEvent::Act(deed) => Some(deed.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(deeds, [Deed::RetryFailed, Deed::Resume, Deed::Cancel]);
    let again: Vec<_> = audit
        .iter()
        .filter_map(|it| match &it.event {
            AuditEvent::Notice { notice: 2, reason, .. } => Some(reason.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(again, [Reason::Retried]);
}

#[test]
fn an_image_with_another_md5_goes_nowhere_and_one_without_needs_an_override() {
    let mut site = site(1);
    list(&mut site);
    let wrong = "0".repeat(32);
    ask(&mut site, &RolloutsRequest::Fetch(image(&wrong)));
    fetches(&mut site, MD5);
    assert_eq!(trouble(&mut site), RolloutTrouble::Check(Checked::Md5));
    let firmware = fetched(&mut site, "");
    let request = to(&firmware, 1, Plan::at_once());
    ask(&mut site, &RolloutsRequest::Preview(request.clone()));
    let RolloutPreview::Here(_, devices) = list(&mut site).preview else { panic!() };
    assert_eq!(devices[0].objections, [Objection::Unverified]);
    let reason = String::new();
    let objection = Objection::Unverified;
    let overrides = vec![OverrideRequest { objection, reason }];
    ask(&mut site, &RolloutsRequest::Make(RolloutRequest { overrides, ..request.clone() }));
    assert_eq!(trouble(&mut site), RolloutTrouble::NotMade(RolloutError::Reason));
    let overrides = vec![OverrideRequest { objection, reason: "built here".to_owned() }];
    ask(&mut site, &RolloutsRequest::Make(RolloutRequest { overrides, ..request }));
    assert!(matches!(outcome(&mut site), RolloutOutcome::Made(_)));
    says(&mut site, 1, "temp", "20");
    assert_eq!(notices(&site, 1).len(), 1);
}

#[test]
fn what_is_typed_wrong_is_said_before_anything_is_fetched() {
    let mut site = site(1);
    list(&mut site);
    let good = image("");
    for (request, expected) in [
        (
            ImageRequest { url: "files.test/a".to_owned(), ..good.clone() },
            RolloutTrouble::BadAddress,
        ),
        (
            ImageRequest { url: "http://a/b,c".to_owned(), ..good.clone() },
            RolloutTrouble::BadAddress,
        ),
        (ImageRequest { version: "1,2".to_owned(), ..good.clone() }, RolloutTrouble::BadVersion),
        (ImageRequest { md5: "abc".to_owned(), ..good }, RolloutTrouble::BadMd5),
    ] {
        ask(&mut site, &RolloutsRequest::Fetch(request));
        assert_eq!(trouble(&mut site), expected);
    }
    assert!(site.jobs.is_empty());
    ask(&mut site, &RolloutsRequest::Fetch(image("")));
    let Some(Output::Download { job, .. }) = site.jobs.pop() else { panic!() };
    site.input(Input::Ended(job, Ended::Failed("CORS".to_owned())));
    assert_eq!(trouble(&mut site), RolloutTrouble::NotFetched("CORS".to_owned()));
}

#[test]
fn the_second_tab_looks_on_until_the_first_is_closed() {
    let mut first = site(1);
    let rollout = make(&mut first, 1, Plan::at_once());
    let kept = first.kept.clone();
    let mut second = Site::new();
    second.claim = Claim::Elsewhere;
    second.kept.clone_from(&kept);
    second.input(Input::Kept(kept.into_iter().collect()));
    second.start();
    assert_eq!(list(&mut second).keeper, Keeper::Elsewhere);
    assert_eq!(state(&mut second, &rollout, 1), PushState::Queued);
    says(&mut second, 1, "temp", "20");
    assert!(notices(&second, 1).is_empty(), "two tabs send notices");
    ask(&mut second, &RolloutsRequest::Act(rollout.clone(), Deed::Pause));
    assert_eq!(trouble(&mut second), RolloutTrouble::OtherTab);

    says(&mut first, 1, "temp", "20");
    let blob = first.kept["rollouts"].clone();
    second.input(Input::KeptElsewhere("rollouts".to_owned(), Some(blob)));
    assert_eq!(state(&mut second, &rollout, 1), PushState::Initiated);
    second.input(Input::Claimed("rollouts", Claim::Ours));
    assert_eq!(list(&mut second).keeper, Keeper::Here);
    says(&mut second, 1, "temp", "20");
    assert!(notices(&second, 1).is_empty(), "it has the notice of the first tab");
    says(&mut second, 1, "version", "2.0");
    second.seconds(11 * 60);
    assert_eq!(state(&mut second, &rollout, 1), PushState::Updated);
}

#[test]
fn a_device_that_is_forgotten_leaves_its_rollout() {
    let mut site = site(2);
    let rollout = make(&mut site, 2, Plan::at_once());
    site.request(Request::RemoveDevice(id("D2")));
    let gone = device(&mut site, &rollout, 2);
    assert_eq!((gone.state, gone.reason), (PushState::Canceled, Reason::Removed));
}

#[test]
fn how_fast_a_download_goes_is_known_from_what_the_device_says_of_it() {
    let mut site = site(1);
    list(&mut site);
    ask(&mut site, &RolloutsRequest::Fetch(image(MD5)));
    let Some(Output::Download { job, .. }) = site.jobs.pop() else { panic!("nothing is fetched") };
    let hashes = Hashes { size: 1000, md5: MD5.to_owned(), sha256: "ba78".repeat(16) };
    site.input(Input::Ended(job, Ended::Hashed(hashes.clone())));
    let RolloutOutcome::Fetched(prototype, firmware) = outcome(&mut site) else { panic!() };
    look(&mut site, RolloutsPlace::New { prototype, firmware: firmware.clone() });
    let Some(Output::Download { job, .. }) = site.jobs.pop() else { panic!("nothing is fetched") };
    site.input(Input::Ended(job, Ended::Hashed(hashes)));
    ask(&mut site, &RolloutsRequest::Make(to(&firmware, 1, Plan::at_once())));
    let RolloutOutcome::Made(rollout) = outcome(&mut site) else { panic!() };
    says(&mut site, 1, "status", "online");
    says(&mut site, 1, "status", "downloading 10%");
    let begun = device(&mut site, &rollout, 1).download.unwrap();
    assert_eq!((begun.bytes, begun.of, begun.rate), (100, 1000, None));
    site.seconds(4);
    says(&mut site, 1, "status", "downloading 50%");
    let later = device(&mut site, &rollout, 1).download.unwrap();
    assert_eq!((later.bytes, later.rate, later.seconds_left()), (500, Some(100), Some(5)));
    says(&mut site, 1, "status", "downloaded");
    assert_eq!(device(&mut site, &rollout, 1).download, None);
}

#[test]
fn a_device_that_is_tried_again_leaves_the_newer_rollout() {
    let mut site = site(2);
    let older = make(&mut site, 1, Plan::at_once());
    says(&mut site, 1, "status", "online");
    says(&mut site, 1, "status", "failed: no space");
    assert_eq!(state(&mut site, &older, 1), PushState::Failed);
    let newer = make(&mut site, 2, Plan::at_once());
    let sent = notices(&site, 1).len();
    ask(&mut site, &RolloutsRequest::Act(older.clone(), Deed::RetryFailed));
    assert_eq!(outcome(&mut site), RolloutOutcome::Done);
    assert_eq!(notices(&site, 1).len(), sent + 1, "it was heard a moment ago");
    assert_eq!(device(&mut site, &newer, 1).reason, Reason::Superseded);
    assert_eq!(state(&mut site, &newer, 2), PushState::Queued, "the others stay");
    says(&mut site, 1, "version", "2.0");
    site.seconds(11 * 60);
    assert_eq!(state(&mut site, &older, 1), PushState::Updated);
}
