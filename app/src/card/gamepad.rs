//! A gamepad: on the screen, by hot keys while it has the focus, and a real one. A button is pressed
//! as long as anything holds it (CONTRACT §1.4).

mod real;

use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;
use mcs_model::{Channel, GamepadButtons, Value};
use mcs_view::protocol::Shown;

use crate::texts::{card as t, format};
use crate::ui::{Icon, Symbol};
use real::Real;

/// One button.
#[derive(Clone, PartialEq)]
struct Pad {
    /// Where it stands, for the stylesheet and for tests.
    place: &'static str,
    /// Its hot key (CONTRACT §1.4).
    key: &'static str,
    /// The name that travels.
    name: String,
}

/// What may hold a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Pointer,
    Key,
    Real,
}

/// What is held, and by what; a handle.
#[derive(Clone, Copy)]
struct Held {
    pads: StoredValue<Vec<Pad>>,
    held: RwSignal<Vec<(usize, Holder)>>,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
}

impl Held {
    /// Something holds a button, or lets it go. What it holds already says nothing new: a key that
    /// is held repeats by itself.
    fn hold(self, pad: usize, holder: Holder, down: bool) {
        let is_held = |held: &Vec<(usize, Holder)>| held.iter().any(|it| it.0 == pad);
        let before = self.held.with_untracked(is_held);
        let known = self.held.with_untracked(|held| held.contains(&(pad, holder)));
        if known == down || (down && self.locked.get_untracked().is_some()) {
            return;
        }
        self.held.update(|held| {
            held.retain(|it| *it != (pad, holder));
            if down {
                held.push((pad, holder));
            }
        });
        if before != self.held.with_untracked(is_held) {
            let name = self.pads.with_value(|pads| pads[pad].name.clone());
            self.on_send.run(format!("{name}|{}", u8::from(down)));
        }
    }

    /// Lets go what one holder holds.
    fn release(self, holder: Holder) {
        for pad in 0..self.pads.with_value(Vec::len) {
            self.hold(pad, holder, false);
        }
    }

    /// Lets go everything: nobody may be there to do it later.
    fn release_all(self) {
        for holder in [Holder::Pointer, Holder::Key, Holder::Real] {
            self.release(holder);
        }
    }

    fn is_held(self, pad: usize) -> bool {
        self.held.with(|held| held.iter().any(|it| it.0 == pad))
    }
}

/// The buttons of a gamepad.
#[component]
pub(crate) fn Gamepad(
    channel: Channel,
    buttons: GamepadButtons,
    shown: Signal<Option<Shown>>,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
) -> impl IntoView {
    let id = channel.id.to_string();
    let pads = pads(&buttons);
    let held = Held {
        pads: StoredValue::new(pads.clone()),
        held: RwSignal::new(Vec::new()),
        locked,
        on_send,
    };
    let focused = RwSignal::new(false);
    let hot = move |event: &KeyboardEvent| {
        let key = event.key().to_lowercase();
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        held.pads.with_value(|pads| pads.iter().position(|pad| plain && pad.key == key))
    };
    let key = move |event: KeyboardEvent, down: bool| {
        if let Some(pad) = hot(&event) {
            event.prevent_default();
            event.stop_propagation();
            held.hold(pad, Holder::Key, down);
        }
    };
    let away = window_event_listener(ev::blur, move |_| held.release_all());
    on_cleanup(move || {
        away.remove();
        held.release_all();
    });
    let views: Vec<_> = pads
        .into_iter()
        .enumerate()
        .map(|(pad, Pad { place, key, name })| {
            let label = t::pad_key(&name, &spoken(key));
            view! {
                <button type="button" class=format!("pad pad-{place}") data-testid=format!("input-{id}-{place}")
                    aria-label=label.clone() title=label disabled=move || locked.get().is_some()
                    aria-pressed=move || held.is_held(pad).to_string()
                    on:pointerdown=move |_| held.hold(pad, Holder::Pointer, true)
                    on:pointerup=move |_| held.hold(pad, Holder::Pointer, false)
                    on:pointercancel=move |_| held.hold(pad, Holder::Pointer, false)
                    on:pointerleave=move |_| held.hold(pad, Holder::Pointer, false)
                    on:contextmenu=move |event| event.prevent_default()
                    on:keydown=move |event| if is_click(&event) { event.prevent_default(); held.hold(pad, Holder::Key, true) }
                    on:keyup=move |event| if is_click(&event) { held.hold(pad, Holder::Key, false) }>
                    <Face place name/>
                </button>
            }
        })
        .collect();
    let testid = format!("pad-{id}");
    view! {
        <div class="gamepad" role="group" tabindex="0" data-testid=testid
            aria-label=t::pad(&channel.name)
            on:keydown=move |event| key(event, true)
            on:keyup=move |event| key(event, false)
            on:focusin=move |_| focused.set(true)
            on:focusout=move |_| { focused.set(false); held.release(Holder::Key); }>
            {views}
            <output class="pad-value" aria-label=t::pad_value()>{move || current(shown)}</output>
        </div>
        <div class="entry-row pad-foot">
            <p class="hint grow" role="status" data-testid=format!("keys-{id}")>
                {move || match (locked.get(), focused.get()) {
                    (Some(why), _) => why,
                    (None, true) => t::keys_on(),
                    (None, false) => t::keys_off(),
                }}
            </p>
            <Real id held/>
        </div>
    }
}

/// What stands on a button: an arrow, or its name.
#[component]
fn Face(place: &'static str, name: String) -> impl IntoView {
    let arrow = match place {
        "up" => Symbol::ArrowUp,
        "left" => Symbol::ArrowLeft,
        "right" => Symbol::ArrowRight,
        "down" => Symbol::ArrowDown,
        _ => return view! { <span class="pad-name">{name}</span> }.into_any(),
    };
    view! { <Icon symbol=arrow/><span class="pad-name">{name}</span> }.into_any()
}

/// In the order up, left, right, down, A, B.
fn pads(buttons: &GamepadButtons) -> Vec<Pad> {
    let pad = |place, key, name: &String| Pad { place, key, name: name.clone() };
    let mut pads = vec![
        pad("up", "w", &buttons.up),
        pad("left", "a", &buttons.left),
        pad("right", "d", &buttons.right),
        pad("down", "s", &buttons.down),
    ];
    pads.extend(buttons.a.iter().map(|name| pad("a", ",", name)));
    pads.extend(buttons.b.iter().map(|name| pad("b", ".", name)));
    pads
}

fn spoken(key: &str) -> String {
    match key {
        "," => t::comma().to_owned(),
        "." => t::full_stop().to_owned(),
        letter => letter.to_uppercase(),
    }
}

fn current(shown: Signal<Option<Shown>>) -> String {
    shown.with(|shown| match shown.as_ref().map(|it| &it.value) {
        Some(Value::Gamepad { button, pressed: true }) => {
            format!("{button}\n{}", format::pressed())
        }
        Some(Value::Gamepad { button, pressed: false }) => {
            format!("{button}\n{}", format::released())
        }
        Some(other) => other.to_string(),
        None => t::no_data().to_owned(),
    })
}

fn is_click(event: &KeyboardEvent) -> bool {
    matches!(event.key().as_str(), " " | "Enter")
}
