//! The card of a channel: what it says, what can be asked of it, and what became of that.

pub(crate) mod away;
mod chip;
mod choice;
mod control;
mod draft;
mod fields;
mod function;
mod gamepad;
mod menu;
mod picture;
mod place;
mod report;
mod run;
mod slider;
pub(crate) mod template;
mod video;

use leptos::prelude::*;
use mcs_model::{Channel, ChannelKind, Direction};
use mcs_view::protocol::{CardState, RunsState, Shown, Unfit};

use crate::clock;
use crate::entry;
use crate::format;
use crate::texts::card as t;
use crate::ui::{Icon, Memo, Symbol};
use chip::Chip;
use control::Controls;
use function::FunctionCard;
use menu::Menu;
use picture::Pictures;
use place::Places;
use report::Report;
pub(crate) use run::{Logs, Status};
use video::Video;

/// A channel's card. Broker text in it is only ever a text node.
///
/// It needs nothing but its properties: a preview gives it a state of its own.
#[component]
pub fn ChannelCard(
    /// The channel.
    channel: Channel,
    /// Its value and its last command.
    #[prop(into)]
    state: Signal<CardState>,
    /// Its last places or pictures, oldest first, for the kinds that have them.
    #[prop(into, optional)]
    trail: Signal<Vec<Shown>>,
    /// What a function has done; nothing in a preview.
    #[prop(optional)]
    runs: Signal<Option<RunsState>>,
    /// The clock, in milliseconds since the epoch.
    #[prop(into)]
    now: Signal<u64>,
    /// Why nothing may be sent, if so.
    #[prop(into)]
    locked: Signal<Option<&'static str>>,
    /// The operator sends a value, in CSV form.
    on_send: Callback<String>,
    /// The operator drops a command that waits.
    #[prop(optional)]
    on_drop: Option<Callback<()>>,
    /// Where the chosen look is remembered, such as a device's id; nowhere if absent.
    #[prop(optional)]
    scope: Option<String>,
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
    let spoken = kind_name(&channel.kind);
    let about_kind = if is_controller { t::controller(&spoken) } else { t::display(&spoken) };
    let shown = Memo::new(move || state.with(|state| state.value.clone()));
    let digits = Memo::new(move || state.with(|state| state.digits));
    let control = Memo::new(move || state.with(|state| state.control.clone()));
    let at = Memo::new(move || shown.with(|shown| shown.as_ref().map(|it| it.at.as_millis())));
    let template = RwSignal::new(template::load(scope.as_deref(), &channel));
    let title_id = format!("name-{id}");
    let name = channel.name.clone();
    let description = channel.description.clone();
    let limits = format::limits(&channel.kind);
    let is_wide = matches!(
        channel.kind,
        ChannelKind::Gps
            | ChannelKind::Image
            | ChannelKind::Gamepad { .. }
            | ChannelKind::Function { .. }
    );
    let about = channel.clone();
    let body = {
        let channel = channel.clone();
        move || {
            let template = template.get();
            let (channel, on) = (channel.clone(), channel.clone());
            let (shown, digits) = (Signal::from(shown), Signal::from(digits));
            view! {
                {match channel.kind {
                    ChannelKind::Gps => view! { <Places channel shown digits trail/> }.into_any(),
                    ChannelKind::Image => view! { <Pictures channel shown trail/> }.into_any(),
                    ChannelKind::Function { .. } => view! { <FunctionCard channel shown runs/> }.into_any(),
                    ChannelKind::Video => view! { <Video channel/> }.into_any(),
                    _ => view! { <Report channel template shown digits/> }.into_any(),
                }}
                {is_controller.then(|| view! { <Controls channel=on template shown control locked on_send/> })}
            }
        }
    };

    view! {
        <article class="card" class:wide=is_wide data-testid=format!("card-{id}") data-kind=word data-direction=direction
            data-beat=beat(at) aria-labelledby=title_id.clone()>
            <header class="card-head">
                <span class="glyph" title=about_kind><Icon symbol/></span>
                <h3 class="card-name" id=title_id.clone() title=name.clone()>{name.clone()}</h3>
                {chart.map(|open| view! {
                    <button type="button" class="button quiet icon-only" data-testid=format!("chart-toggle-{id}")
                        aria-label=t::chart_of(&name) title=t::chart() aria-pressed=move || open.get().to_string()
                        on:click=move |_| if let Some(toggle) = on_chart { toggle.run(()) }>
                        <Icon symbol=Symbol::Chart/>
                    </button>
                })}
                <Menu channel=about shown=shown.into() look=template scope/>
            </header>
            {(!description.is_empty()).then(|| view! {
                <p class="card-description" data-testid=format!("description-{id}") title=description.clone()>{description.clone()}</p>
            })}
            <div class="card-body">{body}</div>
            <Misfits channel=channel.clone() shown/>
            {is_controller.then(|| view! { <Chip id=id.clone() control on_drop/> })}
            <footer class="card-foot">
                <code title=t::id()>{id.clone()}</code>
                {(!is_controller && !limits.is_empty()).then(|| view! { <span class="muted">{limits}</span> })}
                <time class="card-at" data-testid=format!("at-{id}")
                    data-at=move || at.get().map(|at| at.to_string()).unwrap_or_default()
                    title=move || at.get().map(|at| clock::local(at).date_and_time()).unwrap_or_default()>
                    {move || at.get().map_or_else(|| t::never().to_owned(), |at| format::relative(now.get(), at))}
                    <span class="sr-only">{move || at.get().map(|at| format!(", {}", clock::local(at).date_and_time()))}</span>
                </time>
            </footer>
        </article>
    }
}

