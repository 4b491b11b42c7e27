//! Places and pictures: what came live, and what the server kept.

use mcs_model::api::{History, HistoryPoint};
use mcs_model::{Timestamp, Value};
use mcs_view::protocol::{CardRequest, Request, Trail, View};

use crate::site::{Site, id};

const POINTS: &str = "GET /api/devices/D1/channels/place/points";

fn trails(site: &mut Site) -> Vec<Trail> {
    site.frame(View::Device(id("D1")), Vec::new());
    site.screen.trails.clone()
}

fn latitudes(trail: &Trail) -> Vec<f64> {
    let latitude = |value: &Value| match value {
        Value::Gps { latitude, .. } => *latitude,
        _ => f64::NAN,
    };
    trail.points.iter().map(|it| latitude(&it.value)).collect()
}

fn recall(site: &mut Site) {
    let (device, channel) = (id("D1"), id("place"));
    site.request(Request::Card(CardRequest::Recall { device, channel }));
}

#[test]
fn places_come_one_by_one_and_history_begins_anew() {
    let mut site = Site::signed_in();
    site.device_page();
    site.report("place", "1,2,3");
    assert_eq!(latitudes(&trails(&mut site)[0]), [1.0]);
    assert!(trails(&mut site).is_empty());
    let value = Value::Gps { latitude: 9.0, longitude: 2.0, altitude: 3.0 };
    let at = Timestamp::from_millis(site.wall() - 1000);
    let history = History { points: vec![HistoryPoint { at, value }], truncated: false };
    site.server.answer(POINTS, 200, &history);
    recall(&mut site);
    let trail = trails(&mut site).remove(0);
    assert!(trail.fresh);
    assert_eq!(latitudes(&trail), [9.0, 1.0]);
    recall(&mut site);
    assert_eq!(site.server.count(POINTS), 1);
}

#[test]
fn history_that_cannot_be_had_is_asked_for_again_by_the_next_card() {
    let mut site = Site::signed_in();
    recall(&mut site);
    recall(&mut site);
    assert_eq!(site.server.count(POINTS), 2);
}

#[test]
fn another_page_gets_everything() {
    let mut site = Site::signed_in();
    site.report("place", "1,2,3");
    site.report("place", "2,2,3");
    site.device_page();
    site.frame(View::Devices, Vec::new());
    let shown = trails(&mut site);
    assert!(shown[0].fresh);
}
