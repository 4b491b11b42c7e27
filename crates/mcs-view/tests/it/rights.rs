//! What an account may see and do, and what becomes of it while somebody looks.

use mcs_model::api::{Credentials, DeviceInfo, Right, Role};
use mcs_model::{DeviceId, DeviceKey};
use mcs_session::ReasonCode;
use mcs_view::protocol::{
    ControlFailure, ControlStage, FirmwareRequest, Named, News, Online, Request, Setting, View,
};

use crate::site::{Site, device, id, session};

fn filters(site: &Site) -> Vec<String> {
    let mut filters: Vec<_> =
        site.broker.subscriptions().iter().map(|it| it.as_str().to_owned()).collect();
    filters.sort();
    filters
}

fn with_right(right: Right) -> DeviceInfo {
    DeviceInfo { right, may_upload: false, ..device() }
}

/// The server changes what the account may do, and ends its connection.
fn change(site: &mut Site, role: Role, devices: &Vec<DeviceInfo>) {
    site.server.answer("GET /api/session", 200, &session(role));
    site.server.answer("GET /api/devices", 200, devices);
    site.cut();
    site.network = true;
    site.seconds(31);
    site.frame(View::Devices, Vec::new());
}

#[test]
fn a_member_hears_its_devices_one_by_one_and_knows_whether_they_are_here() {
    let mut site = Site::signed_in_as(Role::Member);
    assert_eq!(filters(&site), ["console/v1/devices/D1", "console/v1/points/D1/+"]);
    site.frame(View::Devices, Vec::new());
    assert_eq!(site.screen.devices.clone().unwrap()[0].online, Online::Yes);
    // The list from before the subscriptions says nothing sure; once more is enough.
    assert_eq!(site.server.count("GET /api/devices"), 2);
    site.report("temp", "21");
    assert_eq!(site.value("temp").as_deref(), Some("21"));
    assert!(site.broker.violations().is_empty());
}

#[test]
fn a_member_without_grants_waits_and_sees_what_is_granted_later() {
    let mut site = Site::new();
    site.server.answer("GET /api/session", 200, &session(Role::Member));
    site.server.answer("GET /api/devices", 200, &Vec::<DeviceInfo>::new());
    site.start();
    site.frame(View::Devices, Vec::new());
    assert_eq!(site.screen.devices, Some(Vec::new()));
    assert_eq!(filters(&site), Vec::<String>::new());
    change(&mut site, Role::Member, &vec![with_right(Right::See)]);
    assert_eq!(filters(&site), ["console/v1/devices/D1", "console/v1/points/D1/+"]);
    assert_eq!(site.screen.devices.clone().unwrap()[0].online, Online::Yes);
}

#[test]
fn no_key_is_asked_for_or_shown_until_somebody_looks() {
    let mut site = Site::signed_in();
    site.device_page();
    site.send("lamp", "1");
    assert_eq!(site.server.count("GET /api/devices/D1/credentials"), 0);
    let key: DeviceKey = id("key1");
    let credentials = Credentials { id: id("D1"), key };
    site.server.answer("GET /api/devices/D1/credentials", 200, &credentials);
    site.request(Request::Credentials(id("D1")));
    site.device_page();
    assert_eq!(site.screen.credentials, Some(credentials));
    site.device_page();
    assert_eq!(site.screen.credentials, None);
}

#[test]
fn a_key_that_was_refused_is_said() {
    let mut site = Site::signed_in_as(Role::Viewer);
    site.server.answer("GET /api/devices/D1/credentials", 403, &());
    site.request(Request::Credentials(id("D1")));
    assert_eq!(site.notices().len(), 1);
    assert_eq!(site.screen.credentials, None);
}

#[test]
fn the_key_of_a_device_that_was_typed_in_is_at_hand() {
    let mut site = Site::static_site();
    crate::static_site::add(&mut site);
    site.request(Request::Credentials(id("D1")));
    site.device_page();
    assert_eq!(site.screen.credentials.as_ref().map(|it| it.key.as_str()), Some("key1"));
}

#[test]
fn an_empty_list_is_told_to_a_page_that_asked_before_the_sign_in() {
    let mut site = Site::new();
    site.server.answer("GET /api/session", 401, &());
    site.start();
    site.frame(View::Devices, Vec::new());
    site.screen.devices = None;
    site.server.answer("POST /api/login", 200, &session(Role::Member));
    site.server.answer("GET /api/devices", 200, &Vec::<DeviceInfo>::new());
    site.request(Request::Login { name: "mia".to_owned(), password: "long".to_owned() });
    site.frame(View::Devices, Vec::new());
    assert_eq!(site.screen.devices, Some(Vec::new()));
}

