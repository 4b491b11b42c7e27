//! What the page shows, as signals. Only [`Store::apply`] writes what the engine says.

mod read;

use std::rc::Rc;

use leptos::prelude::*;
use mcs_model::api::{Credentials, SkippedChannel};
use mcs_model::{ChannelId, DeviceId, ProductId};
use mcs_sorted::Map;
use mcs_view::protocol::{
    AccountsView, Apart, CardState, ConnectionsView, DeviceRow, DeviceView, FirmwareView,
    FirstFrame, Keeping, Link, Notice, OpenPrototype, PointsPiece, PrototypesView, RolloutsView,
    RunsState, Setting, Shown, Stats, View,
};

use crate::away::Away;
use crate::chart::Plot;
use crate::pages::{Inspector, Unsaved};
use crate::route::{Query, Route};

pub(crate) use read::read;

/// Everything that the page shows; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    /// Whether the engine runs.
    pub(crate) boot: RwSignal<Boot>,
    /// Who is signed in where.
    pub(crate) setting: RwSignal<Setting>,
    /// The connection to the broker; `None` until the engine has said.
    pub(crate) link: RwSignal<Option<Link>>,
    /// The devices in display order; `None` until the list is here.
    pub(crate) order: RwSignal<Option<Vec<DeviceId>>>,
    /// The open device; `None` until its channels are here.
    pub(crate) device: RwSignal<Option<DeviceView>>,
    /// The firmware page; `None` until it is here.
    pub(crate) firmware: RwSignal<Option<FirmwareView>>,
    /// The prototypes page; `None` until it is here.
    pub(crate) prototypes: RwSignal<Option<PrototypesView>>,
    /// The rollouts page as its part reads it; `None` until it is here.
    pub(crate) rollouts: RwSignal<Option<Apart<RolloutsView>>>,
    /// What was edited and not saved, of prototypes that are not open.
    pub(crate) drafts: StoredValue<Map<ProductId, Unsaved>, LocalStorage>,
    /// The channels that the last imported prototype file held in vain.
    pub(crate) skipped: RwSignal<Option<(ProductId, Vec<SkippedChannel>)>>,
    /// The messages page.
    pub(crate) messages: Inspector,
    /// The account parts of the settings page.
    pub(crate) accounts: RwSignal<AccountsView>,
    /// For the status bar.
    pub(crate) stats: RwSignal<Stats>,
    /// When nobody looked.
    pub(crate) away: Away,
    /// What the operator has not dismissed, oldest first.
    pub(crate) notices: RwSignal<Vec<Notice>>,
    /// The profiles.
    pub(crate) connections: RwSignal<ConnectionsView>,
    /// Whether what is typed in outlives the page.
    pub(crate) keeping: RwSignal<Keeping>,
    /// The devices as a file, once it was asked for.
    pub(crate) export: RwSignal<Option<String>>,
    /// The newest piece of an export of points.
    pub(crate) points: RwSignal<Option<PointsPiece>>,
    /// The key of the open device, while somebody looks at it.
    pub(crate) credentials: RwSignal<Option<Credentials>>,
    /// The clock, in milliseconds since the epoch; moves once a second.
    pub(crate) now: RwSignal<u64>,
    /// The open page.
    pub(crate) route: RwSignal<Route>,
    /// Which view of it.
    pub(crate) query: RwSignal<Query>,
    rows: StoredValue<Map<DeviceId, ArcRwSignal<DeviceRow>>, LocalStorage>,
    cards: StoredValue<Map<ChannelId, ArcRwSignal<CardState>>, LocalStorage>,
    trails: StoredValue<Map<ChannelId, ArcRwSignal<Vec<Shown>>>, LocalStorage>,
    runs: StoredValue<Map<ChannelId, ArcRwSignal<Option<RunsState>>>, LocalStorage>,
    plots: StoredValue<Vec<Rc<Plot>>, LocalStorage>,
    /// Canvases that the engine has and nobody sees any more.
    gone_plots: StoredValue<Vec<u32>, LocalStorage>,
}

