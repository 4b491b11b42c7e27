//! A real gamepad, by the browser's Gamepad API. It is looked at only while it is armed, and its
//! card is on the page.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{Held, Holder};
use crate::texts::card as t;
use crate::ui::{Icon, Symbol};

/// How far a stick must be from its middle.
const TILT: f64 = 0.5;

/// What is known of the real one.
#[derive(Clone, Debug, PartialEq)]
enum Look {
    Off,
    /// Armed, and the browser shows none: it does after the first press of a button.
    Searching,
    Found(String),
}

/// Arms and disarms the real gamepad.
#[component]
pub(super) fn Real(id: String, held: Held) -> impl IntoView {
    let look = RwSignal::new(Look::Off);
    let toggle = move |_| {
        if look.get_untracked() == Look::Off {
            look.set(Look::Searching);
            follow(look, held);
        } else {
            look.set(Look::Off);
            held.release(Holder::Real);
        }
    };
    view! {
        <button type="button" class="button quiet" data-testid=format!("arm-{id}")
            disabled=move || held.locked.get().is_some()
            aria-pressed=move || (look.get() != Look::Off).to_string() on:click=toggle>
            <Icon symbol=Symbol::Gamepad/>
            <span>{move || match look.get() {
                Look::Off => t::use_gamepad().to_owned(),
                Look::Searching => t::press_gamepad().to_owned(),
                Look::Found(name) => name,
            }}</span>
        </button>
    }
}

/// Looks once per animation frame, until it is disarmed or the card is gone.
fn follow(look: RwSignal<Look>, held: Held) {
    request_animation_frame(move || {
        if !matches!(look.try_get_untracked(), Some(Look::Searching | Look::Found(_))) {
            return;
        }
        let gamepad = first();
        let now = match &gamepad {
            Some(gamepad) => Look::Found(gamepad.id()),
            None => Look::Searching,
        };
        if *look.read_untracked() != now {
            look.set(now);
        }
        for pad in 0..held.pads.with_value(Vec::len) {
            let place = held.pads.with_value(|pads| pads[pad].place);
            let down = gamepad.as_ref().is_some_and(|gamepad| is_down(gamepad, place));
            held.hold(pad, Holder::Real, down);
        }
        follow(look, held);
    });
}

fn first() -> Option<web_sys::Gamepad> {
    let gamepads = window().navigator().get_gamepads().ok()?;
    let mut gamepads = gamepads.iter().filter_map(|it| it.dyn_into::<web_sys::Gamepad>().ok());
    gamepads.find(web_sys::Gamepad::connected)
}

/// Whether a button is down, or the left stick points there; numbered as in the standard mapping of
/// the Gamepad API.
fn is_down(gamepad: &web_sys::Gamepad, place: &str) -> bool {
    let button = |index: u32| {
        let button = gamepad.buttons().get(index).dyn_into::<web_sys::GamepadButton>();
        button.is_ok_and(|it| it.pressed())
    };
    let axis = |index: u32| gamepad.axes().get(index).as_f64().unwrap_or(0.0);
    match place {
        "up" => button(12) || axis(1) < -TILT,
        "down" => button(13) || axis(1) > TILT,
        "left" => button(14) || axis(0) < -TILT,
        "right" => button(15) || axis(0) > TILT,
        "a" => button(0),
        _ => button(1),
    }
}
