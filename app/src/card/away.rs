//! What becomes of commands while a device is away: the operator chooses, and the browser remembers.

use leptos::prelude::*;
use mcs_view::protocol::{Away, CardRequest, Request};

use crate::engine::Dispatch;

/// Where the choice is kept.
const KEY: &str = "mcs.away";

const MINUTE: u64 = 60_000;

/// How long a command may wait.
const WAITS: [(u64, &str); 4] = [
    (MINUTE, "1 minute"),
    (10 * MINUTE, "10 minutes"),
    (60 * MINUTE, "1 hour"),
    (12 * 60 * MINUTE, "12 hours"),
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
        WAITS.map(|(millis, name)| view! { <option value=millis.to_string()>{name}</option> });
    let waits = move || matches!(away.get(), Away::Wait { .. });
    view! {
        <fieldset class="panel" data-testid="away">
            <legend>"Commands to a device that is away"</legend>
            <label class="choice">
                <input type="radio" name="away" data-testid="away-refuse"
                    prop:checked=move || away.get() == Away::Refuse on:change=move |_| choose(Away::Refuse)/>
                <span>"Refuse them"</span>
            </label>
            <label class="choice">
                <input type="radio" name="away" data-testid="away-wait"
                    prop:checked=waits on:change=move |_| choose(Away::Wait { millis: wait.get_untracked() })/>
                <span>"Keep the newest of each channel in this tab, and send it when the device is seen again"</span>
            </label>
            <label class="field inline indent" class:gone=move || !waits()>
                <span class="field-name">"For at most"</span>
                <select class="input" data-testid="away-for" prop:value=move || wait.get().to_string()
                    on:change:target=move |event| if let Ok(millis) = event.target().value().parse() {
                        wait.set(millis);
                        choose(Away::Wait { millis });
                    }>{options}</select>
            </label>
            <label class="choice">
                <input type="radio" name="away" data-testid="away-send"
                    prop:checked=move || away.get() == Away::Send on:change=move |_| choose(Away::Send)/>
                <span>"Send them all the same: the server keeps the last value, and the broker what a sleeping board will fetch"</span>
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
