//! A frame holds only what changed.

use mcs_view::protocol::{self, Frame, FrameRequest, News, Request, Stroke, View};
use mcs_view::{Input, Output};

use crate::site::{Site, chart, id};

/// The next frame as it is, not what it makes of the screen.
fn next(site: &mut Site, view: View, channels: &[&str]) -> (Frame, Vec<f32>) {
    let charts = channels.iter().map(|it| chart(it, 60)).collect();
    let request = Request::Frame(FrameRequest { view, fresh: false, charts });
    site.console.handle_input(site.now, Input::Request(request));
    let mut answer = None;
    loop {
        match site.console.poll_output() {
            Output::Frame(frame, floats) => answer = Some((*frame, floats)),
            Output::Timeout(_) => return answer.expect("every request is answered"),
            _ => {}
        }
    }
}

fn device() -> View {
    View::Device(id("D1"))
}

#[test]
fn a_frame_after_which_nothing_happened_is_empty() {
    let mut site = Site::signed_in();
    next(&mut site, device(), &[]);
    assert_eq!(next(&mut site, device(), &[]), (Frame::default(), Vec::new()));
}

#[test]
fn only_the_card_that_changed_is_there() {
    let mut site = Site::signed_in();
    site.report("temp", "1");
    site.report("status", "fine");
    assert_eq!(next(&mut site, device(), &[]).0.cards.len(), 7, "all at first");
    site.report("temp", "2");
    let cards = next(&mut site, device(), &[]).0.cards;
    assert_eq!(cards.len(), 1);
    assert_eq!(cards[0].channel, id("temp"));
}

#[test]
fn a_page_that_was_left_and_opened_again_gets_everything() {
    let mut site = Site::signed_in();
    site.report("temp", "1");
    next(&mut site, device(), &[]);
    next(&mut site, View::Devices, &[]);
    let frame = next(&mut site, device(), &[]).0;
    assert_eq!((frame.cards.len(), frame.device.map(|it| it.channels.len())), (7, Some(7)));
}

#[test]
fn a_thousand_points_between_two_frames_are_one_card() {
    let mut site = Site::signed_in();
    next(&mut site, device(), &[]);
    for n in 0..1000 {
        site.report("temp", &n.to_string());
    }
    let frame = next(&mut site, device(), &[]).0;
    assert_eq!(frame.cards.len(), 1);
    assert_eq!(frame.cards[0].value.as_ref().unwrap().value.to_string(), "999");
}

#[test]
fn a_chart_comes_when_it_looks_different() {
    let mut site = Site::signed_in();
    next(&mut site, device(), &["temp", "lamp"]);
    next(&mut site, device(), &["temp", "lamp"]);
    assert_eq!(next(&mut site, device(), &["temp", "lamp"]).0.charts, []);
    site.report("temp", "1");
    let (frame, floats) = next(&mut site, device(), &["temp", "lamp"]);
    assert_eq!(frame.charts.iter().map(|it| it.index).collect::<Vec<_>>(), [0]);
    assert_eq!(floats, [100.0, 1.0]);
    // 100 columns over 60 s: after 3 s everything is 5 pixels to the left.
    site.seconds(3);
    let (frame, floats) = next(&mut site, device(), &["temp", "lamp"]);
    assert_eq!(frame.charts.len(), 2);
    assert_eq!(floats, [95.0, 1.0]);
}

#[test]
fn floats_are_found_by_their_offsets_and_a_switch_is_drawn_in_steps() {
    let mut site = Site::signed_in();
    site.report("temp", "1");
    site.report("lamp", "1");
    let (frame, floats) = next(&mut site, device(), &["temp", "lamp"]);
    let lines: Vec<_> = frame.charts.iter().map(|it| it.series[0].clone()).collect();
    assert_eq!(
        lines.iter().map(|it| (it.line.offset, it.line.len)).collect::<Vec<_>>(),
        [(0, 2), (2, 4)]
    );
    assert_eq!(lines.iter().map(|it| it.stroke).collect::<Vec<_>>(), [Stroke::Slope, Stroke::Step]);
    assert_eq!(floats.len(), 6);
}

