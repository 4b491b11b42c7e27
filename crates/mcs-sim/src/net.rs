//! Links that delay, chop and break.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use mcs_session::LinkId;
use mcs_time::{SplitMix64, Time};

#[cfg(test)]
mod tests;

/// Which way bytes travel.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Direction {
    /// From the session.
    ToBroker,
    /// To the session.
    ToClient,
}

/// How a run of bytes that arrives at one instant is handed over.
#[derive(Clone, Debug)]
pub enum Chunks {
    /// In one piece.
    Whole,
    /// In pieces of so many bytes; 0 counts as 1.
    Fixed(usize),
    /// In pieces of random length, 64 bytes at most.
    Random(SplitMix64),
}

/// The network between one session and one broker.
#[derive(Debug)]
pub struct Net {
    /// One way.
    pub latency: Duration,
    /// How bytes are handed over.
    pub chunks: Chunks,
    /// Opening a link fails.
    pub unreachable: bool,
    /// Opening a link neither succeeds nor fails.
    pub silent: bool,
    cuts: BTreeMap<Direction, VecDeque<u64>>,
    carried: BTreeMap<Direction, u64>,
    link: Option<Link>,
}

#[derive(Debug)]
struct Link {
    id: LinkId,
    /// In order of arrival.
    transit: VecDeque<(Time, Arrival)>,
}

/// What reaches an end of a link.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// The link is open, at both ends.
    Open,
    /// It could not be opened.
    Unreachable,
    /// Bytes.
    Bytes(Direction, Vec<u8>),
    /// The broker's end was closed.
    ClosedByBroker,
    /// The link broke, at both ends.
    Cut,
}

impl Net {
    pub(crate) fn new() -> Self {
        Self {
            latency: Duration::from_millis(10),
            chunks: Chunks::Whole,
            unreachable: false,
            silent: false,
            cuts: BTreeMap::new(),
            carried: BTreeMap::new(),
            link: None,
        }
    }

    /// Breaks the link that carries the `bytes`-th byte in `direction` from
    /// now on, right after it. Bytes of all links count. May be called again
    /// for further cuts, with increasing numbers.
    pub fn cut_after(&mut self, direction: Direction, bytes: u64) {
        let total = self.carried(direction) + bytes;
        self.cuts.entry(direction).or_default().push_back(total);
    }

    /// Forgets the cuts that have not come about.
    pub fn cancel_cuts(&mut self) {
        self.cuts.clear();
    }

    /// Breaks the current link now, if there is one.
    pub fn cut(&mut self, now: Time) {
        if let Some(link) = &mut self.link {
            link.transit.clear();
            link.transit.push_back((now, Arrival::Cut));
        }
    }

    /// Bytes that arrived in `direction` so far.
    pub fn carried(&self, direction: Direction) -> u64 {
        self.carried.get(&direction).copied().unwrap_or(0)
    }

    /// Whether there is a link, open or opening.
    pub fn has_link(&self) -> bool {
        self.link.is_some()
    }

    pub(crate) fn open(&mut self, now: Time, id: LinkId) {
        assert!(self.link.is_none(), "link {id} opened while another one lives");
        let arrival = if self.unreachable { Arrival::Unreachable } else { Arrival::Open };
        let transit = if self.silent { None } else { Some((now + self.latency, arrival)) };
        self.link = Some(Link { id, transit: transit.into_iter().collect() });
    }

    pub(crate) fn send(&mut self, now: Time, id: LinkId, direction: Direction, bytes: Vec<u8>) {
        let at = now + self.latency;
        if let Some(link) = self.link.as_mut().filter(|link| link.id == id) {
            link.push(at, Arrival::Bytes(direction, bytes));
        }
    }

    /// The session closes its end: what it sent still arrives, nothing comes
    /// back. Returns those last bytes.
    pub(crate) fn close_client(&mut self, id: LinkId) -> Vec<Vec<u8>> {
        let Some(link) = self.link.take_if(|link| link.id == id) else { return Vec::new() };
        let last = link.transit.into_iter().filter_map(|(_, arrival)| match arrival {
            Arrival::Bytes(Direction::ToBroker, bytes) => Some(bytes),
            _ => None,
        });
        last.collect()
    }

    /// The broker closes its end: what it sent still arrives.
    pub(crate) fn close_broker(&mut self, now: Time, id: LinkId) {
        let at = now + self.latency;
        if let Some(link) = self.link.as_mut().filter(|link| link.id == id) {
            link.push(at, Arrival::ClosedByBroker);
        }
    }

    pub(crate) fn next_arrival(&self) -> Option<Time> {
        Some(self.link.as_ref()?.transit.front()?.0)
    }

    /// The next thing to arrive by `now`, chopped and cut as ordered.
    pub(crate) fn arrive(&mut self, now: Time) -> Option<(LinkId, Arrival)> {
        let link = self.link.as_mut()?;
        let id = link.id;
        if link.transit.front()?.0 > now {
            return None;
        }
        let (at, arrival) = link.transit.pop_front()?;
        let arrival = match arrival {
            Arrival::Bytes(direction, bytes) => self.carry(at, direction, bytes),
            arrival => arrival,
        };
        if matches!(arrival, Arrival::Cut | Arrival::ClosedByBroker | Arrival::Unreachable) {
            self.link = None;
        }
        Some((id, arrival))
    }

    /// Splits off the chunk to hand over, and puts the rest back.
    fn carry(&mut self, at: Time, direction: Direction, mut bytes: Vec<u8>) -> Arrival {
        let Some(link) = &mut self.link else { return Arrival::Bytes(direction, bytes) };
        let mut len = match &mut self.chunks {
            Chunks::Whole => bytes.len(),
            Chunks::Fixed(len) => *len,
            Chunks::Random(random) => usize::try_from(random.up_to(63)).unwrap_or(0) + 1,
        };
        len = len.clamp(1, bytes.len().max(1));
        let carried = self.carried.entry(direction).or_default();
        let cuts = self.cuts.entry(direction).or_default();
        if let Some(cut) = cuts.front().copied() {
            let left = usize::try_from(cut.saturating_sub(*carried)).unwrap_or(usize::MAX);
            if left <= len {
                cuts.pop_front();
                len = left;
                // Handed over next, ahead of the rest, which nobody will see.
                link.transit.clear();
                link.transit.push_front((at, Arrival::Cut));
                bytes.truncate(len);
            }
        }
        let rest = bytes.split_off(len.min(bytes.len()));
        *carried += u64::try_from(bytes.len()).unwrap_or(0);
        if !rest.is_empty() {
            link.transit.push_front((at, Arrival::Bytes(direction, rest)));
        }
        Arrival::Bytes(direction, bytes)
    }
}

impl Link {
    /// Runs of bytes that arrive together are one run, as on a stream.
    fn push(&mut self, at: Time, arrival: Arrival) {
        if let (Some((last_at, Arrival::Bytes(last, run))), Arrival::Bytes(direction, bytes)) =
            (self.transit.back_mut(), &arrival)
            && *last_at == at
            && last == direction
        {
            return run.extend_from_slice(bytes);
        }
        // A latency that was lowered meanwhile does not reorder a stream.
        let at = self.transit.back().map_or(at, |(last, _)| at.max(*last));
        self.transit.push_back((at, arrival));
    }
}
