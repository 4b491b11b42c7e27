//! What became of the last command.

use leptos::prelude::*;
use mcs_view::protocol::{Control, ControlFailure, ControlStage};

use crate::clock;
use crate::texts::card as t;
use crate::ui::{Icon, Memo, Symbol};

/// The reason code *not authorized* [MQTT-3.4.2.1].
const NOT_AUTHORIZED: u8 = 0x87;

/// The chip of a controller; its place is there before there is a command.
#[component]
pub(crate) fn Chip(
    id: String,
    #[prop(into)] control: Signal<Option<Control>>,
    /// The operator drops a command that waits.
    on_drop: Option<Callback<()>>,
) -> impl IntoView {
    let look = Memo::new(move || control.with(|control| control.as_ref().map(look)));
    let waits =
        Memo::new(move || look.with(|look| look.as_ref().is_some_and(|it| it.stage == "waiting")));
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
                <button type="button" class="button quiet" data-testid=drop_id.clone() on:click=move |_| on_drop.run(())>{t::drop()}</button>
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
            ("waiting", "pending", Symbol::Clock, t::waits(&until))
        }
        ControlStage::Sent => ("sent", "pending", Symbol::Clock, t::sent().to_owned()),
        ControlStage::Delivered => {
            ("delivered", "pending", Symbol::Delivered, t::delivered().to_owned())
        }
        ControlStage::Unconfirmed => {
            ("unconfirmed", "warning", Symbol::Question, t::unconfirmed().to_owned())
        }
        ControlStage::Confirmed => ("confirmed", "ok", Symbol::Check, t::confirmed().to_owned()),
        ControlStage::Elsewhere => {
            let at = clock::local(control.sent.as_millis()).time();
            ("elsewhere", "offline", Symbol::Info, t::elsewhere(&at))
        }
        ControlStage::Failed(ControlFailure::NotDelivered) => {
            ("undelivered", "warning", Symbol::Unlinked, t::undelivered().to_owned())
        }
        ControlStage::Failed(why) => ("failed", "danger", Symbol::Warning, failure(why)),
    };
    Look { stage, tone, symbol, words }
}

fn failure(why: &ControlFailure) -> String {
    match why {
        ControlFailure::Invalid(_) => t::failed_value().to_owned(),
        ControlFailure::Forbidden => t::failed_forbidden().to_owned(),
        ControlFailure::NotController => t::failed_display().to_owned(),
        ControlFailure::NotTaken => t::failed_full().to_owned(),
        ControlFailure::NotConnected => t::failed_unconnected().to_owned(),
        ControlFailure::NotDelivered | ControlFailure::DeviceOffline => {
            t::failed_offline().to_owned()
        }
        ControlFailure::Expired => t::failed_expired().to_owned(),
        ControlFailure::Refused(NOT_AUTHORIZED) => t::failed_not_allowed().to_owned(),
        ControlFailure::Refused(code) => t::failed_refused(&format!("0x{code:02x}")),
        ControlFailure::TimedOut => t::failed_silent().to_owned(),
        ControlFailure::OtherValue => t::failed_other().to_owned(),
    }
}

/// What was asked for and when, for whoever wants to know.
fn asked(control: &Control) -> String {
    let at = clock::local(control.sent.as_millis()).time();
    match &control.desired {
        Some(value) => t::asked(value, &at),
        None => t::tried(&at),
    }
}
