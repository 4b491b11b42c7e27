//! A labelled field with what is wrong with it.

use leptos::prelude::*;

use crate::ui::Memo;
use mcs_model::check::Field;

use super::editor::Edited;
use super::words;

/// Which field: of which channel, or of the prototype itself.
pub(super) type Place = (Option<u32>, Field);

/// A line of text.
#[component]
pub(super) fn Line(
    edited: Edited,
    place: Place,
    label: &'static str,
    #[prop(into)] testid: String,
    #[prop(optional, into)] hint: String,
    #[prop(default = false)] lines: bool,
    #[prop(default = "text")] mode: &'static str,
    #[prop(optional, into)] class: &'static str,
    /// Cannot be changed, and why.
    #[prop(optional_no_strip)]
    fixed: Option<&'static str>,
) -> impl IntoView {
    let text = move || edited.text(place);
    let wrong = Memo::new(move || edited.flaw(place));
    let typed = move |text: String| edited.set(place, text);
    let note = format!("{testid}-note");
    let described = note.clone();
    let words = move || match wrong.get() {
        Some(flaw) => words::fault(place.1, flaw),
        None => fixed.map_or_else(|| hint.clone(), str::to_owned),
    };
    let invalid = move || wrong.get().is_some().to_string();
    let mono = if place.1 == Field::Id { "input mono" } else { "input" };
    view! {
        <label class=format!("field {class}")>
            <span class="field-name">{label}</span>
            {if lines {
                view! {
                    <textarea class="input" rows="2" data-testid=testid aria-describedby=described aria-invalid=invalid
                        prop:value=text on:input:target=move |event| typed(event.target().value())></textarea>
                }.into_any()
            } else {
                view! {
                    <input class=mono data-testid=testid aria-describedby=described aria-invalid=invalid inputmode=mode
                        autocomplete="off" spellcheck="false" autocapitalize="none" disabled=fixed.is_some()
                        prop:value=text on:input:target=move |event| typed(event.target().value())/>
                }.into_any()
            }}
            <span class="hint" id=note data-error=invalid>{words}</span>
        </label>
    }
}
