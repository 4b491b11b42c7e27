//! What the engine says of the messages, as signals, and what the operator looks at.

use leptos::prelude::*;
use mcs_view::protocol::{
    ConnectionId, Detail, DetailView, Direction, Filter, Format, LogView, Look, MessagesView,
    PayloadFile, Rows,
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
}

impl Inspector {
    /// Nothing is known yet.
    pub(crate) fn new() -> Self {
        Self { log: RwSignal::new(None), detail: RwSignal::new(None), payload: RwSignal::new(None) }
    }

    /// Takes what changed.
    pub(crate) fn apply(self, view: MessagesView) {
        let MessagesView { log, detail, payload } = view;
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
    }
}

/// What the operator looks at; a handle.
#[derive(Clone, Copy)]
pub(super) struct Page {
    /// Of the engine.
    pub(super) inspector: Inspector,
    /// As typed.
    pub(super) query: Signal<String>,
    /// Which way the messages went.
    pub(super) direction: Signal<Option<Direction>>,
    /// Over which connection.
    pub(super) connection: RwSignal<Option<ConnectionId>>,
    /// Only this topic and those below it.
    pub(super) below: RwSignal<Option<String>>,
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
        direction: Signal<Option<Direction>>,
    ) -> Self {
        Self {
            inspector,
            query,
            direction,
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
        Look {
            filter: self.filter(),
            rows,
            until: self.pause.get().and_then(|it| it.until),
            detail,
        }
    }

    pub(super) fn filter(self) -> Filter {
        Filter {
            direction: self.direction.get(),
            connection: self.connection.get(),
            below: self.below.get(),
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

    /// Opens a row.
    pub(super) fn show(self, row: u64) {
        if self.open.get_untracked() != Some(row) {
            self.inspector.detail.set(None);
            self.whole.set(false);
        }
        self.cursor.set(Some(row));
        self.open.set(Some(row));
    }

    /// Closes the open row.
    pub(super) fn close(self) {
        self.open.set(None);
        self.inspector.detail.set(None);
    }
}
