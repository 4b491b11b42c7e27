//! What went wrong, in words.

use leptos::prelude::*;
use mcs_model::check::{Field, Flaw};
use mcs_view::protocol::{Outcome, Trouble};
use mcs_view::prototypes::{Change, KindName};

use super::Page;
use crate::ui::{Icon, Symbol};

/// Says who may edit, to who may not.
#[component]
pub(super) fn Locked(page: Page) -> impl IntoView {
    move || {
        (!page.may_edit.get()).then(|| {
            view! {
                <p class="remark" data-testid="prototypes-locked">"You may look at prototypes. Only an administrator of the server may change them."</p>
            }
        })
    }
}

/// Says what went wrong with the newest request, or with fetching.
#[component]
pub(super) fn Failure(page: Page) -> impl IntoView {
    let text = Memo::new(move |_| {
        page.outcome.with(|outcome| match outcome {
            Some(Outcome::Failed(trouble)) => Some(trouble_words(trouble)),
            Some(Outcome::InUse) => {
                Some("Devices are made from this prototype. Remove them first.".to_owned())
            }
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
        Trouble::Unreachable => {
            "The server does not answer. Nothing was changed; try again when it is back.".to_owned()
        }
        Trouble::NotAllowed => "Only an administrator may do that.".to_owned(),
        Trouble::Gone => "This prototype does not exist any more.".to_owned(),
        Trouble::IdExists => {
            "There is a device with one of these ids already. No device was made.".to_owned()
        }
        Trouble::TooMany => "There are too many prototypes. Remove some first.".to_owned(),
        Trouble::TooLarge(limit) => {
            format!("The file is too large: at most {} are read.", crate::format::bytes(*limit))
        }
        Trouble::Refused(why) => why.clone(),
        Trouble::Other(why) => format!("The answer cannot be understood; reload the page. ({why})"),
    }
}

/// What is wrong with a field, as a sentence below it.
pub(super) fn fault(field: Field, flaw: Flaw) -> String {
    match (field, flaw) {
        (Field::Id, Flaw::Empty) => "Type an id: devices use it on the wire.".to_owned(),
        (Field::Id, Flaw::Twice) => "Another channel has this id.".to_owned(),
        (Field::Options, Flaw::Empty) => "Add at least one key.".to_owned(),
        (Field::OptionValue(_), Flaw::Twice) => "Another key has this value.".to_owned(),
        (Field::Button(_), Flaw::Twice) => "Another button has this name.".to_owned(),
        (_, Flaw::Empty) => "This is needed.".to_owned(),
        (_, Flaw::TooLong(most)) => format!("At most {most} characters."),
        (_, Flaw::TooMany(most)) => format!("At most {most}."),
        (_, Flaw::OuterSpace) => "No space at the beginning or end.".to_owned(),
        (_, Flaw::Control) => "One line only.".to_owned(),
        (_, Flaw::Separator(character)) => {
            format!("The character {character} has a meaning on the wire and cannot be used.")
        }
        (_, Flaw::Twice) => "This is there already.".to_owned(),
        (_, Flaw::Reserved) => "FOTA is the name of the firmware notice.".to_owned(),
        (_, Flaw::NoNumber) => "Type a number.".to_owned(),
        (_, Flaw::BelowLower) => "Less than the least value.".to_owned(),
    }
}

/// A change that somebody else made, as a sentence.
pub(super) fn change(change: &Change) -> String {
    match change {
        Change::Name(name) => format!("The name is “{name}” now."),
        Change::Version(version) if version.is_empty() => "There is no version now.".to_owned(),
        Change::Version(version) => format!("The version is “{version}” now."),
        Change::Description => "The description is another one.".to_owned(),
        Change::Added(id) => format!("The channel {id} is new."),
        Change::Removed(id) => format!("The channel {id} is gone."),
        Change::Retyped(id) => format!("The channel {id} has another type."),
        Change::Edited(id) => format!("The channel {id} was edited."),
        Change::Order => "The channels are in another order.".to_owned(),
    }
}

/// A type's name for people.
pub(super) fn kind(kind: KindName) -> &'static str {
    match kind {
        KindName::Switch => "On/Off",
        KindName::Category => "Category",
        KindName::Integer => "Integer",
        KindName::Float => "Float",
        KindName::Analog => "Analog",
        KindName::Pwm => "PWM",
        KindName::Gpio => "GPIO",
        KindName::String => "String",
        KindName::Hex => "Hex",
        KindName::Gps => "GPS",
        KindName::Gamepad => "Gamepad",
        KindName::Image => "Image",
    }
}

/// What a type is for, in a few words.
pub(super) fn kind_about(kind: KindName) -> &'static str {
    match kind {
        KindName::Switch => "On or off: 1 or 0.",
        KindName::Category => "One of a list of keys.",
        KindName::Integer => "A whole number.",
        KindName::Float => "A decimal number.",
        KindName::Analog => "A whole number from a slider.",
        KindName::Pwm => "A value and a period, both 0 to 1000.",
        KindName::Gpio => "High or low: 1 or 0.",
        KindName::String => "Any text of one line.",
        KindName::Hex => "Digits 0–9 and A–F.",
        KindName::Gps => "Latitude, longitude, altitude.",
        KindName::Gamepad => "Buttons that are pressed and released.",
        KindName::Image => "A JPEG or PNG picture, base64 on the wire.",
    }
}
