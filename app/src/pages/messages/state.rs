//! What the engine says of the messages, as signals, and what the operator looks at.

use leptos::prelude::*;
use mcs_view::protocol::{
    ConnectionId, Detail, DetailView, Direction, Draft, ExportPiece, Filter, Format, LogView, Look,
    Loudness, MessagesView, PayloadFile, PublishView, RatesView, RetainedView, Rows,
    SubscribeTrouble, SubscriptionRow, TopicRef, TraceView, TreeLook, TreeView,
};

/// What the engine says; a part of the store.
#[derive(Clone, Copy)]
pub(crate) struct Inspector {
    /// The rows on the screen; `None` until the engine has answered.
    pub(crate) log: RwSignal<Option<LogView>>,
    /// The open row; the inner `None`: it is stored no more.
    pub(crate) detail: RwSignal<Option<Option<DetailView>>>,
    /// A payload that was asked for, for a file.
    pub(crate) payload: RwSignal<Option<PayloadFile>>,
    /// The topic tree.
    pub(crate) tree: RwSignal<TreeView>,
    /// The loudest topics.
    pub(crate) rates: RwSignal<Option<RatesView>>,
    /// What brokers keep.
    pub(crate) retained: RwSignal<Option<RetainedView>>,
    /// What the operator subscribed to.
    pub(crate) subscriptions: RwSignal<Vec<SubscriptionRow>>,
    /// Why the last attempt failed.
    pub(crate) trouble: RwSignal<Option<SubscribeTrouble>>,
    /// What is there to publish with.
    pub(crate) publish: RwSignal<PublishView>,
    /// Control packets.
    pub(crate) trace: RwSignal<Option<TraceView>>,
    /// A piece of the file that is being written.
    pub(crate) export: RwSignal<Option<ExportPiece>>,
}

impl Inspector {
    /// Nothing is known yet.
    pub(crate) fn new() -> Self {
        Self {
            log: RwSignal::new(None),
            detail: RwSignal::new(None),
            payload: RwSignal::new(None),
            tree: RwSignal::new(TreeView::default()),
            rates: RwSignal::new(None),
            retained: RwSignal::new(None),
            subscriptions: RwSignal::new(Vec::new()),
            trouble: RwSignal::new(None),
            publish: RwSignal::new(PublishView::default()),
            trace: RwSignal::new(None),
            export: RwSignal::new(None),
        }
    }

    /// Takes what changed.
    pub(crate) fn apply(self, view: MessagesView) {
        let MessagesView { log, detail, payload, .. } = view;
        if let Some(tree) = view.tree {
            self.tree.set(tree);
        }
        if view.rates.is_some() {
            self.rates.set(view.rates);
        }
        if view.retained.is_some() {
            self.retained.set(view.retained);
        }
        if let Some((subscriptions, trouble)) = view.subscriptions {
            self.subscriptions.set(subscriptions);
            self.trouble.set(trouble);
        }
        if let Some(publish) = view.publish {
            self.publish.set(publish);
        }
        if view.trace.is_some() {
            self.trace.set(view.trace);
        }
        if view.export.is_some() {
            self.export.set(view.export);
        }
        if log.is_some() {
            self.log.set(log);
        }
        if detail.is_some() {
            self.detail.set(detail);
        }
        if payload.is_some() {
            self.payload.set(payload);
        }
    }

    /// The page was left, or belongs to somebody else now.
    pub(crate) fn forget(self) {
        self.log.set(None);
        self.detail.set(None);
        self.payload.set(None);
        self.tree.set(TreeView::default());
        self.rates.set(None);
        self.retained.set(None);
        self.trace.set(None);
        self.export.set(None);
    }
}

