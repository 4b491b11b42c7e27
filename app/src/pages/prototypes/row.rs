//! A channel in the list, and its form once it is open.

use leptos::prelude::*;
use mcs_model::Direction;
use mcs_model::check::Field;
use mcs_view::prototypes::{KindName, Row};

use super::editor::Edited;
use super::field::Line;
use super::preview::Preview;
use super::settings::Settings;
use super::words;
use crate::card::template;
use crate::texts::prototypes as t;
use crate::ui::{Icon, Memo, Symbol};

/// A channel.
#[component]
pub(super) fn ChannelRow(edited: Edited, number: u32) -> impl IntoView {
    let row = Memo::new(move || edited.draft.with(|draft| draft.row(number).cloned()));
    let part = move |part: fn(&Row) -> String| {
        Memo::new(move || row.with(|row| row.as_ref().map(part).unwrap_or_default()))
    };
    let is_open = Memo::new(move || edited.open.get() == Some(number));
    let name = part(|row| row.name.clone());
    let id = part(|row| row.id.clone());
    let called = move || {
        name.with(|name| if name.is_empty() { t::new_channel().to_owned() } else { name.clone() })
    };
    let about = part(|row| {
        let kind = words::kind(row.kind);
        match row.direction {
            Direction::Controller => t::about_controller(&kind),
            Direction::Display => t::about_display(&kind),
        }
    });
    let place =
        Memo::new(move || edited.draft.with(|draft| draft.place(number)).unwrap_or_default());
    let last = move || edited.draft.with(|draft| place.get() + 1 >= draft.fields().rows.len());
    let over = RwSignal::new(false);
    let up = move || edited.move_to(number, place.get_untracked().saturating_sub(1));
    let down = move || edited.move_to(number, place.get_untracked() + 1);
    let keys = move |event: leptos::ev::KeyboardEvent| {
        match event.key().as_str() {
            "ArrowUp" => up(),
            "ArrowDown" => down(),
            _ => return,
        }
        event.prevent_default();
        focus(&format!("move-{number}"));
    };
    let drag = move |event: leptos::ev::DragEvent| {
        if let Some(data) = event.data_transfer() {
            // A text that only this list understands.
            let _ = data.set_data("text/plain", &format!("mcs-channel {number}"));
            data.set_effect_allowed("move");
        }
    };
    let drop = move |event: leptos::ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        let text = event.data_transfer().and_then(|it| it.get_data("text/plain").ok());
        let moved = text.and_then(|it| it.strip_prefix("mcs-channel ")?.parse().ok());
        if let Some(moved) = moved {
            edited.move_to(moved, place.get_untracked());
        }
    };
    let toggle = move |_| {
        edited.open.update(|open| *open = if *open == Some(number) { None } else { Some(number) });
    };
    view! {
        <li class="channel-row" class:over=move || over.get() data-testid=move || format!("channel-row-{}", id.get())
            on:dragover=move |event: leptos::ev::DragEvent| { event.prevent_default(); over.set(true); }
            on:dragleave=move |_| over.set(false) on:drop=drop>
            <div class="channel-head">
                <button type="button" class="button quiet icon-only handle" id=format!("move-{number}") draggable="true"
                    data-testid=move || format!("move-{}", id.get())
                    aria-label=move || t::move_it(&called())
                    title=t::move_hint() on:keydown=keys on:dragstart=drag>
                    <span class="grip" aria-hidden="true"></span>
                </button>
                <button type="button" class="channel-open" aria-expanded=move || is_open.get().to_string()
                    data-testid=move || format!("open-{}", id.get()) on:click=toggle>
                    <strong class="break">{called}</strong>
                    <code>{move || id.get()}</code>
                    <span class="muted">{move || about.get()}</span>
                    {move || edited.is_wrong(number).then(|| view! {
                        <span class="state" data-tone="danger"><Icon symbol=Symbol::Warning/><span>{t::flawed()}</span></span>
                    })}
                </button>
                <div class="channel-actions">
                    <button type="button" class="button quiet" data-testid=move || format!("up-{}", id.get()) disabled=move || place.get() == 0
                        aria-label=move || t::move_up(&called()) on:click=move |_| up()>{t::up()}</button>
                    <button type="button" class="button quiet" data-testid=move || format!("down-{}", id.get()) disabled=last
                        aria-label=move || t::move_down(&called()) on:click=move |_| down()>{t::down()}</button>
                    <button type="button" class="button quiet" aria-label=move || t::copy(&called())
                        on:click=move |_| {
                            let copy = edited.draft.try_update(|draft| draft.duplicate(number)).flatten();
                            edited.open.set(copy);
                        }>{t::copy_it()}</button>
                    <button type="button" class="button quiet" data-testid=move || format!("remove-{}", id.get())
                        aria-label=move || t::remove(&called())
                        on:click=move |_| edited.draft.update(|draft| draft.remove(number))>{t::remove_it()}</button>
                </div>
            </div>
            {move || is_open.get().then(|| view! { <Form edited number row/> })}
        </li>
    }
}

