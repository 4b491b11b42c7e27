//! Against any broker, with nothing else behind it.

use mcs_view::protocol::{
    ConnectionsRequest, ControlStage, LinkState, NewDevice, News, Online, Request, View,
};

use crate::site::{FIRST, KEY_TOPIC, Site, channels, id, profile};

/// The demo device, typed in.
pub(crate) fn add(site: &mut Site) {
    site.request(Request::AddDevice(NewDevice {
        id: id("D1"),
        key: id("key1"),
        name: "Greenhouse".to_owned(),
        channels: channels(),
        connection: FIRST,
    }));
}

fn connected() -> Site {
    let mut site = Site::static_site();
    add(&mut site);
    site
}

#[test]
fn a_device_that_was_typed_in_shows_and_obeys() {
    let mut site = connected();
    site.report("temp", "21");
    assert_eq!(site.value("temp").as_deref(), Some("21"));
    site.send("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Delivered);
    site.report("lamp", "1");
    assert_eq!(site.stage("lamp"), ControlStage::Confirmed);
    site.frame(View::Devices, Vec::new());
    let row = site.screen.devices.clone().unwrap().remove(0);
    // Nobody can say, though it was heard.
    assert_eq!(row.online, Online::Unknown);
    assert!(row.last_seen.is_some());
}

#[test]
fn devices_may_come_before_the_broker() {
    let mut site = Site::new();
    site.start();
    add(&mut site);
    site.connect(profile());
    site.report("temp", "21");
    assert_eq!(site.value("temp").as_deref(), Some("21"));
}

#[test]
fn every_form_that_devices_really_publish_is_understood() {
    let mut site = connected();
    let cases = [
        ("temp", ",temp,1\0", "1"),
        ("temp", ",,2", "2"),
        ("temp", "3", "3"),
        ("temp", r#"{"datapoints":[{"dataChnId":"temp","values":{"value":4}}]}"#, "4"),
        ("status", "hello, world", "hello, world"),
    ];
    for (channel, payload, value) in cases {
        site.publish(&format!("{KEY_TOPIC}{channel}"), payload);
        assert_eq!(site.value(channel).as_deref(), Some(value), "{payload}");
    }
    let now = site.wall();
    site.publish("mcs/D1/key1", &format!("{now},temp,5\n{now},lamp,1\n"));
    assert_eq!(site.value("temp").as_deref(), Some("5"));
    assert_eq!(site.value("lamp").as_deref(), Some("1"));
}

#[test]
fn an_export_is_an_import() {
    let mut site = connected();
    site.request(Request::ExportDevices);
    site.frame(View::Devices, Vec::new());
    let file = site.screen.export.clone().unwrap();
    let mut other = Site::static_site();
    other.request(Request::ImportDevices(file));
    other.report("temp", "21");
    assert_eq!(other.value("temp").as_deref(), Some("21"));
    assert_eq!(other.screen.device.clone().unwrap().channels, channels());
    assert_eq!(other.notices(), [News::Imported(1)]);
}

#[test]
fn a_prototype_gives_its_channels_to_devices_that_have_none() {
    let mut site = Site::static_site();
    let devices = r#"{"devices":[{"id":"D1","key":"key1"}]}"#;
    site.request(Request::ImportDevices(devices.to_owned()));
    let prototype = mcs_model::Prototype {
        id: id("P1"),
        name: "Board".to_owned(),
        version: "1".to_owned(),
        description: String::new(),
        channels: channels(),
    };
    let file = mcs_model::prototype_file::export(
        &prototype,
        &mcs_model::prototype_file::Carried::default(),
    )
    .to_string();
    site.request(Request::ImportDevices(file));
    site.report("temp", "21");
    assert_eq!(site.value("temp").as_deref(), Some("21"), "{:?}", site.notices());
}

#[test]
fn a_file_that_is_neither_says_so() {
    let mut site = Site::static_site();
    site.request(Request::ImportDevices("[1]".to_owned()));
    assert!(matches!(site.notices()[0], News::NotImported(_)));
}

#[test]
fn a_removed_device_is_not_listened_to() {
    let mut site = connected();
    assert_eq!(site.broker.subscriptions().len(), 2);
    site.request(Request::RemoveDevice(id("D1")));
    assert_eq!(site.broker.subscriptions().len(), 0);
    site.frame(View::Devices, Vec::new());
    assert_eq!(site.screen.devices, Some(Vec::new()));
}

#[test]
fn who_disconnects_stays_away() {
    let mut site = connected();
    site.connections(ConnectionsRequest::Disconnect(FIRST));
    site.seconds(100);
    site.frame(View::Devices, Vec::new());
    assert_eq!(site.screen.link.clone().unwrap().state, LinkState::Idle);
    assert_eq!(site.urls.len(), 1);
}

#[test]
fn another_key_is_another_topic() {
    let mut site = connected();
    site.request(Request::AddDevice(NewDevice {
        id: id("D1"),
        key: id("key2"),
        name: String::new(),
        channels: channels(),
        connection: FIRST,
    }));
    let filters: Vec<_> = site.broker.subscriptions().iter().map(|it| it.to_string()).collect();
    assert_eq!(filters, ["mcs/D1/key2", "mcs/D1/key2/+"]);
}

#[test]
fn a_device_that_is_replaced_shows_its_new_channels_at_once() {
    let mut site = connected();
    site.report("temp", "21");
    site.device_page();
    let channels = channels().split_off(2);
    site.request(Request::AddDevice(NewDevice {
        id: id("D1"),
        key: id("key1"),
        name: String::new(),
        channels: channels.clone(),
        connection: FIRST,
    }));
    site.device_page();
    assert_eq!(site.screen.device.clone().unwrap().channels, channels);
    assert_eq!(site.value("temp").as_deref(), Some("21"));
}

#[test]
fn the_points_of_a_removed_device_are_gone() {
    let mut site = connected();
    site.report("temp", "21");
    site.request(Request::RemoveDevice(id("D1")));
    site.frame(View::Devices, Vec::new());
    assert_eq!(site.screen.stats.unwrap().points, 0);
}

#[test]
fn the_keep_alive_is_that_of_the_profile() {
    let mut site = connected();
    let pings = |site: &mut Site| {
        site.broker.take_trace().iter().filter(|it| it.contains("PINGREQ")).count()
    };
    site.seconds(55);
    assert_eq!(pings(&mut site), 0);
    site.seconds(10);
    assert_eq!(pings(&mut site), 1);
}
