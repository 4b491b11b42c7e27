//! The fields of forms: a name, an input, and what is wrong with it.

use leptos::prelude::*;
use mcs_view::connections::{Draft, Field, Wrong};
use wasm_bindgen::prelude::*;

use crate::texts::connections as t;
use crate::ui::{Icon, Memo, Symbol};

/// A line of text with its label.
#[component]
pub(crate) fn Line(
    label: &'static str,
    value: RwSignal<String>,
    testid: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] hint: &'static str,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field-name">{label}</span>
            <input class="input" type=kind data-testid=testid autocomplete="off" spellcheck="false" autocapitalize="none"
                placeholder=hint prop:value=move || value.get() on:input:target=move |event| value.set(event.target().value())/>
        </label>
    }
}

/// Reads a file of JSON into a text.
#[component]
pub(crate) fn Chooser(
    label: &'static str,
    text: RwSignal<String>,
    testid: &'static str,
) -> impl IntoView {
    view! {
        <label class="drop low">
            <Icon symbol=Symbol::Upload/>
            <span>{label}</span>
            <input type="file" class="sr-only" accept="application/json,.json" data-testid=testid on:change:target=move |event| {
                let field = event.target();
                if let Some(file) = field.files().and_then(|files| files.get(0)) {
                    read(&file, text);
                }
                // So that the same file can be chosen again.
                field.set_value("");
            }/>
        </label>
    }
}

/// What is typed into the form of a profile, and what was found wrong with it.
#[derive(Clone, Copy)]
pub(crate) struct Typed {
    pub(crate) draft: RwSignal<Draft>,
    pub(crate) wrong: RwSignal<Vec<(Field, Wrong)>>,
}

/// One of the texts of a draft.
type Part = fn(&mut Draft) -> &mut String;

impl Typed {
    /// What a part of the draft says.
    fn text(self, part: Part) -> String {
        self.draft.with(|draft| part(&mut draft.clone()).clone())
    }

    /// Writes a part of the draft, and takes back what was wrong with its field.
    fn edit(self, part: Part, field: Option<Field>, text: String) {
        self.draft.update(|draft| *part(draft) = text);
        self.wrong.update(|wrong| wrong.retain(|it| Some(it.0) != field));
    }

    /// What is wrong with a field, in words.
    pub(crate) fn complaint(self, field: Field) -> Option<String> {
        self.wrong.with(|it| it.iter().find(|it| it.0 == field).map(|it| words(it.1)))
    }
}

/// A text of the draft.
#[component]
pub(crate) fn DraftLine(
    typed: Typed,
    label: &'static str,
    testid: &'static str,
    part: Part,
    #[prop(optional)] field: Option<Field>,
    #[prop(optional)] hint: &'static str,
    #[prop(default = "text")] mode: &'static str,
) -> impl IntoView {
    let complaint = Memo::new(move || field.and_then(|field| typed.complaint(field)));
    let value = move || typed.text(part);
    let error = format!("{testid}-error");
    let described = error.clone();
    view! {
        <div class="field">
            <label class="field">
                <span class="field-name">{label}</span>
                <input class="input" type="text" inputmode=mode data-testid=testid autocomplete="off" spellcheck="false" autocapitalize="none"
                    placeholder=hint prop:value=value aria-describedby=described
                    aria-invalid=move || complaint.with(Option::is_some).to_string()
                    on:input:target=move |event| typed.edit(part, field, event.target().value())/>
            </label>
            <p class="hint" data-error="true" role="alert" id=error.clone() data-testid=error>{move || complaint.get()}</p>
        </div>
    }
}

/// Lines of the draft.
#[component]
pub(crate) fn DraftText(
    typed: Typed,
    label: &'static str,
    testid: &'static str,
    part: Part,
    field: Field,
) -> impl IntoView {
    let complaint = Memo::new(move || typed.complaint(field));
    let value = move || typed.text(part);
    let error = format!("{testid}-error");
    let described = error.clone();
    view! {
        <div class="field">
            <label class="field">
                <span class="field-name">{label}</span>
                <textarea class="input mono" rows="3" data-testid=testid spellcheck="false" prop:value=value aria-describedby=described
                    aria-invalid=move || complaint.with(Option::is_some).to_string()
                    on:input:target=move |event| typed.edit(part, Some(field), event.target().value())></textarea>
            </label>
            <p class="hint" data-error="true" role="alert" id=error.clone() data-testid=error>{move || complaint.get()}</p>
        </div>
    }
}

/// A choice of the draft.
#[component]
pub(crate) fn DraftSwitch(
    typed: Typed,
    label: &'static str,
    testid: &'static str,
    part: fn(&mut Draft) -> &mut bool,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="checkbox" data-testid=testid
                prop:checked=move || typed.draft.with(|draft| *part(&mut draft.clone()))
                on:change:target=move |event| typed.draft.update(|draft| *part(draft) = event.target().checked())/>
            <span>{label}</span>
        </label>
    }
}

fn words(wrong: Wrong) -> String {
    match wrong {
        Wrong::Missing => t::wrong_missing().to_owned(),
        Wrong::NotAHost => t::wrong_host().to_owned(),
        Wrong::NotForBrowsers => t::wrong_scheme().to_owned(),
        Wrong::NotANumber(least, most) => t::wrong_number(&least, &most),
        Wrong::NotAPath => t::wrong_path().to_owned(),
        Wrong::NotMqttText => t::wrong_text().to_owned(),
        Wrong::MixedContent => t::wrong_mixed().to_owned(),
        Wrong::NotAProperty(line) => t::wrong_property(&line),
        Wrong::NotATopic => t::wrong_topic().to_owned(),
    }
}

/// Puts the file's text into the field, where it can be looked at before it is imported.
fn read(file: &web_sys::File, text: RwSignal<String>) {
    let done = Closure::once(move |read: JsValue| {
        text.try_set(read.as_string().unwrap_or_default());
    });
    // A file that cannot be read leaves the field as it is.
    let _ = file.text().then(&done);
    // It has to outlive this call; one a file is not much.
    done.forget();
}
