//! What an operator has typed and not sent.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use mcs_model::Channel;

use crate::entry::{self, Fault};
use crate::ui::Memo;

/// What stands in the fields of a widget; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    parts: RwSignal<Vec<String>>,
    /// The CSV form, or what is wrong in each field; `None` while nothing is typed.
    result: Memo<Option<Result<String, Vec<Option<Fault>>>>>,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
    hint: StoredValue<String>,
}

impl Draft {
    /// Nothing is typed in any of `parts` fields.
    pub(crate) fn new(
        channel: Channel,
        parts: usize,
        locked: Signal<Option<&'static str>>,
        on_send: Callback<String>,
    ) -> Self {
        let hint = StoredValue::new(entry::hint(&channel.kind));
        let parts = RwSignal::new(vec![String::new(); parts]);
        let result = Memo::new(move || {
            parts.with(|parts| {
                let is_empty = parts.iter().all(String::is_empty);
                (!is_empty).then(|| entry::check(&channel, parts).map(|value| value.to_string()))
            })
        });
        Self { parts, result, locked, on_send, hint }
    }

    /// The text of a field.
    pub(crate) fn part(self, index: usize) -> String {
        self.parts.with(|parts| parts.get(index).cloned().unwrap_or_default())
    }

    /// A field was edited.
    pub(crate) fn set(self, index: usize, text: String) {
        self.parts.update(|parts| {
            if let Some(part) = parts.get_mut(index) {
                *part = text;
            }
        });
    }

    /// Forgets what was typed.
    pub(crate) fn clear(self) {
        self.parts.update(|parts| parts.iter_mut().for_each(String::clear));
    }

    /// Sends what was typed if it is a value and sending is allowed.
    pub(crate) fn send(self) {
        if let (Some(Ok(text)), None) = (self.result.get_untracked(), self.locked.get_untracked()) {
            self.on_send.run(text);
            self.clear();
        }
    }

    /// The form was submitted.
    pub(crate) fn submit(self, event: &SubmitEvent) {
        event.prevent_default();
        self.send();
    }

    /// Why nothing may be sent, if so.
    pub(crate) fn locked(self) -> Option<&'static str> {
        self.locked.get()
    }

    /// Whether nothing is typed.
    pub(crate) fn is_empty(self) -> bool {
        self.result.with(Option::is_none)
    }

    /// Whether what is typed can be sent.
    pub(crate) fn is_ready(self) -> bool {
        self.locked.get().is_none() && self.result.with(|it| matches!(it, Some(Ok(_))))
    }

    /// What is wrong in a field.
    pub(crate) fn fault(self, index: usize) -> Option<Fault> {
        self.result.with(|result| match result {
            Some(Err(faults)) => faults.get(index).cloned().flatten(),
            _ => None,
        })
    }

    /// Whether something is typed in a field that is no value.
    pub(crate) fn is_wrong(self, index: usize) -> bool {
        matches!(self.fault(index), Some(Fault::Wrong(_)))
    }

    /// What may be typed.
    pub(crate) fn hint(self) -> String {
        self.hint.get_value()
    }
}
