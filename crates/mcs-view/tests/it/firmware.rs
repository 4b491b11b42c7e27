//! A firmware, from the file to the devices.

mod caught;
mod checks;
mod left;
mod stored;

use mcs_fota::rollout::api::RolloutRequest;
use mcs_fota::rollout::{Fact, Input as Happened, Plan};
use mcs_model::api::{
    self, ApiError, FirmwareInfo, FirmwareUpload, PushState, PushStatus, Reason, Role,
};
use mcs_model::{FirmwareId, Timestamp};
use mcs_view::protocol::{
    Deviation, ExpectedMd5, FileFailure, FirmwareRequest, FirmwareView, JobStage, LoginError,
    Md5Objection, News, NotPushed, NotUploaded, Request, Setting, Verification, VerifyFailure,
    View,
};
use mcs_view::{Ended, FileInfo, Hashes, Input, JobId, Output};

use crate::rollouts;
use crate::site::{Site, WALL, id};

const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";
const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const OTHER: &str = "00000000000000000000000000000000";

fn hashes() -> Hashes {
    Hashes { size: 3, md5: MD5.to_owned(), sha256: SHA256.to_owned() }
}

fn record() -> FirmwareInfo {
    FirmwareInfo {
        id: id("F1"),
        prototype: id("P1"),
        name: "a.bin".to_owned(),
        version: "2.0".to_owned(),
        note: String::new(),
        size: 3,
        md5: MD5.to_owned(),
        sha256: SHA256.to_owned(),
        url: "http://127.0.0.1:8080/fw/token1".to_owned(),
        uploaded: Timestamp::from_millis(WALL),
        compatible: None,
        signed: None,
    }
}

fn page() -> Site {
    let mut site = Site::signed_in();
    site.server.answer("GET /api/prototypes/P1/firmwares", 200, &Vec::<FirmwareInfo>::new());
    site.server.answer("POST /api/prototypes/P1/uploads", 201, &sent(0));
    view(&mut site);
    site
}

/// So many bytes of the file are on the server.
fn sent(offset: u64) -> FirmwareUpload {
    FirmwareUpload { id: "U1".to_owned(), offset, size: 3, firmware: None }
}

/// All of them are, and they are what was expected.
fn arrived(firmware: FirmwareInfo) -> Vec<u8> {
    api::to_json(&FirmwareUpload { firmware: Some(firmware), ..sent(3) })
}

fn view(site: &mut Site) -> FirmwareView {
    site.frame(View::Firmware(None), Vec::new());
    site.screen.firmware.clone().unwrap()
}

fn stage(site: &mut Site) -> JobStage {
    view(site).job.stage
}

fn ask(site: &mut Site, request: FirmwareRequest) {
    site.request(Request::Firmware(request));
}

fn choose(site: &mut Site) -> JobId {
    let file = FileInfo { name: "a.bin".to_owned(), size: 3 };
    site.input(Input::RequestWithFile(Request::Firmware(FirmwareRequest::Choose), file));
    match site.jobs.pop() {
        Some(Output::Hash(job)) => job,
        other => panic!("{other:?}"),
    }
}

fn hashed() -> Site {
    let mut site = page();
    let job = choose(&mut site);
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    site
}

fn upload(site: &mut Site) -> Option<(JobId, String)> {
    ask(
        site,
        FirmwareRequest::Upload {
            prototype: id("P1"),
            name: String::new(),
            version: "2.0".to_owned(),
            note: "all new".to_owned(),
        },
    );
    match site.jobs.pop() {
        Some(Output::Upload { job, path, .. }) => Some((job, path)),
        None => None,
        other => panic!("{other:?}"),
    }
}

fn answer(site: &mut Site, job: JobId, status: u16, body: Vec<u8>) {
    site.input(Input::Ended(job, Ended::Answered { status, body }));
}

