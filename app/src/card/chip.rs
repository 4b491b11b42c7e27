//! What became of the last command.

use leptos::prelude::*;
use mcs_view::protocol::{Control, ControlFailure, ControlStage};

use crate::clock;
use crate::ui::{Icon, Symbol};

/// The chip of a controller; its place is there before there is a command.
#[component]
pub(crate) fn Chip(
    id: String,
    #[prop(into)] control: Signal<Option<Control>>,
    /// The operator drops a command that waits.
    on_drop: Option<Callback<()>>,
) -> impl IntoView {
    let look = Memo::new(move |_| control.with(|control| control.as_ref().map(look)));
    let waits =
        Memo::new(move |_| look.with(|look| look.as_ref().is_some_and(|it| it.stage == "waiting")));
    let drop_id = format!("drop-{id}");
    view! {
        <div class="chip-row">
            <p class="chip" role="status" data-testid=format!("chip-{id}")
                data-stage=move || look.with(|it| it.as_ref().map_or("none", |it| it.stage))
                data-tone=move || look.with(|it| it.as_ref().map_or("none", |it| it.tone))
                title=move || control.with(|control| control.as_ref().map(asked)).unwrap_or_default()>
                {move || look.get().map(|look| view! { <Icon symbol=look.symbol/><span>{look.words}</span> })}
            </p>
            {move || on_drop.filter(|_| waits.get()).map(|on_drop| view! {
                <button type="button" class="button quiet" data-testid=drop_id.clone() on:click=move |_| on_drop.run(())>"Drop it"</button>
            })}
        </div>
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
        ControlStage::Waiting { until } => {
            let until = clock::local(until.as_millis()).time();
            let words = format!("waits for the device, until {until}");
            ("waiting", "pending", Symbol::Clock, words)
        }
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
        ControlStage::Elsewhere => {
            let at = clock::local(control.sent.as_millis()).time();
            let words = format!("changed at {at}, by the device or by another operator");
            ("elsewhere", "offline", Symbol::Info, words)
        }
        ControlStage::Failed(ControlFailure::NotDelivered) => (
            "undelivered",
            "warning",
            Symbol::Unlinked,
            "not delivered: the device is away, the server keeps the value".to_owned(),
        ),
        ControlStage::Failed(why) => ("failed", "danger", Symbol::Warning, failure(why)),
    };
    Look { stage, tone, symbol, words }
}

fn failure(why: &ControlFailure) -> String {
    match why {
        ControlFailure::Invalid(words) => format!("failed: the value {words}"),
        ControlFailure::NotConnected => "failed: no connection to the broker".to_owned(),
        ControlFailure::NotDelivered | ControlFailure::DeviceOffline => {
            "failed: the device is offline".to_owned()
        }
        ControlFailure::Expired => "failed: the device was not seen in time".to_owned(),
        ControlFailure::Refused(words) => format!("failed: refused ({words})"),
        ControlFailure::TimedOut => "failed: the broker did not answer".to_owned(),
        ControlFailure::OtherValue => {
            "failed: another value came, from the device or from another operator".to_owned()
        }
    }
}

/// What was asked for and when, for whoever wants to know.
fn asked(control: &Control) -> String {
    let at = clock::local(control.sent.as_millis()).time();
    match &control.desired {
        Some(value) => format!("{value} at {at}"),
        None => format!("Tried at {at}"),
    }
}
