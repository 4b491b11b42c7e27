//! The browser's storage for what the operator chose. Where there is none, a choice lasts as long
//! as the page.

use leptos::prelude::window;

/// What is kept under `key`.
pub(crate) fn item(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Keeps `value` under `key`.
pub(crate) fn keep(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        // A full or forbidden storage costs the choice at the next visit, no more.
        let _ = storage.set_item(key, value);
    }
}
