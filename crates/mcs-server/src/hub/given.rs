//! The commands that a connection was given a short while ago: a board may answer each by uploading what it heard,
//! be commanded by that, and answer again.

use std::collections::VecDeque;
use std::time::Duration;

use mcs_model::{ChannelId, DataPoint, Value};
use mcs_time::Time;

#[cfg(test)]
mod tests;

/// So long after a command the same value is an answer, or somebody who commands by the device's key.
const ANSWER: Duration = Duration::from_secs(10);
/// Most commands that are remembered.
const MAX: usize = 64;
/// So many repetitions at once are somebody.
const FREE: f32 = 30.0;
/// So many a second are somebody, however long it goes on. A loop turns several times faster.
const RATE: f32 = 3.0;

/// Commands, the newest last, and how often they were repeated of late.
#[derive(Debug, Default)]
pub(super) struct Given {
    recent: VecDeque<(Time, ChannelId, Value)>,
    repeated: f32,
    since: Time,
}

impl Given {
    /// The device is given this value.
    pub(super) fn note(&mut self, now: Time, point: &DataPoint) {
        self.forget(now);
        if self.recent.len() == MAX {
            self.recent.pop_front();
        }
        self.recent.push_back((now, point.channel.clone(), point.value.clone()));
    }

    /// Whether what came with the device's key is one turn of a loop, to be broken here.
    pub(super) fn loops(&mut self, now: Time, point: &DataPoint) -> bool {
        self.forget(now);
        let is_it = |(_, channel, value): &(Time, ChannelId, Value)| {
            *channel == point.channel && *value == point.value
        };
        if !self.recent.iter().any(is_it) {
            return false;
        }
        let forgiven = RATE * now.since(self.since).as_secs_f32();
        self.repeated = (self.repeated - forgiven).max(0.0);
        self.since = now;
        if self.repeated >= FREE {
            return true;
        }
        self.repeated += 1.0;
        false
    }

    fn forget(&mut self, now: Time) {
        while self.recent.pop_front_if(|(at, ..)| now.since(*at) >= ANSWER).is_some() {}
        if self.recent.is_empty() {
            self.recent = VecDeque::new();
        }
    }
}
