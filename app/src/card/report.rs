//! The last value, large.

use leptos::prelude::*;
use mcs_model::{CategoryOption, Channel, ChannelKind, Direction, Value};
use mcs_view::protocol::Shown;

use super::template::Template;
use crate::format;
use crate::texts::card as t;
use crate::ui::Memo;

/// More keys than this are no row of lamps any more.
const MOST_LAMPS: usize = 24;

/// The value of a channel, in the widget of its kind; places and pictures have their own.
#[component]
pub(crate) fn Report(
    channel: Channel,
    template: Option<Template>,
    #[prop(into)] shown: Signal<Option<Shown>>,
    #[prop(into)] digits: Signal<u8>,
) -> impl IntoView {
    let kind = StoredValue::new(channel.kind.clone());
    let raw =
        move || shown.with(|it| it.as_ref().map(|it| it.value.to_string()).unwrap_or_default());
    let words = move || {
        shown.with(|shown| {
            shown.as_ref().map_or_else(
                || t::no_data().to_owned(),
                |it| kind.with_value(|kind| format::value(&it.value, kind, digits.get())),
            )
        })
    };
    let missing = move || shown.with(Option::is_none);
    // What cannot be read is a text, whatever the channel holds.
    let foreign =
        move || shown.with(|it| matches!(it, Some(Shown { value: Value::String(_), .. })));
    let unit = format::unit(&channel.kind).to_owned();
    let testid = format!("value-{}", channel.id);
    let is_controller = channel.direction == Direction::Controller;
    match channel.kind {
        // The control shows the state already.
        ChannelKind::Switch | ChannelKind::Gpio | ChannelKind::Gamepad { .. } if is_controller => {
            view! { <span class="sr-only" data-testid=testid data-value=raw>{words}</span> }.into_any()
        }
        ChannelKind::Switch | ChannelKind::Gpio => view! {
            <p class="value" class:missing=missing class:foreign=foreign data-testid=testid data-value=raw>
                <span class="lamp" data-on=move || is_on(shown).to_string() aria-hidden="true"></span>
                {words}
            </p>
        }
        .into_any(),
        ChannelKind::Category { options }
            if template == Some(Template::Lamps) && options.len() <= MOST_LAMPS =>
        {
            let keys: Vec<_> = options.iter().map(|it| it.value.clone()).collect();
            let is_lit = Memo::new(move || {
                shown.with(|it| it.as_ref().is_some_and(|it| keys.contains(&it.value.to_string())))
            });
            view! {
                <Lamps options shown testid/>
                {move || (!is_lit.get()).then(|| view! {
                    <p class="value" class:missing=missing class:foreign=foreign>{words}</p>
                })}
            }
            .into_any()
        }
        ChannelKind::Pwm => {
            let part = move |index: usize| move || pwm(shown, index);
            view! {
                <div data-testid=testid data-value=raw>
                    <dl class="parts" class:gone=move || missing() || foreign()>
                        <div><dt>{t::value()}</dt><dd class="value">{part(0)}</dd></div>
                        <div><dt>{t::period()}</dt><dd class="value">{part(1)}</dd></div>
                    </dl>
                    {move || (missing() || foreign()).then(|| view! {
                        <p class="value" class:missing=missing class:foreign=foreign>{words}</p>
                    })}
                </div>
            }
            .into_any()
        }
        ChannelKind::Hex => view! {
            <p class="value value-text mono" class:missing=missing data-testid=testid data-value=raw
                tabindex="0" role="group" aria-label=t::value_of(&channel.name)>{words}</p>
        }
        .into_any(),
        ChannelKind::String => view! {
            <p class="value value-text" class:missing=missing data-testid=testid data-value=raw
                tabindex="0" role="group" aria-label=t::value_of(&channel.name)>{words}</p>
        }
        .into_any(),
        _ => view! {
            <p class="value" class:missing=missing class:foreign=foreign data-testid=testid data-value=raw>
                <span>{words}</span>
                {(!unit.is_empty()).then(|| view! { <span class="unit">{unit.clone()}</span> })}
            </p>
        }
        .into_any(),
    }
}

/// A lamp for each key, of which one is lit.
#[component]
fn Lamps(
    options: Vec<CategoryOption>,
    shown: Signal<Option<Shown>>,
    testid: String,
) -> impl IntoView {
    let key = Memo::new(move || shown.with(|it| it.as_ref().map(|it| it.value.to_string())));
    let lamps: Vec<_> = options
        .into_iter()
        .map(|option| {
            let value = option.value;
            let is_lit = Memo::new(move || key.get().as_ref() == Some(&value));
            view! {
                <li class="lamp-row" aria-current=move || is_lit.get().then_some("true")>
                    <span class="lamp" data-on=move || is_lit.get().to_string() aria-hidden="true"></span>{option.name}
                </li>
            }
        })
        .collect();
    view! { <ul class="lamps" data-testid=testid data-value=move || key.get().unwrap_or_default()>{lamps}</ul> }
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
