//! What can be asked of a controller. Editing is not sending, except where one touch is both.

use leptos::prelude::*;
use mcs_model::{Channel, ChannelKind};
use mcs_view::protocol::{Control, Shown};

use super::choice::{Buttons, List, Toggle};
use super::draft::Draft;
use super::fields::{Fields, Part};
use super::gamepad::Gamepad;
use super::slider::Sliders;
use super::template::Template;
use crate::texts::format as t;

/// The widget of a controller.
#[component]
pub(crate) fn Controls(
    channel: Channel,
    template: Option<Template>,
    #[prop(into)] shown: Signal<Option<Shown>>,
    #[prop(into)] control: Signal<Option<Control>>,
    locked: Signal<Option<&'static str>>,
    on_send: Callback<String>,
) -> impl IntoView {
    match channel.kind.clone() {
        ChannelKind::Switch => {
            view! { <Toggle channel names=[t::off(), t::on()] shown control locked on_send/> }
                .into_any()
        }
        ChannelKind::Gpio => {
            view! { <Toggle channel names=[t::low(), t::high()] shown control locked on_send/> }
                .into_any()
        }
        ChannelKind::Gamepad { buttons } => {
            view! { <Gamepad channel buttons shown locked on_send/> }.into_any()
        }
        ChannelKind::Category { options } if template == Some(Template::Buttons) => {
            view! { <Buttons channel options shown control locked on_send/> }.into_any()
        }
        ChannelKind::Category { options } => {
            let draft = Draft::new(channel.clone(), 1, locked, on_send);
            view! { <List channel options draft/> }.into_any()
        }
        kind => {
            let draft = Draft::new(channel.clone(), Part::all(&kind).len(), locked, on_send);
            if template == Some(Template::Slider) {
                view! { <Sliders channel shown control draft/> }.into_any()
            } else {
                view! { <Fields channel draft/> }.into_any()
            }
        }
    }
}