#[test]
fn a_role_that_changes_is_taken_over_with_the_next_connection() {
    let mut site = Site::signed_in();
    site.seconds(5);
    change(&mut site, Role::Member, &vec![with_right(Right::See)]);
    assert_eq!(filters(&site), ["console/v1/devices/D1", "console/v1/points/D1/+"]);
    assert!(matches!(site.screen.setting, Some(Setting::SignedIn { role: Role::Member, .. })));
    let device = &site.screen.devices.clone().unwrap()[0];
    assert_eq!((device.right, device.online), (Right::See, Online::Yes));
    let notices = site.notices();
    let which = Named::One("Greenhouse".to_owned());
    assert_eq!(notices, [News::RoleChanged, News::LookOnly(which)]);
    site.send("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Failed(ControlFailure::Forbidden));
    assert!(site.broker.messages().is_empty());

    change(&mut site, Role::Operator, &vec![with_right(Right::Control)]);
    assert_eq!(filters(&site), ["console/v1/devices/+", "console/v1/points/D1/+"]);
    site.send("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Delivered);
    site.report("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Confirmed);
}

#[test]
fn a_wildcard_that_is_refused_before_the_new_role_is_known_is_given_up() {
    let mut site = Site::signed_in();
    site.server.hold = true;
    let refused = ReasonCode::NOT_AUTHORIZED;
    site.broker.script.refuse_filters.insert("console/v1/devices/+".to_owned(), refused);
    site.server.answer("GET /api/session", 200, &session(Role::Member));
    site.server.answer("GET /api/devices", 200, &vec![with_right(Right::See)]);
    site.cut();
    site.network = true;
    site.seconds(31);
    site.release();
    site.settle();
    assert_eq!(filters(&site), ["console/v1/devices/D1", "console/v1/points/D1/+"]);
    site.frame(View::Devices, Vec::new());
    assert_eq!(site.screen.devices.clone().unwrap()[0].online, Online::Yes);
}

#[test]
fn a_device_that_may_not_be_seen_any_more_goes_and_is_named() {
    let mut site = Site::signed_in_as(Role::Member);
    change(&mut site, Role::Member, &Vec::new());
    assert_eq!(site.screen.devices, Some(Vec::new()));
    assert_eq!(filters(&site), Vec::<String>::new());
    let notices = site.notices();
    let gone = News::Lost(Named::One("Greenhouse".to_owned()));
    assert!(notices.contains(&gone), "{notices:?}");
}

#[test]
fn who_is_signed_out_elsewhere_is_signed_out_here() {
    let mut site = Site::signed_in();
    site.server.answer("GET /api/session", 401, &());
    site.cut();
    site.frame(View::Devices, Vec::new());
    assert!(matches!(site.screen.setting, Some(Setting::SignedOut { .. })));
    assert_eq!(site.screen.devices, Some(Vec::new()));
}

#[test]
fn signing_out_everywhere_tells_the_server_so() {
    let mut site = Site::signed_in();
    site.request(Request::Logout { everywhere: true });
    assert_eq!(site.server.count("POST /api/logout?everywhere=true"), 1);
}

#[test]
fn who_controls_one_device_pushes_to_it_and_uploads_nothing() {
    let mut site = Site::signed_in_as(Role::Member);
    change(&mut site, Role::Member, &vec![with_right(Right::Control)]);
    site.frame(View::Firmware(None), Vec::new());
    assert!(!site.screen.firmware.clone().unwrap().may_upload);
    let devices: Vec<DeviceId> = vec![id("D1")];
    site.request(Request::Firmware(FirmwareRequest::Push { firmware: id("F1"), devices }));
    assert!(!site.notices().contains(&News::FirmwareLookOnly));
    let (name, version) = ("App".to_owned(), "2".to_owned());
    let upload =
        FirmwareRequest::Upload { prototype: id("P1"), name, version, note: String::new() };
    site.request(Request::Firmware(upload));
    let notices = site.notices();
    assert!(notices.contains(&News::FirmwareLookOnly), "{notices:?}");
}
