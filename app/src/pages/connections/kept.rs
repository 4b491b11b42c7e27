//! What the operator has to know when the browser keeps nothing, or something that cannot be read.

use leptos::prelude::*;
use mcs_view::protocol::StorageTrouble;

use crate::store::Store;
use crate::texts::connections as t;
use crate::ui::{Icon, Symbol};

/// Nothing, while all is well.
#[component]
pub(crate) fn Kept() -> impl IntoView {
    let store = expect_context::<Store>();
    let trouble = move || {
        store.keeping.get().trouble.map(|trouble| {
            let (words, detail) = match trouble {
                StorageTrouble::Blocked => (t::kept_blocked(), None),
                StorageTrouble::Full => (t::kept_full(), None),
                StorageTrouble::Failed(detail) => (t::kept_failed(), Some(detail)),
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
        (!names.is_empty()).then(|| {
            view! {
                <p class="problem" data-testid="keeping-unreadable">
                    <Icon symbol=Symbol::Warning/>
                    <span>{t::kept_unreadable()}" "<code>{names.join(", ")}</code></span>
                </p>
            }
        })
    };
    view! { <div role="status">{trouble}{unreadable}</div> }
}
