//! The last true value, large.

use leptos::prelude::*;
use mcs_model::{Channel, ChannelKind, Direction, Value};
use mcs_view::protocol::Shown;

use crate::format;

/// What is shown until there is a value.
const NOTHING: &str = "No data";

/// The value of a channel, in the widget of its kind.
#[component]
pub(crate) fn Report(
    channel: Channel,
    #[prop(into)] shown: Signal<Option<Shown>>,
) -> impl IntoView {
    let kind = StoredValue::new(channel.kind.clone());
    let raw =
        move || shown.with(|it| it.as_ref().map(|it| it.value.to_string()).unwrap_or_default());
    let words = move || {
        shown.with(|shown| {
            shown.as_ref().map_or_else(
                || NOTHING.to_owned(),
                |it| kind.with_value(|kind| format::value(&it.value, kind)),
            )
        })
    };
    let missing = move || shown.with(Option::is_none);
    let unit = format::unit(&channel.kind).to_owned();
    let testid = format!("value-{}", channel.id);
    match channel.kind {
        // The control of a two-state controller shows its state already.
        ChannelKind::Switch | ChannelKind::Gpio if channel.direction == Direction::Controller => {
            view! { <span class="sr-only" data-testid=testid data-value=raw>{words}</span> }.into_any()
        }
        ChannelKind::Switch | ChannelKind::Gpio => view! {
            <p class="value" class:missing=missing data-testid=testid data-value=raw>
                <span class="lamp" data-on=move || is_on(shown).to_string() aria-hidden="true"></span>
                {words}
            </p>
        }
        .into_any(),
        ChannelKind::Pwm => {
            let part = move |index: usize| move || pwm(shown, index);
            view! {
                <dl class="parts" class:missing=missing data-testid=testid data-value=raw>
                    <div><dt>"Value"</dt><dd class="value">{part(0)}</dd></div>
                    <div><dt>"Period"</dt><dd class="value">{part(1)}</dd></div>
                </dl>
            }
            .into_any()
        }
        ChannelKind::Gps => view! {
            <div data-testid=testid data-value=raw>
                <p class="value value-text" class:missing=missing>{words}</p>
                <p class="muted">{move || altitude(shown)}</p>
            </div>
        }
        .into_any(),
        ChannelKind::Image => view! {
            <div class="picture" data-testid=testid data-value=move || if missing() { "" } else { "image" }>
                {move || source(shown).map_or_else(
                    || view! { <p class="value missing">{NOTHING}</p> }.into_any(),
                    |source| view! { <img src=source alt=format!("Newest picture of {}", channel.name)/> }.into_any(),
                )}
            </div>
        }
        .into_any(),
        ChannelKind::Hex => view! {
            <p class="value value-text mono" class:missing=missing data-testid=testid data-value=raw>{words}</p>
        }
        .into_any(),
        ChannelKind::String => view! {
            <p class="value value-text" class:missing=missing data-testid=testid data-value=raw>{words}</p>
        }
        .into_any(),
        _ => view! {
            <p class="value" class:missing=missing data-testid=testid data-value=raw>
                {words}
                {(!unit.is_empty()).then(|| view! { <span class="unit">{unit.clone()}</span> })}
            </p>
        }
        .into_any(),
    }
}

fn is_on(shown: Signal<Option<Shown>>) -> bool {
    shown.with(|shown| {
        matches!(shown, Some(Shown { value: Value::Switch(true) | Value::Gpio(true), .. }))
    })
}

/// A number of a PWM: 0 is its value, 1 its period.
fn pwm(shown: Signal<Option<Shown>>, part: usize) -> String {
    shown.with(|shown| match shown {
        Some(Shown { value: Value::Pwm { value, period }, .. }) => {
            [*value, *period][part].to_string()
        }
        _ => "–".to_owned(),
    })
}

fn altitude(shown: Signal<Option<Shown>>) -> String {
    shown.with(|shown| match shown {
        Some(Shown { value: Value::Gps { altitude, .. }, .. }) => {
            format!("Altitude {} m", format::number(*altitude))
        }
        _ => String::new(),
    })
}

/// A picture's address; base64 has no character that could end it.
fn source(shown: Signal<Option<Shown>>) -> Option<String> {
    shown.with(|shown| match &shown.as_ref()?.value {
        Value::Image(base64) => {
            let kind = if base64.starts_with("/9j/") { "jpeg" } else { "png" };
            Some(format!("data:image/{kind};base64,{base64}"))
        }
        _ => None,
    })
}
