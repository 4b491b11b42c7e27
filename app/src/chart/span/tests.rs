use super::{Edges, Span};
use crate::test;

const NOW: u64 = 1_700_000_000_000;
const EDGES: Edges = Edges { start: NOW - 60_000, end: NOW, now: NOW };

fn live() -> Span {
    Span::live(60_000)
}

#[test]
fn zooming_keeps_what_is_under_the_cursor_where_it_is() {
    for (anchor, factor) in [(0.0, 0.5), (0.25, 0.5), (0.5, 0.1), (0.9, 0.3)] {
        let span = live().zoomed(EDGES, anchor, factor);
        let start = span.end.unwrap() - span.length;
        let there = start as f64 + anchor * span.length as f64;
        assert!((there - (NOW as f64 - 60_000.0 + anchor * 60_000.0)).abs() < 2.0, "{span:?}");
    }
}

#[test]
fn zooming_at_the_right_edge_stays_live() {
    assert_eq!(live().zoomed(EDGES, 1.0, 0.5), Span::live(30_000));
    assert_eq!(live().zoomed(EDGES, 1.0, 2.0), Span::live(120_000));
}

#[test]
fn what_would_reach_into_the_future_is_live() {
    let past = Span { length: 60_000, end: Some(NOW - 10_000) };
    let edges = Edges { start: NOW - 70_000, end: NOW - 10_000, now: NOW };
    assert_eq!(past.moved(edges, 1.0), live());
    assert_eq!(past.zoomed(edges, 0.0, 2.0), Span::live(120_000));
    assert_eq!(past.moved(edges, -1.0), Span { length: 60_000, end: Some(NOW - 70_000) });
}

#[test]
fn a_selection_is_seen_whichever_way_it_was_dragged() {
    let half = Span { length: 30_000, end: Some(NOW - 15_000) };
    assert_eq!(live().between(EDGES, 0.25, 0.75), half);
    assert_eq!(live().between(EDGES, 0.75, 0.25), half);
    assert_eq!(live().between(EDGES, 0.5, 1.0), Span::live(30_000));
}

#[test]
fn there_is_a_shortest_and_a_longest_time() {
    assert_eq!(live().zoomed(EDGES, 0.5, 1e-9).length, 1_000);
    assert_eq!(live().between(EDGES, 0.5, 0.5).length, 1_000);
    assert_eq!(live().zoomed(EDGES, 1.0, 1e9).length, 400 * 86_400_000);
}

#[test]
fn a_pause_holds_the_edge_and_ends_with_the_clock() {
    let paused = live().paused(EDGES);
    assert_eq!(paused.end, Some(NOW));
    assert_eq!(paused.paused(EDGES), live());
}

#[test]
fn time_begins_in_1970() {
    let long = Span { length: 1_000_000, end: Some(1_000_000) };
    let edges = Edges { start: 0, end: 1_000_000, now: NOW };
    assert_eq!(long.moved(edges, -5.0), long);
}
