//! Whatever happens in whatever order: no panic, no livelock, and no command without an end.

use mcs_model::Timestamp;
use mcs_model::api::{DeviceChange, Presence, Role};
use mcs_session::ReasonCode;
use mcs_view::protocol::{
    ChartRequest, ConnectionsRequest, ControlStage, FirmwareRequest, FrameRequest, Request, View,
};
use mcs_view::{Ended, Fetched, FileInfo, Hashes, Input, Output};
use proptest::prelude::*;

use crate::site::{COMMANDS, FIRST, Site, WALL, chart, here, id};

#[derive(Clone, Debug)]
enum Step {
    Pass(u16),
    Cut,
    Plug,
    Wake,
    Clock(i32),
    Mute(bool),
    HoldAcks(bool),
    Refuse(bool),
    Dismiss,
    Bytes(Vec<u8>),
    Report(u8, String),
    Online(bool),
    Registry,
    Send(u8, String),
    Frame(u8, bool),
    Chart(u32, u16, Option<u32>),
    Server(u8),
    Release,
    Choose(u8),
    Firmware(u8),
    EndJob(u8),
    Login,
    Logout,
    Connect,
    Disconnect,
    Import(String),
}

fn step() -> impl Strategy<Value = Step> {
    let text = || prop_oneof!["[01]", "-?[0-9]{1,3}", ".{0,6}"];
    prop_oneof![
        4 => any::<u16>().prop_map(Step::Pass),
        2 => Just(Step::Cut),
        3 => Just(Step::Plug),
        1 => Just(Step::Wake),
        1 => any::<i32>().prop_map(Step::Clock),
        1 => any::<bool>().prop_map(Step::Mute),
        1 => any::<bool>().prop_map(Step::HoldAcks),
        1 => any::<bool>().prop_map(Step::Refuse),
        1 => Just(Step::Dismiss),
        1 => prop::collection::vec(any::<u8>(), 0..40).prop_map(Step::Bytes),
        6 => (0u8..5, text()).prop_map(|(channel, text)| Step::Report(channel, text)),
        2 => any::<bool>().prop_map(Step::Online),
        1 => Just(Step::Registry),
        6 => (0u8..5, text()).prop_map(|(channel, text)| Step::Send(channel, text)),
        4 => (0u8..4, any::<bool>()).prop_map(|(view, fresh)| Step::Frame(view, fresh)),
        3 => (any::<u32>(), any::<u16>(), any::<Option<u32>>())
            .prop_map(|(window, columns, end)| Step::Chart(window, columns % 2000, end)),
        2 => (0u8..5).prop_map(Step::Server),
        2 => Just(Step::Release),
        2 => (0u8..3).prop_map(Step::Choose),
        3 => (0u8..5).prop_map(Step::Firmware),
        3 => (0u8..4).prop_map(Step::EndJob),
        1 => Just(Step::Login),
        1 => Just(Step::Logout),
        1 => Just(Step::Connect),
        1 => Just(Step::Disconnect),
        1 => ".{0,20}".prop_map(Step::Import),
    ]
}

const CHANNELS: [&str; 5] = ["lamp", "target", "temp", "status", "unknown"];

