//! Whatever a device says of its progress, a push comes to rest, and ends once.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_fota::{Input, Output, Push, Terms};
use mcs_model::Timestamp;

fuzz_target!(|said: Vec<(u8, u32, &str)>| {
    let mut now = Timestamp::default();
    let (firmware, version) = ("F1".parse().expect("an id"), "2.0".parse().expect("a version"));
    let mut push = Push::new(firmware, version, None, Terms::default(), now);
    for (what, later, text) in said {
        now = Timestamp::from_millis(now.as_millis() + u64::from(later));
        let input = match what % 8 {
            0 => Input::Reconnected,
            1 => Input::Sent,
            2 => Input::DownloadStarted,
            3 => Input::DownloadProgress(what),
            4 => Input::DownloadFinished,
            5 => Input::VersionReported(text.to_owned()),
            6 => Input::StatusText(text.to_owned()),
            _ => Input::Timeout,
        };
        let over = push.is_over().then(|| push.state());
        push.handle_input(now, input);
        while !matches!(push.poll_output(), Output::Timeout(_)) {}
        assert!(over.is_none_or(|it| it == push.state()), "it ended twice");
    }
});
