//! What a chart shows of the past.

use std::collections::BTreeMap;

use mcs_model::api::{DeviceChange, Presence};
use mcs_model::{Timestamp, Value};
use mcs_view::protocol::{
    ChartFrame, ChartRequest, ChartsRequest, ExportEnd, LineFrame, News, PointTime, Request,
    Stroke, View,
};
use proptest::prelude::*;

use crate::site::{Site, WALL, chart, here, id};

const CALL: &str = "GET /api/devices/D1/channels/temp/series";

/// Signed in, with a past.
fn site(points: impl IntoIterator<Item = (u64, f64)>) -> Site {
    let mut site = Site::signed_in();
    site.server.past.points.insert("temp".to_owned(), BTreeMap::new());
    keep(&mut site, points);
    site
}

fn keep(site: &mut Site, points: impl IntoIterator<Item = (u64, f64)>) {
    for (at, value) in points {
        site.server.past.keep("temp", at, Value::Float(value));
    }
}

/// The device reports, and the server keeps it.
fn report(site: &mut Site, value: f64) {
    keep(site, [(site.wall(), value)]);
    site.report("temp", &value.to_string());
}

fn paint(site: &mut Site, request: ChartRequest) -> ChartFrame {
    let view = View::Device(id("D1"));
    // A chart that looks as it did is left out: forget what was painted.
    site.frame(view.clone(), Vec::new());
    site.frame(view, vec![request]);
    site.screen.charts.remove(0)
}

/// The same once all of its history is there.
fn settled(site: &mut Site, request: ChartRequest) -> ChartFrame {
    for _ in 0..20 {
        let chart = paint(site, request.clone());
        if !chart.series.iter().any(|it| it.loading) {
            return chart;
        }
    }
    panic!("history never comes to an end");
}

fn pairs(site: &Site, line: LineFrame) -> Vec<(f32, f32)> {
    let floats = &site.floats[line.offset as usize..(line.offset + line.len) as usize];
    floats.chunks_exact(2).map(|it| (it[0], it[1])).collect()
}

fn values(site: &Site) -> Vec<f32> {
    site.floats.chunks_exact(2).map(|it| it[1]).collect()
}

#[test]
fn a_chart_is_filled_from_history_when_it_opens() {
    let mut site = site((0..10).map(|n| (WALL - 10_000 + n * 1000, n as f64)));
    site.report("temp", "10");
    let series = paint(&mut site, chart("temp", 60)).series.remove(0);
    assert!(series.loading);
    let (start, end) = (WALL - 60_000, WALL + 5_000);
    let call = format!("{CALL}?start={start}&end={end}&buckets=2000");
    assert!(site.server.calls.contains(&call), "{:?}", site.server.calls);
    let series = paint(&mut site, chart("temp", 60)).series.remove(0);
    assert!(!series.loading);
    assert_eq!((series.line.points, series.line.min, series.line.max), (11, 0.0, 10.0));
    assert_eq!(values(&site), (0..=10).map(|n| n as f32).collect::<Vec<_>>());
    assert_eq!(series.last.map(|it| (it.at.as_millis(), it.value)), Some((WALL, 10.0)));
}

#[test]
fn it_is_asked_for_once_and_again_only_for_what_is_missing() {
    let mut site = site([]);
    for _ in 0..5 {
        paint(&mut site, chart("temp", 60));
        site.seconds(1);
    }
    assert_eq!(site.server.count(CALL), 1);
    paint(&mut site, chart("temp", 3600));
    let (start, end) = (site.wall() - 3_600_000, WALL - 60_000 - 1);
    assert_eq!(
        site.server.calls.last(),
        Some(&format!("{CALL}?start={start}&end={end}&buckets=2000"))
    );
}

#[test]
fn what_was_missed_while_the_connection_was_lost_is_fetched_and_there_is_no_seam() {
    let mut site = site([]);
    paint(&mut site, chart("temp", 600));
    for _ in 0..30 {
        site.seconds(1);
        report(&mut site, 1.0);
    }
    let last = site.wall();
    site.cut();
    site.seconds(60);
    keep(&mut site, (1..60).map(|n| (last + n * 1000, 2.0)));
    // Not before points arrive again: it would have to be asked for once more.
    let calls = site.server.count(CALL);
    paint(&mut site, chart("temp", 600));
    assert_eq!(site.server.count(CALL), calls);
    site.network = true;
    site.seconds(31);
    site.report("temp", "3");
    paint(&mut site, chart("temp", 600));
    let series = paint(&mut site, chart("temp", 600)).series.remove(0);
    assert_eq!(series.line.points, 30 + 59 + 1);
    assert_eq!(site.server.count(CALL), calls + 1);
    let from: u64 =
        site.server.calls.last().unwrap().split(['=', '&']).nth(1).unwrap().parse().unwrap();
    assert!(from <= last + 1, "asked for what came after {from}, but {last} was the last to come");
}

