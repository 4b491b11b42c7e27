//! What the page gets once per animation frame: only what changed.

use core::time::Duration;

use mcs_model::DeviceId;
use mcs_time::Time;

use crate::console::Console;
use crate::io::Output;
use crate::protocol::{
    ChartFrame, ChartRequest, ConnectionsView, DeviceView, Frame, FrameRequest, RolloutsPlace,
    Stats, View,
};

/// The status bar changes at most twice a second.
const STATS_EVERY: Duration = Duration::from_millis(500);

/// What the page has.
#[derive(Debug, Default)]
pub(crate) struct Page {
    view: Option<View>,
    stats: Option<(Time, Stats)>,
    connections: Option<ConnectionsView>,
    /// The console was not whole when the page was shown last.
    pub(crate) incomplete: bool,
}

/// What is new since the last frame.
#[derive(Clone, Copy)]
pub(crate) struct News {
    /// Everything is to be shown.
    all: bool,
    /// Another page is open.
    turned: bool,
    devices: bool,
    links: bool,
}

impl Page {
    /// The page that was open at the last question.
    pub(crate) fn view(&self) -> Option<&View> {
        self.view.as_ref()
    }
}

impl Console {
    /// Answers a frame request.
    pub(crate) fn answer_frame(&mut self, request: FrameRequest) {
        let turned = self.page.view.as_ref() != Some(&request.view);
        let all = core::mem::take(&mut self.page.incomplete) || request.fresh;
        let mut frame = Frame::default();
        let mut floats = Vec::new();
        if core::mem::take(&mut self.setting_changed) || all {
            frame.setting = Some(self.setting.clone());
        }
        let devices = self.devices.has_news();
        let links = core::mem::take(&mut self.links.changed);
        if links || all {
            frame.link = Some(self.links.summary());
        }
        if devices || all {
            (frame.devices, frame.rows) = self.devices.show(self.presence_known, all);
        }
        if core::mem::take(&mut self.notices.changed) || all {
            frame.notices = Some(self.notices.list().to_vec());
        }
        if core::mem::take(&mut self.kept.changed) || all {
            frame.keeping = Some(self.kept.shown());
        }
        frame.stats = self.stats(all);
        if let Some(later) = self.later {
            let news = News { all, turned, devices, links };
            (later.frame)(self, &request, news, &mut frame, &mut floats);
            // A page of that part counts as open once it was shown.
            self.page.view = Some(request.view);
        }
        self.out.push_back(Output::Frame(Box::new(frame), floats));
    }

    /// What is not of the first page.
    pub(crate) fn later_frame(
        &mut self,
        request: &FrameRequest,
        News { all, turned, devices, links }: News,
        frame: &mut Frame,
        floats: &mut Vec<f32>,
    ) {
        if turned && let View::Firmware(prototype) = &request.view {
            self.open_firmware(prototype.clone());
        }
        if turned && let View::Prototypes(id) = &request.view {
            self.open_prototypes(id.clone());
        }
        if turned && let View::Rollouts(place) = &request.view {
            self.open_rollouts(place);
        }
        self.fetch_history(&request.charts);
        let profiles = core::mem::take(&mut self.connections.changed);
        // Of the devices it says how many each connection has.
        if links || profiles || devices || all {
            let shown = self.connections_view();
            if all || self.page.connections.as_ref() != Some(&shown) {
                self.page.connections = Some(shown.clone());
                frame.connections = Some(shown);
            }
        }
        if core::mem::take(&mut self.accounts.changed) || all {
            frame.accounts = Some(self.accounts_view());
        }
        match &request.view {
            View::Devices => {}
            View::Device(id) => self.show_device(id, turned || all, frame),
            View::Messages => frame.messages = self.show_messages(turned || all),
            View::Firmware(_) => {
                self.hear_of_prototypes();
                self.show_firmware(devices || turned || all, frame);
            }
            View::Prototypes(_) => {
                self.watch_prototypes();
                frame.prototypes = self.show_prototypes(devices || turned || all);
            }
            View::Rollouts(place) => {
                self.watch_rollouts(place);
                if matches!(place, RolloutsPlace::New { .. }) {
                    self.show_firmware(devices || turned || all, frame);
                }
                frame.rollouts = self.show_rollouts(turned || all);
            }
        }
        frame.charts = self.paint(&request.charts, all, floats);
        frame.points = self.export_piece();
        frame.export = self.export.take();
        frame.credentials = self.credentials.take();
    }

    fn show_device(&mut self, id: &DeviceId, all: bool, frame: &mut Frame) {
        let all = core::mem::take(&mut self.device_changed) || all;
        let Some(device) = self.devices.get_mut(id) else { return };
        if all {
            frame.device = Some(DeviceView {
                id: id.clone(),
                description: device.description.clone(),
                channels: device.channels.clone(),
            });
        }
        frame.cards = device.show_cards(all);
        frame.trails = device.show_trails(all);
        frame.runs = device.show_runs(all);
    }

    fn show_firmware(&mut self, all: bool, frame: &mut Frame) {
        if self.firmware.prototype().is_none() {
            // The page was opened before the first device was known.
            self.open_firmware(None);
        }
        if core::mem::take(&mut self.firmware.changed) || all {
            let chosen = self.firmware.prototype();
            let any = self.is_stocked();
            let of = |it: &&crate::devices::Device| {
                any || it.prototype.as_ref().is_some_and(|it| Some(&it.0) == chosen)
            };
            let devices = self.devices.iter().filter(of).map(|it| it.id.clone()).collect();
            let may_upload = self.devices.iter().filter(of).any(|it| it.may_upload);
            let left = self.left_upload();
            let view = self.firmware.view(self.prototypes(), devices, may_upload, left);
            frame.firmware = Some(view);
        }
    }

    fn paint(
        &mut self,
        requests: &[ChartRequest],
        all: bool,
        floats: &mut Vec<f32>,
    ) -> Vec<ChartFrame> {
        let wall = self.clock.wall();
        self.charts.show(if all { 0 } else { requests.len() });
        let mut painted = Vec::new();
        for (index, chart) in requests.iter().enumerate() {
            let device = self.devices.get(&chart.device);
            let channel = |id: &_| device.and_then(|it| it.channel(id));
            let clock = device.map_or(wall, |it| it.clock(wall));
            let now = self.charts.now(chart.time, wall, clock);
            painted.extend(self.charts.paint(index, chart, now, channel, floats));
        }
        painted
    }

    fn stats(&mut self, all: bool) -> Option<Stats> {
        let now = self.clock.now();
        let last = self.page.stats;
        if !all && last.is_some_and(|(at, _)| now < at + STATS_EVERY) {
            return None;
        }
        let rings = self.charts.rings();
        let stats = Stats {
            message_rate: self.meter.rate(now),
            messages: self.meter.total(),
            points: rings.points() as u64,
            memory: rings.bytes() as u64,
            budget: rings.budget() as u64,
            evicted: rings.evicted(),
        };
        self.page.stats = Some((now, stats));
        (all || last.is_none_or(|(_, former)| former != stats)).then_some(stats)
    }
}
