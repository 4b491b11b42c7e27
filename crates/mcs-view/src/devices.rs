//! The devices: what they are, whether they are here, and what stands on their cards.

use mcs_model::api::{DeviceInfo, Presence, PushStatus, Right};
use mcs_model::{
    Channel, ChannelId, DataPoint, DeviceId, DeviceKey, ProductId, RawRef, Timestamp, Value,
};
use mcs_sorted::Map;

use crate::card::Card;
use crate::control::Life;
use crate::link::Subscription;
use crate::protocol::{
    Alert, CardState, ConnectionId, DeviceRow, NewDevice, Online, RunsView, Shown, Trail,
};

/// A clock that is ahead by more than this, in milliseconds, is wrong rather than ahead.
const MOST_AHEAD: u64 = 10 * 60_000;

/// All devices.
#[derive(Debug, Default)]
pub(crate) struct Devices {
    map: Map<DeviceId, Device>,
    /// The page has not seen the list as it is.
    pub(crate) changed: bool,
    /// The list as the page has it, if it has one.
    shown: Option<Vec<DeviceRow>>,
}

/// One device.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    /// Only where the operator typed it in: our server's topics need none.
    pub(crate) key: Option<DeviceKey>,
    pub(crate) right: Right,
    pub(crate) may_upload: bool,
    pub(crate) name: String,
    pub(crate) prototype: Option<(ProductId, String)>,
    /// What its prototype's author says of it.
    pub(crate) description: String,
    /// Words by which its owner groups it.
    pub(crate) tags: Vec<String>,
    /// What the page was told to be most wrong with it.
    alert_shown: Option<Alert>,
    /// What people wrote about it.
    pub(crate) about: String,
    pub(crate) channels: Vec<Channel>,
    pub(crate) cards: Map<ChannelId, Card>,
    /// By the server's word.
    pub(crate) presence: Presence,
    pub(crate) firmware_version: Option<String>,
    pub(crate) push: Option<PushStatus>,
    /// The connection that it was typed in for; [`Console::home`](crate::Console::home) says which it has.
    pub(crate) connection: ConnectionId,
    /// Its topics.
    pub(crate) subscriptions: Vec<Subscription>,
    /// The broker has granted its topics on this connection: no point is missed.
    pub(crate) live: bool,
    /// How far its clock is ahead of ours, in milliseconds.
    ahead: u64,
    /// The operator was told of what it sends and nobody understands.
    pub(crate) complained: bool,
}

/// Where a channel of a device and its card were found last.
#[derive(Debug, Default)]
pub(crate) struct Places {
    channel: usize,
    card: usize,
}

impl Devices {
    /// Adds a device, or replaces what is known of it; values and commands of channels that stay
    /// are kept. Gives the subscriptions that are of no use any more: those with another key.
    pub(crate) fn put(&mut self, mut device: Device) -> Vec<Subscription> {
        self.changed = true;
        let mut useless = Vec::new();
        if let Some(former) = self.map.remove(&device.id) {
            if former.key == device.key && former.connection == device.connection {
                device.cards = former.cards;
                let stays = |it: &&Channel| device.has_like(it);
                let stay: Vec<_> = former.channels.iter().filter(stays).map(|it| &it.id).collect();
                device.cards.retain(|channel, _| stay.contains(&channel));
                device.subscriptions = former.subscriptions;
                device.live = former.live;
                device.ahead = former.ahead;
                device.complained = former.complained;
            } else {
                useless = former.subscriptions;
            }
        }
        self.map.insert(device.id.clone(), device);
        useless
    }

    pub(crate) fn get(&self, id: &DeviceId) -> Option<&Device> {
        self.map.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &DeviceId) -> Option<&mut Device> {
        self.map.get_mut(id)
    }

    /// The same for who asks again and again; see [`Map::get_mut_near`].
    pub(crate) fn get_mut_near(&mut self, id: &DeviceId, place: &mut usize) -> Option<&mut Device> {
        self.map.get_mut_near(id, place)
    }

    pub(crate) fn remove(&mut self, id: &DeviceId) -> Option<Device> {
        self.changed = true;
        self.map.remove(id)
    }

    pub(crate) fn ids(&self) -> Vec<DeviceId> {
        self.map.keys().cloned().collect()
    }

