//! A topic that was read is written as one that reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_model::{ConsoleTopic, Topic};

fuzz_target!(|text: &str| {
    for topic in [Topic::of_publish(text), text.parse()].into_iter().flatten() {
        assert_eq!(topic.to_string().parse(), Ok(topic));
    }
    if let Ok(topic) = text.parse::<ConsoleTopic>() {
        assert_eq!(topic.to_string(), text);
    }
});
