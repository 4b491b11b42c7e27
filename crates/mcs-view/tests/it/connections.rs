//! Several brokers at once, named by the operator.

use mcs_session::{ReasonCode, Version};
use mcs_sim::OldBroker;
use mcs_view::protocol::{
    ConnectionId, ConnectionsRequest, ControlStage, Diagnosis, Finding, LastWill, LinkState,
    MqttVersion, NewDevice, Profile, Refusal, Request, Secret, View,
};
use mcs_view::{Input, Probe};

use crate::site::{FIRST, SECOND_HOST, Site, channels, id, profile};
use crate::static_site::add;

const SECOND: ConnectionId = ConnectionId(2);

fn second() -> Profile {
    Profile { name: "Field".to_owned(), host: SECOND_HOST.to_owned(), ..profile() }
}

fn put(id: Option<ConnectionId>, profile: Profile, connect: bool) -> ConnectionsRequest {
    ConnectionsRequest::Put { id, profile: Box::new(profile), password: None, connect }
}

fn state(site: &mut Site, id: ConnectionId) -> LinkState {
    site.row(id).expect("a profile").link.state
}

fn is_up(site: &mut Site, id: ConnectionId) -> bool {
    matches!(state(site, id), LinkState::Connected { .. })
}

/// Two brokers, and the demo device at the second one.
fn two() -> Site {
    let mut site = Site::static_site();
    site.connect(second());
    site.request(Request::AddDevice(NewDevice {
        id: id("D1"),
        key: id("key1"),
        name: String::new(),
        channels: channels(),
        connection: SECOND,
    }));
    site
}