#[test]
fn a_point_that_came_live_while_history_was_on_its_way_is_there_once() {
    let mut site = site([(WALL - 1000, 4.0)]);
    site.server.hold = true;
    paint(&mut site, chart("temp", 60));
    report(&mut site, 5.0);
    site.release();
    assert_eq!(paint(&mut site, chart("temp", 60)).series[0].line.points, 2);
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
    assert_eq!(site.server.count(CALL), 2);
    assert!(
        matches!(&site.notices()[0], News::NoHistory(channel, _) if channel.as_str() == "temp")
    );
}

#[test]
fn a_paused_chart_counts_what_is_newer() {
    let mut site = site([(WALL - 1000, 1.0)]);
    let end = Some(Timestamp::from_millis(WALL));
    let paused = || ChartRequest { end, ..chart("temp", 60) };
    paint(&mut site, paused());
    for _ in 0..3 {
        site.seconds(1);
        site.report("temp", "2");
    }
    let series = paint(&mut site, paused()).series.remove(0);
    assert_eq!((series.line.points, series.newer), (1, 3));
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
    let mut site = site([]);
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
    let mut site = site([]);
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
    let mut site = site([]);
    site.cut();
    paint(&mut site, chart("temp", 60));
    paint(&mut site, chart("temp", 60));
    assert_eq!(site.server.count(CALL), 1);
    site.network = true;
    site.seconds(5);
    paint(&mut site, chart("temp", 60));
    assert_eq!(site.server.count(CALL), 2);
}

/// 20 points a second, which are too many to hold.
fn dense(from: u64, until: u64) -> impl Iterator<Item = (u64, f64)> {
    (from / 50..until / 50).map(|n| (n * 50, (n * 7919 % 1009) as f64))
}

#[test]
fn of_a_time_with_too_many_points_there_are_buckets_and_live_follows_without_a_seam() {
    let mut site = site(dense(WALL - 3_600_000, WALL));
    let series = settled(&mut site, chart("temp", 3600)).series.remove(0);
    assert!(series.line.bucket_ms >= 1800, "{}", series.line.bucket_ms);
    let off = series.line.points.abs_diff(72_000);
    assert!(off <= 100, "{} points", series.line.points);
    assert_eq!((series.line.min, series.line.max), (0.0, 1008.0));
    let calls = site.server.calls.len();
    for n in 0..20 {
        site.seconds(1);
        report(&mut site, f64::from(n) - 100.0);
    }
    let series = settled(&mut site, chart("temp", 3600)).series.remove(0);
    assert_eq!(site.server.calls.len(), calls, "live points were asked for");
    let drawn = pairs(&site, series.line);
    assert!(drawn.iter().all(|it| !it.1.is_nan()), "there is a gap");
    assert_eq!(series.last.map(|it| it.value), Some(-81.0));
    // What is newest is known point by point: a short window needs nothing else.
    let series = settled(&mut site, chart("temp", 20)).series.remove(0);
    assert_eq!((series.line.points, series.line.bucket_ms), (20, 0));
}

#[test]
fn a_closer_look_asks_for_what_is_seen_and_for_nothing_else() {
    let mut site = site(dense(WALL - 3_600_000, WALL));
    settled(&mut site, chart("temp", 3600));
    let end = Some(Timestamp::from_millis(WALL - 1_800_000));
    let closer = || ChartRequest { end, ..chart("temp", 60) };
    let calls = site.server.count(CALL);
    let series = settled(&mut site, closer()).series.remove(0);
    assert_eq!(site.server.count(CALL), calls + 1);
    let (start, end) = (WALL - 1_860_000, WALL - 1_800_000);
    assert!(site.server.calls.contains(&format!("{CALL}?start={start}&end={end}&buckets=2000")));
    assert_eq!((series.line.points, series.line.bucket_ms), (1201, 0));
    // And back again: it is still here.
    settled(&mut site, chart("temp", 3600));
    assert_eq!(site.server.count(CALL), calls + 1);
}