/// Why the value does not fit its channel.
#[component]
fn Misfits(channel: Channel, shown: Memo<Option<Shown>>) -> impl IntoView {
    let misfit = Memo::new(move || shown.with(|shown| shown.as_ref()?.misfit.clone()));
    let limits = format::limits(&channel.kind);
    move || {
        misfit.get().map(|misfit| {
            let words = match misfit {
                Unfit::TooLow => t::too_low(&limits),
                Unfit::TooHigh => t::too_high(&limits),
                Unfit::Unreadable(wrong) => entry::words(wrong, &channel.kind).to_owned(),
            };
            view! {
                <p class="chip" data-tone="warning" data-testid=format!("misfit-{}", channel.id)>
                    <Icon symbol=Symbol::Warning/><span>{words}</span>
                </p>
            }
        })
    }
}

/// Changes with every new value, so that a stylesheet can show it once; empty at first.
fn beat(at: Memo<Option<u64>>) -> impl Fn() -> &'static str + Send + Sync + 'static {
    let beats = Memo::following(move |former: Option<&(Option<u64>, usize)>| {
        let at = at.get();
        match former {
            Some((before, beats)) if *before != at => (at, beats % 2 + 1),
            Some(same) => *same,
            None => (at, 0),
        }
    });
    move || ["", "odd", "even"][beats.get().1]
}

/// A kind for people.
fn kind_name(kind: &ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Switch => t::kind_switch(),
        ChannelKind::Category { .. } => t::kind_category(),
        ChannelKind::Integer { .. } => t::kind_integer(),
        ChannelKind::Float { .. } => t::kind_float(),
        ChannelKind::Hex => t::kind_hex(),
        ChannelKind::Gps => t::kind_gps(),
        ChannelKind::Gpio => t::kind_gpio(),
        ChannelKind::Pwm => t::kind_pwm(),
        ChannelKind::Analog { .. } => t::kind_analog(),
        ChannelKind::Gamepad { .. } => t::kind_gamepad(),
        ChannelKind::Image => t::kind_image(),
        ChannelKind::Function { .. } => t::kind_function(),
        ChannelKind::Video => t::kind_video(),
        _ => t::kind_string(),
    }
}

/// A kind's word, for tests and stylesheets, and its glyph.
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
        ChannelKind::Function { .. } => ("function", Symbol::Hex),
        ChannelKind::Video => ("video", Symbol::Image),
        _ => ("string", Symbol::Text),
    }
}
