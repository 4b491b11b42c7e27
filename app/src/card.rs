//! The card of a channel: what it says, what can be asked of it, and what became of that.

mod chip;
mod control;
mod fields;
mod gamepad;
mod report;

use leptos::prelude::*;
use mcs_model::{Channel, ChannelKind, Direction};
use mcs_view::protocol::CardState;

use crate::clock;
use crate::format;
use crate::ui::{Icon, Symbol};
use chip::Chip;
use control::Controls;
use report::Report;

/// A channel's card. Broker text in it is only ever a text node.
#[component]
pub fn ChannelCard(
    /// The channel.
    channel: Channel,
    /// Its value and its last command.
    #[prop(into)]
    state: Signal<CardState>,
    /// The clock, in milliseconds since the epoch.
    #[prop(into)]
    now: Signal<u64>,
    /// Why nothing may be sent, if so.
    #[prop(into)]
    locked: Signal<Option<&'static str>>,
    /// The operator sends a value, in CSV form.
    on_send: Callback<String>,
    /// Whether the channel's chart is open; `None` where there is none.
    #[prop(optional_no_strip)]
    chart: Option<Signal<bool>>,
    /// The operator opens or closes the chart.
    #[prop(optional)]
    on_chart: Option<Callback<()>>,
) -> impl IntoView {
    let id = channel.id.to_string();
    let (word, symbol) = kind(&channel.kind);
    let is_controller = channel.direction == Direction::Controller;
    let direction = if is_controller { "controller" } else { "display" };
    let shown = Memo::new(move |_| state.with(|state| state.value.clone()));
    let control = Memo::new(move |_| state.with(|state| state.control.clone()));
    let at = Memo::new(move |_| shown.with(|shown| shown.as_ref().map(|it| it.at.as_millis())));
    let misfit = Memo::new(move |_| shown.with(|shown| shown.as_ref()?.misfit.clone()));
    let title_id = format!("name-{id}");
    let name = channel.name.clone();
    let description = channel.description.clone();
    let limits = format::limits(&channel.kind);

    view! {
        <article class="card" data-testid=format!("card-{id}") data-kind=word data-direction=direction
            aria-labelledby=title_id.clone()>
            <header class="card-head">
                <span class="glyph" title=format!("{word}, {direction}")><Icon symbol/></span>
                <h3 class="card-name" id=title_id.clone() title=description>{name.clone()}</h3>
                {chart.map(|open| view! {
                    <button type="button" class="button quiet icon-only" data-testid=format!("chart-toggle-{id}")
                        aria-label=format!("Chart of {name}") title="Chart" aria-pressed=move || open.get().to_string()
                        on:click=move |_| if let Some(toggle) = on_chart { toggle.run(()) }>
                        <Icon symbol=Symbol::Chart/>
                    </button>
                })}
            </header>
            <div class="card-body">
                <Report channel=channel.clone() shown/>
                {is_controller.then(|| view! { <Controls channel shown control locked on_send/> })}
            </div>
            {is_controller.then(|| view! { <Chip id=id.clone() control/> })}
            {move || misfit.get().map(|why| view! {
                <p class="chip" data-tone="warning">
                    <Icon symbol=Symbol::Warning/><span>{format!("does not fit: {why}")}</span>
                </p>
            })}
            <footer class="card-foot">
                <code title="Channel id">{id.clone()}</code>
                {(!is_controller && !limits.is_empty()).then(|| view! { <span class="muted">{limits}</span> })}
                <time class="card-at" data-testid=format!("at-{id}")
                    data-at=move || at.get().map(|at| at.to_string()).unwrap_or_default()
                    title=move || at.get().map(|at| clock::local(at).date_and_time()).unwrap_or_default()>
                    {move || at.get().map_or_else(|| "never".to_owned(), |at| format::relative(now.get(), at))}
                    <span class="sr-only">{move || at.get().map(|at| format!(", {}", clock::local(at).date_and_time()))}</span>
                </time>
            </footer>
        </article>
    }
}

/// A kind's word and its glyph.
fn kind(kind: &ChannelKind) -> (&'static str, Symbol) {
    match kind {
        ChannelKind::Switch => ("switch", Symbol::Switch),
        ChannelKind::Category { .. } => ("category", Symbol::Category),
        ChannelKind::Integer { .. } => ("integer", Symbol::Number),
        ChannelKind::Float { .. } => ("float", Symbol::Number),
        ChannelKind::Hex => ("hex", Symbol::Hex),
        ChannelKind::Gps => ("gps", Symbol::Place),
        ChannelKind::Gpio => ("gpio", Symbol::Gpio),
        ChannelKind::Pwm => ("pwm", Symbol::Pwm),
        ChannelKind::Analog { .. } => ("analog", Symbol::Analog),
        ChannelKind::Gamepad { .. } => ("gamepad", Symbol::Gamepad),
        ChannelKind::Image => ("image", Symbol::Image),
        _ => ("string", Symbol::Text),
    }
}
