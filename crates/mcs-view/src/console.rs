//! The console: everything that the operator sees and does, without a screen.

use std::collections::VecDeque;

use mcs_model::api::{Credentials, DeviceEvent, SessionInfo};
use mcs_model::{ChannelId, DeviceId};
use mcs_sorted::Map;
use mcs_time::{SplitMix64, Time};

use crate::accounts::Accounts;
use crate::charts::Charts;
use crate::clock::Clock;
use crate::connections::Connections;
use crate::devices::Devices;
use crate::firmware::Firmwares;
use crate::frame::Page;
use crate::io::{FetchId, Fetched, FileInfo, Input, Output};
use crate::kept::Kept;
use crate::later::{LATER, Later};
use crate::link::{Links, Sent, SocketInput};
use crate::messages::Messages;
use crate::meter::Meter;
use crate::notices::Notices;
use crate::protocol::{Away, Level, News, Request, Setting, Sought, Start};
use crate::prototypes::Prototypes;
use crate::rest::{self, Call, Rest};
use crate::rollouts::Rollouts;

/// The console without a screen. See the [crate documentation](crate).
pub struct Console {
    pub(crate) clock: Clock,
    pub(crate) random: SplitMix64,
    pub(crate) start: Option<Start>,
    pub(crate) setting: Setting,
    pub(crate) setting_changed: bool,
    /// The server's word on who is signed in.
    pub(crate) signed_in: Option<SessionInfo>,
    pub(crate) links: Links,
    pub(crate) connections: Connections,
    pub(crate) rest: Rest,
    pub(crate) devices: Devices,
    /// The open device may have other channels now.
    pub(crate) device_changed: bool,
    /// The list came after the announcements: what it says of presence is kept up to date.
    pub(crate) presence_known: bool,
    /// What was announced while the list was on its way, and may be newer than it.
    pub(crate) early_events: Vec<DeviceEvent>,
    /// The list that is on its way is outdated already.
    pub(crate) list_again: bool,
    /// When to ask for the list after a failure.
    pub(crate) list_at: Option<Time>,
    /// Commands that the broker has not answered.
    pub(crate) requests: Map<Sent, (DeviceId, ChannelId)>,
    /// What becomes of commands while a device is away.
    pub(crate) away: Away,
    /// When the next command may time out; never too late.
    pub(crate) due_at: Option<Time>,
    pub(crate) charts: Charts,
    pub(crate) firmware: Firmwares,
    pub(crate) messages: Messages,
    pub(crate) prototypes: Prototypes,
    pub(crate) rollouts: Rollouts,
    pub(crate) accounts: Accounts,
    pub(crate) notices: Notices,
    pub(crate) meter: Meter,
    pub(crate) page: Page,
    pub(crate) kept: Kept,
    /// What comes after the first page, once it is here.
    pub(crate) later: Option<&'static Later>,
    pub(crate) export: Option<String>,
    /// A device's key on its way to the page.
    pub(crate) credentials: Option<Credentials>,
    pub(crate) out: VecDeque<Output>,
}

impl Console {
    /// A console that waits for [`Request::Start`].
    #[expect(clippy::new_without_default, reason = "a console is made once, by its shell")]
    pub fn new() -> Self {
        Self { later: Some(&LATER), ..Self::first() }
    }

    /// A console of which only the first page is here; [`Input::Later`] makes it whole.
    pub fn first() -> Self {
        Self {
            clock: Clock::default(),
            random: SplitMix64::new(0),
            start: None,
            setting: Setting::Probing,
            setting_changed: true,
            signed_in: None,
            links: Links::default(),
            connections: Connections::default(),
            rest: Rest::default(),
            devices: Devices::default(),
            device_changed: false,
            presence_known: false,
            early_events: Vec::new(),
            list_again: false,
            list_at: None,
            requests: Map::new(),
            away: Away::default(),
            due_at: None,
            charts: Charts::new(),
            firmware: Firmwares::default(),
            messages: Messages::new(),
            prototypes: Prototypes::default(),
            rollouts: Rollouts::default(),
            accounts: Accounts::default(),
            notices: Notices::default(),
            meter: Meter::default(),
            page: Page::default(),
            kept: Kept::default(),
            later: None,
            export: None,
            credentials: None,
            out: VecDeque::new(),
        }
    }

