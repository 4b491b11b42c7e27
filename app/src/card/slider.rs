//! Sliders: letting go sends; with the keyboard, Enter or the button does.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use mcs_model::{Bounds, Channel, ChannelKind, Value};
use mcs_view::protocol::{Control, Shown};
use mcs_view::slide;

use super::draft::Draft;
use super::fields::{Clear, Hint, Part, Submit};
use crate::format;
use crate::texts::card as t;

/// A slider for each number of a value.
#[component]
pub(crate) fn Sliders(
    channel: Channel,
    shown: Signal<Option<Shown>>,
    control: Signal<Option<Control>>,
    draft: Draft,
) -> impl IntoView {
    let (id, name) = (channel.id.to_string(), channel.name.clone());
    let (bounds, step) = range(&channel.kind);
    let parts = Part::all(&channel.kind);
    let alone = parts.len() == 1;
    let all = parts.len();
    // What a slider stands at: what is typed, else what was asked for, else the truth.
    let position = move |index: usize| {
        let typed = draft.part(index);
        if !typed.is_empty() {
            return typed;
        }
        let asked = control.with(|control| {
            let control = control.as_ref().filter(|it| it.stage.is_open())?;
            number(control.desired.as_ref()?, index)
        });
        let truth = || shown.with(|shown| number(&shown.as_ref()?.value, index));
        asked.or_else(truth).unwrap_or_else(|| bounds.lower.to_string())
    };
    // The others stay where they stand.
    let edit = move |index: usize, text: String| {
        for other in (0..all).filter(|it| *it != index) {
            draft.set(other, untrack(|| position(other)));
        }
        draft.set(index, text);
    };
    let is_dragged = StoredValue::new(false);
    let key = move |event: KeyboardEvent| {
        is_dragged.set_value(false);
        if event.key() == "Enter" {
            event.prevent_default();
            draft.send();
        }
    };
    let sliders: Vec<_> = parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| {
            let label = if alone { t::new_value_for(&name) } else { t::part_for(&part.label, &name) };
            view! {
                <label class="slider">
                    {(!alone).then(|| view! { <span class="field-name" aria-hidden="true">{part.label}</span> })}
                    <input type="range" class="range" aria-label=label data-testid=format!("input-{id}{}", part.suffix)
                        disabled=move || draft.locked().is_some()
                        min=bounds.lower.to_string() max=bounds.upper.to_string() step=step.to_string()
                        prop:value=move || position(index)
                        on:pointerdown=move |_| is_dragged.set_value(true)
                        on:keydown=key
                        on:input:target=move |event| edit(index, event.target().value())
                        on:change=move |_| if is_dragged.try_update_value(core::mem::take) == Some(true) { draft.send() }/>
                    <output class="number">{move || format::typed(&position(index))}</output>
                </label>
            }
        })
        .collect();
    view! {
        <form class="entry" on:submit=move |event| draft.submit(&event)>
            {sliders}
            <div class="entry-row">
                <div class="grow"><Hint id=id.clone() draft/></div>
                <Clear id=id.clone() draft/>
                <Submit id draft/>
            </div>
        </form>
    }
}

/// The ends and the step of a kind's sliders.
fn range(kind: &ChannelKind) -> (Bounds, f64) {
    match kind {
        ChannelKind::Float { bounds: Some(bounds), .. } => (*bounds, slide::step(*bounds)),
        ChannelKind::Integer { bounds: Some(bounds), .. } | ChannelKind::Analog { bounds } => {
            (*bounds, 1.0)
        }
        _ => (Bounds { lower: 0.0, upper: 1000.0 }, 1.0),
    }
}

/// One of a value's numbers.
fn number(value: &Value, index: usize) -> Option<String> {
    match (value, index) {
        (Value::Pwm { value, .. }, 0) => Some(value.to_string()),
        (Value::Pwm { period, .. }, 1) => Some(period.to_string()),
        (Value::Integer(_) | Value::Analog(_) | Value::Float(_), 0) => Some(value.to_string()),
        _ => None,
    }
}
