//! Small parts that every page uses: icons, copy buttons, lights, a page's head.

mod icon;
mod memo;
mod save;
mod tabs;
mod turns;

use leptos::prelude::*;
use mcs_model::api::Transport;
use mcs_view::protocol::Online;
use wasm_bindgen::JsCast;
use web_sys::{HtmlAnchorElement, HtmlElement, HtmlTextAreaElement};

use crate::texts::ui as t;

pub(crate) use icon::{Icon, Symbol};
pub(crate) use memo::Memo;
pub(crate) use save::{save, save_parts};
pub(crate) use tabs::{Tab, Tabs, panel_id};
pub(crate) use turns::{in_turn, settled};

/// Puts `text` on the clipboard and says so for a moment.
#[component]
pub(crate) fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What it is, for the label: "Copy: device key".
    what: &'static str,
    /// For tests.
    #[prop(into)]
    testid: String,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        copy_text(&text.get_untracked());
        copied.set(true);
        set_timeout(
            move || {
                copied.try_set(false);
            },
            core::time::Duration::from_millis(1500),
        );
    };
    view! {
        <button type="button" class="button quiet icon-only" data-testid=testid on:click=copy
            aria-label=move || if copied.get() { t::copied(&what) } else { t::copy(&what) }
            title=t::copy(&what)>
            {move || if copied.get() {
                view! { <Icon symbol=Symbol::Check/> }
            } else {
                view! { <Icon symbol=Symbol::Copy/> }
            }}
        </button>
    }
}

/// Whether a device is here: a shape and a word, not only a colour.
#[component]
pub(crate) fn OnlineLight(
    /// Whether it is.
    #[prop(into)]
    online: Signal<Online>,
    /// For tests.
    #[prop(into)]
    testid: String,
) -> impl IntoView {
    view! {
        <span class="light" data-testid=testid data-online=move || online_word(online.get()).0>
            <span class="light-dot" aria-hidden="true"></span>
            {move || online_word(online.get()).1}
        </span>
    }
}

/// A transport's name.
pub(crate) fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Mqtt => "MQTT",
        Transport::Command => "Command Server",
    }
}

/// Saves what is at an address of the browser's own, under a name.
pub(crate) fn download(url: &str, name: &str) {
    let Ok(link) = document().create_element("a") else { return };
    let link: HtmlAnchorElement = link.unchecked_into();
    link.set_href(url);
    link.set_download(name);
    link.click();
}

/// What a page says when it has nothing to show: what will be here, and the next step.
#[component]
pub(crate) fn Empty(
    /// What will be here.
    title: &'static str,
    /// For tests.
    testid: &'static str,
    /// The next step.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty" data-testid=testid><p class="empty-title">{title}</p>{children()}</div>
    }
}

/// Shown while something is on its way; a stylesheet hides it for the first 200 ms.
#[component]
pub(crate) fn Loading(
    /// What is awaited.
    #[prop(into)]
    text: String,
    /// For tests.
    testid: &'static str,
) -> impl IntoView {
    view! {
        <div class="loading" data-testid=testid role="status">
            <p>{text}</p>
            <div class="skeleton" aria-hidden="true"></div>
            <div class="skeleton" aria-hidden="true"></div>
            <div class="skeleton" aria-hidden="true"></div>
        </div>
    }
}

fn online_word(online: Online) -> (&'static str, &'static str) {
    match online {
        Online::Yes => ("yes", t::online()),
        Online::No => ("no", t::offline()),
        Online::Unknown => ("unknown", t::unknown()),
    }
}

/// Puts `text` on the clipboard; only in answer to a click or a key.
pub(crate) fn copy_text(text: &str) {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
    if clipboard.is_ok_and(|it| !it.is_undefined()) {
        // Refused only without a click, and this is one.
        let _ = window().navigator().clipboard().write_text(text);
    } else {
        copy_by_selection(text);
    }
}

/// Over plain http to another machine there is no clipboard, but the old way still works.
fn copy_by_selection(text: &str) {
    let document = document();
    let Some(body) = document.body() else { return };
    let Ok(area) = document.create_element("textarea") else { return };
    let area: HtmlTextAreaElement = area.unchecked_into();
    area.set_value(text);
    if body.append_child(&area).is_ok() {
        area.select();
        let _ = document.unchecked_ref::<web_sys::HtmlDocument>().exec_command("copy");
        area.unchecked_ref::<HtmlElement>().remove();
    }
}
