use super::*;

#[test]
fn whatever_stands_in_a_channel_id_stays_one_level_of_the_path() {
    let device = "D1".parse().unwrap();
    let channel = "a b?&ü".parse().unwrap();
    let path = history_path(&device, &channel, Span { from: 5, until: 9 });
    assert_eq!(path, "/api/devices/D1/channels/a%20b%3F%26%C3%BC/points?start=5&end=9&limit=2000");
}

#[test]
fn the_newest_points_are_asked_for_without_an_end() {
    let (device, channel) = ("D1".parse().unwrap(), "t".parse().unwrap());
    let path = history_path(&device, &channel, Span { from: 5, until: u64::MAX });
    assert_eq!(path, "/api/devices/D1/channels/t/points?start=5&limit=2000");
}

#[test]
fn an_answer_counts_once() {
    let mut rest = Rest::default();
    let Output::Fetch { id, .. } = rest.call(Call::Probe) else { panic!("no fetch") };
    assert_eq!(rest.answered(id), Some(Call::Probe));
    assert_eq!(rest.answered(id), None);
}
