//! A controller with a few states: a toggle, a list, buttons.

use leptos::prelude::*;
use mcs_model::{CategoryOption, Channel, Value};
use mcs_view::protocol::{Control, Shown};

use super::draft::Draft;
use super::fields::{Hint, Submit};
use crate::texts::card as t;
use crate::ui::Memo;

/// Two states: a touch asks for the other one.
#[component]
pub(crate) fn Toggle(
    channel: Channel,
    names: [&'static str; 2],
    shown: Signal<Option<Shown>>,
    control: Signal<Option<Control>>,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
) -> impl IntoView {
    let truth = move || shown.with(|it| it.as_ref().and_then(|it| state(&it.value)));
    let pending = Memo::new(move || asked(control).and_then(|it| state(&it)));
    let position = move || pending.get().or_else(truth);
    // What is no state is shown as it came.
    let unknown = move || {
        shown.with(|it| {
            it.as_ref().map_or_else(|| t::no_data().to_owned(), |it| it.value.to_string())
        })
    };
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
            <span class="value">{move || position().map_or_else(unknown, |on| names[usize::from(on)].to_owned())}</span>
        </button>
    }
}

/// One of a list of keys.
#[component]
pub(crate) fn List(channel: Channel, options: Vec<CategoryOption>, draft: Draft) -> impl IntoView {
    let id = channel.id.to_string();
    let options: Vec<_> = options
        .into_iter()
        .map(|option| view! { <option value=option.value>{option.name}</option> })
        .collect();
    view! {
        <form class="entry" on:submit=move |event| draft.submit(&event)>
            <div class="entry-row">
                <select class="input grow" data-testid=format!("input-{id}") aria-label=t::new_value_for(&channel.name)
                    disabled=move || draft.locked().is_some()
                    prop:value=move || draft.part(0) on:change:target=move |event| draft.set(0, event.target().value())>
                    <option value="">{t::choose()}</option>
                    {options}
                </select>
                <Submit id=id.clone() draft/>
            </div>
            <Hint id draft/>
        </form>
    }
}

/// A button for each key: a touch asks for it.
#[component]
pub(crate) fn Buttons(
    channel: Channel,
    options: Vec<CategoryOption>,
    shown: Signal<Option<Shown>>,
    control: Signal<Option<Control>>,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
) -> impl IntoView {
    let asked = Memo::new(move || asked(control).and_then(|it| key(&it)));
    let truth = Memo::new(move || shown.with(|it| it.as_ref().and_then(|it| key(&it.value))));
    let buttons: Vec<_> = options
        .into_iter()
        .map(|CategoryOption { name, value }| {
            let (here, wanted, sent) = (value.clone(), value.clone(), value.clone());
            view! {
                <button type="button" class="button key" data-testid=format!("input-{}-{value}", channel.id)
                    aria-pressed=move || (asked.get().or_else(|| truth.get()).as_ref() == Some(&here)).to_string()
                    class:pending=move || asked.get().as_ref() == Some(&wanted)
                    disabled=move || locked.get().is_some()
                    on:click=move |_| on_send.run(sent.clone())>{name}</button>
            }
        })
        .collect();
    view! {
        <div class="keys" role="group" aria-label=t::states_of(&channel.name)>{buttons}</div>
        <p class="hint">{move || locked.get()}</p>
    }
}

/// What stands in for the truth until there is word from the device.
fn asked(control: Signal<Option<Control>>) -> Option<Value> {
    control.with(|control| {
        let control = control.as_ref().filter(|it| it.stage.is_open())?;
        control.desired.clone()
    })
}

fn state(value: &Value) -> Option<bool> {
    match value {
        Value::Switch(on) | Value::Gpio(on) => Some(*on),
        _ => None,
    }
}

fn key(value: &Value) -> Option<String> {
    match value {
        Value::Category(key) => Some(key.clone()),
        _ => None,
    }
}