#[test]
fn two_brokers_are_connected_at_once_and_a_device_belongs_to_one() {
    let mut site = two();
    assert!(is_up(&mut site, FIRST) && is_up(&mut site, SECOND));
    assert_eq!((site.row(FIRST).unwrap().devices, site.row(SECOND).unwrap().devices), (0, 1));
    assert!(site.broker.subscriptions().is_empty());
    assert_eq!(site.second.subscriptions().len(), 2);
    site.second.publish("mcs/D1/key1/temp", ",,21", mcs_session::Qos::AtMostOnce);
    site.settle();
    assert_eq!(site.value("temp").as_deref(), Some("21"));
    site.send("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Delivered);
    assert_eq!(site.second.received("mcs/D1/key1/lamp").len(), 1);
}

#[test]
fn one_broker_that_is_lost_leaves_the_other_alone() {
    let mut site = two();
    site.cut();
    assert!(!is_up(&mut site, FIRST));
    assert!(is_up(&mut site, SECOND));
    // The bar at the top shows what is amiss.
    assert_eq!(site.screen.link.clone().unwrap().broker, "Workshop");
    site.connections(ConnectionsRequest::Disconnect(FIRST));
    site.frame(View::Devices, Vec::new());
    assert_eq!(site.screen.link.clone().unwrap().broker, "Field");
}

#[test]
fn a_device_of_a_broker_that_is_gone_belongs_to_the_one_that_is_left() {
    let mut site = two();
    site.connections(ConnectionsRequest::Remove(SECOND));
    assert_eq!(site.row(SECOND), None);
    assert_eq!(site.row(FIRST).unwrap().devices, 1);
    site.report("temp", "4");
    assert_eq!(site.value("temp").as_deref(), Some("4"));
}

#[test]
fn profiles_outlive_the_page_and_what_was_connected_connects() {
    let mut site = two();
    site.connections(ConnectionsRequest::Disconnect(FIRST));
    let mut site = site.reloaded();
    assert_eq!(state(&mut site, FIRST), LinkState::Idle);
    assert!(is_up(&mut site, SECOND));
    assert_eq!(site.row(SECOND).unwrap().profile, second());
    site.connect(profile());
    // The number of a profile is never given to another one.
    assert_eq!(site.row(ConnectionId(3)).unwrap().profile, profile());
}

#[test]
fn no_password_is_ever_kept_in_clear() {
    let mut site = Site::static_site();
    let password = Some(Secret("hunter2".to_owned()));
    site.connections(ConnectionsRequest::Put {
        id: Some(FIRST),
        profile: Box::new(Profile { username: "ann".to_owned(), ..profile() }),
        password,
        connect: true,
    });
    assert!(site.row(FIRST).unwrap().has_password);
    for (name, bytes) in &site.kept {
        assert!(!String::from_utf8_lossy(bytes).contains("hunter2"), "{name}");
    }
    assert!(!format!("{:?}", site.row(FIRST)).contains("hunter2"));
    assert!(!site.reloaded().row(FIRST).unwrap().has_password);
}

#[test]
fn a_profile_that_is_changed_is_connected_anew_and_one_that_is_not_stays() {
    let mut site = Site::static_site();
    site.connections(put(Some(FIRST), profile(), false));
    assert_eq!(site.urls.len(), 1);
    site.connections(put(Some(FIRST), Profile { port: 9002, ..profile() }, false));
    assert_eq!(site.urls, ["ws://broker.test:9001/", "ws://broker.test:9002/"]);
    assert!(is_up(&mut site, FIRST));
}

#[test]
fn another_tab_changes_the_list_and_not_what_is_connected_here() {
    let mut here = Site::static_site();
    let mut there = two();
    there.connections(ConnectionsRequest::Disconnect(FIRST));
    let kept = there.kept.get("profiles").cloned();
    here.input(Input::KeptElsewhere("profiles".to_owned(), kept));
    assert!(is_up(&mut here, FIRST));
    assert_eq!(state(&mut here, SECOND), LinkState::Idle);
    here.input(Input::KeptElsewhere("profiles".to_owned(), None));
    assert_eq!(here.row(FIRST), None);
    assert_eq!(here.socket, None);
}

#[test]
fn whoever_wants_no_second_try_gets_none() {
    let mut site = Site::new();
    site.network = false;
    site.start();
    site.connect(Profile { reconnect: false, ..profile() });
    site.seconds(100);
    assert!(matches!(state(&mut site, FIRST), LinkState::Stopped { .. }));
    let attempts = site.urls.len();
    site.network = true;
    site.connections(ConnectionsRequest::Connect(FIRST));
    assert!(is_up(&mut site, FIRST));
    assert_eq!((attempts, site.urls.len()), (1, 2));
}

#[test]
fn the_profile_says_which_version_is_spoken() {
    for (version, spoken) in [(MqttVersion::V311, Version::V311), (MqttVersion::V5, Version::V5)] {
        let mut site = Site::new();
        site.start();
        site.connect(Profile { version, ..profile() });
        assert_eq!(site.broker.versions(), [spoken]);
    }
}

#[test]
fn a_will_is_part_of_the_connection() {
    let mut site = Site::new();
    site.start();
    let will = LastWill {
        topic: "console/gone".to_owned(),
        payload: "bye".to_owned(),
        qos: 1,
        retain: true,
    };
    site.connect(Profile { will: Some(will), ..profile() });
    let trace = site.broker.take_trace().join("\n");
    assert!(trace.contains("console/gone"), "{trace}");
}

#[test]
fn with_a_server_other_brokers_stand_beside_it() {
    let mut site = Site::signed_in();
    site.connect(second());
    assert!(is_up(&mut site, FIRST));
    site.report("temp", "7");
    assert_eq!(site.value("temp").as_deref(), Some("7"));
    assert_eq!(site.row(FIRST).unwrap().devices, 0);
}

#[test]
fn devices_without_a_broker_wait_for_one() {
    let mut site = Site::new();
    site.start();
    add(&mut site);
    site.send("lamp", "1");
    assert!(matches!(site.stage("lamp"), ControlStage::Failed(_)));
    site.connect(profile());
    site.report("temp", "21");
    assert_eq!(site.value("temp").as_deref(), Some("21"));
}

fn diagnosis(site: &mut Site) -> Option<Diagnosis> {
    site.row(FIRST).unwrap().diagnosis
}

fn found(finding: Finding) -> Option<Diagnosis> {
    Some(Diagnosis::Found(vec![finding]))
}

#[test]
fn a_connection_that_fails_is_looked_into_once_and_again_when_asked() {
    let mut site = Site::new();
    site.network = false;
    site.start();
    site.connect(profile());
    assert_eq!(diagnosis(&mut site), found(Finding::NothingListens));
    let probes = site.probes.len();
    site.seconds(60);
    assert_eq!(site.probes.len(), probes);
    let works =
        Probe::WebSocket { url: "ws://broker.test:9001/mqtt".to_owned(), protocol: Some("mqtt") };
    site.answering.push(works);
    site.connections(ConnectionsRequest::Diagnose(FIRST));
    let works = "/mqtt".to_owned();
    assert_eq!(diagnosis(&mut site), found(Finding::WrongPath { works }));
    site.network = true;
    site.request(Request::Wake);
    assert!(is_up(&mut site, FIRST));
    assert_eq!(diagnosis(&mut site), None);
}

#[test]
fn a_refusal_is_told_in_its_own_words_in_both_versions() {
    for version in [MqttVersion::V5, MqttVersion::V311] {
        for (code, refusal) in [
            (ReasonCode::BAD_USER_NAME_OR_PASSWORD, Refusal::Credentials),
            (ReasonCode::NOT_AUTHORIZED, Refusal::NotAuthorized),
        ] {
            let mut site = Site::new();
            site.broker.script.refuse_connect = Some(code);
            site.start();
            site.connect(Profile { version, ..profile() });
            assert_eq!(diagnosis(&mut site), found(Finding::Refused(refusal)), "{version:?}");
            assert!(site.probes.is_empty());
        }
    }
}

#[test]
fn a_broker_of_the_old_version_is_no_patient() {
    let mut site = Site::new();
    site.broker.script.old = Some(OldBroker::HangsUp);
    site.start();
    site.connect(profile());
    assert!(is_up(&mut site, FIRST));
    assert_eq!((diagnosis(&mut site), site.probes.len()), (None, 0));
}

#[test]
fn what_opens_and_says_nothing_is_no_broker() {
    let mut site = Site::new();
    site.broker.script.mute = true;
    site.start();
    site.connect(profile());
    site.seconds(11);
    assert_eq!(diagnosis(&mut site), found(Finding::NotMqtt));
}

#[test]
fn a_device_of_the_second_broker_is_live_again_after_a_reload() {
    let mut site = two().reloaded();
    assert_eq!(site.row(SECOND).unwrap().devices, 1);
    assert_eq!(site.second.subscriptions().len(), 2);
    site.second.publish("mcs/D1/key1/temp", ",,21", mcs_session::Qos::AtMostOnce);
    site.settle();
    assert_eq!(site.value("temp").as_deref(), Some("21"));
}

#[test]
fn a_device_whose_broker_comes_later_from_another_tab_moves_there() {
    let there = two();
    let mut here = Site::static_site();
    for name in ["devices", "profiles"] {
        here.input(Input::KeptElsewhere(name.to_owned(), there.kept.get(name).cloned()));
    }
    assert!(here.broker.subscriptions().is_empty());
    here.connections(ConnectionsRequest::Connect(SECOND));
    assert_eq!(here.second.subscriptions().len(), 2);
}
