//! The topic tree: what there is, and how loud it is.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use mcs_view::protocol::{TopicRef, TreeLook, TreeRow};

use super::scroll::Scroll;
use super::state::Page;
use crate::format;
use crate::texts::messages as t;
use crate::ui::Memo;

/// Height of a row in pixels; the stylesheet has the same.
const ROW: f64 = 28.0;

/// The topics that are known.
#[component]
pub(super) fn Tree(page: Page) -> impl IntoView {
    let scroller = NodeRef::<html::Div>::new();
    let top = RwSignal::new((0.0, 0.0));
    let view = page.inspector.tree;
    let total = Memo::new(move || view.with(|it| it.total));
    let place = move || {
        if let Some(it) = scroller.get_untracked() {
            top.set((f64::from(it.scroll_top()), f64::from(it.client_height())));
        }
    };
    scroller.on_load(move |_| place());
    Effect::new(move |_| {
        let (top, window) = top.get();
        let scroll = Scroll { top, window: window.max(300.0), row: ROW, total: total.get() };
        page.tree.update(|look| {
            let look = look.get_or_insert_default();
            (look.first, look.count) = (scroll.first(), scroll.count());
        });
    });
    on_cleanup(move || page.tree.set(None));
    let rows = move || view.with(|it| it.rows.clone());
    #[expect(clippy::cast_precision_loss, reason = "thousands of rows")]
    let offset = move || format!("{}px", view.with(|it| it.first) as f64 * ROW);
    #[expect(clippy::cast_precision_loss, reason = "thousands of rows")]
    let height = move || format!("{}px", total.get() as f64 * ROW);
    view! {
        <section class="messages-section messages-tree" aria-labelledby="tree-title">
            <h2 id="tree-title">{t::topics()}</h2>
            {move || (total.get() == 0).then(|| view! { <p class="hint">{t::tree_empty()}</p> })}
            <div class="tree-scroll" node_ref=scroller on:scroll=move |_| place() role="tree" aria-label=t::topics() data-testid="topic-tree"
                on:keydown=move |event| key(&event)>
                <div class="tree-spacer" style:height=height>
                    <div class="tree-rows" style:transform=move || format!("translateY({})", offset())>
                        <For each=rows key=|row| row.topic.clone() let(row)><Row page row/></For>
                    </div>
                </div>
            </div>
        </section>
    }
}

#[component]
fn Row(page: Page, row: TreeRow) -> impl IntoView {
    let view = page.inspector.tree;
    let topic = row.topic.clone();
    let name = match row.topic.path.rsplit_once('/') {
        Some((_, name)) => name,
        None => &row.topic.path,
    };
    let name = if name.is_empty() { t::level_empty().to_owned() } else { name.to_owned() };
    let depth = row.depth;
    // The row stays while its numbers change.
    let now = {
        let topic = topic.clone();
        let first = row.clone();
        Memo::new(move || {
            view.with(|it| it.rows.iter().find(|it| it.topic == topic).cloned())
                .unwrap_or_else(|| first.clone())
        })
    };
    let is_chosen = {
        let topic = topic.clone();
        Memo::new(move || page.below.with(|it| it.as_ref() == Some(&topic)))
    };
    let branches = Memo::new(move || now.with(|it| it.branches));
    let open = Memo::new(move || now.with(|it| it.open));
    let toggle = {
        let topic = topic.clone();
        Callback::new(move |()| page.tree.update(|look| turn(look, &topic)))
    };
    let choose = {
        let topic = topic.clone();
        move |_| {
            let chosen = page.below.with_untracked(|it| it.as_ref() == Some(&topic));
            page.below.set((!chosen).then(|| topic.clone()));
            page.aside.set(false);
        }
    };
    let path = topic.path.clone();
    view! {
        <div class="tree-row" role="treeitem" attr:aria-level=(depth + 1).to_string() style:--depth=depth.min(12).to_string()
            aria-expanded=move || branches.get().then(|| open.get().to_string()) aria-selected=move || is_chosen.get().to_string()
            data-testid=format!("topic-{path}")>
            <button type="button" class="tree-turn" tabindex="-1" aria-hidden="true" disabled=move || !branches.get()
                data-testid=format!("turn-{path}") on:click=move |_| toggle.run(())>
                {move || match (branches.get(), open.get()) { (false, _) => "", (true, false) => "▸", (true, true) => "▾" }}
            </button>
            <button type="button" class="tree-name" title=path.clone() on:click=choose
                on:keydown=move |event| if wants_turn(&event, open.get_untracked()) && branches.get_untracked() { event.prevent_default(); toggle.run(()) }>
                <span class="tree-label">{name}</span>
                <span class="tree-facts number">{move || now.with(|it| {
                    if it.load.message_rate > 0.0 { format::rate(it.load.message_rate) } else { format::count(it.load.messages) }
                })}</span>
            </button>
        </div>
    }
}

/// Opens or closes a level.
fn turn(look: &mut Option<TreeLook>, topic: &TopicRef) {
    let look = look.get_or_insert_default();
    let before = look.open.len();
    look.open.retain(|it| it != topic);
    if look.open.len() == before {
        look.open.push(topic.clone());
    }
}

/// Whether the key opens what is closed or closes what is open.
fn wants_turn(event: &KeyboardEvent, open: bool) -> bool {
    event.key() == if open { "ArrowLeft" } else { "ArrowRight" }
}

/// Arrows go from row to row.
fn key(event: &KeyboardEvent) {
    use wasm_bindgen::JsCast as _;
    let down = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    let target = event.target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
    let row = target.and_then(|it| it.closest(".tree-row").ok().flatten());
    let next =
        row.and_then(
            |it| {
                if down { it.next_element_sibling() } else { it.previous_element_sibling() }
            },
        );
    let name = next.and_then(|it| it.query_selector(".tree-name").ok().flatten());
    if let Some(name) = name.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
        event.prevent_default();
        // Only an element without a box refuses.
        let _ = name.focus();
    }
}
