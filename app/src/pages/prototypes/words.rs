//! What went wrong, in words.

use leptos::prelude::*;
use mcs_model::check::{Field, Flaw};
use mcs_view::protocol::{Outcome, Trouble};
use mcs_view::prototypes::{Change, KindName};

use super::Page;
use crate::texts::prototypes as t;
use crate::ui::{Icon, Memo, Symbol};

/// Says who may edit, to who may not.
#[component]
pub(super) fn Locked(page: Page) -> impl IntoView {
    move || {
        (!page.may_edit.get()).then(|| {
            view! {
                <p class="remark" data-testid="prototypes-locked">{t::locked()}</p>
            }
        })
    }
}

/// Says what went wrong with the newest request, or with fetching.
#[component]
pub(super) fn Failure(page: Page) -> impl IntoView {
    let text = Memo::new(move || {
        page.outcome.with(|outcome| match outcome {
            Some(Outcome::Failed(trouble)) => Some(trouble_words(trouble)),
            Some(Outcome::InUse) => Some(t::in_use().to_owned()),
            _ => page.trouble.get().as_ref().map(trouble_words),
        })
    });
    view! {
        <div role="alert">
            {move || text.get().map(|text| view! {
                <p class="problem" data-testid="prototypes-problem"><Icon symbol=Symbol::Warning/><span>{text}</span></p>
            })}
        </div>
    }
}

/// A trouble as a sentence.
pub(super) fn trouble_words(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Unreachable => t::unreachable().to_owned(),
        Trouble::NotAllowed => t::not_allowed().to_owned(),
        Trouble::Gone => t::gone().to_owned(),
        Trouble::IdExists => t::id_exists().to_owned(),
        Trouble::TooMany => t::too_many().to_owned(),
        Trouble::TooLarge(limit) => t::too_large(&crate::format::bytes(*limit)),
        Trouble::Refused(why) => t::refused(why),
        Trouble::File(why) => t::file_refused(why),
        Trouble::NoBackup => t::no_backup().to_owned(),
        Trouble::LaterVersion => t::later_version().to_owned(),
        Trouble::Other(why) => t::unclear(why),
    }
}

/// What is wrong with a field, as a sentence below it.
pub(super) fn fault(field: Field, flaw: Flaw) -> String {
    match (field, flaw) {
        (Field::Id, Flaw::Empty) => t::wrong_id_empty().to_owned(),
        (Field::Id, Flaw::Twice) => t::wrong_id_twice().to_owned(),
        (Field::Options, Flaw::Empty) => t::wrong_no_keys().to_owned(),
        (Field::OptionValue(_), Flaw::Twice) => t::wrong_key_twice().to_owned(),
        (Field::Button(_), Flaw::Twice) => t::wrong_button_twice().to_owned(),
        (_, Flaw::Empty) => t::wrong_empty().to_owned(),
        (_, Flaw::TooLong(most)) => t::wrong_long(&most),
        (_, Flaw::TooMany(most)) => t::wrong_many(&most),
        (_, Flaw::OuterSpace) => t::wrong_space().to_owned(),
        (_, Flaw::Control) => t::wrong_control().to_owned(),
        (_, Flaw::Separator(character)) => t::wrong_separator(&character),
        (_, Flaw::Twice) => t::wrong_twice().to_owned(),
        (_, Flaw::Reserved) => t::wrong_reserved().to_owned(),
        (_, Flaw::NoNumber) => t::wrong_number().to_owned(),
        (_, Flaw::BelowLower) => t::wrong_below().to_owned(),
    }
}

/// A change that somebody else made, as a sentence.
pub(super) fn change(change: &Change) -> String {
    match change {
        Change::Name(name) => t::changed_name(name),
        Change::Version(version) if version.is_empty() => t::changed_no_version().to_owned(),
        Change::Version(version) => t::changed_version(version),
        Change::Description => t::changed_description().to_owned(),
        Change::Added(id) => t::changed_added(id),
        Change::Removed(id) => t::changed_removed(id),
        Change::Retyped(id) => t::changed_retyped(id),
        Change::Edited(id) => t::changed_edited(id),
        Change::Order => t::changed_order().to_owned(),
    }
}

/// A type's name for people.
pub(super) fn kind(kind: KindName) -> &'static str {
    match kind {
        KindName::Switch => t::kind_switch(),
        KindName::Category => t::kind_category(),
        KindName::Integer => t::kind_integer(),
        KindName::Float => t::kind_float(),
        KindName::Analog => t::kind_analog(),
        KindName::Pwm => "PWM",
        KindName::Gpio => "GPIO",
        KindName::String => t::kind_string(),
        KindName::Hex => t::kind_hex(),
        KindName::Gps => "GPS",
        KindName::Gamepad => t::kind_gamepad(),
        KindName::Image => t::kind_image(),
        KindName::Video => t::kind_video(),
        KindName::Function => t::kind_function(),
    }
}

/// What a type is for, in a few words.
pub(super) fn kind_about(kind: KindName) -> &'static str {
    match kind {
        KindName::Switch => t::about_switch(),
        KindName::Category => t::about_category(),
        KindName::Integer => t::about_integer(),
        KindName::Float => t::about_float(),
        KindName::Analog => t::about_analog(),
        KindName::Pwm => t::about_pwm(),
        KindName::Gpio => t::about_gpio(),
        KindName::String => t::about_string(),
        KindName::Hex => t::about_hex(),
        KindName::Gps => t::about_gps(),
        KindName::Gamepad => t::about_gamepad(),
        KindName::Image => t::about_image(),
        KindName::Video => t::about_video(),
        KindName::Function => t::about_function(),
    }
}
