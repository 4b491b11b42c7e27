//! Tabs: views of one page, of which one is seen.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// One of several views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tab {
    /// In the address and in test ids.
    pub(crate) id: &'static str,
    /// For people.
    pub(crate) name: &'static str,
}

/// A row of tabs, of which one is in the order of the Tab key: arrows, Home and End go to the
/// others and open them. What they show stands in an element whose id is [`panel_id`].
#[component]
pub(crate) fn Tabs(
    /// What they are views of.
    label: &'static str,
    /// In the order shown.
    tabs: Vec<Tab>,
    /// The id of the open one.
    #[prop(into)]
    open: Signal<&'static str>,
    /// The operator opens another.
    on_open: Callback<&'static str>,
    /// In front of each id, where the page has such tabs more than once.
    #[prop(into, optional)]
    scope: String,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let ids: Vec<_> = tabs.iter().map(|tab| tab.id).collect();
    let key = move |event: KeyboardEvent| {
        let here = ids.iter().position(|id| *id == open.get_untracked()).unwrap_or(0);
        let next = match event.key().as_str() {
            "ArrowRight" => (here + 1) % ids.len(),
            "ArrowLeft" => (here + ids.len() - 1) % ids.len(),
            "Home" => 0,
            "End" => ids.len() - 1,
            _ => return,
        };
        event.prevent_default();
        on_open.run(ids[next]);
        if let Some(list) = list.get_untracked() {
            focus(&list, next);
        }
    };
    let tabs: Vec<_> = tabs
        .into_iter()
        .map(|Tab { id, name }| {
            let is_open = move || open.get() == id;
            view! {
                <button type="button" role="tab" class="tab" id=format!("tab-{scope}{id}") data-testid=format!("tab-{id}")
                    aria-selected=move || is_open().to_string() aria-controls=panel_id(&format!("{scope}{id}"))
                    tabindex=move || if is_open() { "0" } else { "-1" }
                    on:click=move |_| on_open.run(id)>{name}</button>
            }
        })
        .collect();
    view! {
        <div class="tabs" role="tablist" aria-label=label node_ref=list on:keydown=key>{tabs}</div>
    }
}

/// The id of the element that shows what the tab stands for.
pub(crate) fn panel_id(tab: &str) -> String {
    format!("panel-{tab}")
}

fn focus(list: &web_sys::HtmlDivElement, index: usize) {
    let tab = u32::try_from(index).ok().and_then(|index| list.children().item(index));
    if let Some(tab) = tab {
        // Only an element without a box refuses.
        let _ = tab.unchecked_ref::<web_sys::HtmlElement>().focus();
    }
}
