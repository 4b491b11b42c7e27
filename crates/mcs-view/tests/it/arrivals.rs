//! Charts by when points came, and gaps from before the page was opened.

use mcs_model::api::{Absence, PointTime};
use mcs_model::{Timestamp, Value};
use mcs_view::protocol::{ChartFrame, ChartRequest, View};

use crate::site::{Site, WALL, chart, id};

fn by_arrival(channel: &str, seconds: u64) -> ChartRequest {
    ChartRequest { time: PointTime::Arrival, ..chart(channel, seconds) }
}

fn settled(site: &mut Site, request: &ChartRequest) -> ChartFrame {
    let view = View::Device(id("D1"));
    for _ in 0..20 {
        site.server.past.now = site.wall();
        site.frame(view.clone(), Vec::new());
        site.frame(view.clone(), vec![request.clone()]);
        let chart = site.screen.charts.remove(0);
        if !chart.series[0].loading {
            return chart;
        }
    }
    panic!("history never comes to an end");
}

fn drawn(site: &Site, chart: &ChartFrame) -> Vec<(f32, f32)> {
    let line = chart.series[0].line;
    let floats = &site.floats[line.offset as usize..(line.offset + line.len) as usize];
    floats.chunks_exact(2).map(|it| (it[0], it[1])).collect()
}

/// The device sends a point with its own time, and the server keeps when it came.
fn send_late(site: &mut Site, at: u64, value: f64) {
    let came = site.wall();
    site.server.past.keep("temp", at, Value::Float(value));
    site.server.past.keep("temp@", came, Value::Float(value));
    site.say("temp", &format!("{at},temp,{value}"));
}

#[test]
fn a_late_point_is_where_it_came_and_where_the_device_says_as_the_operator_chooses() {
    let mut site = Site::signed_in();
    site.server.past.points.insert("temp".to_owned(), Default::default());
    site.server.past.points.insert("temp@".to_owned(), Default::default());
    settled(&mut site, &chart("temp", 100));
    settled(&mut site, &by_arrival("temp", 100));
    site.seconds(50);
    send_late(&mut site, WALL - 10_000, 20.0);
    site.seconds(10);
    let own = settled(&mut site, &chart("temp", 100));
    assert_eq!(drawn(&site, &own).first(), Some(&(30.0, 20.0)));
    let came = settled(&mut site, &by_arrival("temp", 100));
    assert_eq!(drawn(&site, &came).first(), Some(&(90.0, 20.0)));
    // Nothing came since: nobody asks again, however often it is looked at.
    let calls = site.server.calls.len();
    site.seconds(30);
    settled(&mut site, &by_arrival("temp", 100));
    assert_eq!(site.server.calls.len(), calls);
    send_late(&mut site, WALL - 9_000, 21.0);
    settled(&mut site, &by_arrival("temp", 100));
    site.seconds(2);
    let came = settled(&mut site, &by_arrival("temp", 100));
    assert_eq!(came.series[0].line.points, 2);
    assert_eq!(came.series[0].last.map(|it| it.value), Some(21.0));
}

#[test]
fn a_step_ends_where_the_device_was_away_before_anybody_looked() {
    let mut site = Site::signed_in();
    site.server.past.keep("lamp", WALL - 80_000, Value::Switch(true));
    site.server.past.keep("lamp", WALL - 20_000, Value::Switch(false));
    let at = |ago| Timestamp::from_millis(WALL - ago);
    site.server.past.absences = vec![Absence { since: at(60_000), until: Some(at(40_000)) }];
    let shown = settled(&mut site, &chart("lamp", 100));
    let drawn = drawn(&site, &shown);
    let gap = drawn.iter().position(|it| it.1.is_nan()).expect("a gap");
    assert_eq!(drawn[gap - 1], (40.0, 1.0));
    assert!(drawn[gap + 1].0 >= 80.0, "{drawn:?}");
}