#[component]
fn Form(edited: Edited, number: u32, row: Memo<Option<Row>>) -> impl IntoView {
    let kind =
        Memo::new(move || row.with(|row| row.as_ref().map_or(KindName::Switch, |it| it.kind)));
    let kept = row.with_untracked(|row| row.as_ref().is_some_and(|it| it.kept));
    let direction = Memo::new(move || row.with(|row| row.as_ref().map(|it| it.direction)));
    let fixed = kept.then(t::id_fixed);
    let set_kind = move |name: String| {
        if let Some(it) = KindName::ALL.into_iter().find(|it| format!("{it:?}") == name) {
            edited.draft.update(|draft| draft.set_kind(number, it));
        }
    };
    let kinds = KindName::ALL.map(|it| {
        view! { <option value=format!("{it:?}") selected=move || kind.get() == it>{words::kind(it)}</option> }
    });
    let directions = [
        (Direction::Controller, t::controller(), t::controller_about(), "direction-controller"),
        (Direction::Display, t::display(), t::display_about(), "direction-display"),
    ]
    .map(|(it, name, about, testid)| {
        let impossible = move || !kind.get().directions().contains(&it);
        view! {
            <label class="choice">
                <input type="radio" name=format!("direction-{number}") data-testid=testid disabled=impossible
                    prop:checked=move || direction.get() == Some(it)
                    on:change=move |_| edited.draft.update(|draft| draft.set_direction(number, it))/>
                <span>{name}" "<span class="muted">{about}</span></span>
            </label>
        }
    });
    view! {
        <div class="channel-form">
            <div class="prototype-fields">
                <Line edited place=(Some(number), Field::Name) label=t::name() testid="channel-name"/>
                <Line edited place=(Some(number), Field::Id) label=t::channel_id() testid="channel-id" fixed
                    hint=t::channel_id_hint()/>
                <label class="field">
                    <span class="field-name">{t::kind()}</span>
                    <select class="input" data-testid="channel-kind" on:change:target=move |event| set_kind(event.target().value())>{kinds}</select>
                    <span class="hint">{move || words::kind_about(kind.get())}</span>
                </label>
                <fieldset class="field whole directions">
                    <legend class="field-name">{t::direction()}</legend>
                    {directions}
                </fieldset>
                <Line edited place=(Some(number), Field::Description) label=t::description() testid="channel-description" lines=true class="whole"/>
                <Settings edited number kind row/>
                <Looks edited number row/>
            </div>
            <Preview row/>
        </div>
    }
}

/// The look of the card, where there are two.
#[component]
fn Looks(edited: Edited, number: u32, row: Memo<Option<Row>>) -> impl IntoView {
    let looks = Memo::new(move || {
        row.with(|row| {
            let channel = row.as_ref()?.preview("");
            let choices = template::choices(&channel);
            (!choices.is_empty()).then_some((choices, channel.look()))
        })
    });
    move || {
        let (choices, chosen) = looks.get()?;
        let choices = choices.iter().map(|&it| view! {
            <label class="choice">
                <input type="radio" name=format!("look-{number}") data-testid=format!("look-{}", it.word())
                    prop:checked=chosen == Some(it)
                    on:change=move |_| edited.draft.update(|draft| draft.set_template(number, it))/>
                <span>{template::name(it)}</span>
            </label>
        });
        Some(view! {
            <fieldset class="field">
                <legend class="field-name">{t::template()}</legend>
                {choices.collect_view()}
                <span class="hint">{t::template_hint()}</span>
            </fieldset>
        })
    }
}

fn focus(id: &'_ str) {
    let id = id.to_owned();
    // The list is in its new order after the next paint at the latest.
    request_animation_frame(move || {
        use wasm_bindgen::JsCast;
        if let Some(element) = document().get_element_by_id(&id) {
            // Only an element without a box refuses.
            let _ = element.unchecked_ref::<web_sys::HtmlElement>().focus();
        }
    });
}