    /// In display order: by name, then by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Device> {
        let mut all: Vec<_> = self.map.values().collect();
        mcs_sorted::sort_by(&mut all, |a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        all.into_iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Device> {
        self.map.values_mut()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self { changed: true, ..Self::default() };
    }

    /// The page gets the whole list next: it may have forgotten it at a sign-in.
    pub(crate) fn tell_all(&mut self) {
        self.shown = None;
        self.changed = true;
    }

    /// Whether the page should be told of the list.
    pub(crate) fn has_news(&self) -> bool {
        // Values come and go in many ways; what they mean for the list is looked at once a frame.
        self.changed || self.map.values().any(|it| it.alert() != it.alert_shown)
    }

    /// The list for the page, whole when there are others in it or in another order, else the rows
    /// that look different. `known` when the server's word on presence is fresh.
    pub(crate) fn show(
        &mut self,
        known: bool,
        all: bool,
    ) -> (Option<Vec<DeviceRow>>, Vec<DeviceRow>) {
        for device in self.map.values_mut() {
            device.alert_shown = device.alert();
        }
        self.changed = false;
        let rows: Vec<_> = self.iter().map(|it| it.row(known)).collect();
        let former = self.shown.replace(rows.clone());
        let is_same = |former: &Vec<DeviceRow>| {
            former.len() == rows.len() && former.iter().zip(&rows).all(|(a, b)| a.id == b.id)
        };
        match former.filter(is_same) {
            Some(former) if !all => {
                let pairs = rows.into_iter().zip(former);
                (None, pairs.filter(|(row, former)| row != former).map(|it| it.0).collect())
            }
            _ => (Some(rows), Vec::new()),
        }
    }
}

impl Device {
    /// A device of the server's list, without its points.
    pub(crate) fn listed(info: &DeviceInfo) -> Self {
        Self {
            id: info.id.clone(),
            key: None,
            right: info.right,
            may_upload: info.may_upload,
            name: info.name.clone(),
            prototype: Some((info.prototype.id.clone(), info.prototype.name.clone())),
            description: info.prototype.description.clone(),
            tags: info.tags.clone(),
            alert_shown: None,
            about: info.description.clone(),
            channels: info.prototype.channels.clone(),
            cards: Map::new(),
            presence: info.presence.clone(),
            firmware_version: info.firmware_version.clone(),
            push: info.push.clone(),
            connection: ConnectionId::SERVER,
            subscriptions: Vec::new(),
            live: false,
            ahead: 0,
            complained: false,
        }
    }

    /// A device that the operator typed in.
    pub(crate) fn typed(new: NewDevice) -> Self {
        let name = if new.name.trim().is_empty() { new.id.to_string() } else { new.name };
        Self {
            id: new.id,
            key: Some(new.key),
            right: Right::Control,
            may_upload: false,
            name,
            prototype: None,
            description: String::new(),
            tags: Vec::new(),
            alert_shown: None,
            about: String::new(),
            channels: new.channels,
            cards: Map::new(),
            presence: Presence::default(),
            firmware_version: None,
            push: None,
            connection: new.connection,
            subscriptions: Vec::new(),
            live: false,
            ahead: 0,
            complained: false,
        }
    }

    /// Whether it has this channel, and of the same type.
    pub(crate) fn has_like(&self, channel: &Channel) -> bool {
        self.channel(&channel.id).is_some_and(|it| it.kind.name() == channel.kind.name())
    }

    pub(crate) fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.channels.iter().find(|it| it.id == *id)
    }

    /// Whether it is listened to on a connection: another broker may have a device of the same id.
    pub(crate) fn is_on(&self, on: ConnectionId) -> bool {
        self.subscriptions.iter().any(|it| it.0 == on)
    }

    /// Something came from it. Says whether that is worth telling: once a second.
    pub(crate) fn heard(&mut self, now: Timestamp) -> bool {
        let news =
            self.presence.last_seen.is_none_or(|it| it.as_millis() + 1000 <= now.as_millis());
        if news {
            self.presence.last_seen = Some(now);
        }
        news
    }

