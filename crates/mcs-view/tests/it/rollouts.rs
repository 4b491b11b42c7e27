//! Rollouts: previewed, made, watched, acted on.

use mcs_fota::rollout::api::{
    About, AuditEntry, AuditEvent, Deed, Refusal, RolloutDetails, RolloutDevice, RolloutInfo,
    RolloutRefusal,
};
use mcs_fota::rollout::{
    ActError, Fact, Input as Happened, Plan, PlanError, Release, Rollout, RolloutError, Target,
    Transport,
};
use mcs_model::Timestamp;
use mcs_model::api::{ApiError, FirmwareInfo};
use mcs_view::protocol::{
    Apart, OpenRollout, Request, RolloutOutcome, RolloutPreview, RolloutRequest, RolloutTrouble,
    RolloutsPlace, RolloutsRequest, RolloutsView, View,
};
use mcs_view::{Ended, Hashes, Input, Output};

use crate::site::{Site, WALL, id};

const ID: &str = "Rabc";
const NEWS: &str = "console/v1/rollouts";

fn record() -> FirmwareInfo {
    FirmwareInfo {
        id: id("F1"),
        prototype: id("P1"),
        name: "App".to_owned(),
        version: "2.0".to_owned(),
        note: String::new(),
        size: 3,
        md5: "900150983cd24fb0d6963f7d28e17f72".to_owned(),
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned(),
        url: "http://127.0.0.1:8080/fw/token1".to_owned(),
        uploaded: Timestamp::from_millis(WALL),
        compatible: None,
        signed: None,
    }
}

/// A rollout to one device, which is here.
pub(crate) fn rollout() -> Rollout {
    let target = Target { device: id("D1"), reported: None, model: None, compatible: true };
    let release = Release {
        firmware: id("F1"),
        version: "2.0".parse().unwrap(),
        model: None,
        min_version: None,
        verified: true,
        older: false,
    };
    let now = Timestamp::from_millis(WALL);
    let mut rollout = Rollout::new(release, Plan::default(), vec![target], vec![], now).unwrap();
    rollout.handle_input(now, Happened::Device(id("D1"), Fact::Came(Transport::Mqtt)));
    rollout
}

pub(crate) fn details(rollout: &Rollout) -> RolloutDetails {
    let info = record();
    let about = About {
        id: ID,
        by: "demo",
        prototype: &info.prototype,
        name: &info.name,
        sha256: &info.sha256,
    };
    let device = |(id, member): (&_, &_)| RolloutDevice::new(rollout, id, member);
    RolloutDetails {
        info: RolloutInfo::new(rollout, &about),
        devices: rollout.members().map(device).collect(),
    }
}

fn one(audit: bool) -> View {
    View::Rollouts(RolloutsPlace::One { id: ID.to_owned(), audit })
}

fn new() -> View {
    View::Rollouts(RolloutsPlace::New { prototype: id("P1"), firmware: id("F1") })
}

fn view(site: &mut Site, view: View) -> RolloutsView {
    site.frame(view, Vec::new());
    site.screen.rollouts.as_ref().and_then(Apart::open).unwrap()
}

fn ask(site: &mut Site, request: &RolloutsRequest) {
    site.request(Request::Rollouts(Apart::of(request)));
}

fn request() -> RolloutRequest {
    RolloutRequest {
        firmware: id("F1"),
        devices: vec![id("D1")],
        outdated_only: true,
        plan: Plan::default(),
        overrides: Vec::new(),
    }
}

/// The page of a new rollout, whose file is being fetched back.
fn drafting() -> (Site, Output) {
    let mut site = Site::signed_in();
    site.server.answer("GET /api/prototypes/P1/firmwares", 200, &vec![record()]);
    view(&mut site, new());
    view(&mut site, new());
    let job = site.jobs.pop().unwrap();
    (site, job)
}

fn verified() -> Site {
    let (mut site, job) = drafting();
    let Output::Download { job, url } = job else { panic!("{job:?}") };
    assert_eq!(url, "/fw/token1");
    let FirmwareInfo { size, md5, sha256, .. } = record();
    site.input(Input::Ended(job, Ended::Hashed(Hashes { size, md5, sha256 })));
    site
}

#[test]
fn nothing_is_rolled_out_that_was_not_verified_here() {
    let (mut site, _) = drafting();
    ask(&mut site, &RolloutsRequest::Make(request()));
    let failed = RolloutOutcome::Failed(RolloutTrouble::NotVerified);
    assert_eq!(view(&mut site, new()).outcome, Some(failed));
    assert_eq!(site.server.count("POST /api/rollouts"), 0);
}

