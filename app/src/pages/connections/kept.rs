//! What the operator has to know when the browser keeps nothing, or something that cannot be read.

use leptos::prelude::*;
use mcs_view::protocol::StorageTrouble;

use crate::store::Store;
use crate::ui::{Icon, Symbol};

/// Nothing, while all is well.
#[component]
pub(crate) fn Kept() -> impl IntoView {
    let store = expect_context::<Store>();
    let trouble = move || {
        store.keeping.get().trouble.map(|trouble| {
            let (words, detail) = match trouble {
                StorageTrouble::Blocked => (
                    "This browser keeps nothing for this page: a private window, or a setting that forbids it. Everything works, and is gone when the page is closed. Export what you want to keep.",
                    None,
                ),
                StorageTrouble::Full => (
                    "The storage of this browser is full: what changes now is gone when the page is closed. Export it, or make room and load the page again.",
                    None,
                ),
                StorageTrouble::Failed(detail) => (
                    "This browser could not keep what changed: it is gone when the page is closed. Export what you want to keep.",
                    Some(detail),
                ),
            };
            view! {
                <p class="problem" data-testid="keeping-trouble">
                    <Icon symbol=Symbol::Warning/>
                    <span>{words}{detail.map(|it| view! { " "<code>{it}</code> })}</span>
                </p>
            }
        })
    };
    let unreadable = move || {
        let names = store.keeping.get().unreadable;
        (!names.is_empty()).then(|| view! {
            <p class="problem" data-testid="keeping-unreadable">
                <Icon symbol=Symbol::Warning/>
                <span>"What another version of the console kept here cannot be read by this one. It is not lost: it stays in this browser, apart from what you type in now. "<code>{names.join(", ")}</code></span>
            </p>
        })
    };
    view! { <div role="status">{trouble}{unreadable}</div> }
}
