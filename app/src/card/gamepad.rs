//! A gamepad: a button is pressed as long as it is held (CONTRACT §1.4).

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use mcs_model::GamepadButtons;

/// The buttons of a gamepad, with the hot keys W, S, A, D, comma and full stop while it has focus.
#[component]
pub(crate) fn Gamepad(
    id: String,
    buttons: GamepadButtons,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
) -> impl IntoView {
    // The held one: a second press of the same key repeats by itself and says nothing new.
    let held = StoredValue::new(None::<String>);
    let release = move || {
        if let Some(name) = held.try_update_value(Option::take).flatten() {
            on_send.run(format!("{name}|0"));
        }
    };
    let press = move |name: &str| {
        if locked.get_untracked().is_some() || held.with_value(|it| it.as_deref() == Some(name)) {
            return;
        }
        release();
        held.set_value(Some(name.to_owned()));
        on_send.run(format!("{name}|1"));
    };
    let keys = keys(&buttons);
    let pads: Vec<_> = keys
        .iter()
        .map(|(place, _, name)| {
            let (pressed, keyed) = (name.clone(), name.clone());
            view! {
                <button type="button" class=format!("pad pad-{place}") data-testid=format!("input-{id}-{place}")
                    disabled=move || locked.get().is_some()
                    on:pointerdown=move |_| press(&pressed)
                    on:pointerup=move |_| release()
                    on:pointerleave=move |_| release()
                    on:keydown=move |event| if is_click(&event) { press(&keyed) }
                    on:keyup=move |event| if is_click(&event) { release() }>{name.clone()}</button>
            }
        })
        .collect();
    let hot = move |event: &KeyboardEvent| {
        let key = event.key().to_lowercase();
        keys.iter().find(|(_, hot, _)| *hot == key).map(|(_, _, name)| name.clone())
    };
    let down = hot.clone();
    on_cleanup(release);
    view! {
        <div class="gamepad" role="group" aria-label="Gamepad: W, A, S, D, comma and full stop"
            on:keydown=move |event| if let Some(name) = down(&event) { press(&name) }
            on:keyup=move |event| if hot(&event).is_some() { release() }>{pads}</div>
    }
}

/// Where each button stands, its hot key, its name.
fn keys(buttons: &GamepadButtons) -> Vec<(&'static str, &'static str, String)> {
    let optional = [("a", ",", &buttons.a), ("b", ".", &buttons.b)];
    let all = [
        ("up", "w", &buttons.up),
        ("left", "a", &buttons.left),
        ("right", "d", &buttons.right),
        ("down", "s", &buttons.down),
    ];
    let pads = all.into_iter().map(|(place, key, name)| (place, key, name.clone()));
    let more =
        optional.into_iter().filter_map(|(place, key, name)| Some((place, key, name.clone()?)));
    pads.chain(more).collect()
}

fn is_click(event: &KeyboardEvent) -> bool {
    matches!(event.key().as_str(), " " | "Enter")
}