#[test]
fn a_draft_is_previewed_and_made() {
    let mut site = verified();
    site.server.answer("POST /api/rollouts/preview", 200, &details(&rollout()));
    ask(&mut site, &RolloutsRequest::Preview(request()));
    let preview = view(&mut site, new()).preview;
    assert!(
        matches!(&preview, RolloutPreview::Here(info, devices)
        if info.waves.len() == 1 && devices.len() == 1),
        "{preview:?}"
    );
    site.server.answer("POST /api/rollouts", 201, &details(&rollout()));
    ask(&mut site, &RolloutsRequest::Make(request()));
    let made = RolloutOutcome::Made(ID.to_owned());
    assert_eq!(view(&mut site, new()).outcome, Some(made));
    let sent: RolloutRequest = mcs_model::api::from_json(&site.server.body).unwrap();
    assert_eq!(sent, request());
}

#[test]
fn the_newest_draft_alone_is_previewed() {
    let mut site = verified();
    site.server.hold = true;
    ask(&mut site, &RolloutsRequest::Preview(request()));
    ask(&mut site, &RolloutsRequest::Preview(request()));
    site.server.hold = false;
    let held = std::mem::take(&mut site.held);
    assert_eq!(held.len(), 2);
    let answer = |fetched: &Rollout| mcs_view::Fetched::Answer {
        status: 200,
        body: mcs_model::api::to_json(&details(fetched)),
    };
    site.input(Input::Fetched(held[0].0, answer(&rollout())));
    assert_eq!(view(&mut site, new()).preview, RolloutPreview::Awaited);
    site.input(Input::Fetched(held[1].0, answer(&rollout())));
    assert!(matches!(view(&mut site, new()).preview, RolloutPreview::Here(..)));
}

#[test]
fn an_open_rollout_follows_the_news_without_a_flood_of_questions() {
    let mut site = Site::signed_in();
    let mut rollout = rollout();
    let path = format!("GET /api/rollouts/{ID}");
    site.server.answer(&path, 200, &details(&rollout));
    view(&mut site, one(false));
    assert!(matches!(view(&mut site, one(false)).open, OpenRollout::Here(..)));
    let before = site.server.count(&path);
    let now = Timestamp::from_millis(WALL + 1);
    rollout.handle_input(now, Happened::Device(id("D1"), Fact::Sent));
    rollout.handle_input(now, Happened::Device(id("D1"), Fact::DownloadStarted));
    rollout.handle_input(now, Happened::Device(id("D1"), Fact::DownloadProgress(40)));
    site.server.answer(&path, 200, &details(&rollout));
    for _ in 0..50 {
        site.publish(NEWS, "{}");
    }
    site.seconds(2);
    let OpenRollout::Here(_, devices) = view(&mut site, one(false)).open else { panic!() };
    assert_eq!(devices[0].percent, Some(40));
    assert!(site.server.count(&path) - before <= 2, "asked too often");
}

#[test]
fn what_was_done_is_asked_for_only_while_it_is_seen() {
    let mut site = Site::signed_in();
    site.server.answer(&format!("GET /api/rollouts/{ID}"), 200, &details(&rollout()));
    let audit = format!("GET /api/rollouts/{ID}/audit");
    site.server.answer(&audit, 200, &Vec::<()>::new());
    view(&mut site, one(false));
    assert_eq!(site.server.count(&audit), 0);
    view(&mut site, one(true));
    assert_eq!(view(&mut site, one(true)).audit, Some(Vec::new()));
}

