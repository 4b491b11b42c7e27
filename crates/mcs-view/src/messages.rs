//! The inspector: every message that came or went, in a log that can be searched.

mod bytes;
mod diff;
mod export;
mod found;
mod json;
mod log;
mod outline;
mod properties;
mod publish;
mod query;
mod requests;
mod retained;
mod show;
mod subscriptions;
mod topics;
mod trace;

#[cfg(test)]
mod tests;

use core::time::Duration;

use mcs_model::{ConsoleTopic, Timestamp, Topic};
use mcs_session::{Message, Outcome, Publish};
use mcs_sorted::Map;
use mcs_time::Time;

use crate::clock::Clock;
use crate::devices::Devices;
use crate::link::{Meaning, Sent};
use crate::protocol::{
    ConnectionId, Detail, DetailView, Difference, Direction, Fate, FileFormat, Filter, LogRow,
    LogView, Look, MessagesView, PayloadFile, Place, Property, PublishView, QueryError, RatesView,
    RetainedView, Rows, StoreView, SubscribeTrouble, SubscriptionRow, TreeView,
};
use export::Export;
use found::Found;
use log::{Log, New, Stored};
use publish::Publishing;
use retained::Clear;
use subscriptions::Subscriptions;
use topics::{Rate, TopicId, Topics};
use trace::Trace;

/// What messages and topics may take together, in bytes.
const BUDGET: usize = 64 * 1024 * 1024;

/// How often new messages move the log; what the operator does is answered at once.
const EVERY: Duration = Duration::from_millis(100);

/// How often the tree, the rates and the counts move.
const SLOWLY_EVERY: Duration = Duration::from_millis(500);

/// Most rows of one answer.
const MOST_ROWS: u32 = 500;

/// Everything that came and went, and what the page sees of it.
pub(crate) struct Messages {
    log: Log,
    topics: Topics,
    /// Messages seen, stored or not.
    seen: u64,
    rate: Rate,
    /// What we sent and is not complete: its row, and when.
    requests: Map<Sent, (u64, Time)>,
    subscriptions: Subscriptions,
    subscribe_trouble: Option<SubscribeTrouble>,
    publishing: Publishing,
    clear: Clear,
    trace: Trace,
    export: Option<Export>,
    look: Look,
    found: Found,
    error: Option<QueryError>,
    payload: Option<PayloadFile>,
    page: Page,
}

/// What the page has.
#[derive(Default)]
struct Page {
    log: Option<LogView>,
    log_at: Time,
    /// What the operator looks at is another thing now.
    turned: bool,
    detail: Option<(Detail, Option<Option<Fate>>)>,
    slow_at: Time,
    tree: Option<TreeView>,
    rates: Option<RatesView>,
    retained: Option<RetainedView>,
    subscriptions: Option<(Vec<SubscriptionRow>, Option<SubscribeTrouble>)>,
}

impl Messages {
    pub(crate) fn new() -> Self {
        Self {
            log: Log::new(BUDGET),
            topics: Topics::default(),
            seen: 0,
            rate: Rate::default(),
            requests: Map::new(),
            subscriptions: Subscriptions::default(),
            subscribe_trouble: None,
            publishing: Publishing::default(),
            clear: Clear::default(),
            trace: Trace::default(),
            export: None,
            look: Look::default(),
            found: Found::default(),
            error: None,
            payload: None,
            page: Page::default(),
        }
    }

    /// A message came.
    pub(crate) fn received(
        &mut self,
        now: Time,
        wall: Timestamp,
        on: ConnectionId,
        message: &Message,
    ) -> TopicId {
        let topic = self.topics.intern(on, &message.topic);
        let properties = encode(&message.properties);
        self.topics.count(topic, now, message.payload.len());
        self.rate.count(now, message.payload.len());
        let matching = self.topics.matching(topic, &self.subscriptions);
        self.subscriptions.count(matching, message.payload.len());
        let kept = retained::of_message(message, self.log.next(), wall.as_millis());
        if let Some(kept) = kept {
            self.topics.retain(topic, kept);
        }
        self.store(New {
            at: wall.as_millis(),
            before: None,
            topic,
            direction: Direction::Received,
            qos: message.qos as u8,
            retained: message.retain,
            duplicate: message.duplicate,
            fate: None,
            payload: &message.payload,
            properties: &properties,
        });
        topic
    }