#[test]
fn counters_come_at_most_twice_a_second() {
    let mut site = Site::signed_in();
    next(&mut site, device(), &[]);
    let mut seen = 0;
    for _ in 0..50 {
        site.report("temp", "1");
        seen += usize::from(next(&mut site, device(), &[]).0.stats.is_some());
        site.pass(std::time::Duration::from_millis(20));
    }
    assert!((1..=2).contains(&seen), "{seen}");
    site.seconds(2);
    let stats = next(&mut site, device(), &[]).0.stats.unwrap();
    assert_eq!((stats.messages, stats.points), (50, 50));
    assert_eq!(stats.budget, 64 * 1024 * 1024);
    assert!(stats.message_rate > 5.0, "{}", stats.message_rate);
}

#[test]
fn a_notice_stays_until_it_is_dismissed() {
    let mut site = Site::static_site();
    site.request(Request::ImportDevices("nonsense".to_owned()));
    let notice = next(&mut site, View::Devices, &[]).0.notices.unwrap().remove(0);
    site.request(Request::Dismiss(notice.id));
    assert_eq!(next(&mut site, View::Devices, &[]).0.notices, Some(Vec::new()));
}

#[test]
fn messages_survive_the_way_to_the_page() {
    let mut site = Site::signed_in();
    site.report("temp", "1");
    let frame = next(&mut site, device(), &["temp"]).0;
    assert_eq!(protocol::decode::<Frame>(&protocol::encode(&frame)), Ok(frame));
}

#[test]
fn a_chart_slides_by_quarters_of_a_pixel() {
    let mut site = Site::signed_in();
    site.report("temp", "1");
    next(&mut site, device(), &["temp"]);
    next(&mut site, device(), &["temp"]);
    let mut painted = 0;
    // 100 columns over 60 s: a pixel is 600 ms.
    for _ in 0..60 {
        site.pass(std::time::Duration::from_millis(20));
        painted += next(&mut site, device(), &["temp"]).0.charts.len();
    }
    assert_eq!(painted, 8);
}

#[test]
fn the_rate_falls_when_nothing_comes() {
    let mut site = Site::signed_in();
    for _ in 0..100 {
        site.report("temp", "1");
    }
    site.seconds(1);
    let stats = next(&mut site, device(), &[]).0.stats.unwrap();
    assert_eq!(stats.message_rate, 25.0);
    site.seconds(5);
    assert_eq!(next(&mut site, device(), &[]).0.stats.unwrap().message_rate, 0.0);
}

#[test]
fn notices_are_neither_doubled_nor_without_number() {
    let mut site = Site::signed_in();
    for n in [1, 2, 1] {
        site.send(&format!("unknown{n}"), "1");
    }
    let not_sent = |channel: &str| News::NotSent(id("D1"), id(channel));
    assert_eq!(site.notices(), [not_sent("unknown2"), not_sent("unknown1")]);
    for n in 0..100 {
        site.send(&format!("unknown{n}"), "1");
    }
    assert_eq!(site.notices().len(), 20);
    assert_eq!(site.notices()[19], not_sent("unknown99"));
}

#[test]
fn a_device_that_speaks_all_the_time_is_told_of_once_a_second() {
    let mut site = Site::signed_in();
    next(&mut site, View::Devices, &[]);
    let mut told = 0;
    for _ in 0..300 {
        site.pass(std::time::Duration::from_millis(10));
        site.report("temp", "1");
        told += usize::from(!next(&mut site, View::Devices, &[]).0.rows.is_empty());
    }
    assert_eq!(told, 3);
}

#[test]
fn connections_are_not_told_again_because_a_device_reports() {
    let mut site = Site::signed_in();
    next(&mut site, View::Devices, &[]);
    for n in 0..3 {
        site.seconds(20);
        site.report("temp", &n.to_string());
        let frame = next(&mut site, View::Devices, &[]).0;
        assert!(!frame.rows.is_empty(), "the device was heard");
        assert_eq!(frame.connections, None);
    }
}
