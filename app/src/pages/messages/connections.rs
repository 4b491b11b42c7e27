//! Which connection something goes over: asked only where there are several.

use leptos::prelude::*;
use mcs_view::protocol::{ConnectionId, Setting};

use crate::store::Store;

/// The connections there are, by name.
pub(super) fn all(store: Store) -> Memo<Vec<(ConnectionId, String)>> {
    Memo::new(move |_| {
        let server = matches!(store.setting.get(), Setting::SignedIn { .. })
            .then(|| (ConnectionId::SERVER, "This server".to_owned()));
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
    /// The chosen one.
    #[prop(into)]
    chosen: Signal<ConnectionId>,
    /// The operator chooses another.
    on_choose: Callback<ConnectionId>,
    testid: &'static str,
) -> impl IntoView {
    let all = all(expect_context::<Store>());
    // What was chosen may be gone: then it is the first one.
    Effect::new(move |_| {
        let first = all.with(|all| {
            let known = all.iter().any(|it| it.0 == chosen.get_untracked());
            all.first().filter(|_| !known).map(|it| it.0)
        });
        if let Some(first) = first {
            on_choose.run(first);
        }
    });
    move || {
        (all.with(Vec::len) > 1).then(|| {
            let options: Vec<_> = all
                .get()
                .into_iter()
                .map(|(id, name)| {
                    view! { <option value=id.0.to_string() selected=move || chosen.get() == id>{name}</option> }
                })
                .collect();
            view! {
                <label class="field">
                    <span class="field-name">"Connection"</span>
                    <select class="input" data-testid=testid on:change:target=move |event| {
                        if let Ok(id) = event.target().value().parse() {
                            on_choose.run(ConnectionId(id));
                        }
                    }>{options}</select>
                </label>
            }
        })
    }
}
