use mcs_model::ChannelId;

use mcs_view::protocol::PointTime;

use super::{Choice, DAY, MOST_CHARTS, duration, millis};
use crate::chart::span::Span;
use crate::route::Query;
use crate::test;

fn ids(names: &[&str]) -> Vec<ChannelId> {
    names.iter().map(|it| it.parse().unwrap()).collect()
}

fn read(address: &str) -> Option<Choice> {
    Choice::read(&Query::parse(address), &ids(&["a", "b", "c"]))
}

#[test]
fn a_choice_comes_back_from_its_address() {
    let choice = Choice {
        charts: vec![ids(&["a", "b"]), ids(&["c"])],
        span: Span { length: 90_000, end: Some(1_700_000_000_000) },
        compare: Some(DAY),
        table: true,
        by: PointTime::Arrival,
    };
    let address = choice.write(&Query::parse("?tab=chart")).to_string();
    assert_eq!(
        address,
        "?by=arrival&channels=a,b/c&compare=1d&end=1700000000000&tab=chart&table=1&window=90s"
    );
    assert_eq!(read(&address), Some(choice));
}

#[test]
fn an_address_without_channels_is_no_choice() {
    assert_eq!(read("?tab=chart"), None);
    assert_eq!(read("?channels=").map(|it| it.charts.len()), Some(0));
}

#[test]
fn an_address_is_typed_by_anybody() {
    let choice = read("?channels=a,a,x,<img>/x//b&window=nonsense&end=yes&compare=0d").unwrap();
    assert_eq!(choice.charts, [ids(&["a"]), ids(&["b"])]);
    assert_eq!(choice.span, Span::live(900_000));
    assert_eq!((choice.compare, choice.table), (None, false));
    assert_eq!(read("?channels=a&window=99999999999999999999d").unwrap().span.length, 900_000);
    assert_eq!(read("?channels=a&window=1ms").unwrap().span.length, 1_000);
}

#[test]
fn lines_come_and_go() {
    let mut choice = read("?channels=a/b").unwrap();
    choice.toggle(0, &ids(&["c"])[0]);
    choice.toggle(1, &ids(&["b"])[0]);
    choice.toggle(7, &ids(&["b"])[0]);
    assert_eq!(choice.charts, [ids(&["a", "c"]), ids(&[])]);
}

#[test]
fn charts_are_split_and_merged() {
    let mut choice = read("?channels=a,b/b,c").unwrap();
    choice.split(0);
    assert_eq!(choice.charts, [ids(&["a"]), ids(&["b"]), ids(&["b", "c"])]);
    choice.merge();
    assert_eq!(choice.charts, [ids(&["a", "b", "c"])]);
    choice.charts = vec![ids(&["a"]); MOST_CHARTS];
    choice.charts[0] = ids(&["a", "b", "c"]);
    choice.split(0);
    assert_eq!(choice.charts.len(), MOST_CHARTS);
}

#[test]
fn durations_are_written_in_the_largest_unit_that_is_exact() {
    for (text, length) in [("15m", 900_000), ("90s", 90_000), ("30d", 30 * DAY), ("1001ms", 1001)] {
        assert_eq!(duration(length), text);
        assert_eq!(millis(text), Some(length));
    }
    assert_eq!((millis("15"), millis("m"), millis("")), (None, None, None));
}
