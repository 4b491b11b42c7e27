use proptest::prelude::*;

use super::*;
use PushState::{
    AlreadyInstalled, Canceled, Downloaded, Downloading, Failed, Initiated, Queued, TimedOut,
    Updated, Updating,
};

fn minute(minutes: u64) -> Timestamp {
    Timestamp::from_millis(1_513_133_357_160 + minutes * 60_000)
}

fn push(reported: Option<&str>) -> Push {
    let (firmware, version) = ("FAdJBknrDsOM".parse().unwrap(), "2.0".parse().unwrap());
    Push::new(firmware, version, reported, Terms::default(), minute(0))
}

/// Hands in what happens, one input a minute from `from`, and gives the states passed through.
fn states(push: &mut Push, from: u64, inputs: impl IntoIterator<Item = Input>) -> Vec<PushState> {
    drain(push);
    let mut states = Vec::new();
    for (index, input) in inputs.into_iter().enumerate() {
        push.handle_input(minute(from + index as u64), input);
        drain(push);
        states.push(push.status().state);
    }
    states
}

/// All outputs before the timeout, and the timeout.
fn drain(push: &mut Push) -> (Vec<Output>, Option<Timestamp>) {
    let mut outputs = Vec::new();
    loop {
        match push.poll_output() {
            Output::Timeout(at) => return (outputs, at),
            other => outputs.push(other),
        }
    }
}

fn reported(version: &str) -> Input {
    Input::VersionReported(version.to_owned())
}

fn status(text: &str) -> Input {
    Input::StatusText(text.to_owned())
}

#[test]
fn a_device_that_tells_all_passes_every_state() {
    let mut push = push(Some("1.0"));
    assert_eq!(drain(&mut push).0, [Output::Changed, Output::Send]);
    let inputs = [
        Input::Sent,
        status("fotaing"),
        Input::DownloadStarted,
        Input::DownloadFinished,
        Input::Reconnected,
        reported("2.0"),
    ];
    let expected = [Initiated, Downloading, Downloading, Downloaded, Downloaded, Updated];
    assert_eq!(states(&mut push, 1, inputs), expected);
    assert_eq!(push.status().since, minute(6));
    assert_eq!(drain(&mut push), (vec![], None));
}

#[test]
fn a_device_that_writes_the_image_does_not_go_back() {
    let mut push = push(Some("1.0"));
    let inputs = [
        Input::Sent,
        Input::DownloadStarted,
        status("fotaing"),
        Input::DownloadFinished,
        status("fotaing"),
        Input::DownloadFinished,
    ];
    let expected = [Initiated, Downloading, Downloading, Downloaded, Updating, Updating];
    assert_eq!(states(&mut push, 1, inputs), expected);
}

#[test]
fn a_device_that_tells_nothing_but_its_version_is_updated_too() {
    let mut push = push(None);
    assert_eq!(states(&mut push, 0, [Input::Sent, reported(" 2.0 ")]), [Initiated, Updated]);
}

#[test]
fn a_device_that_has_the_version_already_is_not_sent_a_notice() {
    let mut known = push(Some("2.0"));
    assert_eq!(drain(&mut known).0, [Output::Changed]);
    assert_eq!(known.status().state, AlreadyInstalled);
    let mut away = push(None);
    let inputs = [Input::NotSent(Unreachable::Away), reported("2.0")];
    assert_eq!(states(&mut away, 0, inputs), [Queued, AlreadyInstalled]);
}

#[test]
fn a_device_that_is_away_gets_the_notice_when_it_comes() {
    let mut push = push(Some("1.0"));
    states(&mut push, 0, [Input::NotSent(Unreachable::Away)]);
    assert_eq!(push.status().detail, "the device is not here");
    push.handle_input(minute(60), Input::Reconnected);
    assert_eq!(drain(&mut push).0, [Output::Send]);
    // That it could not be reached again does not begin the week anew.
    push.handle_input(minute(61), Input::NotSent(Unreachable::Broken("gone again".to_owned())));
    let week = 7 * 24 * 60;
    assert_eq!(drain(&mut push).1, Some(minute(week)));
    assert_eq!(states(&mut push, week, [Input::Timeout]), [TimedOut]);
}

#[test]
fn a_device_that_comes_back_with_the_old_version_is_tried_three_times() {
    let mut push = push(Some("1.0"));
    for attempt in 1..=3 {
        let inputs = [Input::Sent, Input::DownloadStarted, reported("1.0"), Input::Reconnected];
        let expected = [Initiated, Downloading, Downloading, Downloading];
        assert_eq!(states(&mut push, attempt * 10, inputs), expected);
        push.handle_input(minute(attempt * 10 + 5), reported("1.0"));
        if attempt < 3 {
            assert_eq!(push.status().detail, "it came back with version 1.0");
            assert_eq!(drain(&mut push).0, [Output::Changed, Output::Send]);
        }
    }
    assert_eq!(push.status().state, Failed);
    assert_eq!(push.status().detail, "it still has version 1.0 after 3 attempts");
}

#[test]
fn a_late_success_while_it_is_queued_again_counts() {
    let mut push = push(None);
    let inputs = [Input::Sent, Input::Reconnected, reported("1.0"), reported("2.0")];
    assert_eq!(states(&mut push, 0, inputs), [Initiated, Initiated, Queued, Updated]);
}

