//! A firmware on the server: what is said of it anew, and its end.

use mcs_model::api::FirmwareEdit;
use mcs_view::protocol::{Failure, NotRemoved};

use super::*;

fn stored() -> Site {
    let mut site = Site::signed_in();
    site.server.answer("GET /api/prototypes/P1/firmwares", 200, &vec![record()]);
    view(&mut site);
    site
}

fn remove(site: &mut Site) {
    ask(site, FirmwareRequest::Remove(id("F1")));
}

#[test]
fn whom_it_is_for_is_said_anew_and_it_stays_verified() {
    let (mut site, job, _) = uploaded();
    site.input(Input::Ended(job, Ended::Hashed(hashes())));
    let edit = FirmwareEdit { note: "all new".to_owned(), compatible: Some(vec![id("F0")]) };
    let (note, compatible) = (edit.note.clone(), edit.compatible.clone());
    let described = FirmwareInfo { note, compatible, ..record() };
    site.server.answer("PUT /api/firmwares/F1", 200, &described);
    site.server.answer("GET /api/prototypes/P1/firmwares", 200, &vec![described.clone()]);
    ask(&mut site, FirmwareRequest::Describe { firmware: id("F1"), edit: edit.clone() });
    let sent: FirmwareEdit = api::from_json(&site.server.body).unwrap();
    assert_eq!(sent, edit);
    let stored = view(&mut site).firmwares.remove(0);
    assert_eq!((stored.info, stored.verified), (described, Verification::Verified));

    let refusal = ApiError { code: "malformed".to_owned(), message: "So.".to_owned() };
    site.server.answer("PUT /api/firmwares/F1", 400, &refusal);
    ask(&mut site, FirmwareRequest::Describe { firmware: id("F1"), edit });
    let failure = Failure::Refused("So.".to_owned());
    assert_eq!(site.notices().last(), Some(&News::NotDescribed(failure)));
}

#[test]
fn it_goes_from_the_list() {
    let mut site = stored();
    site.server.answer("DELETE /api/firmwares/F1", 204, &());
    site.server.answer("GET /api/prototypes/P1/firmwares", 200, &Vec::<FirmwareInfo>::new());
    remove(&mut site);
    assert!(view(&mut site).firmwares.is_empty());
    assert_eq!(site.notices(), [News::Removed("a.bin 2.0".to_owned())]);
}

#[test]
fn why_it_stays_is_said() {
    let refused = |code: &str| ApiError { code: code.to_owned(), message: "So.".to_owned() };
    let other = NotRemoved::Failed(Failure::Refused("So.".to_owned()));
    for (status, code, why) in [
        (409, "in-use", NotRemoved::RolledOut),
        (409, "needed", NotRemoved::Needed),
        (403, "not-allowed", other),
    ] {
        let mut site = stored();
        site.server.answer("DELETE /api/firmwares/F1", status, &refused(code));
        remove(&mut site);
        assert_eq!(view(&mut site).firmwares.len(), 1);
        let firmware = "a.bin 2.0".to_owned();
        assert_eq!(site.notices(), [News::NotRemoved { firmware, why }]);
    }
}

#[test]
fn what_somebody_else_uploads_is_seen_while_the_page_is_open() {
    let mut site = page();
    assert_eq!(view(&mut site).firmwares, []);
    site.server.answer("GET /api/prototypes/P1/firmwares", 200, &vec![record()]);
    site.publish("console/v1/prototypes", "{}");
    assert_eq!(view(&mut site).firmwares.len(), 1);
    site.frame(View::Devices, Vec::new());
    let calls = site.server.count("GET /api/prototypes/P1/firmwares");
    site.publish("console/v1/prototypes", "{}");
    assert_eq!(site.server.count("GET /api/prototypes/P1/firmwares"), calls);
}
