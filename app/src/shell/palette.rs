//! Ctrl+K: one field that finds pages, devices and actions.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use mcs_view::protocol::Request;
use wasm_bindgen::JsCast;

use super::rail;
use crate::clock;
use crate::engine::Dispatch;
use crate::language::Language;
use crate::preferences::{Clock, Preferences};
use crate::route::Route;
use crate::store::Store;
use crate::texts::shell as t;
use crate::theme::Theme;
use crate::ui::{Icon, Memo, Symbol, copy_text};

/// What lies on top of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Layer {
    /// Nothing.
    #[default]
    None,
    /// The palette.
    Palette,
    /// The shortcuts.
    Help,
}

/// More than anybody reads; typing another letter finds the others.
const MOST: usize = 30;

/// Something that can be chosen.
#[derive(Clone)]
struct Entry {
    kind: &'static str,
    symbol: Symbol,
    name: String,
    /// What is searched too.
    detail: String,
    act: Act,
}

#[derive(Clone)]
enum Act {
    Open(Route),
    Theme(Theme),
    Language(Language),
    Clock(Clock),
    Help,
    CopyLink,
    Reload,
    SignOut,
}

/// The dialog; it is made when it is opened.
#[component]
pub(super) fn Palette() -> impl IntoView {
    let store = expect_context::<Store>();
    let layer = expect_context::<RwSignal<Layer>>();
    let perform = performer();
    let all = StoredValue::new_local(entries(store));
    let sought = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let found = Memo::new(move || all.with_value(|all| matching(all, &sought.read())));
    let entry = move |index: usize| all.with_value(|all| all[index].clone());
    let choose = move |index: usize| {
        let act = entry(index).act;
        layer.set(Layer::None);
        perform(act);
    };
    let key = move |event: KeyboardEvent| {
        // What an input method composes is not ours yet.
        if event.is_composing() {
            return;
        }
        let count = found.with(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" if count > 0 => at.update(|at| *at = (*at + count - 1) % count),
            "Home" => at.set(0),
            "End" => at.set(count.saturating_sub(1)),
            "Enter" => {
                if let Some(index) = found.with(|found| found.get(at.get_untracked()).copied()) {
                    choose(index);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move |_| {
        let id = option_id(at.get());
        found.track();
        request_animation_frame(move || {
            if let Some(option) = document().get_element_by_id(&id) {
                option.scroll_into_view_with_scroll_into_view_options(&nearest());
            }
        });
    });
    let active = move || found.with(|found| (!found.is_empty()).then(|| option_id(at.get())));
    let options = move || {
        found.with(|found| {
            let options = found.iter().enumerate().map(|(place, index)| {
                let (index, entry) = (*index, entry(*index));
                view! {
                    <li role="option" class="palette-option" id=option_id(place) data-testid=format!("palette-{place}")
                        aria-selected=move || (at.get() == place).to_string()
                        on:pointermove=move |_| if at.get_untracked() != place { at.set(place) } on:click=move |_| choose(index)>
                        <Icon symbol=entry.symbol/>
                        <span class="palette-name">{entry.name}</span>
                        <span class="palette-detail muted">{entry.detail}</span>
                        <span class="palette-kind">{entry.kind}</span>
                    </li>
                }
                .into_any()
            });
            options.collect_view()
        })
    };
    view! {
        <Dialog own=Layer::Palette label=t::palette() testid="palette" class="palette">
            <div class="search">
                <Icon symbol=Symbol::Search/>
                <input class="input" type="text" role="combobox" autofocus autocomplete="off" spellcheck="false"
                    data-testid="palette-input" aria-label=t::palette() placeholder=t::palette_hint()
                    aria-expanded="true" aria-controls="palette-options" aria-autocomplete="list" aria-activedescendant=active
                    on:keydown=key on:input:target=move |event| { at.set(0); sought.set(event.target().value()); }/>
            </div>
            <ul class="palette-options" id="palette-options" role="listbox" aria-label=t::palette()>{options}</ul>
            <p class="hint" role="status" data-testid="palette-count">{move || match found.with(Vec::len) {
                0 => t::palette_nothing(&sought.get()),
                n => t::palette_found(n as u64),
            }}</p>
        </Dialog>
    }
    .into_any()
}

/// A modal dialog that is open from the start, and takes its layer away when it is closed.
#[component]
pub(super) fn Dialog(
    own: Layer,
    label: &'static str,
    testid: &'static str,
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let layer = expect_context::<RwSignal<Layer>>();
    // The browser tells of a dialog's end later, when another one may be open.
    let close = move || {
        if layer.get_untracked() == own {
            layer.set(Layer::None);
        }
    };
    let dialog = NodeRef::<html::Dialog>::new();
    dialog.on_load(|dialog| {
        // Refused only when it is open.
        let _ = dialog.show_modal();
    });
    // A click on the dialog itself is one beside what is in it.
    let beside = move |event: leptos::ev::MouseEvent| {
        let target = event.target().and_then(|it| it.dyn_into::<web_sys::HtmlDialogElement>().ok());
        if target.is_some() {
            close();
        }
    };
    view! {
        <dialog node_ref=dialog class=format!("dialog top-dialog {class}") data-testid=testid aria-label=label
            on:close=move |_| close() on:click=beside>
            <div class="dialog-inner">{children()}</div>
        </dialog>
    }
    .into_any()
}

/// Everything that can be chosen now, in the order in which it is offered.
fn entries(store: Store) -> Vec<Entry> {
    let has_server = store.has_server();
    let pages = rail::places(has_server).into_iter().map(|place| Entry {
        kind: t::kind_page(),
        symbol: place.symbol,
        name: place.route.title().to_owned(),
        detail: String::new(),
        act: Act::Open(place.route),
    });
    let ids = store.order.get_untracked().unwrap_or_default();
    let devices = ids.into_iter().filter_map(|id| {
        let row = store.row(&id)?.get_untracked();
        let prototype = row.prototype.map(|it| it.1).unwrap_or_default();
        Some(Entry {
            kind: t::kind_device(),
            symbol: Symbol::Devices,
            name: row.name,
            detail: format!("{id} {prototype}"),
            act: Act::Open(Route::Device(id)),
        })
    });
    pages.chain(devices).chain(actions(has_server)).collect()
}

fn actions(has_server: bool) -> Vec<Entry> {
    let action = |symbol, name, act| Entry {
        kind: t::kind_action(),
        symbol,
        name,
        detail: String::new(),
        act,
    };
    let mut all: Vec<_> = Theme::ALL
        .map(|theme| action(theme.symbol(), t::act_theme(&theme.name()), Act::Theme(theme)))
        .into();
    all.extend(Language::ALL.map(|language| {
        let name = t::act_language(&language.name());
        action(Symbol::Language, name, Act::Language(language))
    }));
    let local = t::act_clock_local(&clock::local_zone());
    all.push(action(Symbol::Clock, local, Act::Clock(Clock::Local)));
    all.push(action(Symbol::Clock, t::act_clock_utc().to_owned(), Act::Clock(Clock::Utc)));
    all.push(action(Symbol::Question, t::act_help().to_owned(), Act::Help));
    all.push(action(Symbol::Copy, t::act_copy_link().to_owned(), Act::CopyLink));
    all.push(action(Symbol::Reload, t::act_reload().to_owned(), Act::Reload));
    if has_server {
        all.push(action(Symbol::User, t::sign_out().to_owned(), Act::SignOut));
    }
    all
}

/// The places of the entries that have every word of `sought`; those whose name begins with it come
/// first.
fn matching(all: &[Entry], sought: &str) -> Vec<usize> {
    let sought = sought.trim().to_lowercase();
    let words: Vec<_> = sought.split_whitespace().collect();
    let mut found: Vec<(bool, usize)> = Vec::new();
    for (index, entry) in all.iter().enumerate() {
        let name = entry.name.to_lowercase();
        let detail = entry.detail.to_lowercase();
        if words.iter().all(|word| name.contains(word) || detail.contains(word)) {
            found.push((!name.starts_with(&sought), index));
        }
    }
    mcs_sorted::sort_by(&mut found, Ord::cmp);
    found.truncate(MOST);
    found.into_iter().map(|(_, index)| index).collect()
}

/// Does what was chosen.
fn performer() -> impl Fn(Act) + Copy + 'static {
    let theme = expect_context::<RwSignal<Theme>>();
    let preferences = expect_context::<Preferences>();
    let layer = expect_context::<RwSignal<Layer>>();
    let dispatch = expect_context::<Dispatch>();
    move |act| match act {
        Act::Open(route) => super::open(&route),
        Act::Theme(chosen) => {
            theme.set(chosen);
            chosen.apply();
        }
        Act::Language(language) => preferences.choose_language(language),
        Act::Clock(clock) => preferences.choose_clock(clock),
        Act::Help => layer.set(Layer::Help),
        // It names a page and a view of it, and does nothing by itself.
        Act::CopyLink => copy_text(&window().location().href().unwrap_or_default()),
        Act::Reload => super::reload(),
        Act::SignOut => dispatch.send(Request::Logout { everywhere: false }),
    }
}

fn option_id(place: usize) -> String {
    format!("palette-option-{place}")
}

fn nearest() -> web_sys::ScrollIntoViewOptions {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    options
}
