//! What narrows the list and what sorts it. The address holds all of it.

use leptos::prelude::*;
use mcs_view::arrange::Arrangement;
use mcs_view::protocol::DeviceRow;

use super::address::{self, SORTS, STATES};
use crate::route::Query;
use crate::shell;
use crate::store::Store;
use crate::texts::devices as t;
use crate::ui::{Icon, Memo, Symbol};

/// The filters, above the list. Those that could not narrow it are left out.
#[component]
pub(super) fn Filters(
    rows: Memo<Option<Vec<DeviceRow>>>,
    arrangement: Memo<Arrangement>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let prototypes = Memo::new(move || {
        rows.with(|rows| {
            let named: mcs_sorted::Set<_> =
                rows.iter().flatten().filter_map(|row| row.prototype.as_ref()).collect();
            let mut named: Vec<_> =
                named.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
            mcs_sorted::sort_by(&mut named, |a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
            named
        })
    });
    let tags = Memo::new(move || {
        rows.with(|rows| {
            let tags: mcs_sorted::Set<_> =
                rows.iter().flatten().flat_map(|row| &row.tags).collect();
            tags.iter().map(|&tag| (tag.clone(), tag.clone())).collect::<Vec<_>>()
        })
    });
    let states = STATES.map(|(word, name, _)| (word.to_owned(), name().to_owned())).to_vec();
    let alerts = Memo::new(move || {
        rows.with(|rows| rows.iter().flatten().filter(|it| it.alert.is_some()).count())
    });
    let only_alerts = Memo::new(move || arrangement.with(|it| it.alerts));
    view! {
        <div class="filters" role="group" aria-label=t::filters()>
            <Choice name="state" label=t::state() any=t::any_state() options=Signal::stored(states)/>
            <Show when=move || prototypes.with(|it| it.len() > 1)>
                <Choice name="prototype" label=t::prototype() any=t::any_prototype() options=prototypes/>
            </Show>
            <Show when=move || tags.with(|it| !it.is_empty())>
                <Choice name="tag" label=t::tag() any=t::any_tag() options=tags/>
            </Show>
            <Show when=move || (alerts.get() > 0) || only_alerts.get()>
                <button type="button" class="button quiet" data-testid="filter-alerts" aria-pressed=move || only_alerts.get().to_string()
                    on:click=move |_| set(store, "alerts", (!only_alerts.get_untracked()).then_some("any"))>
                    <Icon symbol=Symbol::Warning/>{move || t::with_alerts(&alerts.get())}
                </button>
            </Show>
            <div class="filters-sort">
                <label class="field inline"><span class="field-name">{t::sort()}</span>
                    <select class="input" data-testid="sort" on:change:target=move |event| {
                        let query = store.query.get_untracked().with("sort", None);
                        shell::show(store, address::sorted_by(&query, &event.target().value()));
                    }>
                        {SORTS.map(|(word, name, sort)| view! {
                            <option value=word selected=move || arrangement.with(|it| it.sort == sort)>{name()}</option>
                        }).into_iter().collect_view()}
                    </select>
                </label>
            </div>
            <Show when=move || arrangement.with(Arrangement::is_narrow)>
                <button type="button" class="button quiet" data-testid="filter-none"
                    on:click=move |_| shell::show(store, address::all(&store.query.get_untracked()))>{t::show_all()}</button>
            </Show>
        </div>
    }
}

/// The columns' heads: each sorts, and pressed again turns the order.
#[component]
pub(super) fn Heads(arrangement: Memo<Arrangement>) -> impl IntoView {
    let store = expect_context::<Store>();
    let head = move |column: &'static str, name: &'static str| {
        let sort = SORTS.iter().find(|it| it.0 == column).map(|it| it.2).unwrap_or_default();
        let order =
            Memo::new(move || arrangement.with(|it| (it.sort == sort).then_some(it.reversed)));
        let says = move || match order.get() {
            None => t::sort_by(&name),
            Some(false) => t::sorted_by(&name),
            Some(true) => t::sorted_back(&name),
        };
        view! {
            <button type="button" class="rows-sort" data-testid=format!("sort-{column}") aria-label=says title=says
                data-order=move || order.get().map_or("none", |reversed| if reversed { "down" } else { "up" })
                on:click=move |_| shell::show(store, address::sorted_by(&store.query.get_untracked(), column))>
                {name}<span class="rows-arrow" aria-hidden="true">{move || order.get().map(|reversed| if reversed { "▾" } else { "▴" })}</span>
            </button>
        }
    };
    view! {
        <div class="rows-head" role="group" aria-label=t::order()>
            {head("state", t::state())}{head("name", t::device())}{head("prototype", t::prototype())}
            <span>{t::transport()}</span>{head("seen", t::last_seen())}{head("firmware", t::firmware())}
        </div>
    }
}

/// One of several values of a parameter of the address, or any.
#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    any: &'static str,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let chosen = Memo::new(move || {
        store.query.with(|query| query.value(name).unwrap_or_default().to_owned())
    });
    view! {
        <select class="input" data-testid=format!("filter-{name}") aria-label=label data-chosen=move || (!chosen.get().is_empty()).to_string()
            on:change:target=move |event| set(store, name, Some(&event.target().value()).filter(|it| !it.is_empty()).map(String::as_str))>
            <option value="" selected=move || chosen.get().is_empty()>{any}</option>
            <For each=move || options.get() key=Clone::clone let((value, name))>
                {
                    let this = value.clone();
                    view! { <option value=value selected=move || chosen.with(|it| *it == this)>{name}</option> }
                }
            </For>
        </select>
    }
}

/// Shows the list with another value of one parameter.
pub(super) fn set(store: Store, name: &str, value: Option<&str>) {
    let query: Query = store.query.get_untracked().with(name, value);
    shell::show(store, query);
}