    /// A point that just came. `None` when the device has no such channel; else the channel, and the value, if it fits.
    pub(crate) fn receive(
        &mut self,
        channel: &ChannelId,
        places: &mut Places,
        at: Timestamp,
        raw: RawRef<'_>,
        now: Timestamp,
    ) -> Option<(&Channel, Option<Value>)> {
        if self.channels.get(places.channel).is_none_or(|it| it.id != *channel) {
            places.channel = self.channels.iter().position(|it| it.id == *channel)?;
        }
        let definition = self.channels.get(places.channel)?;
        let ahead = at.as_millis().saturating_sub(now.as_millis());
        if ahead <= MOST_AHEAD {
            self.ahead = ahead;
        }
        let card = match self.cards.get_mut_near(channel, &mut places.card) {
            Some(card) => card,
            None => self.cards.entry(channel.clone()).or_default(),
        };
        Some((definition, card.receive(definition, at, raw, now)))
    }

    /// What its clock says when ours says `now`: the right edge of its charts, or else the points
    /// of a clock that is a little ahead would be seen late or never.
    pub(crate) fn clock(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_millis(now.as_millis().saturating_add(self.ahead))
    }

    /// A point that the server has kept.
    pub(crate) fn recall(&mut self, point: DataPoint) {
        let Some((definition, card)) = self.open(&point.channel) else { return };
        card.recall(definition, Shown { value: point.value, at: point.timestamp, misfit: None });
    }

    /// A channel and its card; `None` when the device has no such channel.
    pub(crate) fn open(&mut self, channel: &ChannelId) -> Option<(&Channel, &mut Card)> {
        let definition = self.channels.iter().find(|it| it.id == *channel)?;
        Some((definition, self.cards.entry(channel.clone()).or_default()))
    }

    /// The server says whether it is here.
    pub(crate) fn appear(&mut self, presence: Presence) {
        if presence.transports.is_empty() {
            for card in self.cards.values_mut() {
                card.changed |= card.life.as_mut().is_some_and(Life::went_offline);
            }
        }
        let last_seen = self.presence.last_seen.max(presence.last_seen);
        self.presence = Presence { last_seen, ..presence };
    }

    /// The row in the list; `known` when the server's word on presence is fresh.
    pub(crate) fn row(&self, known: bool) -> DeviceRow {
        let transports = if known { self.presence.transports.clone() } else { Vec::new() };
        DeviceRow {
            id: self.id.clone(),
            name: self.name.clone(),
            right: self.right,
            prototype: self.prototype.clone(),
            online: self.online(known),
            transports,
            last_seen: self.presence.last_seen,
            firmware_version: self.firmware_version.clone(),
            push: self.push.clone(),
            channels: u32::try_from(self.channels.len()).unwrap_or(u32::MAX),
            tags: self.tags.clone(),
            alert: self.alert(),
        }
    }

    /// What is most wrong with it.
    fn alert(&self) -> Option<Alert> {
        let failed = |push: &PushStatus| push.state.went_wrong();
        let misfit = |card: &Card| card.value.as_ref().is_some_and(|it| it.misfit.is_some());
        if self.push.as_ref().is_some_and(failed) {
            Some(Alert::PushFailed)
        } else if self.cards.values().any(misfit) {
            Some(Alert::Misfit)
        } else {
            None
        }
    }

    pub(crate) fn online(&self, known: bool) -> Online {
        match (known, self.presence.transports.is_empty()) {
            (false, _) => Online::Unknown,
            (true, true) => Online::No,
            (true, false) => Online::Yes,
        }
    }

    /// Cards that the page has not seen as they are, or those of all channels, empty ones as well;
    /// they count as seen afterwards.
    pub(crate) fn show_cards(&mut self, all: bool) -> Vec<CardState> {
        let mut shown = Vec::new();
        for channel in &self.channels {
            match self.cards.get_mut(&channel.id) {
                Some(card) if card.changed || all => shown.push(card.show(channel)),
                None if all => shown.push(CardState::empty(channel.id.clone())),
                _ => {}
            }
        }
        shown
    }

    /// Runs of functions that the page does not have, or all that somebody looks at.
    pub(crate) fn show_runs(&mut self, all: bool) -> Vec<RunsView> {
        let show = |(id, card): (&ChannelId, &mut Card)| card.runs.show(id, all);
        self.cards.iter_mut().filter_map(show).collect()
    }

    /// Places and pictures that the page does not have, or those of all channels.
    pub(crate) fn show_trails(&mut self, all: bool) -> Vec<Trail> {
        let show = |(id, card): (&ChannelId, &mut Card)| card.trail.show(id, all);
        self.cards.iter_mut().filter_map(show).collect()
    }
}
