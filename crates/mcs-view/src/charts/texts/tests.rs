use super::*;

fn key(channel: &str) -> Key {
    ("D1".parse().unwrap(), channel.parse().unwrap(), mcs_model::api::PointTime::Device)
}

fn texts(texts: &Texts, from: u64, until: u64) -> Vec<String> {
    texts.within(&key("a"), Span { from, until }).into_iter().map(|it| it.text).collect()
}

#[test]
fn few_texts_are_all_there() {
    let mut all = Texts::default();
    for (at, text) in [(10, "a"), (20, "b"), (30, "c"), (20, "B")] {
        all.insert(&key("a"), at, text);
    }
    assert_eq!(texts(&all, 10, 29), ["a", "B"]);
    assert_eq!(texts(&all, 0, 100), ["a", "B", "c"]);
    assert_eq!(texts(&all, 31, 30), Vec::<String>::new());
}

#[test]
fn of_many_the_newest_of_each_hundredth_is_there() {
    let mut all = Texts::default();
    (0..10_000).for_each(|at| all.insert(&key("a"), at, &at.to_string()));
    let shown = texts(&all, 0, 9_999);
    assert!((100..=103).contains(&shown.len()), "{}", shown.len());
    assert_eq!(shown.last().map(String::as_str), Some("9999"));
}

#[test]
fn a_flood_of_texts_stays_within_the_budget_and_the_newest_survive() {
    let mut all = Texts::default();
    let long = "é".repeat(10_000);
    for at in 0..20_000 {
        all.insert(&key(if at % 2 == 0 { "a" } else { "b" }), at, &long);
    }
    assert!(all.bytes <= BUDGET);
    let shown = texts(&all, 19_998, 19_999);
    assert_eq!(shown[0].chars().count(), LONGEST + 1);
    assert!(texts(&all, 0, 100).is_empty());
    all.retain(|it| it.1.as_str() == "b");
    assert!(all.bytes <= BUDGET / 2 + 1024);
}
