//! The settings of a channel's type (CONTRACT §1.2).

use leptos::prelude::*;
use mcs_model::check::Field;
use mcs_view::prototypes::{KindName, Row};

use super::editor::Edited;
use super::field::Line;
use super::function::Function;
use super::words;
use crate::texts::prototypes as t;
use crate::ui::{Icon, Memo, Symbol};

/// The units that are typed most.
const UNITS: [&str; 24] = [
    "°C", "°F", "%", "V", "mV", "A", "W", "kW", "kWh", "Hz", "m", "cm", "mm", "km", "kg", "g", "l",
    "m³", "Pa", "hPa", "bar", "lx", "dB", "s",
];

/// What the type asks for.
#[component]
pub(super) fn Settings(
    edited: Edited,
    number: u32,
    kind: Memo<KindName>,
    row: Memo<Option<Row>>,
) -> impl IntoView {
    let bounds = move |lower: &'static str, upper: &'static str| {
        view! {
            <Line edited place=(Some(number), Field::Lower) label=t::lower() testid="channel-lower" mode="decimal" hint=lower/>
            <Line edited place=(Some(number), Field::Upper) label=t::upper() testid="channel-upper" mode="decimal" hint=upper/>
        }
    };
    move || match kind.get() {
        KindName::Integer | KindName::Float => view! {
            <Unit edited number/>
            {bounds(t::lower_hint(), t::upper_hint())}
        }
        .into_any(),
        KindName::Analog => bounds(t::left_end(), t::right_end()).into_any(),
        KindName::Category => view! { <Options edited number row/> }.into_any(),
        KindName::Function => view! { <Function edited number/> }.into_any(),
        KindName::Gamepad => view! { <Buttons edited number/> }.into_any(),
        _ => ().into_any(),
    }
}

#[component]
fn Unit(edited: Edited, number: u32) -> impl IntoView {
    let place = (Some(number), Field::Unit);
    let list = format!("units-{number}");
    let wrong = Memo::new(move || edited.flaw(place));
    view! {
        <label class="field">
            <span class="field-name">{t::unit()}</span>
            <input class="input" data-testid="channel-unit" list=list.clone() autocomplete="off"
                aria-invalid=move || wrong.get().is_some().to_string()
                prop:value=move || edited.text(place) on:input:target=move |event| edited.set(place, event.target().value())/>
            <datalist id=list>{UNITS.map(|unit| view! { <option value=unit></option> })}</datalist>
            <span class="hint" data-error=move || wrong.get().is_some().to_string()>
                {move || wrong.get().map_or_else(|| t::unit_hint().to_owned(), |flaw| words::fault(place.1, flaw))}
            </span>
        </label>
    }
}

#[component]
fn Options(edited: Edited, number: u32, row: Memo<Option<Row>>) -> impl IntoView {
    let count = Memo::new(move || row.with(|row| row.as_ref().map_or(0, |it| it.options.len())));
    let wrong = Memo::new(move || edited.flaw((Some(number), Field::Options)));
    let keys = move || {
        (0..count.get())
            .map(|at| {
                view! {
                    <li class="option">
                        <Line edited place=(Some(number), Field::OptionName(at)) label=t::key_name() testid=format!("option-name-{at}")/>
                        <Line edited place=(Some(number), Field::OptionValue(at)) label=t::key_value() testid=format!("option-value-{at}")/>
                        <button type="button" class="button quiet icon-only" aria-label=t::key_remove(&(at + 1))
                            on:click=move |_| edited.draft.update(|draft| draft.remove_option(number, at))>
                            <Icon symbol=Symbol::Close/>
                        </button>
                    </li>
                }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <fieldset class="field whole">
            <legend class="field-name">{t::keys()}</legend>
            <ul class="options">{keys}</ul>
            {move || wrong.get().map(|flaw| view! { <span class="hint" data-error="true">{words::fault(Field::Options, flaw)}</span> })}
            <div class="actions">
                <button type="button" class="button" data-testid="add-option"
                    on:click=move |_| edited.draft.update(|draft| draft.add_option(number))>{t::key_add()}</button>
            </div>
        </fieldset>
    }
}

#[component]
fn Buttons(edited: Edited, number: u32) -> impl IntoView {
    let labels = [
        t::button_up(),
        t::button_down(),
        t::button_left(),
        t::button_right(),
        t::button_a(),
        t::button_b(),
    ];
    let lines = [0, 1, 2, 3, 4, 5].map(|at| {
        let hint = if at > 3 { t::button_none() } else { "" };
        view! { <Line edited place=(Some(number), Field::Button(at)) label=labels[at] testid=format!("button-{at}") hint/> }
    });
    view! {
        <fieldset class="field whole">
            <legend class="field-name">{t::buttons()}</legend>
            <div class="prototype-fields">{lines}</div>
        </fieldset>
    }
}