    /// What a topic means to the rest of the console; given back by [`Self::keep_meaning`].
    pub(crate) fn take_meaning(&mut self, topic: TopicId) -> Meaning {
        self.topics.take_meaning(topic)
    }

    pub(crate) fn keep_meaning(&mut self, topic: TopicId, meaning: Meaning) {
        self.topics.keep_meaning(topic, meaning);
    }

    /// A message was handed to the connection, or, without a request, could not be.
    pub(crate) fn sent(
        &mut self,
        now: Time,
        wall: Timestamp,
        on: ConnectionId,
        message: &Publish,
        request: Option<Sent>,
    ) {
        let topic = self.topics.intern(on, &message.topic);
        let row = self.log.next();
        let said = message.beside.as_deref().map(properties::shown).unwrap_or_default();
        let properties = encode(&said);
        self.store(New {
            at: wall.as_millis(),
            before: None,
            topic,
            direction: Direction::Sent,
            qos: message.qos as u8,
            retained: message.retain,
            duplicate: false,
            fate: Some(if request.is_some() { Fate::Waiting } else { Fate::NotConnected }),
            payload: &message.payload,
            properties: &properties,
        });
        if let Some(request) = request {
            self.requests.insert(request, (row, now));
        }
    }

    /// What became of a message that was sent.
    pub(crate) fn completed(&mut self, now: Time, request: Sent, outcome: Outcome) {
        let Some((row, sent)) = self.requests.remove(&request) else { return };
        let millis = u32::try_from(now.since(sent).as_millis()).unwrap_or(u32::MAX);
        if let Some(row) = self.log.get_mut(row) {
            row.fate = Some(match outcome {
                Outcome::Sent => Fate::Sent,
                Outcome::Acknowledged => Fate::Acknowledged { millis },
                Outcome::Unheard => Fate::Unheard { millis },
                Outcome::Refused(code) => Fate::Refused { code: code.0 },
                Outcome::Unacknowledged | Outcome::Expired => Fate::TimedOut,
                _ => Fate::NotConnected,
            });
        }
    }

    /// A control packet went over a link.
    pub(crate) fn traced(&mut self, clock: &Clock, on: ConnectionId, packet: mcs_session::Traced) {
        self.trace.add(clock.now(), clock.wall(), on, packet);
    }

    fn export(&mut self, format: FileFormat, filter: &Filter) {
        // A query that means nothing finds nothing; the page does not offer it.
        self.export =
            Found::new(filter, &self.log).ok().map(|found| Export::new(format, found, &self.log));
    }

    fn store(&mut self, mut new: New<'_>) {
        self.seen += 1;
        new.before = self.topics.store(new.topic, self.log.next());
        self.log.push(new);
        let Self { log, topics, .. } = self;
        while log.is_full(topics.memory()) {
            log.evict(|topic| topics.release(topic));
        }
        if topics.is_full() {
            topics.forget();
            while topics.is_full() && log.len() > 0 {
                log.evict(|topic| topics.release(topic));
                topics.forget();
            }
            self.found.forget_verdicts();
            self.export.iter_mut().for_each(Export::forget_verdicts);
        }
    }

    /// When something has to be sent.
    pub(crate) fn deadline(&self) -> Option<Time> {
        self.publishing.deadline()
    }

    /// A connection's session is gone, and with it what was subscribed to and not complete.
    pub(crate) fn unlisten(&mut self, on: ConnectionId) {
        self.subscriptions.unlisten(on);
        self.requests.retain(|it, _| it.0 != on);
        self.page.turned = true;
    }

    /// Somebody else may sit here next: forgets everything that was seen, and repeats nothing.
    pub(crate) fn forget(&mut self) {
        let former = core::mem::replace(self, Self::new());
        self.subscriptions = former.subscriptions;
        self.publishing = former.publishing;
        self.publishing.stop();
    }

    fn clear(&mut self) {
        let Self { log, topics, .. } = self;
        log.clear(|topic| topics.release(topic));
        self.search_again();
    }

