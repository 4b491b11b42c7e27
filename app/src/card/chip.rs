//! What became of the last command.

use leptos::prelude::*;
use mcs_view::protocol::{Control, ControlFailure, ControlStage};

use crate::clock;
use crate::ui::{Icon, Symbol};

/// The chip of a controller; its place is there before there is a command.
#[component]
pub(crate) fn Chip(id: String, #[prop(into)] control: Signal<Option<Control>>) -> impl IntoView {
    let look = Memo::new(move |_| control.with(|control| control.as_ref().map(look)));
    view! {
        <p class="chip" role="status" data-testid=format!("chip-{id}")
            data-stage=move || look.get().map_or("none", |look| look.stage)
            data-tone=move || look.get().map_or("none", |look| look.tone)
            title=move || control.with(|control| control.as_ref().map(asked)).unwrap_or_default()>
            {move || look.get().map(|look| view! { <Icon symbol=look.symbol/><span>{look.words}</span> })}
        </p>
    }
}

#[derive(Clone, PartialEq)]
struct Look {
    stage: &'static str,
    tone: &'static str,
    symbol: Symbol,
    words: String,
}

fn look(control: &Control) -> Look {
    let (stage, tone, symbol, words) = match &control.stage {
        ControlStage::Sent => ("sent", "pending", Symbol::Clock, "sent".to_owned()),
        ControlStage::Delivered => {
            ("delivered", "pending", Symbol::Delivered, "delivered".to_owned())
        }
        ControlStage::Unconfirmed => (
            "unconfirmed",
            "warning",
            Symbol::Question,
            "delivered, no report from the device".to_owned(),
        ),
        ControlStage::Confirmed => ("confirmed", "ok", Symbol::Check, "confirmed".to_owned()),
        ControlStage::Failed(ControlFailure::NotDelivered) => (
            "undelivered",
            "warning",
            Symbol::Unlinked,
            "not delivered: the device is away".to_owned(),
        ),
        ControlStage::Failed(why) => {
            ("failed", "danger", Symbol::Warning, format!("failed: {}", failure(why)))
        }
    };
    Look { stage, tone, symbol, words }
}

fn failure(why: &ControlFailure) -> String {
    match why {
        ControlFailure::Invalid(words) => words.clone(),
        ControlFailure::NotConnected => "no connection to the broker".to_owned(),
        ControlFailure::NotDelivered | ControlFailure::DeviceOffline => {
            "the device is offline".to_owned()
        }
        ControlFailure::Refused(words) => format!("the broker refused it ({words})"),
        ControlFailure::TimedOut => "the broker did not answer".to_owned(),
        ControlFailure::OtherValue => "the device reports another value".to_owned(),
    }
}

/// What was asked for and when, for whoever wants to know.
fn asked(control: &Control) -> String {
    let at = clock::local(control.sent.as_millis()).time();
    match &control.desired {
        Some(value) => format!("asked for {value} at {at}"),
        None => format!("tried at {at}"),
    }
}