/// What the operator looks at; a handle.
#[derive(Clone, Copy)]
pub(super) struct Page {
    /// Of the engine.
    pub(super) inspector: Inspector,
    /// As typed.
    pub(super) query: Signal<String>,
    /// The id of the open tab.
    pub(super) tab: Signal<&'static str>,
    /// Over which connection.
    pub(super) connection: RwSignal<Option<ConnectionId>>,
    /// The part of the tree that is on the screen; absent where it is not.
    pub(super) tree: RwSignal<Option<TreeLook>>,
    /// By what the loudest topics are sorted.
    pub(super) loudness: RwSignal<Loudness>,
    /// What is to be published.
    pub(super) draft: RwSignal<Draft>,
    /// The form for it is open.
    pub(super) publishing: RwSignal<bool>,
    /// On narrow screens: the subscriptions and the tree are open.
    pub(super) aside: RwSignal<bool>,
    /// Only this topic and those below it.
    pub(super) below: RwSignal<Option<TopicRef>>,
    /// How many rows fit on the screen.
    pub(super) count: RwSignal<u32>,
    /// The log stands at its end.
    pub(super) sticks: RwSignal<bool>,
    /// Else it stands here, see [`Rows::From`].
    pub(super) place: RwSignal<i64>,
    /// The log is paused.
    pub(super) pause: RwSignal<Option<Pause>>,
    /// The row under the cursor.
    pub(super) cursor: RwSignal<Option<u64>>,
    /// The row that is open.
    pub(super) open: RwSignal<Option<u64>>,
    /// How its payload is shown.
    pub(super) format: RwSignal<Format>,
    /// All of its payload.
    pub(super) whole: RwSignal<bool>,
}

/// The log does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pause {
    /// The last row shown.
    pub(super) until: Option<u64>,
    /// It was scrolled away from its end: back there it goes on.
    pub(super) by_scrolling: bool,
}

impl Page {
    pub(super) fn new(
        inspector: Inspector,
        query: Signal<String>,
        tab: Signal<&'static str>,
    ) -> Self {
        Self {
            inspector,
            query,
            tab,
            tree: RwSignal::new(None),
            loudness: RwSignal::new(Loudness::default()),
            draft: RwSignal::new(Draft { qos: 1, ..Draft::default() }),
            publishing: RwSignal::new(false),
            aside: RwSignal::new(false),
            connection: RwSignal::new(None),
            below: RwSignal::new(None),
            count: RwSignal::new(0),
            sticks: RwSignal::new(true),
            place: RwSignal::new(0),
            pause: RwSignal::new(None),
            cursor: RwSignal::new(None),
            open: RwSignal::new(None),
            format: RwSignal::new(Format::Text),
            whole: RwSignal::new(false),
        }
    }

    /// What the engine has to show.
    pub(super) fn look(self) -> Look {
        let count = self.count.get();
        let rows = if self.sticks.get() {
            Rows::Newest { count }
        } else {
            Rows::From { place: self.place.get(), count }
        };
        let detail = self.open.get().map(|row| Detail {
            row,
            format: self.format.get(),
            whole: self.whole.get(),
        });
        let tab = self.tab.get();
        Look {
            filter: self.filter(),
            rows,
            until: self.pause.get().and_then(|it| it.until),
            detail,
            tree: self.tree.get(),
            rates: (tab == "rates").then(|| self.loudness.get()),
            retained: tab == "retained",
            trace: tab == "trace",
        }
    }

    pub(super) fn filter(self) -> Filter {
        let below = self.below.get();
        let direction = match self.tab.get() {
            "received" => Some(Direction::Received),
            "sent" => Some(Direction::Sent),
            _ => None,
        };
        Filter {
            direction,
            connection: below.as_ref().map(|it| it.connection).or(self.connection.get()),
            below: below.map(|it| it.path),
            query: self.query.get(),
        }
    }

    /// Stops the log where it is.
    pub(super) fn stop(self, by_scrolling: bool) {
        let until = self.inspector.log.with_untracked(|log| log.as_ref().and_then(|it| it.newest));
        self.pause.set(Some(Pause { until, by_scrolling }));
    }

    /// Follows what comes.
    pub(super) fn follow(self) {
        self.pause.set(None);
        self.sticks.set(true);
    }

    /// Stops or follows.
    pub(super) fn toggle(self) {
        if self.pause.with_untracked(Option::is_some) { self.follow() } else { self.stop(false) }
    }

    /// Opens the form with a draft in it.
    pub(super) fn write(self, draft: Draft) {
        self.draft.set(draft);
        self.close();
        self.publishing.set(true);
    }

    /// Opens a row.
    pub(super) fn show(self, row: u64) {
        if self.open.get_untracked() != Some(row) {
            self.inspector.detail.set(None);
            self.whole.set(false);
        }
        self.cursor.set(Some(row));
        self.publishing.set(false);
        self.open.set(Some(row));
    }

    /// Closes the open row.
    pub(super) fn close(self) {
        self.open.set(None);
        self.inspector.detail.set(None);
    }
}