#[test]
fn a_device_may_turn_the_firmware_down() {
    let mut push = push(None);
    let refusal = status("firmware refused: the MD5 differs");
    let inputs = [Input::Sent, status("all is well"), refusal];
    assert_eq!(states(&mut push, 0, inputs), [Initiated, Initiated, Failed]);
    assert_eq!(push.status().detail, "firmware refused: the MD5 differs");
}

#[test]
fn each_state_has_its_own_time() {
    for (inputs, minutes, detail) in [
        (vec![Input::Sent], 15, "the device did not answer the notice"),
        (
            vec![Input::Sent, Input::DownloadStarted],
            1 + 10,
            "the device did not finish the download",
        ),
        (
            vec![Input::Sent, Input::DownloadFinished],
            1 + 5,
            "the device did not report the version",
        ),
        (vec![Input::Sent, status("FOTAING")], 1 + 10, "the device did not finish the download"),
        (
            vec![Input::Sent, Input::DownloadFinished, status("fotaing")],
            2 + 10,
            "the device did not report the version",
        ),
    ] {
        let mut push = push(None);
        states(&mut push, 0, inputs);
        assert_eq!(drain(&mut push).1, Some(minute(minutes)));
        push.handle_input(minute(minutes - 1), Input::Timeout);
        assert!(!push.is_over(), "too early does no harm");
        push.handle_input(minute(minutes), Input::Timeout);
        assert_eq!((push.status().state, push.status().detail.as_str()), (TimedOut, detail));
    }
}

#[test]
fn a_state_that_begins_again_keeps_its_beginning_but_not_its_deadline() {
    let mut push = push(None);
    states(&mut push, 0, [Input::Sent, Input::DownloadStarted, Input::DownloadStarted]);
    assert_eq!(push.status().since, minute(1));
    assert_eq!(drain(&mut push).1, Some(minute(2 + 10)));
}

#[test]
fn a_push_may_be_canceled_at_any_time_but_after_its_end() {
    let mut first = push(None);
    let cancel = || Input::Canceled(Reason::Superseded);
    assert_eq!(states(&mut first, 0, [cancel()]), [Canceled]);
    assert_eq!(first.status().detail, "a newer push took its place");
    let mut second = push(None);
    assert_eq!(
        states(&mut second, 0, [Input::Sent, reported("2.0"), cancel()]),
        [Initiated, Updated, Updated]
    );
}

#[test]
fn a_push_goes_on_after_a_restart_of_the_server() {
    let mut push = push(Some("1.0"));
    states(&mut push, 0, [Input::Sent, Input::DownloadStarted, Input::Reconnected]);
    let stored = serde_json::to_string(&push).unwrap();
    let mut restored: Push = serde_json::from_str(&stored).unwrap();
    assert_eq!(restored, push);
    assert_eq!(states(&mut restored, 4, [Input::Timeout, reported("2.0")]), [Downloading, Updated]);
}

#[test]
fn what_was_stored_before_is_read() {
    let stored = r#"{"firmware":"FAdJBknrDsOM","version":"2.0",
        "times":{"queued":{"secs":604800,"nanos":0},"initiated":{"secs":900,"nanos":0}},
        "state":"INITIATED","detail":"","since":0,"deadline":900000,"attempts":1,"back":false}"#;
    let push: Push = serde_json::from_str(stored).unwrap();
    assert_eq!((push.state(), push.terms), (Initiated, Terms::default()));
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        4 => Just(Input::Sent),
        1 => Just(Input::NotSent(Unreachable::Away)),
        2 => Just(Input::DownloadStarted),
        2 => Just(Input::DownloadFinished),
        1 => Just(reported("2.0")),
        2 => Just(reported("1.0")),
        1 => Just(status("fotaing")),
        1 => Just(status("firmware refused: too large")),
        1 => Just(status("hello")),
        2 => Just(Input::Reconnected),
        1 => Just(Input::Canceled(Reason::Stopped)),
        2 => Just(Input::Timeout),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_there_is_one_end_and_no_update_without_a_report_after_the_notice(
        known in proptest::option::of("[12]\\.0"),
        events in proptest::collection::vec((0_u64..30, input()), 0..40),
    ) {
        let mut push = push(known.as_deref());
        drain(&mut push);
        let (mut now, mut sent, mut sends) = (0, false, 0);
        for (wait, input) in events {
            let before = push.status();
            let was_over = push.is_over();
            now += wait;
            push.handle_input(minute(now), input.clone());
            let after = push.status();
            let (outputs, timeout) = drain(&mut push);
            if was_over {
                prop_assert_eq!(&after, &before);
                prop_assert!(outputs.is_empty());
            }
            if after.state == Updated && before.state != Updated {
                prop_assert!(sent && input == reported("2.0"));
            }
            if input == Input::Sent && before.state == Queued {
                sent = true;
                sends += 1;
            }
            // Every open push has a time at which it ends by itself.
            prop_assert_eq!(timeout.is_none(), push.is_over());
            prop_assert!(sends <= Terms::default().attempts);
            let stored = serde_json::to_string(&push).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Push>(&stored).unwrap(), &push);
        }
        push.handle_input(minute(now + 7 * 24 * 60), Input::Timeout);
        prop_assert!(push.is_over());
    }
}
