//! What devices say by MQTT, where no server tells who is here and what it runs.
//!
//! A plain broker does not say who is connected, so a device is here from its first word on. On its
//! string channels it may say more:
//!
//! - `version`: what it runs. The only word that makes a push *updated*.
//! - `status`: how far it is (CONTRACT §5.4), `online` when it has just connected, and `offline` as
//!   its last will.

use mcs_fota::rollout::{Fact, Transport};
use mcs_model::api::PushState;
use mcs_model::{ChannelId, DeviceId, Direction, RawValue, upload};

use crate::console::Console;

/// Devices have no manners: seconds for milliseconds, many points at once.
const RULES: upload::Rules = upload::Rules { max_points: 1000, seconds: true };

/// What a device runs.
const VERSION: &str = "version";
/// How it is.
const STATUS: &str = "status";

/// What a word of a device means for rollouts.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// It is there; anything says so.
    Here,
    /// It has just connected.
    Online,
    /// It is not there any more.
    Offline,
    Runs(String),
    Says(String),
}

impl Console {
    /// A device published this.
    pub(crate) fn heard_from(
        &mut self,
        id: &DeviceId,
        channel: Option<&ChannelId>,
        payload: &[u8],
    ) {
        // Most messages say nothing to anybody: they are not read once more.
        let may_say = channel.is_none_or(|it| it.as_str() == VERSION);
        if !may_say && !self.rollouts.local.is_running() {
            return;
        }
        for point in upload::from_mqtt(channel, payload, RULES).into_iter().flatten() {
            let device = self.devices.get(id);
            let controls = device
                .and_then(|it| it.channel(&point.channel))
                .is_some_and(|it| it.direction == Direction::Controller);
            if controls {
                // Perhaps a command of another console.
                continue;
            }
            let word = word(&point.channel, &point.value);
            if let Word::Runs(version) = &word
                && let Some(device) = self.devices.get_mut(id)
            {
                device.firmware_version = Some(version.clone());
                self.devices.changed = true;
            }
            if self.rollouts.local.is_running() {
                self.tell_word(id, word);
            }
        }
    }

    fn tell_word(&mut self, id: &DeviceId, word: Word) {
        let came = Fact::Came(Transport::Mqtt);
        let rollouts = &self.rollouts.local.book.rollouts;
        let member = |it: &super::Entry| {
            let member = it.rollout.member(id).filter(|it| !it.is_over())?;
            Some((member.hears().next().is_some(), member.state()))
        };
        let Some((is_here, state)) = rollouts.iter().find_map(member) else { return };
        // Who said that it restarts, and speaks again, has restarted.
        let restarted = state == PushState::Rebooting && !matches!(word, Word::Says(_));
        match word {
            Word::Offline => return self.tell_rollouts(id, &Fact::Left(Transport::Mqtt)),
            Word::Online => self.tell_rollouts(id, &came),
            _ if !is_here || restarted => self.tell_rollouts(id, &came),
            _ => {}
        }
        match word {
            Word::Runs(version) => self.tell_rollouts(id, &Fact::VersionReported(version)),
            Word::Says(text) => self.tell_rollouts(id, &Fact::StatusText(text)),
            Word::Here | Word::Online | Word::Offline => {}
        }
    }
}

fn word(channel: &ChannelId, value: &RawValue) -> Word {
    let text = match value {
        RawValue::Csv(text) => Some(text.as_str()),
        RawValue::Json(value) => value.get("value").and_then(|it| it.as_str()),
    };
    match (channel.as_str(), text.map(str::trim).filter(|it| !it.is_empty())) {
        (VERSION, Some(text)) => Word::Runs(text.chars().take(64).collect()),
        (STATUS, Some(text)) if text.eq_ignore_ascii_case("online") => Word::Online,
        (STATUS, Some(text)) if text.eq_ignore_ascii_case("offline") => Word::Offline,
        (STATUS, Some(text)) => Word::Says(text.chars().take(300).collect()),
        _ => Word::Here,
    }
}