fn take(site: &mut Site, step: Step) {
    let frame = |site: &mut Site, view, fresh, charts: Vec<ChartRequest>| {
        site.request(Request::Frame(FrameRequest { view, fresh, charts }));
    };
    match step {
        Step::Pass(millis) => site.pass(std::time::Duration::from_millis(u64::from(millis))),
        Step::Cut => site.cut(),
        Step::Plug => site.network = true,
        Step::Wake => site.request(Request::Wake),
        Step::Clock(by) => {
            let wall = WALL.saturating_add_signed(i64::from(by));
            site.input(Input::Clock(Timestamp::from_millis(wall)));
        }
        Step::Mute(mute) => site.broker.script.mute = mute,
        Step::HoldAcks(true) => site.broker.script.hold_acks = true,
        Step::HoldAcks(false) => {
            site.broker.release_acks();
            site.settle();
        }
        Step::Refuse(refuse) => {
            let code = ReasonCode::NOT_AUTHORIZED;
            site.broker.script.refuse_connect = refuse.then_some(code);
            if refuse {
                site.broker.script.refuse_topics.insert(format!("{COMMANDS}lamp"), code);
            } else {
                site.broker.script.refuse_topics.clear();
            }
        }
        Step::Dismiss => {
            site.broker.dismiss(ReasonCode::SERVER_SHUTTING_DOWN);
            site.settle();
        }
        Step::Bytes(bytes) => {
            if let Some(socket) = site.socket {
                site.input(Input::Received(socket, &bytes));
                // The double knows nothing of what was said in its name: it starts anew.
                site.cut();
                site.network = true;
            }
        }
        Step::Report(channel, text) => site.report(CHANNELS[usize::from(channel)], &text),
        Step::Online(true) => site.announce(DeviceChange::Presence(here())),
        Step::Online(false) => site.announce(DeviceChange::Presence(Presence::default())),
        Step::Registry => site.announce(DeviceChange::Registry),
        Step::Send(channel, text) => site.send(CHANNELS[usize::from(channel)], &text),
        Step::Frame(view, fresh) => {
            let view = match view {
                0 => View::Devices,
                1 => View::Device(id("D1")),
                2 => View::Device(id("D9")),
                _ => View::Firmware(None),
            };
            frame(site, view, fresh, Vec::new());
        }
        Step::Chart(window, columns, end) => {
            let end = end.map(|it| Timestamp::from_millis(WALL - u64::from(it)));
            let request =
                ChartRequest { window_ms: u64::from(window), end, columns, ..chart("temp", 1) };
            frame(site, View::Device(id("D1")), false, vec![request]);
        }
        Step::Server(0) => site.server.hold = true,
        Step::Server(1) => site.server.unreachable = true,
        Step::Server(2) => site.server.unreachable = false,
        Step::Server(3) => {
            site.server.answer("GET /api/devices", 401, &());
        }
        Step::Server(_) => {
            site.server.answer("GET /api/devices", 200, &vec![crate::site::device()]);
        }
        Step::Release => site.release(),
        Step::Choose(size) => {
            let file = FileInfo { name: "a".to_owned(), size: u64::from(size) };
            site.input(Input::RequestWithFile(Request::Firmware(FirmwareRequest::Choose), file));
        }
        Step::Firmware(which) => site.request(Request::Firmware(match which {
            0 => FirmwareRequest::Cancel,
            1 => FirmwareRequest::Expect("x".to_owned()),
            2 => FirmwareRequest::Verify(id("F1")),
            3 => FirmwareRequest::Push { firmware: id("F1"), devices: vec![id("D1")] },
            _ => FirmwareRequest::Upload {
                prototype: id("P1"),
                name: String::new(),
                version: "2".to_owned(),
                note: String::new(),
            },
        })),
        Step::EndJob(how) => {
            let job = match site.jobs.pop() {
                Some(Output::Hash(job) | Output::Abort(job)) => job,
                Some(Output::Upload { job, .. } | Output::Download { job, .. }) => job,
                _ => return,
            };
            let (md5, sha256) = ("0".repeat(32), "0".repeat(64));
            site.input(Input::Progress(job, 1));
            site.input(Input::Ended(
                job,
                match how {
                    0 => Ended::Failed("no".to_owned()),
                    1 => Ended::Answered { status: 401, body: Vec::new() },
                    2 => Ended::Answered { status: 200, body: Vec::new() },
                    _ => Ended::Hashed(Hashes { size: 1, md5, sha256 }),
                },
            ));
        }
        Step::Login => {
            site.server.answer("POST /api/login", 200, &crate::site::session(Role::Operator));
            site.request(Request::Login { name: String::new(), password: String::new() });
        }
        Step::Logout => site.request(Request::Logout { everywhere: false }),
        Step::Connect => site.connections(ConnectionsRequest::Connect(FIRST)),
        Step::Disconnect => site.connections(ConnectionsRequest::Disconnect(FIRST)),
        Step::Import(text) => site.request(Request::ImportDevices(text)),
    }
}

