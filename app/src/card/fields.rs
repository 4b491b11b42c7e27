//! Fields to type a value in, what is wrong in each, and the buttons below.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use mcs_model::{Bounds, Channel, ChannelKind};

use super::draft::Draft;
use crate::format;
use crate::texts::card as t;
use crate::ui::{Icon, Symbol};

/// One field of a value.
#[derive(Clone, PartialEq)]
pub(crate) struct Part {
    /// Behind the channel's id in test ids; empty for the first.
    pub(crate) suffix: &'static str,
    /// For people.
    pub(crate) label: &'static str,
    /// The keyboard of a telephone: `inputmode`.
    keyboard: &'static str,
    unit: String,
}

impl Part {
    /// The fields of a kind.
    pub(crate) fn all(kind: &ChannelKind) -> Vec<Self> {
        let part = |suffix, label, keyboard, unit: &str| Self {
            suffix,
            label,
            keyboard,
            unit: unit.to_owned(),
        };
        match kind {
            ChannelKind::Integer { bounds, .. } => {
                vec![part("", t::new_value(), keyboard(*bounds, "numeric"), format::unit(kind))]
            }
            ChannelKind::Float { bounds, .. } => {
                vec![part("", t::new_value(), keyboard(*bounds, "decimal"), format::unit(kind))]
            }
            ChannelKind::Analog { bounds } => {
                vec![part("", t::new_value(), keyboard(Some(*bounds), "numeric"), "")]
            }
            ChannelKind::Pwm => {
                vec![
                    part("", t::value(), "numeric", ""),
                    part("-period", t::period(), "numeric", ""),
                ]
            }
            ChannelKind::Gps => vec![
                part("", t::latitude(), "text", "°"),
                part("-longitude", t::longitude(), "text", "°"),
                part("-altitude", t::altitude(), "text", "m"),
            ],
            ChannelKind::Hex => vec![part("", t::hex_digits(), "text", "")],
            _ => vec![part("", t::new_text(), "text", "")],
        }
    }
}

/// The fields of a value that is typed.
#[component]
pub(crate) fn Fields(channel: Channel, draft: Draft) -> impl IntoView {
    let id = channel.id.to_string();
    let name = channel.name.clone();
    let parts = Part::all(&channel.kind);
    let is_long = matches!(channel.kind, ChannelKind::String | ChannelKind::Hex);
    if let [part] = &parts[..] {
        let label = t::part_for(&part.label, &name);
        let field = if is_long {
            view! { <Area id=id.clone() label placeholder=part.label draft is_code=channel.kind == ChannelKind::Hex/> }.into_any()
        } else {
            view! { <Field id=id.clone() index=0 part=part.clone() label placeholder=part.label draft/> }.into_any()
        };
        return view! {
            <form class="entry" on:submit=move |event| draft.submit(&event)>
                <div class="entry-row">
                    {field}
                    <Clear id=id.clone() draft/>
                    <Submit id=id.clone() draft/>
                </div>
                <Hint id draft/>
            </form>
        }
        .into_any();
    }
    let fields: Vec<_> = parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| {
            let label = t::part_for(&part.label, &name);
            let error_id = error_id(&id, part.suffix);
            view! {
                <div class="field grow">
                    <span class="field-name" aria-hidden="true">{part.label}</span>
                    <Field id=id.clone() index part label placeholder="" draft/>
                    <p class="hint" id=error_id.clone() data-testid=error_id data-error=move || draft.is_wrong(index).to_string()>
                        {move || draft.fault(index).map(|it| it.words())}
                    </p>
                </div>
            }
        })
        .collect();
    view! {
        <form class="entry" on:submit=move |event| draft.submit(&event)>
            <div class="entry-row fields">{fields}</div>
            <div class="entry-row">
                <p class="hint grow">{move || draft.locked().map_or_else(|| draft.hint(), str::to_owned)}</p>
                <Clear id=id.clone() draft/>
                <Submit id draft/>
            </div>
        </form>
    }
    .into_any()
}

/// One line.
#[component]
fn Field(
    id: String,
    index: usize,
    part: Part,
    label: String,
    placeholder: &'static str,
    draft: Draft,
) -> impl IntoView {
    view! {
        <span class="input with-unit grow">
            <input type="text" inputmode=part.keyboard autocomplete="off" spellcheck="false" aria-label=label
                placeholder=placeholder
                data-testid=format!("input-{id}{}", part.suffix)
                aria-describedby=error_id(&id, part.suffix)
                disabled=move || draft.locked().is_some()
                aria-invalid=move || draft.is_wrong(index).to_string()
                prop:value=move || draft.part(index)
                on:input:target=move |event| draft.set(index, event.target().value())/>
            {(!part.unit.is_empty()).then(|| view! { <span class="muted">{part.unit.clone()}</span> })}
        </span>
    }
}

/// A text that may be long; Enter sends it, since a line break cannot be sent.
#[component]
fn Area(
    id: String,
    label: String,
    placeholder: &'static str,
    draft: Draft,
    is_code: bool,
) -> impl IntoView {
    let key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() {
            event.prevent_default();
            draft.send();
        }
    };
    view! {
        <textarea class="input grow area" class:mono=is_code rows="1" autocomplete="off" spellcheck="false" aria-label=label
            placeholder=placeholder
            data-testid=format!("input-{id}")
            aria-describedby=error_id(&id, "")
            disabled=move || draft.locked().is_some()
            aria-invalid=move || draft.is_wrong(0).to_string()
            prop:value=move || draft.part(0)
            on:keydown=key
            on:input:target=move |event| draft.set(0, event.target().value())></textarea>
    }
}

/// What is wrong in the only field, or else what is allowed.
#[component]
pub(crate) fn Hint(id: String, draft: Draft) -> impl IntoView {
    let says = move || match (draft.fault(0), draft.locked()) {
        (Some(fault), _) => fault.words(),
        (None, Some(why)) => why.to_owned(),
        (None, None) => draft.hint(),
    };
    let id = error_id(&id, "");
    view! {
        <p class="hint" id=id.clone() data-testid=id data-error=move || draft.is_wrong(0).to_string()>{says}</p>
    }
}

/// Forgets what is typed; it is not to be seen while there is nothing.
#[component]
pub(crate) fn Clear(id: String, draft: Draft) -> impl IntoView {
    view! {
        <button type="button" class="button quiet icon-only clear" data-testid=format!("clear-{id}") aria-label=t::clear() title=t::clear()
            disabled=move || draft.is_empty() on:click=move |_| draft.clear()><Icon symbol=Symbol::Close/></button>
    }
}

/// Sends what is typed.
#[component]
pub(crate) fn Submit(id: String, draft: Draft) -> impl IntoView {
    view! {
        <button type="submit" class="button" data-testid=format!("send-{id}")
            disabled=move || !draft.is_ready()>{t::send()}</button>
    }
}

/// A keyboard of digits, unless a minus may be needed: some telephones then have none.
fn keyboard(bounds: Option<Bounds>, digits: &'static str) -> &'static str {
    if bounds.is_some_and(|it| it.lower >= 0.0) { digits } else { "text" }
}

fn error_id(id: &str, suffix: &str) -> String {
    format!("input-error-{id}{suffix}")
}
