//! The history of a function channel: what its code made of the newest points.

use mcs_model::function::Run;
use mcs_model::{ChannelId, ChannelKind, DeviceId, api};

use crate::console::Console;
use crate::io::Fetched;
use crate::protocol::{RunsState, RunsView};
use crate::rest::Call;

/// What a card knows of them.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    state: RunsState,
    /// A card has asked: news are fetched.
    watched: bool,
    /// Something has run since the newest question.
    outdated: bool,
    /// The page has not seen them as they are.
    changed: bool,
}

impl Runs {
    /// What the page lacks; `None` when it lacks nothing.
    pub(crate) fn show(&mut self, channel: &ChannelId, all: bool) -> Option<RunsView> {
        let changed = core::mem::take(&mut self.changed) || (all && self.watched);
        changed.then(|| RunsView { channel: channel.clone(), state: self.state.clone() })
    }
}

impl Console {
    /// A card shows the runs of a function: fetches them, now and whenever it has run.
    pub(crate) fn watch_runs(&mut self, device: DeviceId, channel: ChannelId) {
        let is_server = self.signed_in.is_some();
        let Some((definition, card)) =
            self.devices.get_mut(&device).and_then(|it| it.open(&channel))
        else {
            return;
        };
        if !matches!(definition.kind, ChannelKind::Function { .. }) {
            return;
        }
        card.runs.watched = true;
        if is_server {
            return self.fetch_runs(device, channel);
        }
        card.runs.state = RunsState::Nowhere;
        card.runs.changed = true;
    }

    /// The server says that a function has run.
    pub(crate) fn function_ran(&mut self, device: &DeviceId, channel: &ChannelId) {
        let open = self.devices.get_mut(device).and_then(|it| it.open(channel));
        if open.is_some_and(|(_, card)| card.runs.watched) {
            self.fetch_runs(device.clone(), channel.clone());
        }
    }

    fn fetch_runs(&mut self, device: DeviceId, channel: ChannelId) {
        let call = Call::Runs { device, channel };
        if !self.rest.awaits(|it| *it == call) {
            self.out.push_back(self.rest.call(call));
        } else if let Call::Runs { device, channel } = call
            && let Some((_, card)) = self.devices.get_mut(&device).and_then(|it| it.open(&channel))
        {
            card.runs.outdated = true;
        }
    }

    /// The server's answer.
    pub(crate) fn runs_fetched(&mut self, device: DeviceId, channel: ChannelId, fetched: Fetched) {
        let runs = match fetched {
            Fetched::Answer { status: 200, body } => api::from_json::<Vec<Run>>(&body).ok(),
            _ => None,
        };
        let Some((_, card)) = self.devices.get_mut(&device).and_then(|it| it.open(&channel)) else {
            return;
        };
        card.runs.changed = true;
        card.runs.state = runs.map_or(RunsState::Unknown, RunsState::Here);
        if core::mem::take(&mut card.runs.outdated) {
            self.fetch_runs(device, channel);
        }
    }
}