/// Uploaded, and about to be fetched back.
fn uploaded() -> (Site, JobId, String) {
    let mut site = hashed();
    let (job, _) = upload(&mut site).unwrap();
    answer(&mut site, job, 200, arrived(record()));
    match site.jobs.pop() {
        Some(Output::Download { job, url }) => (site, job, url),
        other => panic!("{other:?}"),
    }
}

fn push(site: &mut Site) {
    ask(site, FirmwareRequest::Push { firmware: id("F1"), devices: vec![id("D1")] });
}

fn pushes(site: &Site) -> usize {
    site.server.count("POST /api/rollouts")
}

#[test]
fn a_file_is_hashed_uploaded_fetched_back_and_pushed() {
    let mut site = page();
    let job = choose(&mut site);
    site.input(Input::Progress(job, 2));
    assert_eq!(stage(&mut site), JobStage::Hashing { done: 2, total: 3 });
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    let (md5, sha256) = (MD5.to_owned(), SHA256.to_owned());
    assert_eq!(stage(&mut site), JobStage::Hashed { md5: md5.clone(), sha256: sha256.clone() });

    let (job, path) = upload(&mut site).unwrap();
    assert_eq!(path, "/api/uploads/U1");
    let said = String::from_utf8(site.server.body.clone()).unwrap();
    let wanted = format!(
        "{{\"name\":\"a.bin\",\"version\":\"2.0\",\"note\":\"all new\",\"size\":3,\
         \"md5\":\"{MD5}\",\"sha256\":\"{SHA256}\",\"manifest\":\"\",\"signature\":\"\"}}"
    );
    assert_eq!(said, wanted);
    site.input(Input::Progress(job, 1));
    assert!(matches!(stage(&mut site), JobStage::Uploading { done: 1, total: 3, .. }));
    answer(&mut site, job, 200, arrived(record()));
    let firmware: FirmwareId = id("F1");
    assert_eq!(stage(&mut site), JobStage::Uploaded { md5, sha256, firmware });

    let Some(Output::Download { job, url }) = site.jobs.pop() else { panic!("a download") };
    // By its path: the page may know the server by another name than devices do.
    assert_eq!(url, "/fw/token1");
    push(&mut site);
    assert_eq!(pushes(&site), 0, "not before it is verified");
    site.input(Input::Progress(job, 2));
    let running = Verification::Running { done: 2, total: 3 };
    assert_eq!(view(&mut site).firmwares[0].verified, running);
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    assert_eq!(view(&mut site).firmwares[0].verified, Verification::Verified);

    let status = PushStatus {
        firmware: id("F1"),
        version: "2.0".to_owned(),
        state: PushState::Initiated,
        reason: Reason::None,
        detail: String::new(),
        since: Timestamp::from_millis(WALL),
    };
    let mut rollout = rollouts::rollout();
    let now = Timestamp::from_millis(WALL);
    rollout.handle_input(now, Happened::Device(id("D1"), Fact::Sent));
    site.server.answer("POST /api/rollouts", 201, &rollouts::details(&rollout));
    push(&mut site);
    let sent: RolloutRequest = api::from_json(&site.server.body).unwrap();
    assert_eq!((sent.devices, sent.plan), (vec![id("D1")], Plan::at_once()));
    site.frame(View::Devices, Vec::new());
    assert_eq!(site.screen.devices.clone().unwrap()[0].push, Some(status));
}

#[test]
fn an_expected_md5_is_compared_and_a_mismatch_stops_everything() {
    let mut site = hashed();
    for (typed, expected) in [
        ("", ExpectedMd5::None),
        ("abc", ExpectedMd5::Invalid),
        (OTHER, ExpectedMd5::Mismatch),
        (&MD5.to_uppercase(), ExpectedMd5::Match),
        (OTHER, ExpectedMd5::Mismatch),
    ] {
        ask(&mut site, FirmwareRequest::Expect(typed.to_owned()));
        assert_eq!(view(&mut site).job.expected, expected, "{typed}");
    }
    assert_eq!(upload(&mut site), None);
    let (found, expected) = (MD5.to_owned(), OTHER.to_owned());
    let objection = Md5Objection::Differs { found, expected };
    assert_eq!(site.notices(), [News::NotUploaded(NotUploaded::Md5(objection))]);
}