    fn fetch(&mut self, row: u64) {
        let bytes = self.log.get(row).map(|it| it.payload.to_vec());
        self.payload = Some(PayloadFile { row, bytes });
    }

    fn look(&mut self, look: Look) {
        let other = self.look.filter != look.filter;
        self.look = look;
        self.page.turned = true;
        if other {
            self.search_again();
        }
    }

    /// A query that means nothing leaves the one before in force.
    fn search_again(&mut self) {
        self.page.turned = true;
        match Found::new(&self.look.filter, &self.log) {
            Ok(found) => {
                self.found = found;
                self.error = None;
            }
            Err(error) => self.error = Some(error),
        }
    }

    /// What changed for the page since the last time; everything when `all`.
    fn view(
        &mut self,
        now: Time,
        devices: &Devices,
        is_connected: impl Fn(ConnectionId) -> bool,
        all: bool,
    ) -> Option<MessagesView> {
        self.found.search(&self.log, &self.topics);
        let mut view = MessagesView { payload: self.payload.take(), ..MessagesView::default() };
        let turned = core::mem::take(&mut self.page.turned) || all;
        if turned || now >= self.page.log_at + EVERY {
            self.page.log_at = now;
            let log = self.log_view(now, devices);
            if all || self.page.log.as_ref() != Some(&log) {
                self.page.log = Some(log.clone());
                view.log = Some(log);
            }
        }
        view.detail = self.detail(devices, all);
        if turned || now >= self.page.slow_at + SLOWLY_EVERY {
            self.page.slow_at = now;
            self.slow_view(now, devices, is_connected, all, &mut view);
        }
        view.publish = self.publish_view(all);
        if self.look.trace && (core::mem::take(&mut self.trace.changed) || turned) {
            view.trace = Some(self.trace.view());
        }
        if let Some(export) = self.export.as_mut().filter(|it| it.wanted) {
            view.export = Some(export.piece(&self.log, &self.topics));
        }
        (view != MessagesView::default()).then_some(view)
    }

    fn slow_view(
        &mut self,
        now: Time,
        devices: &Devices,
        is_connected: impl Fn(ConnectionId) -> bool,
        all: bool,
        view: &mut MessagesView,
    ) {
        let Self { topics, look, page, .. } = self;
        if all {
            (page.tree, page.rates, page.retained, page.subscriptions) = (None, None, None, None);
        }
        let tree = look.tree.as_ref().map(|look| outline::tree(topics, look, now));
        view.tree = changed(&mut page.tree, tree);
        let rates = look.rates.map(|by| {
            let mut rates = outline::rates(topics, by, now);
            rates.rows.iter_mut().for_each(|it| it.place = place(&it.topic.path, devices));
            rates
        });
        view.rates = changed(&mut page.rates, rates);
        let retained = self.look.retained.then(|| self.retained_view());
        view.retained = changed(&mut self.page.retained, retained);
        let subscriptions = (self.subscriptions.rows(is_connected), self.subscribe_trouble);
        view.subscriptions = changed(&mut self.page.subscriptions, Some(subscriptions));
    }

    fn publish_view(&mut self, all: bool) -> Option<PublishView> {
        let changed = core::mem::take(&mut self.publishing.changed) || all;
        changed.then(|| self.publishing.view())
    }

    fn log_view(&self, now: Time, devices: &Devices) -> LogView {
        let Self { log, topics, found, look, .. } = self;
        let (total, newer) = found.count(look.until);
        let origin = found.origin();
        let (first, count) = match look.rows {
            Rows::Newest { count } => (total.saturating_sub(count.into()), count),
            Rows::From { place, count } => {
                (u64::try_from(place.saturating_sub(origin)).unwrap_or(0).min(total), count)
            }
        };
        let end = first.saturating_add(count.min(MOST_ROWS).into()).min(total);
        let rows = (first..end).filter_map(|place| log.get(found.at(place)?));
        LogView {
            origin,
            total,
            newer,
            first,
            rows: rows.map(|it| self.row(&it, devices)).collect(),
            newest: log.next().checked_sub(1),
            unsearched: found.unsearched(log),
            cut: found.cut(),
            error: self.error.clone(),
            store: StoreView {
                stored: log.len(),
                seen: self.seen,
                evicted: log.evicted,
                memory: (log.memory() + topics.memory()) as u64,
                budget: log.budget() as u64,
                topics: topics.len() as u64,
                forgotten: topics.forgotten,
                rate: self.rate.at(now).0 as f32,
            },
        }
    }