    /// Takes what happened. Cannot fail: what the server, the broker or a device did wrong shows
    /// in the next frame. Drain [`Self::poll_output`] afterwards.
    pub fn handle_input(&mut self, now: Time, input: Input<'_>) {
        self.clock.advance(now);
        match input {
            Input::Clock(wall) => self.clock.set(wall),
            Input::Kept(blobs) => self.kept(blobs),
            Input::KeptElsewhere(name, bytes) => self.kept_elsewhere(name, bytes),
            Input::NotKept(trouble) => self.not_kept(trouble),
            Input::Later(later) => self.join(later),
            Input::Request(request) => self.request(request, None),
            Input::RequestWithFile(request, file) => self.request(request, Some(file)),
            Input::Opened(socket) => self.socket_input(socket, SocketInput::Opened),
            Input::Received(socket, bytes) => {
                self.socket_input(socket, SocketInput::Received(bytes));
            }
            Input::Closed(socket) => self.socket_input(socket, SocketInput::Closed),
            Input::Fetched(id, fetched) => self.fetched(id, fetched),
            Input::Timeout => {}
            input => self.input_later(input),
        }
        self.drain_sessions();
    }

    /// What to do next. Call until it returns [`Output::Timeout`], whose instant is later than
    /// the last one that the console was told.
    pub fn poll_output(&mut self) -> Output {
        loop {
            if let Some(output) = self.out.pop_front() {
                return output;
            }
            match self.next_deadline() {
                Some(at) if at <= self.clock.now() => self.handle_timeout(),
                next => return Output::Timeout(next),
            }
        }
    }

    pub(crate) fn seed(&mut self, seed: u64) {
        self.random = SplitMix64::new(seed);
    }

    /// A call failed, and not because of what was asked.
    pub(crate) fn not_fetched(&mut self, sought: Sought, fetched: &Fetched) {
        self.notices.add(Level::Error, News::NotFetched(sought, rest::failure(fetched)));
    }

    /// An answer is not of this version of the interface.
    pub(crate) fn misunderstood(&mut self, why: &str) {
        self.notices.add(Level::Error, News::Misunderstood(why.to_owned()));
    }

    fn request(&mut self, request: Request, file: Option<FileInfo>) {
        match request {
            Request::Start(start) => self.start(start),
            Request::Frame(frame) => self.answer_frame(frame),
            Request::Login { name, password } => self.login(name, password),
            Request::Logout { everywhere } => self.logout(everywhere),
            Request::Wake => self.wake(),
            Request::Dismiss(id) => self.notices.dismiss(id),
            request => self.request_later(request, file),
        }
    }

    fn fetched(&mut self, id: FetchId, fetched: Fetched) {
        let Some(call) = self.rest.answered(id) else { return };
        let unknown = matches!(fetched, Fetched::Answer { status: 401, .. });
        match call {
            Call::Probe => self.probed(fetched),
            Call::Login => self.logged_in(fetched),
            Call::Logout { .. } => {}
            _ if unknown => self.expired(),
            Call::Ticket => self.ticket(fetched),
            Call::Identity => self.identified(&fetched),
            Call::Devices { listening } => self.devices_listed(listening, fetched),
            call => self.fetched_later(call, fetched),
        }
    }

    fn next_deadline(&self) -> Option<Time> {
        let deadlines = [
            self.links.deadline(),
            self.list_at,
            self.due_at,
            self.messages.deadline(),
            self.rollouts.deadline(),
            self.firmware.deadline(),
        ];
        deadlines.into_iter().flatten().min()
    }

    fn handle_timeout(&mut self) {
        let now = self.clock.now();
        self.link_timeout();
        if self.list_at.is_some_and(|at| at <= now) {
            self.fetch_devices();
        }
        self.time_out_commands();
        self.repeat_later();
        self.drain_sessions();
    }
}
