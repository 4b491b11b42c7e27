//! The commands that a connection was given a short while ago: its device may answer by uploading what it heard.

use std::collections::VecDeque;
use std::time::Duration;

use mcs_model::{ChannelId, DataPoint, Value};
use mcs_time::Time;

/// So long after a command the same value, uploaded by the device, is its answer (CONTRACT §3.5).
const ANSWER: Duration = Duration::from_secs(10);

/// Most commands that are remembered.
const MAX: usize = 64;

/// Commands, the newest last.
#[derive(Debug, Default)]
pub(super) struct Given(VecDeque<(Time, ChannelId, Value)>);

impl Given {
    /// The device is given this value.
    pub(super) fn note(&mut self, now: Time, point: &DataPoint) {
        self.forget(now);
        if self.0.len() == MAX {
            self.0.pop_front();
        }
        self.0.push_back((now, point.channel.clone(), point.value.clone()));
    }

    /// Whether what the device uploads says a command again.
    pub(super) fn holds(&mut self, now: Time, point: &DataPoint) -> bool {
        self.forget(now);
        self.0.iter().any(|(_, channel, value)| *channel == point.channel && *value == point.value)
    }

    fn forget(&mut self, now: Time) {
        while self.0.pop_front_if(|(at, ..)| now.since(*at) >= ANSWER).is_some() {}
        if self.0.is_empty() {
            self.0 = VecDeque::new();
        }
    }
}
