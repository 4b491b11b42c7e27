use proptest::prelude::*;

use super::*;

#[test]
fn the_three_topics_of_a_device_are_told_apart() {
    let topic = |text: &str| text.parse::<Topic>();
    assert!(matches!(topic("mcs/Dsre1qRQ/DFbtsNWg4AuLZ30v"), Ok(Topic::Device(..))));
    assert!(matches!(topic("mcs/Dsre1qRQ/DFbtsNWg4AuLZ30v/FOTA"), Ok(Topic::Firmware(..))));
    let channel = topic("mcs/Dsre1qRQ/DFbtsNWg4AuLZ30v/LED_Control").unwrap();
    assert_eq!(channel.device().as_str(), "Dsre1qRQ");
    assert_eq!(channel.key().as_str(), "DFbtsNWg4AuLZ30v");
    assert!(matches!(channel, Topic::Channel(_, _, chn) if chn.as_str() == "LED_Control"));
}

#[test]
fn wildcards_and_foreign_topics_belong_to_no_device() {
    for topic in [
        "",
        "mcs",
        "mcs/D",
        "mcs/D/K/",
        "mcs/D/K/+",
        "mcs/D/K/#",
        "mcs/+/K/a",
        "mcs/D/#",
        "mcs/D/K/a/b",
        "mcs//K/a",
        "MCS/D/K/a",
        "/mcs/D/K/a",
        "$SYS/broker",
    ] {
        assert!(topic.parse::<Topic>().is_err(), "{topic}");
    }
}

#[test]
fn a_publish_may_name_its_topic_with_slashes_to_spare_or_as_the_filter_that_it_subscribes_to() {
    let device = "mcs/D/K".parse::<Topic>().unwrap();
    for topic in ["mcs/D/K", "mcs/D/K/", "mcs/D/K/+", "mcs/D/K/+/", "/mcs/D/K", "mcs//D///K//"] {
        assert_eq!(Topic::of_publish(topic).as_ref(), Ok(&device), "{topic}");
    }
    let channel = "mcs/D/K/a".parse::<Topic>().unwrap();
    for topic in ["mcs/D/K/a", "mcs/D/K/a/", "/mcs/D/K/a", "mcs/D/K//a"] {
        assert_eq!(Topic::of_publish(topic).as_ref(), Ok(&channel), "{topic}");
    }
    assert!(matches!(Topic::of_publish("mcs/D/K/FOTA/"), Ok(Topic::Firmware(..))));
    for topic in
        ["", "/", "+", "mcs/+", "mcs/D/+", "mcs/D/+/a", "mcs/D/K/#", "mcs/D/K/+/+", "mcs/D/K/a/+"]
    {
        assert!(Topic::of_publish(topic).is_err(), "{topic}");
    }
}

#[test]
fn an_error_does_not_repeat_the_key() {
    let error = "mcs/D/secret key/a".parse::<Topic>().unwrap_err();
    assert_eq!(error.to_string(), "not a device key: it may hold letters, digits, - and _ only");
}

proptest! {
    #[test]
    fn a_publish_names_a_topic_that_is_concrete_and_slashes_to_spare_change_nothing(
        levels in proptest::collection::vec("mcs|[+#]|[-A-Za-z0-9_ .,$+#é]{0,6}|FOTA", 0..6),
        spare in proptest::collection::vec(1_usize..4, 7),
    ) {
        let text = levels.join("/");
        let mut sloppy = "/".repeat(spare[6] - 1);
        for (level, slashes) in levels.iter().zip(&spare) {
            sloppy.push_str(level);
            sloppy.push_str(&"/".repeat(*slashes));
        }
        let read = Topic::of_publish(&text);
        prop_assert_eq!(Topic::of_publish(&sloppy), read.clone());
        if let Ok(topic) = read {
            let written = topic.to_string();
            prop_assert!(!written.contains(['+', '#', '$']));
            prop_assert_eq!(Topic::of_publish(&written), Ok(topic));
        }
    }

    #[test]
    fn a_topic_that_is_read_is_written_the_same(
        text in prop_oneof![
            any::<String>(),
            "mcs(/[-A-Za-z0-9_ .,+#é]{0,6}){0,4}",
            "mcs/[A-Za-z0-9]{1,9}/[A-Za-z0-9]{1,9}(/[A-Za-z0-9_. ]{1,9})?",
        ],
    ) {
        if let Ok(topic) = text.parse::<Topic>() {
            prop_assert_eq!(topic.to_string(), text);
        }
    }
}

#[test]
fn the_topics_of_the_console_are_told_apart_and_written_the_same() {
    for topic in
        ["console/v1/points/D1/temp", "console/v1/commands/D1/led", "console/v1/devices/D1"]
    {
        assert_eq!(topic.parse::<ConsoleTopic>().unwrap().to_string(), topic);
    }
    for topic in [
        "console/v1/points/D1",
        "console/v1/points/+/temp",
        "console/v1/points/D1/+",
        "console/v1/points/D1/temp/more",
        "console/v1/commands/D1/FOTA",
        "console/v1/devices/",
        "console/v2/devices/D1",
        "mcs/D1/K/temp",
    ] {
        assert!(topic.parse::<ConsoleTopic>().is_err(), "{topic}");
    }
}