#[test]
fn an_act_that_comes_too_late_says_so_and_shows_where_it_is() {
    let mut site = Site::signed_in();
    site.server.answer(&format!("GET /api/rollouts/{ID}"), 200, &details(&rollout()));
    view(&mut site, one(false));
    let refusal = RolloutRefusal::from(Refusal::NotDone(ActError::Course));
    site.server.answer(&format!("POST /api/rollouts/{ID}/act"), 409, &refusal);
    let before = site.server.count("GET /api/rollouts");
    ask(&mut site, &RolloutsRequest::Act(ID.to_owned(), Deed::Pause));
    assert_eq!(site.server.body, br#"{"act":"pause"}"#);
    let shown = view(&mut site, one(false));
    assert_eq!(
        shown.outcome,
        Some(RolloutOutcome::Failed(RolloutTrouble::NotDone(ActError::Course)))
    );
    assert_eq!(site.server.count("GET /api/rollouts"), before + 1);
}

#[test]
fn what_the_server_refuses_is_told_by_its_reason_and_not_by_its_sentence() {
    let mut site = Site::signed_in();
    let act = format!("POST /api/rollouts/{ID}/act");
    view(&mut site, one(false));
    let told = |site: &mut Site| match view(site, one(false)).outcome {
        Some(RolloutOutcome::Failed(trouble)) => trouble,
        other => panic!("{other:?}"),
    };
    let plan = RolloutError::Plan(PlanError::Parallel);
    for (why, trouble) in [
        (Refusal::NotMade(plan), RolloutTrouble::NotMade(plan)),
        (Refusal::NotDone(ActError::Nothing), RolloutTrouble::NotDone(ActError::Nothing)),
        (Refusal::OtherPrototype(id("D7")), RolloutTrouble::OtherPrototype(id("D7"))),
        (Refusal::Unsigned("2.0".parse().unwrap()), RolloutTrouble::NotVouched("2.0".to_owned())),
    ] {
        site.server.answer(&act, 422, &RolloutRefusal::from(why));
        ask(&mut site, &RolloutsRequest::Act(ID.to_owned(), Deed::Pause));
        assert_eq!(told(&mut site), trouble);
    }
    let other = ApiError { code: "any".to_owned(), message: "no".to_owned() };
    for (status, trouble) in [
        (403, RolloutTrouble::NotAllowed),
        (404, RolloutTrouble::Gone),
        (413, RolloutTrouble::TooLarge),
        (500, RolloutTrouble::Internal),
        (503, RolloutTrouble::Unavailable),
        (418, RolloutTrouble::Other("no".to_owned())),
    ] {
        site.server.answer(&act, status, &other);
        ask(&mut site, &RolloutsRequest::Act(ID.to_owned(), Deed::Pause));
        assert_eq!(told(&mut site), trouble);
    }
}

#[test]
fn a_rollout_that_nobody_may_see_is_missing() {
    let mut site = Site::signed_in();
    let refusal = ApiError { code: "not-found".to_owned(), message: "no".to_owned() };
    site.server.answer(&format!("GET /api/rollouts/{ID}"), 404, &refusal);
    view(&mut site, one(false));
    assert_eq!(view(&mut site, one(false)).open, OpenRollout::Missing);
}

#[test]
fn a_long_audit_is_fetched_whole_and_then_only_what_is_new() {
    let mut site = Site::signed_in();
    site.server.answer(&format!("GET /api/rollouts/{ID}"), 200, &details(&rollout()));
    let line = AuditEntry {
        at: Timestamp::from_millis(WALL),
        by: None,
        device: None,
        event: AuditEvent::Act(Deed::Pause),
    };
    let audit = format!("GET /api/rollouts/{ID}/audit");
    let full = vec![line.clone(); 10_000];
    site.server.answer(&audit, 200, &full);
    site.server.answer(&format!("{audit}?from=10000"), 200, &vec![line.clone(); 3]);
    view(&mut site, one(true));
    let shown = view(&mut site, one(true)).audit.expect("lines");
    assert_eq!(shown.len(), 10_003);
    site.server.answer(&format!("{audit}?from=10003"), 200, &vec![line; 1]);
    site.publish(NEWS, "{}");
    site.seconds(2);
    assert_eq!(view(&mut site, one(true)).audit.map(|it| it.len()), Some(10_004));
    assert_eq!(site.server.count(&format!("{audit}?from=0")), 0);
}

#[test]
fn older_rollouts_are_fetched_when_they_are_asked_for() {
    let mut site = Site::signed_in();
    let info = |n: u32| RolloutInfo { id: format!("R{n:03}"), ..details(&rollout()).info };
    let page = |from: u32, to: u32| (to..from).rev().map(info).collect::<Vec<_>>();
    site.server.answer("GET /api/rollouts", 200, &page(120, 70));
    site.server.answer("GET /api/rollouts?before=R070", 200, &page(70, 20));
    site.server.answer("GET /api/rollouts?before=R020", 200, &page(20, 0));
    let list = |site: &mut Site| {
        let shown = view(site, View::Rollouts(RolloutsPlace::List));
        (shown.list.expect("a list"), shown.more)
    };
    view(&mut site, View::Rollouts(RolloutsPlace::List));
    assert_eq!((list(&mut site).0.len(), list(&mut site).1), (50, true));
    for (count, more) in [(100, true), (120, false)] {
        ask(&mut site, &RolloutsRequest::More);
        let (all, is_more) = list(&mut site);
        assert_eq!((all.len(), is_more), (count, more));
    }
    // A new one comes before them, and nothing that is here is lost or doubled.
    site.server.answer("GET /api/rollouts", 200, &page(121, 71));
    site.publish(NEWS, "{}");
    site.seconds(2);
    let (all, _) = list(&mut site);
    let ids: Vec<_> = all.iter().map(|it| it.id.clone()).collect();
    assert_eq!(ids, (0..121).rev().map(|n| format!("R{n:03}")).collect::<Vec<_>>());
}
