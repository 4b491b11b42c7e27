//! Which connection something goes over: asked only where there are several.

use leptos::prelude::*;
use mcs_view::protocol::{ConnectionId, Setting};

use crate::store::Store;
use crate::texts::messages as t;
use crate::ui::Memo;

/// The connections there are, by name.
fn known(store: Store) -> Memo<Vec<(ConnectionId, String)>> {
    Memo::new(move || {
        let server = matches!(store.setting.get(), Setting::SignedIn { .. })
            .then(|| (ConnectionId::SERVER, t::this_server().to_owned()));
        let profiles = store.connections.with(|view| {
            let rows = view.rows.iter();
            rows.map(|it| (it.id, it.link.broker.clone())).collect::<Vec<_>>()
        });
        server.into_iter().chain(profiles).collect()
    })
}

/// A list of the connections; nothing where there is only one.
#[component]
pub(super) fn Choose(
    /// The chosen one; all of them when absent.
    #[prop(into)]
    chosen: Signal<Option<ConnectionId>>,
    /// The operator chooses another.
    on_choose: Callback<Option<ConnectionId>>,
    /// All of them may be chosen, too.
    #[prop(optional)]
    all: bool,
    testid: &'static str,
) -> impl IntoView {
    let known = known(expect_context::<Store>());
    // What was chosen may be gone: then it is all, or the first one.
    Effect::new(move |_| {
        let first = known.with(|known| known.first().map(|it| it.0));
        let is_known = known.with(|known| match chosen.get_untracked() {
            Some(id) => known.iter().any(|it| it.0 == id),
            None => all,
        });
        if !is_known {
            on_choose.run(first.filter(|_| !all));
        }
    });
    let options = move || {
        let ids = all.then(|| (None, t::any_connection().to_owned()));
        let ids = ids.into_iter().chain(known.get().into_iter().map(|(id, name)| (Some(id), name)));
        ids.map(|(id, name)| {
            let value = id.map(|it| it.0.to_string()).unwrap_or_default();
            view! { <option value=value selected=move || chosen.get() == id>{name}</option> }
        })
        .collect_view()
    };
    move || {
        (known.with(Vec::len) > 1).then(|| {
            view! {
                <label class:field=!all>
                    <span class=if all { "sr-only" } else { "field-name" }>{t::connection()}</span>
                    <select class="input" data-testid=testid on:change:target=move |event| {
                        on_choose.run(event.target().value().parse().ok().map(ConnectionId));
                    }>{options}</select>
                </label>
            }
        })
    }
}