proptest! {
    #[test]
    fn every_command_ends_and_nothing_panics(
        with_server in any::<bool>(),
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let mut site = if with_server { Site::signed_in() } else { Site::static_site() };
        if !with_server {
            crate::static_site::add(&mut site);
        }
        for step in steps {
            take(&mut site, step);
        }
        // Without another input, nothing is open after the longest time that anything may take.
        site.seconds(30);
        for channel in CHANNELS {
            if let Some(control) = site.control(channel) {
                prop_assert!(!matches!(control.stage, ControlStage::Sent | ControlStage::Delivered));
            }
        }
    }

    #[test]
    fn a_final_word_is_final(steps in prop::collection::vec(step(), 0..60)) {
        let mut site = Site::signed_in();
        site.broker.script.hold_acks = true;
        site.send("lamp", "1");
        let mut last = site.stage("lamp");
        for step in steps {
            if matches!(step, Step::Send(..) | Step::Logout | Step::Server(3)) {
                continue;
            }
            take(&mut site, step);
            let Some(control) = site.control("lamp") else { break };
            // What others do afterwards is another story.
            let stays = control.stage == last || control.stage == ControlStage::Elsewhere;
            prop_assert!(last.is_open() || stays, "{:?} after {:?}", control.stage, last);
            last = control.stage;
        }
    }

    #[test]
    fn what_changed_adds_up_to_everything(
        with_server in any::<bool>(),
        steps in prop::collection::vec(step(), 0..60),
        view in prop_oneof![
            Just(View::Devices),
            Just(View::Device(id("D1"))),
            Just(View::Firmware(None)),
        ],
    ) {
        let mut site = if with_server { Site::signed_in() } else { Site::static_site() };
        let fresh = FrameRequest { view: view.clone(), fresh: true, charts: Vec::new() };
        site.request(Request::Frame(fresh.clone()));
        for step in steps {
            // The page stays open, and asks again after whatever happened.
            site.frame(view.clone(), Vec::new());
            if !matches!(step, Step::Frame(..) | Step::Chart(..)) {
                take(&mut site, step);
            }
        }
        // Twice: the first one may ask the server something.
        site.frame(view.clone(), Vec::new());
        site.frame(view.clone(), Vec::new());
        let (summed, cards) = (site.screen.clone(), site.cards.clone());
        site.request(Request::Frame(fresh));
        let fresh = &site.screen;
        prop_assert_eq!(&summed.setting, &fresh.setting);
        prop_assert_eq!(&summed.link, &fresh.link);
        prop_assert_eq!(&summed.devices, &fresh.devices);
        prop_assert_eq!(&summed.notices, &fresh.notices);
        let is_there = fresh.devices.iter().flatten().any(|it| it.id == id("D1"));
        if view == View::Firmware(None) {
            prop_assert_eq!(&summed.firmware, &fresh.firmware);
        } else if view != View::Devices && is_there {
            prop_assert_eq!(&summed.device, &fresh.device);
            prop_assert_eq!(&cards, &site.cards);
        }
    }

    #[test]
    fn answers_to_questions_that_nobody_asked_do_nothing(body in prop::collection::vec(any::<u8>(), 0..50)) {
        let mut site = Site::new();
        site.server.hold = true;
        site.start();
        let (call, _) = site.held[0].clone();
        let answer = Fetched::Answer { status: 200, body };
        site.input(Input::Fetched(call, answer.clone()));
        site.input(Input::Fetched(call, answer));
        prop_assert!(site.socket.is_none());
    }
}