#[test]
fn a_switch_that_rests_shows_what_it_was_before() {
    let mut site = site([]);
    site.server.past.keep("lamp", WALL - 7_200_000, Value::Switch(true));
    let series = settled(&mut site, chart("lamp", 60)).series.remove(0);
    assert_eq!(series.stroke, Stroke::Step);
    assert_eq!(pairs(&site, series.line), [(0.0, 1.0), (100.0, 1.0)]);
    assert_eq!(series.line.points, 0);
    let calls = site.server.calls.len();
    site.seconds(10);
    settled(&mut site, chart("lamp", 60));
    settled(&mut site, chart("lamp", 600));
    assert_eq!(site.server.calls.len(), calls, "all of that was known");
}

#[test]
fn a_step_ends_where_the_device_went_away_and_begins_again_with_its_word() {
    let mut site = site([]);
    site.server.past.keep("lamp", WALL - 30_000, Value::Switch(true));
    settled(&mut site, chart("lamp", 100));
    site.seconds(10);
    let last_seen = Some(Timestamp::from_millis(site.wall()));
    let away = Presence { transports: Vec::new(), last_seen };
    site.announce(DeviceChange::Presence(away));
    site.seconds(10);
    let series = settled(&mut site, chart("lamp", 100)).series.remove(0);
    assert_eq!(pairs(&site, series.line).last(), Some(&(90.0, 1.0)));
    site.announce(DeviceChange::Presence(here()));
    site.seconds(10);
    site.report("lamp", "0");
    site.seconds(10);
    let series = settled(&mut site, chart("lamp", 100)).series.remove(0);
    let drawn = pairs(&site, series.line);
    let gap = drawn.iter().position(|it| it.1.is_nan()).unwrap();
    assert_eq!(drawn[gap - 1], (70.0, 1.0));
    assert_eq!(drawn[gap + 1..], [(90.0, 0.0), (100.0, 0.0)]);
}

#[test]
fn what_somebody_set_is_drawn_as_steps_and_what_is_measured_as_slopes() {
    let mut site = site([]);
    let mut stroke = |channel| paint(&mut site, chart(channel, 60)).series[0].stroke;
    assert_eq!(stroke("target"), Stroke::Step);
    assert_eq!(stroke("temp"), Stroke::Slope);
    assert_eq!(stroke("lamp"), Stroke::Step);
    assert_eq!(stroke("mode"), Stroke::Lanes);
    assert_eq!(stroke("status"), Stroke::Marks);
}

#[test]
fn a_category_is_drawn_on_the_lanes_of_its_options() {
    let mut site = site([]);
    for (ago, mode) in [(50_000, "full"), (40_000, "off"), (30_000, "unheard of")] {
        site.server.past.keep("mode", WALL - ago, Value::Category(mode.to_owned()));
    }
    settled(&mut site, chart("mode", 100));
    site.report("mode", "eco");
    let series = settled(&mut site, chart("mode", 100)).series.remove(0);
    let drawn = pairs(&site, series.line);
    assert_eq!(drawn, [(50.0, 2.0), (60.0, 0.0), (100.0, 1.0), (100.0, 1.0)]);
}

#[test]
fn texts_are_marks_with_their_words() {
    let mut site = site([]);
    site.server.past.keep("status", WALL - 20_000, Value::String("boot".to_owned()));
    settled(&mut site, chart("status", 60));
    site.report("status", "<img onerror>");
    let series = settled(&mut site, chart("status", 60)).series.remove(0);
    let texts: Vec<_> = series.marks.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["boot", "<img onerror>"]);
    assert_eq!((series.line.points, series.unnamed), (2, 0));
}

#[test]
fn a_window_is_compared_with_the_same_one_before() {
    const DAY: u64 = 86_400_000;
    let now = (0..60).map(|n| (WALL - n * 1000, 2.0));
    let mut site = site(now.chain((0..60).map(|n| (WALL - DAY - n * 1000, 1.0))));
    let compared = || ChartRequest { compare_ms: Some(DAY), ..chart("temp", 60) };
    settled(&mut site, compared());
    let series = settled(&mut site, compared()).series.remove(0);
    let before = series.before.unwrap();
    assert_eq!((series.line.points, series.line.max), (60, 2.0));
    assert_eq!((before.points, before.max), (60, 1.0));
    assert_eq!(pairs(&site, before).len(), pairs(&site, series.line).len());
}

#[test]
fn the_table_has_the_newest_points_of_the_window() {
    let mut site = site((0..10).map(|n| (WALL - 10_000 + n * 1000, n as f64)));
    let end = Some(Timestamp::from_millis(WALL - 5_000));
    let table = ChartRequest { rows: 3, end, ..chart("temp", 60) };
    let rows = settled(&mut site, table).series.remove(0).rows;
    let rows: Vec<_> = rows.iter().map(|it| (WALL - it.at.as_millis(), it.value)).collect();
    assert_eq!(rows, [(5000, 5.0), (6000, 4.0), (7000, 3.0)]);
}