#[test]
fn an_expectation_holds_for_the_push_as_well() {
    let (mut site, job, _) = uploaded();
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    ask(&mut site, FirmwareRequest::Expect(OTHER.to_owned()));
    push(&mut site);
    assert_eq!(pushes(&site), 0);
    let objected = |it: &News| matches!(it, News::NotPushed { why: NotPushed::Md5(_), .. });
    assert!(objected(&site.notices()[0]));
    ask(&mut site, FirmwareRequest::Expect(String::new()));
    push(&mut site);
    assert_eq!(pushes(&site), 1);
}

#[test]
fn an_expectation_without_a_file_waits_for_one() {
    let mut site = page();
    ask(&mut site, FirmwareRequest::Expect(MD5.to_owned()));
    assert_eq!(view(&mut site).job.expected, ExpectedMd5::Waiting);
}

#[test]
fn what_the_server_received_must_be_the_file() {
    let wrong: [fn(&mut FirmwareInfo); 3] = [
        |it| it.size = 4,
        |it| it.md5 = OTHER.to_owned(),
        |it| it.sha256 = SHA256.replace('b', "c"),
    ];
    let deviations = [
        Deviation::Size { found: 4, wanted: 3 },
        Deviation::Md5 { found: OTHER.to_owned(), wanted: MD5.to_owned() },
        Deviation::Sha256 { found: SHA256.replace('b', "c"), wanted: SHA256.to_owned() },
    ];
    for (wrong, deviation) in wrong.into_iter().zip(deviations) {
        let mut site = hashed();
        let (job, _) = upload(&mut site).unwrap();
        let mut info = record();
        wrong(&mut info);
        answer(&mut site, job, 200, arrived(info));
        assert_eq!(stage(&mut site), JobStage::Failed(FileFailure::Received(deviation)));
        assert!(site.jobs.is_empty(), "nothing is fetched back");
    }
}

#[test]
fn what_devices_would_download_must_be_the_file() {
    let ends = [
        (
            Ended::Hashed(Hashes { size: 2, ..hashes() }),
            VerifyFailure::Differs(Deviation::Size { found: 2, wanted: 3 }),
            NotPushed::Differs,
        ),
        (
            Ended::Hashed(Hashes { md5: OTHER.to_owned(), ..hashes() }),
            VerifyFailure::Differs(Deviation::Md5 {
                found: OTHER.to_owned(),
                wanted: MD5.to_owned(),
            }),
            NotPushed::Differs,
        ),
        (
            Ended::Hashed(Hashes { sha256: OTHER.to_owned(), ..hashes() }),
            VerifyFailure::Differs(Deviation::Sha256 {
                found: OTHER.to_owned(),
                wanted: SHA256.to_owned(),
            }),
            NotPushed::Differs,
        ),
        (
            Ended::Failed("status 404".to_owned()),
            VerifyFailure::NotFetched("status 404".to_owned()),
            NotPushed::NotFetched("status 404".to_owned()),
        ),
    ];
    for (ended, failure, not_pushed) in ends {
        let (mut site, job, _) = uploaded();
        site.input(Input::Ended(job, ended));
        let verified = view(&mut site).firmwares.remove(0).verified;
        assert_eq!(verified, Verification::Failed(failure));
        push(&mut site);
        assert_eq!(pushes(&site), 0);
        let refused = |it: &News| matches!(it, News::NotPushed { why, .. } if *why == not_pushed);
        assert!(refused(&site.notices()[0]));
    }
}

