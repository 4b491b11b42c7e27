//! What a channel of places or pictures said before, as much of it as is worth keeping.

use std::collections::VecDeque;

use mcs_model::api::HistoryPoint;
use mcs_model::{ChannelId, ChannelKind, Value};

use crate::protocol::{self, Shown};

#[cfg(test)]
mod tests;

/// The most places of one channel.
pub(crate) const MOST_PLACES: usize = 1000;

/// The most pictures of one channel.
pub(crate) const MOST_PICTURES: usize = 24;

/// The most bytes that the pictures of one channel take, in base64.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The newest places or pictures of a channel, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    points: VecDeque<Shown>,
    bytes: usize,
    /// So many of the newest are not on the page.
    unseen: usize,
    /// Something came in between: the page has to begin anew.
    rearranged: bool,
    /// The server was asked for what was before.
    pub(crate) recalled: bool,
}

impl Trail {
    /// How many points are kept of a channel of this kind; `None` when none are.
    pub(crate) fn limit(kind: &ChannelKind) -> Option<usize> {
        match kind {
            ChannelKind::Gps => Some(MOST_PLACES),
            ChannelKind::Image => Some(MOST_PICTURES),
            _ => None,
        }
    }

    /// A point that came, at its place in time; of two with one time the later one counts.
    pub(crate) fn insert(&mut self, point: Shown, limit: usize) {
        self.bytes += size(&point);
        match self.points.binary_search_by_key(&point.at, |it| it.at) {
            Ok(place) => {
                let former = core::mem::replace(&mut self.points[place], point);
                self.bytes -= size(&former);
                self.rearranged = true;
            }
            Err(place) if place == self.points.len() => {
                self.points.push_back(point);
                self.unseen += 1;
            }
            Err(place) => {
                self.points.insert(place, point);
                self.rearranged = true;
            }
        }
        while self.points.len() > limit || (self.bytes > MOST_BYTES && self.points.len() > 1) {
            let oldest = self.points.pop_front();
            self.bytes -= oldest.as_ref().map_or(0, size);
        }
        self.unseen = self.unseen.min(self.points.len());
    }

    /// What the server has kept.
    pub(crate) fn merge(&mut self, history: Vec<HistoryPoint>, limit: usize) {
        for HistoryPoint { at, value } in history {
            if self.points.binary_search_by_key(&at, |it| it.at).is_err() {
                self.insert(Shown { value, at, misfit: None }, limit);
            }
        }
    }

    /// What the page lacks, or everything; `None` when it lacks nothing.
    pub(crate) fn show(&mut self, channel: &ChannelId, all: bool) -> Option<protocol::Trail> {
        let fresh = core::mem::take(&mut self.rearranged) || all;
        let unseen = core::mem::take(&mut self.unseen);
        if !fresh && unseen == 0 {
            return None;
        }
        let first = if fresh { 0 } else { self.points.len() - unseen };
        Some(protocol::Trail {
            channel: channel.clone(),
            fresh,
            points: self.points.range(first..).cloned().collect(),
            len: u32::try_from(self.points.len()).unwrap_or(u32::MAX),
        })
    }
}

fn size(point: &Shown) -> usize {
    match &point.value {
        Value::Image(base64) => base64.len(),
        _ => 0,
    }
}
