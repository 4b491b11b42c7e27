use proptest::prelude::*;

use super::strategies::{filter, topic};
use super::*;

/// The examples of MQTT 5 §4.7, and the corners around them.
#[test]
fn filters_match_as_the_specification_says() {
    for (filter, yes, no) in [
        ("a", &["a"][..], &["b", "a/", "/a", "A", "$a"][..]),
        (
            "sport/tennis/player1/#",
            &[
                "sport/tennis/player1",
                "sport/tennis/player1/ranking",
                "sport/tennis/player1/score/wimbledon",
            ],
            &["sport/tennis/player10", "sport/tennis"],
        ),
        ("sport/#", &["sport", "sport/", "sport//"], &["sports"]),
        ("#", &["a", "/", "a/b/c"], &["$SYS", "$SYS/x"]),
        (
            "sport/tennis/+",
            &["sport/tennis/player1", "sport/tennis/"],
            &["sport/tennis", "sport/tennis/player1/ranking"],
        ),
        ("sport/+", &["sport/"], &["sport"]),
        ("+", &["finance"], &["/finance", "$SYS"]),
        ("+/+", &["/finance", "a/b"], &["finance", "$SYS/a"]),
        ("/+", &["/finance"], &["finance"]),
        ("+/monitor/Clients", &["x/monitor/Clients"], &["$SYS/monitor/Clients"]),
        ("$SYS/#", &["$SYS", "$SYS/", "$SYS/x/y"], &["a", "$SYSX"]),
        ("$SYS/monitor/+", &["$SYS/monitor/Clients"], &["$SYS/monitor"]),
        ("+/#", &["a", "a/b"], &["$a", "$a/b"]),
        ("a/+/c/#", &["a/b/c", "a//c/d"], &["a/c", "a/b/d"]),
        ("mcs/+/$x", &["mcs/1/$x"], &["mcs/1/x"]),
        ("$share/group/a/+", &["a/b"], &["$share/group/a/b", "a"]),
        ("$share/group/#", &["a"], &["$SYS"]),
        ("$share/group//finance", &["/finance"], &["finance"]),
        ("$shared/a", &["$shared/a"], &["a"]),
    ] {
        let filter = TopicFilter::new(filter).unwrap();
        for topic in yes {
            assert!(filter.matches(topic), "{filter} means {topic}");
        }
        for topic in no {
            assert!(!filter.matches(topic), "{filter} does not mean {topic}");
        }
    }
}

#[test]
fn malformed_filters_are_turned_down() {
    for text in [
        "",
        "sport/tennis#",
        "sport/tennis/#/ranking",
        "#/a",
        "##",
        "sport+",
        "+a/b",
        "a/++",
        "a\0b",
        "$share/group",
        "$share/group/",
        "$share//a",
        "$share/gr+up/a",
        "$share/#/a",
        "$share/group/a#",
        &"x".repeat(65_536),
    ] {
        assert_eq!(TopicFilter::new(text), Err(InvalidFilter), "{text:.30}");
    }
    assert!(TopicFilter::new("x".repeat(65_535)).is_ok());
}

proptest! {
    #[test]
    fn matching_agrees_with_the_rules_written_as_recursion(
        filter in filter(),
        topic in topic(),
    ) {
        let levels: Vec<&str> = filter.matched().split('/').collect();
        let names: Vec<&str> = topic.split('/').collect();
        prop_assert_eq!(filter.matches(&topic), matches(&levels, &names, true));
    }

    #[test]
    fn a_filter_without_wildcards_matches_itself_only(topic in topic(), other in topic()) {
        prop_assume!(!topic.starts_with("$share"));
        let filter = TopicFilter::new(&*topic).unwrap();
        prop_assert!(filter.matches(&topic));
        prop_assert_eq!(filter.matches(&other), topic == other);
    }

    #[test]
    fn any_text_is_a_filter_or_not_and_does_no_harm(text in ".{0,12}|[a+#/$]{0,8}", topic in ".*") {
        if let Ok(filter) = TopicFilter::new(&*text) {
            let _ = filter.matches(&topic);
            prop_assert_eq!(filter.as_str(), text);
        }
    }
}

/// The rules of MQTT 5 §4.7, one per line.
fn matches(levels: &[&str], names: &[&str], first: bool) -> bool {
    let hidden = first && names.first().is_some_and(|name| name.starts_with('$'));
    match (levels, names) {
        ([], []) => true,
        (["#"], _) => !hidden,
        (["+", levels @ ..], [_, names @ ..]) => !hidden && matches(levels, names, false),
        ([level, levels @ ..], [name, names @ ..]) => {
            level == name && matches(levels, names, false)
        }
        ([_, ..], []) | ([], [_, ..]) => false,
    }
}
