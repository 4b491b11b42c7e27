//! An upload goes on after the page was loaded again.

use mcs_model::api::{FirmwareUpload, Role};
use mcs_view::protocol::{FirmwareRequest, JobStage, LeftUpload, News};
use mcs_view::{Claim, Ended, Hashes, Input, Output};

use super::{MD5, OTHER, answer, arrived, ask, choose, hashed, hashes, record, sent, upload, view};
use crate::site::{Site, session};

/// Its page was closed while one byte of three was at the server.
fn cut() -> Site {
    let mut site = hashed();
    upload(&mut site).unwrap();
    site
}

/// The same browser, and a server that says this of the upload.
fn reloaded(site: Site, status: u16, upload: &FirmwareUpload) -> Site {
    reloaded_as(site, "demo", Claim::Ours, status, upload)
}

fn reloaded_as(
    former: Site,
    name: &str,
    claim: Claim,
    status: u16,
    upload: &FirmwareUpload,
) -> Site {
    let mut site = Site::new();
    site.server.answers = former.server.answers;
    let mut session = session(Role::Operator);
    name.clone_into(&mut session.name);
    site.server.answer("GET /api/session", 200, &session);
    site.server.answer("GET /api/uploads/U1", status, upload);
    site.claim = claim;
    site.kept.clone_from(&former.kept);
    site.input(Input::Kept(former.kept.into_iter().collect()));
    site.start();
    view(&mut site);
    site
}

fn left(site: &mut Site) -> Option<LeftUpload> {
    view(site).left
}

fn one_third() -> LeftUpload {
    LeftUpload { file: "a.bin".to_owned(), done: 1, total: 3 }
}

#[test]
fn the_same_file_goes_on_where_the_former_page_was_cut() {
    let mut site = reloaded(cut(), 200, &sent(1));
    assert_eq!(left(&mut site), Some(one_third()));

    let job = choose(&mut site);
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    let Some(Output::Upload { job, from, path, .. }) = site.jobs.pop() else { panic!("no upload") };
    assert_eq!((from, path.as_str()), (1, "/api/uploads/U1"));
    assert_eq!(site.server.count("POST /api/prototypes/P1/uploads"), 0, "it began anew");
    assert_eq!(left(&mut site), None);

    answer(&mut site, job, 200, arrived(record()));
    assert!(matches!(view(&mut site).job.stage, JobStage::Uploaded { .. }));
    let mut site = reloaded(site, 200, &sent(1));
    assert_eq!(left(&mut site), None, "what has ended is not kept");
}

#[test]
fn another_file_is_told_apart() {
    let mut site = reloaded(cut(), 200, &sent(1));
    let job = choose(&mut site);
    let other = Hashes { md5: OTHER.to_owned(), ..hashes() };
    site.input(Input::Ended(job, Ended::Hashed(other)));
    assert!(site.jobs.is_empty(), "another file goes on");
    assert_eq!(site.notices(), [News::UploadOfOther("a.bin".to_owned())]);
    assert_eq!(left(&mut site), Some(one_third()));

    // Uploaded all the same it takes the other one's place.
    upload(&mut site).unwrap();
    assert_eq!(site.server.count("DELETE /api/uploads/U1"), 1);
    assert_eq!(left(&mut site), None);
}

#[test]
fn what_is_discarded_is_deleted_at_the_server() {
    let mut site = reloaded(cut(), 200, &sent(1));
    ask(&mut site, FirmwareRequest::Discard);
    assert_eq!(site.server.count("DELETE /api/uploads/U1"), 1);
    assert_eq!(left(&mut site), None);
    let mut site = reloaded(site, 200, &sent(1));
    assert_eq!(left(&mut site), None);
}

#[test]
fn an_upload_that_the_server_has_forgotten_says_so_once() {
    let mut site = reloaded(cut(), 404, &sent(0));
    assert_eq!(site.notices(), [News::UploadExpired("a.bin".to_owned())]);
    assert_eq!(left(&mut site), None);
    let site = reloaded(site, 404, &sent(0));
    assert_eq!(site.server.count("GET /api/uploads/U1"), 0);
}

#[test]
fn nobody_else_goes_on_with_it() {
    let mut site = reloaded_as(cut(), "bert", Claim::Ours, 200, &sent(1));
    assert_eq!(left(&mut site), None);
    assert_eq!(site.server.count("GET /api/uploads"), 0);
    let mut site = reloaded(site, 200, &sent(1));
    assert_eq!(left(&mut site), Some(one_third()), "its user finds it");
}

#[test]
fn another_tab_leaves_it_alone_until_the_first_is_closed() {
    let mut second = reloaded_as(cut(), "demo", Claim::Elsewhere, 200, &sent(1));
    assert_eq!(left(&mut second), None);
    // To ask would cut the first one.
    assert_eq!(second.server.count("GET /api/uploads"), 0);
    second.input(Input::Claimed("uploads", Claim::Ours));
    assert_eq!(left(&mut second), Some(one_third()));
}

#[test]
fn a_sum_that_is_expected_is_minded_by_what_goes_on_too() {
    let mut site = reloaded(cut(), 200, &sent(1));
    ask(&mut site, FirmwareRequest::Expect(OTHER.to_owned()));
    let job = choose(&mut site);
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    assert!(site.jobs.is_empty());
    ask(&mut site, FirmwareRequest::Expect(MD5.to_owned()));
    let job = choose(&mut site);
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    assert!(matches!(site.jobs.pop(), Some(Output::Upload { from: 1, .. })));
}

#[test]
fn cancelling_forgets_it() {
    let mut site = cut();
    ask(&mut site, FirmwareRequest::Cancel);
    assert_eq!(site.server.count("DELETE /api/uploads/U1"), 1);
    let mut site = reloaded(site, 200, &sent(1));
    assert_eq!(left(&mut site), None);
}