#[test]
fn an_upload_that_is_refused_may_be_tried_again_with_the_same_file() {
    let mut site = hashed();
    let (job, _) = upload(&mut site).unwrap();
    let message = "version 2.0 exists already".to_owned();
    let error = ApiError { code: "version-exists".to_owned(), message };
    answer(&mut site, job, 409, api::to_json(&error));
    assert!(matches!(stage(&mut site), JobStage::Hashed { .. }));
    let why = NotUploaded::Refused("version 2.0 exists already".to_owned());
    assert_eq!(site.notices(), [News::NotUploaded(why)]);
    assert!(upload(&mut site).is_some());
}

#[test]
fn cancel_stops_whatever_is_under_way() {
    let mut site = page();
    let job = choose(&mut site);
    ask(&mut site, FirmwareRequest::Cancel);
    assert_eq!(site.jobs.pop(), Some(Output::Abort(job)));
    assert_eq!(stage(&mut site), JobStage::Empty);
    // A report that was on its way says nothing any more.
    site.input(Input::Progress(job, 1));
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    assert_eq!(stage(&mut site), JobStage::Empty);

    let mut site = hashed();
    let (job, _) = upload(&mut site).unwrap();
    ask(&mut site, FirmwareRequest::Cancel);
    assert_eq!(site.jobs.pop(), Some(Output::Abort(job)));

    let (mut site, job, _) = uploaded();
    ask(&mut site, FirmwareRequest::Cancel);
    assert_eq!(site.jobs.pop(), Some(Output::Abort(job)));
    assert_eq!(view(&mut site).firmwares[0].verified, Verification::NotYet);
}

#[test]
fn another_file_takes_the_place_of_the_first() {
    let mut site = page();
    let first = choose(&mut site);
    let second = choose(&mut site);
    assert_eq!(site.jobs, [Output::Abort(first)]);
    site.input(Input::Ended(first, Ended::Failed("stopped".to_owned())));
    site.input(Input::Ended(second, Ended::Hashed(hashes())));
    assert!(matches!(stage(&mut site), JobStage::Hashed { .. }));
}

#[test]
fn stored_firmwares_are_verified_one_after_the_other() {
    let mut site = Site::signed_in();
    let second = FirmwareInfo {
        id: id("F2"),
        version: "3.0".to_owned(),
        url: "https://files.test/x.bin".to_owned(),
        uploaded: Timestamp::from_millis(WALL + 1),
        compatible: None,
        ..record()
    };
    site.server.answer("GET /api/prototypes/P1/firmwares", 200, &vec![record(), second]);
    view(&mut site);
    let shown = view(&mut site).firmwares;
    assert_eq!(shown.iter().map(|it| it.info.id.as_str()).collect::<Vec<_>>(), ["F2", "F1"]);
    ask(&mut site, FirmwareRequest::Verify(id("F1")));
    ask(&mut site, FirmwareRequest::Verify(id("F2")));
    let Some(Output::Download { job, .. }) = site.jobs.pop() else { panic!("a download") };
    assert!(site.jobs.is_empty());
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    let Some(Output::Download { url, .. }) = site.jobs.pop() else { panic!("the next one") };
    assert_eq!(url, "https://files.test/x.bin");
}

#[test]
fn a_viewer_neither_uploads_nor_pushes() {
    let mut site = Site::signed_in_as(Role::Viewer);
    site.server.answer("GET /api/prototypes/P1/firmwares", 200, &vec![record()]);
    view(&mut site);
    let job = choose(&mut site);
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    assert_eq!(upload(&mut site), None);
    ask(&mut site, FirmwareRequest::Verify(id("F1")));
    let Some(Output::Download { job, .. }) = site.jobs.pop() else { panic!("a download") };
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    push(&mut site);
    assert_eq!(pushes(&site), 0);
}

#[test]
fn a_version_with_a_comma_would_break_the_notice() {
    let mut site = hashed();
    for version in ["", "1,2"] {
        ask(
            &mut site,
            FirmwareRequest::Upload {
                prototype: id("P1"),
                name: String::new(),
                version: version.to_owned(),
                note: String::new(),
            },
        );
        assert!(site.jobs.is_empty());
    }
}

