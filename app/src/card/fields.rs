//! Text fields of a controller, what is wrong in them, and the buttons below.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use mcs_model::Channel;

use crate::entry;
use crate::ui::{Icon, Symbol};

/// What an operator has typed and not sent; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    parts: RwSignal<Vec<String>>,
    /// The CSV form, or why it is none; `None` while nothing is typed.
    result: Memo<Option<Result<String, String>>>,
    hint: StoredValue<String>,
}

/// One field of a value.
#[derive(Clone, PartialEq)]
pub(crate) struct Part {
    suffix: &'static str,
    label: &'static str,
    keyboard: &'static str,
    unit: String,
}

impl Part {
    /// A field named `label`; `keyboard` is the `inputmode`.
    pub(crate) fn new(
        suffix: &'static str,
        label: &'static str,
        keyboard: &'static str,
        unit: String,
    ) -> Self {
        Self { suffix, label, keyboard, unit }
    }
}

impl Draft {
    /// Nothing is typed in any of `parts` fields.
    pub(crate) fn new(channel: Channel, parts: usize) -> Self {
        let hint = StoredValue::new(entry::hint(&channel.kind));
        let parts = RwSignal::new(vec![String::new(); parts]);
        let result = Memo::new(move |_| {
            parts.with(|parts| {
                if parts.iter().all(String::is_empty) {
                    return None;
                }
                Some(entry::parse(&channel, &parts.join(",")).map(|value| value.to_string()))
            })
        });
        Self { parts, result, hint }
    }

    /// The text of a field.
    pub(crate) fn part(self, index: usize) -> String {
        self.parts.with(|parts| parts.get(index).cloned().unwrap_or_default())
    }

    /// A field was edited.
    pub(crate) fn set(self, index: usize, text: String) {
        self.parts.update(|parts| {
            if let Some(part) = parts.get_mut(index) {
                *part = text;
            }
        });
    }

    /// Forgets what was typed.
    pub(crate) fn clear(self) {
        self.parts.update(|parts| parts.iter_mut().for_each(String::clear));
    }

    /// Sends what was typed if it is a value and sending is allowed.
    pub(crate) fn submit(
        self,
        event: &SubmitEvent,
        locked: Signal<Option<&'static str>>,
        on_send: Callback<String>,
    ) {
        event.prevent_default();
        if let (Some(Ok(text)), None) = (self.result.get_untracked(), locked.get_untracked()) {
            on_send.run(text);
            self.clear();
        }
    }

    fn error(self) -> Option<String> {
        self.result.get().and_then(Result::err)
    }
}

/// The fields of a value that is typed.
#[component]
pub(crate) fn Fields(
    channel: Channel,
    parts: Vec<Part>,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
) -> impl IntoView {
    let id = channel.id.to_string();
    let name = channel.name.clone();
    let draft = Draft::new(channel, parts.len());
    let alone = parts.len() == 1;
    let fields: Vec<_> = parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| {
            let label = if alone { part.label.to_owned() } else { format!("New {}", part.label.to_lowercase()) };
            view! {
                <label class="field grow">
                    <span class:sr-only=alone class="field-name">{if alone { format!("{label} of {name}") } else { part.label.to_owned() }}</span>
                    <span class="input with-unit">
                        <input type="text" inputmode=part.keyboard autocomplete="off" spellcheck="false"
                            placeholder=if alone { label } else { String::new() }
                            data-testid=format!("input-{id}{}", part.suffix)
                            aria-describedby=format!("hint-{id}")
                            disabled=move || locked.get().is_some()
                            aria-invalid=move || draft.error().is_some().to_string()
                            prop:value=move || draft.part(index)
                            on:input:target=move |event| draft.set(index, event.target().value())/>
                        {(!part.unit.is_empty()).then(|| view! { <span class="muted">{part.unit.clone()}</span> })}
                        {alone.then(|| view! { <Clear id=id.clone() draft/> })}
                    </span>
                </label>
            }
        })
        .collect();
    view! {
        <form class="entry" on:submit=move |event| draft.submit(&event, locked, on_send)>
            {if alone {
                view! {
                    <div class="entry-row">{fields}<Submit id=id.clone() draft locked/></div>
                    <Hint id draft locked/>
                }
                .into_any()
            } else {
                view! {
                    <div class="entry-row">{fields}</div>
                    <div class="entry-row"><Hint id=id.clone() draft locked/><Clear id=id.clone() draft/><Submit id draft locked/></div>
                }
                .into_any()
            }}
        </form>
    }
}

/// What is wrong, or else what is allowed.
#[component]
pub(crate) fn Hint(
    id: String,
    draft: Draft,
    locked: Signal<Option<&'static str>>,
) -> impl IntoView {
    let says = move || {
        draft
            .error()
            .or_else(|| locked.get().map(str::to_owned))
            .unwrap_or_else(|| draft.hint.get_value())
    };
    view! {
        <p class="hint grow" id=format!("hint-{id}") data-testid=format!("input-error-{id}")
            data-error=move || draft.error().is_some().to_string()>{says}</p>
    }
}

/// Forgets what is typed; it is not to be seen while there is nothing.
#[component]
pub(crate) fn Clear(id: String, draft: Draft) -> impl IntoView {
    view! {
        <button type="button" class="button quiet icon-only clear" data-testid=format!("clear-{id}") aria-label="Clear" title="Clear"
            disabled=move || draft.result.get().is_none() on:click=move |_| draft.clear()><Icon symbol=Symbol::Close/></button>
    }
}

/// Sends what is typed.
#[component]
pub(crate) fn Submit(
    id: String,
    draft: Draft,
    locked: Signal<Option<&'static str>>,
) -> impl IntoView {
    let blocked = move || locked.get().is_some() || !matches!(draft.result.get(), Some(Ok(_)));
    view! { <button type="submit" class="button" data-testid=format!("send-{id}") disabled=blocked>"Send"</button> }
}
