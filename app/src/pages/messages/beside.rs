//! What is said beside a message that is published: its properties.

use leptos::prelude::*;
use mcs_view::protocol::{Draft, DraftProperties, Property};

use crate::texts::messages as t;

/// The fields of the properties.
#[component]
pub(super) fn Beside(draft: RwSignal<Draft>) -> impl IntoView {
    let line = move |label: &'static str,
                     testid: &'static str,
                     part: fn(&mut DraftProperties) -> &mut String| {
        view! {
            <label class="field"><span class="field-name">{label}</span>
                <input type="text" class="input mono" data-testid=testid autocomplete="off" autocapitalize="none" spellcheck="false"
                    prop:value=move || draft.with(|it| part(&mut it.properties.clone()).clone())
                    on:input:target=move |event| draft.update(|it| *part(&mut it.properties) = event.target().value())/></label>
        }
    };
    view! {
        <details><summary data-testid="publish-properties">{t::said_beside()}</summary>
            <div class="publish-form">
                <p class="hint">{t::said_hint()}</p>
                {line(t::content_type(), "publish-content-type", |it| &mut it.content_type)}
                {line(t::response_topic(), "publish-response-topic", |it| &mut it.response_topic)}
                {line(t::correlation(), "publish-correlation", |it| &mut it.correlation)}
                {line(t::expiry(), "publish-expiry", |it| &mut it.expiry)}
                <label class="field"><span class="field-name">{t::user_properties()}</span>
                    <textarea class="input mono" rows="3" data-testid="publish-user" spellcheck="false"
                        prop:value=move || draft.with(|it| it.properties.user.clone())
                        on:input:target=move |event| draft.update(|it| it.properties.user = event.target().value())></textarea></label>
            </div>
        </details>
    }
    .into_any()
}

/// The properties of a message that was seen, to be sent again.
pub(super) fn again(seen: &[Property]) -> DraftProperties {
    let mut typed = DraftProperties::default();
    for property in seen {
        let value = property.value.clone();
        match property.id {
            0x02 => typed.expiry = value,
            0x03 => typed.content_type = value,
            0x08 => typed.response_topic = value,
            0x09 => typed.correlation = value,
            0x26 => typed.user.push_str(&format!("{}: {value}\n", property.key)),
            _ => {}
        }
    }
    typed
}