#[test]
fn large_numbers_keep_their_digits() {
    let mut site = site((0..10).map(|n| (WALL - 10_000 + n * 1000, 3_000_000_000.0 + n as f64)));
    let line = settled(&mut site, chart("temp", 60)).series.remove(0).line;
    let drawn: Vec<_> = pairs(&site, line).iter().map(|it| f64::from(it.1) + line.base).collect();
    assert_eq!(drawn, (0..10).map(|n| 3_000_000_000.0 + f64::from(n)).collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever came live and whatever from history, in whichever order: each point is there once.
    #[test]
    fn no_point_is_missing_and_none_is_there_twice(
        past in prop::collection::btree_set(0u64..100, 0..60),
        steps in prop::collection::vec((0u64..6, 1u64..5), 0..20),
    ) {
        let points = past.iter().map(|n| (WALL - n * 1000, *n as f64));
        let mut site = site(points);
        for (step, seconds) in steps {
            match step {
                0 => site.cut(),
                1 => site.network = true,
                2 => { paint(&mut site, chart("temp", 60)); }
                3 => {
 let at = site.wall() - 30_000;
 keep(&mut site, [(at, -1.0)]);
 }
                _ => report(&mut site, seconds as f64),
            }
            site.seconds(seconds);
        }
        site.network = true;
        site.seconds(90);
        report(&mut site, 0.0);
        let chart = settled(&mut site, chart("temp", 300));
        let (start, end) = (chart.start.as_millis(), chart.end.as_millis());
        let kept = &site.server.past.points["temp"];
        let truth: BTreeMap<u64, f64> = kept
            .range(start..=end)
            .map(|(at, value)| (*at, value.as_number().unwrap()))
            .collect();
        let line = chart.series[0].line;
        // What was stored in the past of a time that was known is not announced.
        let late = truth.values().filter(|it| **it == -1.0).count() as u64;
        prop_assert!(line.points + late >= truth.len() as u64, "{line:?} of {truth:?}");
        prop_assert!(line.points <= truth.len() as u64, "{line:?} of {truth:?}");
    }
}

/// Everything that an export gives, frame by frame.
fn exported(site: &mut Site, channels: &[&str], from: u64, until: u64) -> (String, ExportEnd) {
    site.request(Request::Charts(ChartsRequest::Export {
        device: id("D1"),
        channels: channels.iter().map(|it| id(it)).collect(),
        time: PointTime::Device,
        from: Timestamp::from_millis(from),
        until: Timestamp::from_millis(until),
    }));
    let mut text = String::new();
    for _ in 0..1000 {
        site.device_page();
        if let Some(piece) = site.screen.points.take() {
            text += &piece.text;
            assert_eq!(piece.points as usize, text.lines().count() - 1);
            if let Some(end) = piece.end {
                return (text, end);
            }
        }
    }
    panic!("the export never ends");
}

#[test]
fn an_export_has_every_point_once_and_in_order_however_many_there_are() {
    let mut site = site(dense(WALL - 600_000, WALL));
    let (text, end) = exported(&mut site, &["temp"], WALL - 600_000, WALL);
    assert_eq!(end, ExportEnd::Whole);
    let times: Vec<u64> =
        text.lines().skip(1).map(|it| it.split(',').nth(1).unwrap().parse().unwrap()).collect();
    assert_eq!(times.len(), 12_000);
    assert!(times.windows(2).all(|it| it[0] < it[1]));
}

#[test]
fn an_export_of_a_static_site_has_what_came_since_it_was_opened() {
    let mut site = Site::static_site();
    crate::static_site::add(&mut site);
    site.report("status", "=1+1");
    site.seconds(1);
    site.report("mode", "eco");
    let (text, end) = exported(&mut site, &["status", "mode"], 0, u64::MAX);
    assert_eq!(end, ExportEnd::Whole);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[1], format!("2023-11-14T22:13:20.000Z,{WALL},D1,status,status,,\"'=1+1\""));
    assert!(lines[2].ends_with(",D1,mode,mode,,eco"), "{}", lines[2]);
}

#[test]
fn an_export_that_fails_says_so() {
    let mut site = Site::signed_in();
    let (text, end) = exported(&mut site, &["temp"], 0, WALL);
    assert_eq!((text.lines().count(), end), (1, ExportEnd::Failed));
}