    fn row(&self, message: &Stored<'_>, devices: &Devices) -> LogRow {
        let topic = self.topics.name(message.row.topic);
        LogRow {
            row: message.number,
            connection: self.topics.connection(message.row.topic),
            at: Timestamp::from_millis(message.row.at),
            direction: message.row.direction,
            colour: self.colour(message.row.topic),
            place: place(topic, devices),
            topic: topic.to_owned(),
            qos: message.row.qos,
            retained: message.row.retained,
            duplicate: message.row.duplicate,
            size: message.payload.len() as u64,
            preview: show::preview(message.payload),
            fate: message.row.fate.clone(),
        }
    }

    fn colour(&self, topic: topics::TopicId) -> Option<u8> {
        let topic = self.topics.get(topic)?;
        self.subscriptions.colour(self.subscriptions.matching(topic.connection, &topic.name))
    }

    /// The open row, when the page does not have it as it is.
    fn detail(&mut self, devices: &Devices, all: bool) -> Option<Option<DetailView>> {
        let Some(detail) = self.look.detail else {
            self.page.detail = None;
            return None;
        };
        let message = self.log.get(detail.row);
        let state = (detail, message.map(|it| it.row.fate.clone()));
        if !all && self.page.detail.as_ref() == Some(&state) {
            return None;
        }
        let view = message.map(|it| DetailView {
            row: self.row(&it, devices),
            body: show::body(it.payload, detail.format, detail.whole),
            properties: postcard::from_bytes(it.properties).unwrap_or_default(),
            difference: self.difference(&it),
        });
        self.page.detail = Some(state);
        Some(view)
    }

    fn difference(&self, message: &Stored<'_>) -> Difference {
        let Some(before) = message.row.before else { return Difference::First };
        match self.log.get(before) {
            None => Difference::Evicted,
            Some(old) if old.payload == message.payload => Difference::Same { before },
            Some(old) => match diff::lines(old.payload, message.payload) {
                Some(lines) => Difference::Lines { before, lines },
                None => Difference::Incomparable { before },
            },
        }
    }
}

/// What is new to the page, which has it from then on.
fn changed<T: Clone + PartialEq>(shown: &mut Option<T>, now: Option<T>) -> Option<T> {
    if *shown == now {
        return None;
    }
    shown.clone_from(&now);
    now
}

/// Properties as they are stored; nothing is allocated when there are none.
fn encode(properties: &[mcs_session::Property]) -> Vec<u8> {
    if properties.is_empty() {
        return Vec::new();
    }
    let shown = properties.iter().map(|it| Property {
        id: it.id,
        key: it.key.clone(),
        value: it.value.clone(),
    });
    // Our own types always serialise.
    postcard::to_allocvec(&shown.collect::<Vec<_>>()).unwrap_or_default()
}

/// Whose topic it is, in words.
fn place(topic: &str, devices: &Devices) -> Option<Place> {
    let (id, channel) = match topic.parse() {
        Ok(ConsoleTopic::Points(id, channel) | ConsoleTopic::Commands(id, channel)) => {
            (id, Some(channel))
        }
        Ok(ConsoleTopic::Device(id)) => (id, None),
        Ok(ConsoleTopic::Prototypes | ConsoleTopic::Rollouts) => return None,
        Err(_) => match topic.parse() {
            Ok(Topic::Channel(id, _, channel)) => (id, Some(channel)),
            Ok(Topic::Device(id, _) | Topic::Firmware(id, _)) => (id, None),
            Err(_) => return None,
        },
    };
    let device = devices.get(&id)?;
    let name = |id| device.channel(&id).map_or_else(|| id.to_string(), |it| it.name.clone());
    Some(Place { device: device.name.clone(), channel: channel.map(name) })
}
