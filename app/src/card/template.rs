//! The looks of a widget that has two: the prototype names one, and an operator may choose another for
//! this browser.

use leptos::prelude::window;
use mcs_model::Channel;
pub(crate) use mcs_model::Template;

use crate::texts::card as t;

/// The looks that a channel's widget has, the usual one first; empty when there is only one.
pub(crate) fn choices(channel: &Channel) -> &'static [Template] {
    Template::choices(channel.direction, &channel.kind)
}

/// The look that the operator chose for the channel, or that of its prototype. `scope` tells channels with
/// one id apart.
pub(crate) fn load(scope: Option<&str>, channel: &Channel) -> Option<Template> {
    let stored = scope.and_then(|scope| storage()?.get_item(&key(scope, channel)).ok().flatten());
    let stored = stored.and_then(|it| Template::of_word(&it));
    stored.filter(|it| choices(channel).contains(it)).or_else(|| channel.look())
}

/// Keeps the choice; that of the prototype is followed, whatever it becomes.
pub(crate) fn keep(look: Template, scope: Option<&str>, channel: &Channel) {
    if let (Some(scope), Some(storage)) = (scope, storage()) {
        let key = key(scope, channel);
        // A full or forbidden storage costs the choice at the next visit, no more.
        let _ = match channel.look() == Some(look) {
            true => storage.remove_item(&key),
            false => storage.set_item(&key, look.word()),
        };
    }
}

/// For people.
pub(crate) fn name(look: Template) -> &'static str {
    match look {
        Template::Boxes => t::look_boxes(),
        Template::Slider => t::look_slider(),
        Template::List => t::look_list(),
        Template::Buttons => t::look_buttons(),
        Template::Word => t::look_word(),
        Template::Lamps => t::look_lamps(),
    }
}

fn key(scope: &str, channel: &Channel) -> String {
    format!("mcs.card.{scope}.{}", channel.id)
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
