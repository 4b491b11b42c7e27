//! What can be asked of a controller. Editing is not sending, except where one touch is both.

use leptos::prelude::*;
use mcs_model::{Bounds, CategoryOption, Channel, ChannelKind, Value};
use mcs_view::protocol::{Control, ControlStage, Shown};

use super::fields::{Clear, Draft, Fields, Hint, Part, Submit};
use super::gamepad::Gamepad;
use crate::format;

/// The widget of a controller.
#[component]
pub(crate) fn Controls(
    channel: Channel,
    #[prop(into)] shown: Signal<Option<Shown>>,
    #[prop(into)] control: Signal<Option<Control>>,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
) -> impl IntoView {
    match channel.kind.clone() {
        ChannelKind::Switch => {
            view! { <Toggle channel names=["Off", "On"] shown control locked on_send/> }.into_any()
        }
        ChannelKind::Gpio => {
            view! { <Toggle channel names=["Low", "High"] shown control locked on_send/> }
                .into_any()
        }
        ChannelKind::Category { options } => {
            view! { <Choice channel options locked on_send/> }.into_any()
        }
        ChannelKind::Analog { bounds } => {
            view! { <Slider channel bounds shown locked on_send/> }.into_any()
        }
        ChannelKind::Gamepad { buttons } => {
            view! { <Gamepad id=channel.id.to_string() buttons locked on_send/> }.into_any()
        }
        kind => view! { <Fields channel parts=parts(&kind) locked on_send/> }.into_any(),
    }
}

fn parts(kind: &ChannelKind) -> Vec<Part> {
    let unit = format::unit(kind).to_owned();
    match kind {
        ChannelKind::Integer { .. } => vec![Part::new("", "New value", "numeric", unit)],
        ChannelKind::Float { .. } => vec![Part::new("", "New value", "decimal", unit)],
        ChannelKind::Pwm => vec![
            Part::new("", "Value", "numeric", String::new()),
            Part::new("-period", "Period", "numeric", String::new()),
        ],
        ChannelKind::Gps => vec![
            Part::new("", "Latitude", "decimal", "°".to_owned()),
            Part::new("-longitude", "Longitude", "decimal", "°".to_owned()),
            Part::new("-altitude", "Altitude", "decimal", "m".to_owned()),
        ],
        ChannelKind::Hex => vec![Part::new("", "New value, hexadecimal", "text", String::new())],
        _ => vec![Part::new("", "New text", "text", String::new())],
    }
}

/// Two states: a touch asks for the other one.
#[component]
fn Toggle(
    channel: Channel,
    names: [&'static str; 2],
    shown: Signal<Option<Shown>>,
    control: Signal<Option<Control>>,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
) -> impl IntoView {
    let truth = move || shown.with(|it| it.as_ref().and_then(|it| state(&it.value)));
    let pending = Memo::new(move |_| {
        control.with(|control| match control {
            Some(Control { desired: Some(value), stage, .. }) if is_open(stage) => state(value),
            _ => None,
        })
    });
    let position = move || pending.get().or_else(truth);
    let flip = move |_| {
        let next = !position().unwrap_or(false);
        on_send.run(u8::from(next).to_string());
    };
    view! {
        <button type="button" role="switch" class="toggle" data-testid=format!("input-{}", channel.id)
            aria-checked=move || position().unwrap_or(false).to_string()
            aria-label=channel.name.clone()
            data-known=move || position().is_some().to_string()
            class:pending=move || pending.get().is_some()
            disabled=move || locked.get().is_some()
            title=move || locked.get().unwrap_or_default()
            on:click=flip>
            <span class="toggle-track" aria-hidden="true"><span class="toggle-thumb"></span></span>
            <span class="value">{move || position().map_or("No data", |on| names[usize::from(on)])}</span>
        </button>
    }
}

/// A value that stands in for the truth until there is word from the device.
fn is_open(stage: &ControlStage) -> bool {
    matches!(stage, ControlStage::Sent | ControlStage::Delivered | ControlStage::Unconfirmed)
}

fn state(value: &Value) -> Option<bool> {
    match value {
        Value::Switch(on) | Value::Gpio(on) => Some(*on),
        _ => None,
    }
}

/// One of a list of keys.
#[component]
fn Choice(
    channel: Channel,
    options: Vec<CategoryOption>,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
) -> impl IntoView {
    let id = channel.id.to_string();
    let name = channel.name.clone();
    let draft = Draft::new(channel, 1);
    let options: Vec<_> = options
        .into_iter()
        .map(|option| view! { <option value=option.value>{option.name}</option> })
        .collect();
    view! {
        <form class="entry" on:submit=move |event| draft.submit(&event, locked, on_send)>
            <div class="entry-row">
                <select class="input grow" data-testid=format!("input-{id}") aria-label=format!("New value of {name}")
                    disabled=move || locked.get().is_some()
                    prop:value=move || draft.part(0) on:change:target=move |event| draft.set(0, event.target().value())>
                    <option value="">"Choose"</option>
                    {options}
                </select>
                <Submit id=id.clone() draft locked/>
            </div>
            <Hint id draft locked/>
        </form>
    }
}

/// A whole number from a slider.
#[component]
fn Slider(
    channel: Channel,
    bounds: Bounds,
    shown: Signal<Option<Shown>>,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
) -> impl IntoView {
    let id = channel.id.to_string();
    let name = channel.name.clone();
    let draft = Draft::new(channel, 1);
    let truth = move || shown.with(|it| it.as_ref().map(|it| it.value.to_string()));
    let position = move || {
        let typed = draft.part(0);
        if typed.is_empty() { truth().unwrap_or_else(|| bounds.lower.to_string()) } else { typed }
    };
    view! {
        <form class="entry" on:submit=move |event| draft.submit(&event, locked, on_send)>
            <div class="entry-row">
                <input type="range" class="range grow" data-testid=format!("input-{id}") aria-label=format!("New value of {name}")
                    disabled=move || locked.get().is_some()
                    min=bounds.lower.to_string() max=bounds.upper.to_string() step="1"
                    prop:value=position on:input:target=move |event| draft.set(0, event.target().value())/>
                <output class="number">{position}</output>
                <Clear id=id.clone() draft/>
                <Submit id=id.clone() draft locked/>
            </div>
            <Hint id draft locked/>
        </form>
    }
}
