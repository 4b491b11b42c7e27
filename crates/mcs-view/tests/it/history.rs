//! What a chart shows of the past.

use mcs_model::api::{History, HistoryPoint};
use mcs_model::{Timestamp, Value};
use mcs_view::protocol::{ChartFrame, ChartRequest, View};
use mcs_view::{Fetched, Input};

use crate::site::{Site, WALL, chart, id};

const CALL: &str = "GET /api/devices/D1/channels/temp/points";

fn history(points: impl IntoIterator<Item = (u64, f64)>, truncated: bool) -> History {
    let point =
        |(at, value)| HistoryPoint { at: Timestamp::from_millis(at), value: Value::Float(value) };
    History { points: points.into_iter().map(point).collect(), truncated }
}

fn paint(site: &mut Site, request: ChartRequest) -> ChartFrame {
    let view = View::Device(id("D1"));
    // A chart that looks as it did is left out: forget what was painted.
    site.frame(view.clone(), Vec::new());
    site.frame(view, vec![request]);
    site.screen.charts.remove(0)
}

fn values(site: &Site) -> Vec<f32> {
    site.floats.chunks_exact(2).map(|it| it[1]).collect()
}

#[test]
fn a_chart_is_filled_from_history_when_it_opens() {
    let mut site = Site::signed_in();
    let points = (0..10).map(|n| (WALL - 10_000 + n * 1000, n as f64));
    site.server.answer(CALL, 200, &history(points, false));
    site.report("temp", "10");
    let series = paint(&mut site, chart("temp", 60)).series.remove(0);
    assert!(series.loading);
    let start = WALL - 60_000;
    assert!(site.server.calls.contains(&format!("{CALL}?start={start}&limit=2000")));
    let series = paint(&mut site, chart("temp", 60)).series.remove(0);
    assert!(!series.loading);
    assert_eq!((series.points, series.min, series.max), (11, 0.0, 10.0));
    assert_eq!(values(&site), (0..=10).map(|n| n as f32).collect::<Vec<_>>());
}

#[test]
fn it_is_asked_for_once_and_again_only_for_what_is_missing() {
    let mut site = Site::signed_in();
    site.server.answer(CALL, 200, &history([], false));
    for _ in 0..5 {
        paint(&mut site, chart("temp", 60));
        site.seconds(1);
    }
    assert_eq!(site.server.count(CALL), 1);
    paint(&mut site, chart("temp", 3600));
    let (start, end) = (site.wall() - 3_600_000, WALL - 60_000 - 1);
    assert_eq!(
        site.server.calls.last(),
        Some(&format!("{CALL}?start={start}&end={end}&limit=2000"))
    );
}

#[test]
fn a_long_past_comes_page_by_page_from_the_newest() {
    let mut site = Site::signed_in();
    let start = WALL - 100_000;
    let page = |from: u64, to: u64| (from..to).map(|n| (start + n * 1000, n as f64));
    site.server.answer(
        &format!("{CALL}?start={start}&limit=2000"),
        200,
        &history(page(60, 100), true),
    );
    let end = start + 60_000 - 1;
    let second = format!("{CALL}?start={start}&end={end}&limit=2000");
    site.server.answer(&second, 200, &history(page(0, 60), false));
    for _ in 0..4 {
        paint(&mut site, chart("temp", 100));
    }
    assert_eq!(site.server.count(CALL), 2);
    assert_eq!(paint(&mut site, chart("temp", 100)).series[0].points, 100);
}

#[test]
fn what_was_missed_while_the_connection_was_lost_is_fetched_and_there_is_no_seam() {
    let mut site = Site::signed_in();
    site.server.answer(CALL, 200, &history([], false));
    paint(&mut site, chart("temp", 600));
    for _ in 0..30 {
        site.seconds(1);
        site.report("temp", "1");
    }
    let last = site.wall();
    site.cut();
    site.seconds(60);
    let missed = (1..60).map(|n| (last + n * 1000, 2.0));
    let known = (0..30).map(|n| (last - n * 1000, 1.0));
    site.server.answer(CALL, 200, &history(missed.chain(known), false));
    // Not before points arrive again: it would have to be asked for once more.
    let calls = site.server.count(CALL);
    paint(&mut site, chart("temp", 600));
    assert_eq!(site.server.count(CALL), calls);
    site.network = true;
    site.seconds(31);
    site.report("temp", "3");
    paint(&mut site, chart("temp", 600));
    let series = paint(&mut site, chart("temp", 600)).series.remove(0);
    assert_eq!(series.points, 30 + 59 + 1);
    assert_eq!(site.server.count(CALL), calls + 1);
    let from: u64 =
        site.server.calls.last().unwrap().split(['=', '&']).nth(1).unwrap().parse().unwrap();
    assert!(from <= last + 1, "asked for what came after {from}, but {last} was the last to come");
}

#[test]
fn a_point_that_came_live_while_history_was_on_its_way_is_there_once() {
    let mut site = Site::signed_in();
    site.server.hold = true;
    paint(&mut site, chart("temp", 60));
    site.report("temp", "5");
    let now = site.wall();
    site.server.answer(CALL, 200, &history([(now - 1000, 4.0), (now, 5.0)], false));
    site.release();
    assert_eq!(paint(&mut site, chart("temp", 60)).series[0].points, 2);
}

