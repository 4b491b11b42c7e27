//! What becomes of commands while a device is away: the operator chooses, and the browser remembers.

use leptos::prelude::*;
use mcs_view::protocol::{Away, CardRequest, Request};

use crate::engine::Dispatch;
use crate::texts::{Text, card as t};

/// Where the choice is kept.
const KEY: &str = "mcs.away";

const MINUTE: u64 = 60_000;

/// How long a command may wait.
const WAITS: [(u64, Text); 4] = [
    (MINUTE, t::minute),
    (10 * MINUTE, t::minutes_10),
    (60 * MINUTE, t::hour),
    (12 * 60 * MINUTE, t::hours_12),
];

/// Loads the choice, tells the engine, and provides it.
pub(crate) fn provide(dispatch: Dispatch) {
    let chosen = load();
    provide_context(RwSignal::new(chosen));
    if chosen != Away::default() {
        dispatch.send(Request::Card(CardRequest::WhileAway(chosen)));
    }
}

/// The choice as a part of the settings.
#[component]
pub(crate) fn AwayChoice() -> impl IntoView {
    let away = expect_context::<RwSignal<Away>>();
    let dispatch = expect_context::<Dispatch>();
    let choose = move |choice: Away| {
        away.set(choice);
        keep(choice);
        dispatch.send(Request::Card(CardRequest::WhileAway(choice)));
    };
    let wait = RwSignal::new(match away.get_untracked() {
        Away::Wait { millis } => millis,
        _ => WAITS[1].0,
    });
    let options =
        WAITS.map(|(millis, name)| view! { <option value=millis.to_string()>{name()}</option> });
    let waits = move || matches!(away.get(), Away::Wait { .. });
    view! {
        <fieldset class="panel" data-testid="away">
            <legend>{t::away()}</legend>
            <label class="choice">
                <input type="radio" name="away" data-testid="away-refuse"
                    prop:checked=move || away.get() == Away::Refuse on:change=move |_| choose(Away::Refuse)/>
                <span>{t::away_refuse()}</span>
            </label>
            <label class="choice">
                <input type="radio" name="away" data-testid="away-wait"
                    prop:checked=waits on:change=move |_| choose(Away::Wait { millis: wait.get_untracked() })/>
                <span>{t::away_wait()}</span>
            </label>
            <label class="field inline indent" class:gone=move || !waits()>
                <span class="field-name">{t::away_most()}</span>
                <select class="input" data-testid="away-for" prop:value=move || wait.get().to_string()
                    on:change:target=move |event| if let Ok(millis) = event.target().value().parse() {
                        wait.set(millis);
                        choose(Away::Wait { millis });
                    }>{options}</select>
            </label>
            <label class="choice">
                <input type="radio" name="away" data-testid="away-send"
                    prop:checked=move || away.get() == Away::Send on:change=move |_| choose(Away::Send)/>
                <span>{t::away_send()}</span>
            </label>
        </fieldset>
    }
}

fn load() -> Away {
    let stored = storage().and_then(|it| it.get_item(KEY).ok().flatten());
    match stored.as_deref() {
        Some("send") => Away::Send,
        Some(text) => {
            let millis = text.strip_prefix("wait:").and_then(|it| it.parse().ok());
            millis.map_or(Away::Refuse, |millis| Away::Wait { millis })
        }
        None => Away::Refuse,
    }
}

fn keep(away: Away) {
    let text = match away {
        Away::Refuse => "refuse".to_owned(),
        Away::Wait { millis } => format!("wait:{millis}"),
        Away::Send => "send".to_owned(),
    };
    if let Some(storage) = storage() {
        // A full or forbidden storage costs the choice at the next visit, no more.
        let _ = storage.set_item(KEY, &text);
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
