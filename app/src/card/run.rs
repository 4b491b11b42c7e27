//! What a function made of one value: its logs, in words.

use core::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;
use mcs_model::ChannelId;
use mcs_model::function::{MAX_MILLIS, Other, Refusal, Run, Trouble};

use crate::format;
use crate::texts::function as t;
use crate::ui::{Icon, Symbol, Tab, Tabs, panel_id};

/// OK or FAILED.
#[component]
pub(crate) fn Status(is_ok: bool, #[prop(into)] testid: String) -> impl IntoView {
    let (tone, symbol, word) = if is_ok {
        ("ok", Symbol::Check, t::ok())
    } else {
        ("danger", Symbol::Warning, t::failed())
    };
    view! {
        <span class="state" data-tone=tone data-testid=testid data-ok=is_ok.to_string()>
            <Icon symbol/><span>{word}</span>
        </span>
    }
}

/// The tabs of a run.
const CONSOLE: &str = "console";
const SYSTEM: &str = "system";

/// Runs that were shown: each has tabs of its own.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Console log and system log of a run, as two tabs.
#[component]
pub(crate) fn Logs(
    run: Run,
    /// Nothing was stored of it.
    #[prop(default = false)]
    is_trial: bool,
) -> impl IntoView {
    let is_ok = run.is_ok();
    let millis = format!("{:.1}", f64::from(run.micros) / 1000.0);
    let wrote = if is_trial { t::would_write } else { t::wrote };
    let mut system: Vec<String> = run.troubles.iter().map(trouble).collect();
    system.extend(run.points.iter().map(|it| wrote(&it.channel, &it.value)));
    if is_ok && run.points.is_empty() {
        system.push(t::wrote_nothing().to_owned());
    }
    if run.micros > 0 {
        system.push(t::took(&millis));
    }
    let console = if run.console.is_empty() {
        view! { <p class="muted">{t::console_none()}</p> }.into_any()
    } else {
        view! { <pre class="log-text" data-testid="console-log">{run.console.join("\n")}</pre> }
            .into_any()
    };
    let lines = system.into_iter().map(|line| view! { <li class="break">{line}</li> });
    let tabs = vec![
        Tab { id: CONSOLE, name: t::console_log() },
        Tab { id: SYSTEM, name: t::system_log() },
    ];
    // What went wrong stands in the system log.
    let open = RwSignal::new(if is_ok { CONSOLE } else { SYSTEM });
    let scope = format!("{}-", NUMBER.fetch_add(1, Ordering::Relaxed));
    let panel = |id: &'static str| (panel_id(&format!("{scope}{id}")), format!("tab-{scope}{id}"));
    let (console_id, console_tab) = panel(CONSOLE);
    let (system_id, system_tab) = panel(SYSTEM);
    view! {
        <Tabs label=t::logs() tabs open on_open=Callback::new(move |id| open.set(id)) scope/>
        <div role="tabpanel" id=console_id aria-labelledby=console_tab hidden=move || open.get() != CONSOLE>
            {console}
            {(run.unlogged > 0).then(|| view! { <p class="muted">{t::console_more(run.unlogged.into())}</p> })}
        </div>
        <div role="tabpanel" id=system_id aria-labelledby=system_tab hidden=move || open.get() != SYSTEM>
            <ul class="run-system" data-testid="system-log">{lines.collect_view()}</ul>
        </div>
    }
}

fn trouble(trouble: &Trouble) -> String {
    match trouble {
        Trouble::TimeLimit => t::trouble_time(&MAX_MILLIS),
        Trouble::Memory => t::trouble_memory().to_owned(),
        Trouble::Exception { message, line: None } => t::trouble_exception(message),
        Trouble::Exception { message, line: Some(line) } => {
            t::trouble_exception_line(message, line)
        }
        Trouble::Returned(other) => match other {
            Other::Flag => t::trouble_flag(),
            Other::Number => t::trouble_number(),
            Other::Text => t::trouble_text(),
            Other::List => t::trouble_list(),
            Other::Function => t::trouble_function(),
            Other::Promise => t::trouble_promise(),
            Other::Broken => t::trouble_broken(),
        }
        .to_owned(),
        Trouble::TooMuch => t::trouble_much().to_owned(),
        Trouble::Unknown(channel) => t::trouble_unknown(channel),
        Trouble::Itself => t::trouble_itself().to_owned(),
        Trouble::Function(channel) => t::trouble_other(channel),
        Trouble::Refused { channel, value, why } => refused(channel, value, *why),
        Trouble::Busy => t::trouble_busy().to_owned(),
        Trouble::SetAside => t::trouble_aside().to_owned(),
        Trouble::NotStored => t::trouble_store().to_owned(),
        Trouble::Broken => t::trouble_process().to_owned(),
        _ => String::new(),
    }
}

fn refused(channel: &ChannelId, value: &str, why: Refusal) -> String {
    match why {
        Refusal::State => t::refused_state(channel, &value),
        Refusal::Whole => t::refused_whole(channel, &value),
        Refusal::Number => t::refused_number(channel, &value),
        Refusal::Hex => t::refused_hex(channel, &value),
        Refusal::Text => t::refused_text(channel, &value),
        Refusal::Numbers => t::refused_numbers(channel, &value),
        Refusal::Picture => t::refused_picture(channel),
        Refusal::Key => t::refused_key(channel, &value),
        Refusal::Button => t::refused_button(channel, &value),
        Refusal::Bounds(bounds) => t::refused_bounds(channel, &format::range(bounds), &value),
        Refusal::Bytes(most) => t::refused_bytes(channel, &format::bytes(most.into())),
        Refusal::NoPoints => t::refused_points(channel),
        _ => String::new(),
    }
}