#[test]
fn a_server_in_trouble_is_asked_again_after_a_while_and_one_that_refuses_is_not() {
    let mut site = Site::signed_in();
    site.server.answer(CALL, 500, &());
    paint(&mut site, chart("temp", 60));
    paint(&mut site, chart("temp", 60));
    assert_eq!(site.server.count(CALL), 1);
    site.seconds(6);
    site.server.answer(CALL, 404, &());
    paint(&mut site, chart("temp", 60));
    assert_eq!(site.server.count(CALL), 2);
    site.seconds(60);
    paint(&mut site, chart("temp", 60));
    assert_eq!(site.server.calls.iter().filter(|it| it.contains("&end=")).count(), 0);
    assert!(site.notices()[0].contains("No history of temp"));
}

#[test]
fn a_paused_chart_counts_what_is_newer() {
    let mut site = Site::signed_in();
    site.server.answer(CALL, 200, &history([(WALL - 1000, 1.0)], false));
    let end = Some(Timestamp::from_millis(WALL));
    let paused = || ChartRequest { end, ..chart("temp", 60) };
    paint(&mut site, paused());
    for _ in 0..3 {
        site.seconds(1);
        site.report("temp", "2");
    }
    let series = paint(&mut site, paused()).series.remove(0);
    assert_eq!((series.points, series.newer), (1, 3));
}

#[test]
fn texts_have_no_chart() {
    let mut site = Site::signed_in();
    let series = paint(&mut site, chart("status", 60)).series.remove(0);
    assert_eq!((series.len, series.loading), (0, false));
    assert_eq!(site.server.count("GET /api/devices/D1/channels/status"), 0);
}

#[test]
fn a_clock_that_is_ahead_shifts_the_right_edge_and_a_wrong_one_does_not() {
    let mut site = Site::signed_in();
    let publish = |site: &mut Site, ahead: u64| {
        let at = site.wall() + ahead;
        site.publish("console/v1/points/D1/temp", &format!("{at},temp,1"));
        paint(site, chart("temp", 60)).end.as_millis() - site.wall()
    };
    assert_eq!(publish(&mut site, 0), 0);
    assert_eq!(publish(&mut site, 120_000), 120_000);
    assert_eq!(publish(&mut site, 86_400_000), 120_000);
    assert_eq!(publish(&mut site, 0), 0);
}

/// When the connection was lost, and from when on points were asked for afterwards; the device's
/// clock is `behind` by so many milliseconds.
fn asked_after_a_loss(behind: u64) -> (u64, u64) {
    let mut site = Site::signed_in();
    site.server.answer(CALL, 200, &history([], false));
    paint(&mut site, chart("temp", 3600));
    let at = site.wall() - behind;
    site.publish("console/v1/points/D1/temp", &format!("{at},temp,1"));
    let lost = site.wall();
    site.cut();
    site.network = true;
    site.seconds(5);
    paint(&mut site, chart("temp", 3600));
    let call = site.server.calls.last().unwrap();
    (lost, call.split(['=', '&']).nth(1).unwrap().parse().unwrap())
}

#[test]
fn a_loss_is_noticed_late_and_clocks_are_slow() {
    // The link may have been dead for a minute.
    let (lost, from) = asked_after_a_loss(0);
    assert_eq!(from, lost - 60_000 + 1);
    // What such a device said since its last point carries earlier times.
    let (lost, from) = asked_after_a_loss(300_000);
    assert_eq!(from, lost - 300_000 + 1);
}

#[test]
fn an_answer_that_was_overtaken_by_a_loss_covers_no_more_than_its_time() {
    let mut site = Site::signed_in();
    site.server.answer(CALL, 200, &history([], false));
    site.server.hold = true;
    for _ in 0..3 {
        paint(&mut site, chart("temp", 60));
    }
    assert_eq!(site.server.count(CALL), 1, "once is enough");
    site.cut();
    site.release();
    site.network = true;
    site.seconds(5);
    paint(&mut site, chart("temp", 60));
    assert_eq!(site.server.count(CALL), 2);
}

#[test]
fn what_was_fetched_without_a_broker_ends_when_it_was_asked_for() {
    let mut site = Site::signed_in();
    site.server.answer(CALL, 200, &history([], false));
    site.cut();
    paint(&mut site, chart("temp", 60));
    paint(&mut site, chart("temp", 60));
    assert_eq!(site.server.count(CALL), 1);
    site.network = true;
    site.seconds(5);
    paint(&mut site, chart("temp", 60));
    assert_eq!(site.server.count(CALL), 2);
}

#[test]
fn a_past_without_end_is_given_up_and_said_so() {
    let mut site = Site::signed_in();
    site.server.hold = true;
    for _ in 0..200 {
        paint(&mut site, chart("temp", 86_400));
        let Some((call, path)) = site.held.pop() else { break };
        let end = path
            .split_once("&end=")
            .map_or(WALL, |it| it.1.split('&').next().unwrap().parse().unwrap());
        let body = mcs_model::api::to_json(&history([(end - 10, 1.0)], true));
        site.input(Input::Fetched(call, Fetched::Answer { status: 200, body }));
    }
    assert_eq!(site.server.count(CALL), 50);
    assert!(site.notices()[0].contains("too many points"), "{:?}", site.notices());
    assert!(!paint(&mut site, chart("temp", 86_400)).series[0].loading);
}