/// Whether the engine runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Boot {
    /// Not yet.
    Loading,
    /// It takes requests.
    Ready,
    /// It could not start, or has stopped; in words.
    Failed(String),
}

impl Store {
    /// Nothing is known yet.
    pub(crate) fn new(route: Route, query: Query, now: u64) -> Self {
        Self {
            boot: RwSignal::new(Boot::Loading),
            setting: RwSignal::new(Setting::Probing),
            link: RwSignal::new(None),
            order: RwSignal::new(None),
            device: RwSignal::new(None),
            firmware: RwSignal::new(None),
            prototypes: RwSignal::new(None),
            rollouts: RwSignal::new(None),
            drafts: StoredValue::new_local(Map::new()),
            skipped: RwSignal::new(None),
            messages: Inspector::new(),
            accounts: RwSignal::new(AccountsView::default()),
            stats: RwSignal::new(Stats::default()),
            away: Away::new(),
            notices: RwSignal::new(Vec::new()),
            connections: RwSignal::new(ConnectionsView::default()),
            keeping: RwSignal::new(Keeping::default()),
            export: RwSignal::new(None),
            points: RwSignal::new(None),
            credentials: RwSignal::new(None),
            now: RwSignal::new(now),
            route: RwSignal::new(route),
            query: RwSignal::new(query),
            rows: StoredValue::new_local(Map::new()),
            cards: StoredValue::new_local(Map::new()),
            trails: StoredValue::new_local(Map::new()),
            runs: StoredValue::new_local(Map::new()),
            plots: StoredValue::new_local(Vec::new()),
            gone_plots: StoredValue::new_local(Vec::new()),
        }
    }

    /// Whether a server of ours is behind the page, and somebody is signed in there.
    pub(crate) fn has_server(self) -> bool {
        matches!(self.setting.get(), Setting::SignedIn { .. })
    }

    /// Opens a page, or another view of it; what belongs to another page is forgotten. Says whether
    /// it is another page.
    pub(crate) fn open(self, route: Route, query: Query) -> bool {
        if *self.query.read_untracked() != query {
            self.query.set(query);
        }
        if *self.route.read_untracked() == route {
            return false;
        }
        let before = self.route.get_untracked().view();
        let after = route.view();
        if before != after {
            self.device.set(None);
            self.credentials.set(None);
            self.cards.update_value(Map::clear);
            self.trails.update_value(Map::clear);
            self.runs.update_value(Map::clear);
            let stays = matches!((before, after), (View::Firmware(_), View::Firmware(_)));
            if !stays {
                self.firmware.set(None);
            }
            self.prototypes.update(|view| {
                if let Some(view) = view {
                    view.open = OpenPrototype::Awaited;
                }
            });
        }
        self.route.set(route);
        true
    }

    /// Takes what the engine says changed of the first page; [`read`] takes what else did.
    pub(crate) fn apply(self, frame: FirstFrame) {
        if let Some(setting) = frame.setting {
            if matches!(setting, Setting::SignedOut { .. }) {
                self.forget();
            }
            self.setting.set(setting);
        }
        if let Some(link) = frame.link {
            self.link.set(Some(link));
        }
        if let Some(devices) = frame.devices {
            self.apply_devices(devices);
        }
        frame.rows.into_iter().for_each(|row| self.apply_row(row));
        if let Some(stats) = frame.stats {
            self.stats.set(stats);
        }
        self.link.with_untracked(|link| {
            self.away.frame(self.stats.get_untracked().messages, link.as_ref());
        });
        if let Some(notices) = frame.notices {
            self.notices.set(notices);
        }
        if let Some(keeping) = frame.keeping {
            self.keeping.set(keeping);
        }
        if let Some(connections) = frame.connections {
            self.connections.set(connections);
        }
    }

    /// The connection to the server that the page came from.
    pub(crate) fn server_link(self) -> Option<Link> {
        self.connections.with(|it| it.server.clone())
    }

    /// Moves the clock; a second is the least that anybody sees.
    pub(crate) fn tick(self, now: u64) {
        if now / 1000 != self.now.get_untracked() / 1000 {
            self.now.set(now);
        }
    }

