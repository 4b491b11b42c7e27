use leptos::prelude::*;
use mcs_view::Timestamp;
use mcs_view::protocol::{Link, LinkState};

use super::{Absence, Away, Meanwhile};
use crate::test;

const MINUTE: u64 = 60_000;

fn connected(since: u64) -> Link {
    let state = LinkState::Connected { mqtt_version: "5.0".to_owned() };
    Link { broker: "broker".to_owned(), state, since: Timestamp::from_millis(since) }
}

/// Away from 10 to `to` minutes; 420 messages come, of which the first frame knows nothing.
fn back(to: u64, link: Option<&Link>) -> Option<Absence> {
    let away = Away::new();
    away.hide(10 * MINUTE, 1000);
    away.show(to * MINUTE);
    away.frame(1000, link);
    assert_eq!(away.told.get_untracked(), None, "the first frame may be an old one");
    away.frame(1420, link);
    let told = away.told.get_untracked();
    away.told.set(None);
    away.frame(1500, link);
    assert_eq!(away.told.get_untracked(), None, "an absence is told once");
    told
}

#[test]
fn a_page_that_was_hidden_says_how_long_and_how_many_messages_came() {
    Owner::new().with(|| {
        let link = connected(MINUTE);
        let wanted = Absence { span: 7 * MINUTE, messages: 420, link: Meanwhile::Held };
        assert_eq!(back(17, Some(&link)), Some(wanted));
    });
}

#[test]
fn it_says_what_became_of_the_connection() {
    Owner::new().with(|| {
        let told = |link: Option<&Link>| back(17, link).map(|it| it.link);
        let since = 12 * MINUTE;
        assert_eq!(told(Some(&connected(since))), Some(Meanwhile::Back(since)));
        let idle = Link { state: LinkState::Idle, ..connected(since) };
        assert_eq!(told(Some(&idle)), Some(Meanwhile::Lost));
        assert_eq!(told(None), Some(Meanwhile::Lost));
    });
}

#[test]
fn a_short_look_elsewhere_is_not_worth_a_word() {
    Owner::new().with(|| {
        assert_eq!(back(10, Some(&connected(0))), None);
        let away = Away::new();
        away.frame(1, None);
        away.show(50 * MINUTE);
        away.frame(1, None);
        away.frame(1, None);
        assert_eq!(away.told.get_untracked(), None);
    });
}
