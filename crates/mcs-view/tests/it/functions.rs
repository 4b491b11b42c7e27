//! The history of a function on its card.

use mcs_model::api::DeviceChange;
use mcs_model::function::{Run, Trouble};
use mcs_model::{Channel, ChannelKind, Direction, Timestamp};
use mcs_view::protocol::{CardRequest, Request, RunsState};

use crate::site::{Site, device, id};

const CALL: &str = "GET /api/devices/D1/channels/fht/runs";

fn run(value: &str, troubles: Vec<Trouble>) -> Run {
    Run {
        at: Timestamp::from_millis(1_700_000_000_000),
        value: value.to_owned(),
        points: Vec::new(),
        console: Vec::new(),
        unlogged: 0,
        troubles,
        micros: 300,
    }
}

/// Signed in; the demo device has a function.
fn site() -> Site {
    let mut site = Site::signed_in();
    let mut device = device();
    device.prototype.channels.push(Channel {
        id: id("fht"),
        name: "Fahrenheit".to_owned(),
        description: String::new(),
        direction: Direction::Display,
        kind: ChannelKind::Function { code: "return {};".to_owned() },
        template: None,
    });
    site.server.answer("GET /api/devices", 200, &vec![device]);
    site.server.answer(CALL, 200, &vec![run("1", Vec::new())]);
    site.announce(DeviceChange::Registry);
    site.device_page();
    site
}

fn watch(site: &mut Site, channel: &str) {
    let (device, channel) = (id("D1"), id(channel));
    site.request(Request::Card(CardRequest::Runs { device, channel }));
    site.settle();
    site.device_page();
}

fn shown(site: &Site) -> Option<RunsState> {
    site.screen.runs.first().map(|it| it.state.clone())
}

#[test]
fn a_card_fetches_the_runs_of_its_function_and_again_whenever_it_has_run() {
    let mut site = site();
    assert_eq!(site.server.count(CALL), 0, "nobody looks at them");
    watch(&mut site, "fht");
    assert_eq!(shown(&site), Some(RunsState::Here(vec![run("1", Vec::new())])));
    let failed = vec![run("2", vec![Trouble::TimeLimit]), run("1", Vec::new())];
    site.server.answer(CALL, 200, &failed);
    site.announce(DeviceChange::Function(id("fht")));
    site.device_page();
    assert_eq!(shown(&site), Some(RunsState::Here(failed)));
    site.device_page();
    assert_eq!(shown(&site), None, "the page has them");
}

#[test]
fn while_a_question_is_under_way_news_ask_once_more_and_no_more() {
    let mut site = site();
    site.server.hold = true;
    watch(&mut site, "fht");
    for _ in 0..5 {
        site.announce(DeviceChange::Function(id("fht")));
    }
    site.server.hold = false;
    site.release();
    site.settle();
    assert_eq!(site.server.count(CALL), 2);
}

#[test]
fn only_functions_have_runs() {
    let mut site = site();
    watch(&mut site, "temp");
    assert_eq!(shown(&site), None);
}

#[test]
fn a_server_that_does_not_tell_is_said_to() {
    let mut site = site();
    site.server.answer(CALL, 500, &"no");
    watch(&mut site, "fht");
    assert_eq!(shown(&site), Some(RunsState::Unknown));
}