    /// The device with this id, once the list is here.
    pub(crate) fn row(self, id: &DeviceId) -> Option<ArcRwSignal<DeviceRow>> {
        self.rows.with_value(|rows| rows.get(id).cloned())
    }

    /// The devices as they are now, in no order that matters.
    pub(crate) fn all_rows(self) -> Vec<DeviceRow> {
        self.rows.with_value(|rows| rows.values().map(|row| row.get_untracked()).collect())
    }

    /// The state of a card of the open device.
    pub(crate) fn card(self, channel: &ChannelId) -> ArcRwSignal<CardState> {
        if let Some(card) = self.cards.with_value(|cards| cards.get(channel).cloned()) {
            return card;
        }
        let card = ArcRwSignal::new(CardState::empty(channel.clone()));
        self.cards.update_value(|cards| {
            cards.insert(channel.clone(), card.clone());
        });
        card
    }

    /// The last places or pictures of a channel of the open device.
    pub(crate) fn trail(self, channel: &ChannelId) -> ArcRwSignal<Vec<Shown>> {
        if let Some(trail) = self.trails.with_value(|trails| trails.get(channel).cloned()) {
            return trail;
        }
        let trail = ArcRwSignal::new(Vec::new());
        self.trails.update_value(|trails| {
            trails.insert(channel.clone(), trail.clone());
        });
        trail
    }

    /// What a function of the open device has done; `None` until something is known.
    pub(crate) fn runs(self, channel: &ChannelId) -> ArcRwSignal<Option<RunsState>> {
        if let Some(runs) = self.runs.with_value(|runs| runs.get(channel).cloned()) {
            return runs;
        }
        let runs = ArcRwSignal::new(None);
        self.runs.update_value(|all| {
            all.insert(channel.clone(), runs.clone());
        });
        runs
    }

    /// A chart came onto the page.
    pub(crate) fn add_plot(self, plot: Rc<Plot>) {
        self.plots.update_value(|plots| plots.push(plot));
    }

    /// A chart left the page.
    pub(crate) fn remove_plot(self, plot: &Rc<Plot>) {
        self.plots.update_value(|plots| plots.retain(|it| !Rc::ptr_eq(it, plot)));
        self.gone_plots.update_value(|gone| gone.push(plot.id));
    }

    /// The canvases of charts that have left since this was asked last.
    pub(crate) fn take_gone_plots(self) -> Vec<u32> {
        self.gone_plots.try_update_value(core::mem::take).unwrap_or_default()
    }

    /// The charts on the page.
    pub(crate) fn plots(self) -> Vec<Rc<Plot>> {
        self.plots.get_value()
    }

    fn apply_devices(self, devices: Vec<DeviceRow>) {
        let order: Vec<_> = devices.iter().map(|row| row.id.clone()).collect();
        self.rows.update_value(|rows| {
            let there: mcs_sorted::Set<_> = order.iter().collect();
            rows.retain(|id, _| there.contains(id));
            for row in &devices {
                rows.entry(row.id.clone()).or_insert_with(|| ArcRwSignal::new(row.clone()));
            }
        });
        devices.into_iter().for_each(|row| self.apply_row(row));
        if self.order.read_untracked().as_ref() != Some(&order) {
            self.order.set(Some(order));
        }
    }

    fn apply_row(self, row: DeviceRow) {
        let Some(signal) = self.row(&row.id) else { return };
        if *signal.read_untracked() != row {
            signal.set(row);
        }
    }

    fn forget(self) {
        self.order.set(None);
        self.rows.update_value(Map::clear);
        self.device.set(None);
        self.cards.update_value(Map::clear);
        self.trails.update_value(Map::clear);
        self.runs.update_value(Map::clear);
        self.firmware.set(None);
        self.prototypes.set(None);
        self.rollouts.set(None);
        self.drafts.update_value(Map::clear);
        self.skipped.set(None);
        self.messages.forget();
        self.credentials.set(None);
        self.link.set(None);
    }
}