#[test]
fn an_empty_file_is_no_firmware() {
    let mut site = page();
    let file = FileInfo { name: "a.bin".to_owned(), size: 0 };
    site.input(Input::RequestWithFile(Request::Firmware(FirmwareRequest::Choose), file));
    assert_eq!(stage(&mut site), JobStage::Failed(FileFailure::Empty));
    assert!(site.jobs.is_empty());
}

#[test]
fn signing_out_stops_the_jobs() {
    let (mut site, job, _) = uploaded();
    site.request(Request::Logout { everywhere: false });
    assert_eq!(site.jobs.pop(), Some(Output::Abort(job)));
}

/// Two firmwares on the server.
fn stored() -> Site {
    let mut site = Site::signed_in();
    let second = FirmwareInfo { id: id("F2"), version: "3.0".to_owned(), ..record() };
    site.server.answer("GET /api/prototypes/P1/firmwares", 200, &vec![record(), second]);
    view(&mut site);
    site
}

fn verify(site: &mut Site, firmware: &str) {
    ask(site, FirmwareRequest::Verify(id(firmware)));
}

/// The download that was asked for last ends well.
fn end_download(site: &mut Site) {
    let Some(Output::Download { job, .. }) = site.jobs.pop() else { panic!("a download") };
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
}

#[test]
fn what_is_asked_for_twice_is_verified_once() {
    let mut site = stored();
    for firmware in ["F1", "F1", "F2", "F2"] {
        verify(&mut site, firmware);
    }
    end_download(&mut site);
    end_download(&mut site);
    assert!(site.jobs.is_empty());
    let verified = view(&mut site).firmwares.into_iter().map(|it| it.verified);
    assert!(verified.into_iter().all(|it| it == Verification::Verified));
}

#[test]
fn cancel_forgets_what_was_to_be_verified_next() {
    let mut site = stored();
    verify(&mut site, "F1");
    verify(&mut site, "F2");
    ask(&mut site, FirmwareRequest::Cancel);
    site.jobs.clear();
    verify(&mut site, "F1");
    end_download(&mut site);
    assert!(site.jobs.is_empty());
}

#[test]
fn another_record_has_to_be_verified_again() {
    let mut site = stored();
    verify(&mut site, "F1");
    end_download(&mut site);
    let other = FirmwareInfo { md5: OTHER.to_owned(), ..record() };
    site.server.answer("GET /api/prototypes/P1/firmwares", 200, &vec![other]);
    site.frame(View::Devices, Vec::new());
    view(&mut site);
    assert_eq!(view(&mut site).firmwares[0].verified, Verification::NotYet);
}

#[test]
fn a_file_that_changed_while_it_was_read_is_none() {
    let mut site = page();
    let job = choose(&mut site);
    site.input(Input::Ended(job, Ended::Hashed(Hashes { size: 4, ..hashes() })));
    let changed = FileFailure::Changed { read: 4, wanted: 3 };
    assert_eq!(stage(&mut site), JobStage::Failed(changed));
}

#[test]
fn a_push_to_nobody_is_none() {
    let mut site = stored();
    verify(&mut site, "F1");
    end_download(&mut site);
    ask(&mut site, FirmwareRequest::Push { firmware: id("F1"), devices: Vec::new() });
    assert_eq!(pushes(&site), 0);
    let none = |it: &News| matches!(it, News::NotPushed { why: NotPushed::NoDevice, .. });
    assert!(none(&site.notices()[0]));
}

#[test]
fn an_upload_after_the_session_has_ended_signs_out() {
    let mut site = hashed();
    let (job, _) = upload(&mut site).unwrap();
    answer(&mut site, job, 401, Vec::new());
    site.frame(View::Devices, Vec::new());
    let error = Some(LoginError::Expired);
    assert_eq!(site.screen.setting, Some(Setting::SignedOut { error, busy: false }));
}
