//! The menu of a card: how it looks, and what can be done with its channel.

use leptos::html;
use leptos::prelude::*;
use mcs_model::{Channel, Value};
use mcs_view::protocol::Shown;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::template::{self, Template};
use crate::texts::card as t;
use crate::ui::{CopyButton, Icon, Memo, Symbol};

/// The least distance from the window's edges.
const EDGE: f64 = 8.0;

/// The menu's button and its content.
#[component]
pub(crate) fn Menu(
    channel: Channel,
    shown: Signal<Option<Shown>>,
    look: RwSignal<Option<Template>>,
    scope: Option<String>,
) -> impl IntoView {
    let id = channel.id.to_string();
    let name = channel.name.clone();
    let menu_id = format!("card-menu-{id}");
    let button = NodeRef::<html::Button>::new();
    let body = NodeRef::<html::Div>::new();
    let place = move |_| {
        if let (Some(button), Some(body)) = (button.get_untracked(), body.get_untracked()) {
            put_below(&button, &body);
        }
    };
    let choices: Vec<_> = template::choices(&channel)
        .iter()
        .map(|&choice| {
            let (scope, channel) = (scope.clone(), channel.clone());
            let choose = move |_| {
                look.set(Some(choice));
                template::keep(choice, scope.as_deref(), &channel);
            };
            view! {
                <label class="choice">
                    <input type="radio" name=format!("template-{id}") data-testid=format!("template-{id}-{}", choice.word())
                        prop:checked=move || look.get() == Some(choice) on:change=choose/>
                    <span>{template::name(choice)}</span>
                </label>
            }
        })
        .collect();
    let looks = (!choices.is_empty()).then(|| view! {
        <fieldset class="menu-part"><legend class="muted">{t::shown_as()}</legend>{choices}</fieldset>
    });
    let outside = Memo::new(move || shown.with(|it| map_address(&it.as_ref()?.value)));
    let description = channel.description.clone();
    view! {
        <button type="button" class="button quiet icon-only" node_ref=button data-testid=format!("menu-{id}")
            aria-label=t::menu_of(&name) title=t::menu() popovertarget=menu_id.clone()>
            <Icon symbol=Symbol::More/>
        </button>
        <div class="menu-body card-menu" id=menu_id popover="auto" node_ref=body on:toggle=place>
            <p class="menu-part break"><strong>{name.clone()}</strong></p>
            {(!description.is_empty()).then(|| view! { <p class="menu-part break menu-text">{description}</p> })}
            {looks}
            <p class="menu-part menu-row"><span class="muted">{t::id()}</span><code>{id.clone()}</code>
                <CopyButton text=Signal::stored(id.clone()) what=t::id() testid=format!("copy-{id}")/></p>
            {move || outside.get().map(|address| view! {
                <a class="menu-part" href=address target="_blank" rel="noopener noreferrer">{t::open_map()}</a>
            })}
        </div>
    }
}

/// The place on a map of others: only whoever follows the link tells them.
fn map_address(value: &Value) -> Option<String> {
    match value {
        Value::Gps { latitude, longitude, .. } => Some(format!(
            "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=15/{latitude}/{longitude}"
        )),
        _ => None,
    }
}

/// Puts the menu below its button, or above it where there is no room, and within the window.
fn put_below(button: &HtmlElement, body: &HtmlElement) {
    let (from, size) = (button.get_bounding_client_rect(), body.get_bounding_client_rect());
    let extent = |value: Result<wasm_bindgen::JsValue, _>| {
        value.ok().and_then(|it| it.as_f64()).unwrap_or(0.0)
    };
    let window = window();
    let (width, height) = (extent(window.inner_width()), extent(window.inner_height()));
    let left = (from.right() - size.width()).clamp(EDGE, (width - size.width() - EDGE).max(EDGE));
    let below = from.bottom() + 4.0;
    let fits = below + size.height() + EDGE <= height;
    let top = if fits { below } else { (from.top() - size.height() - 4.0).max(EDGE) };
    let style = body.unchecked_ref::<HtmlElement>().style();
    for (property, value) in [("left", left), ("top", top)] {
        // A length in pixels is always a value.
        let _ = style.set_property(property, &format!("{value}px"));
    }
}
