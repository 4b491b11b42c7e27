//! What a function made of one value: its logs, in words.

use leptos::prelude::*;
use mcs_model::function::{MAX_MILLIS, Other, Run, Trouble};

use crate::texts::function as t;
use crate::ui::{Icon, Symbol};

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

/// Console log and system log of a run.
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
    view! {
        <h4 class="run-part">{t::console_log()}</h4>
        {console}
        {(run.unlogged > 0).then(|| view! { <p class="muted">{t::console_more(run.unlogged.into())}</p> })}
        <h4 class="run-part">{t::system_log()}</h4>
        <ul class="run-system" data-testid="system-log">{lines.collect_view()}</ul>
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
        Trouble::Value { channel, why } => t::trouble_value(channel, why),
        Trouble::Busy => t::trouble_busy().to_owned(),
        Trouble::SetAside => t::trouble_aside().to_owned(),
        Trouble::NotStored => t::trouble_store().to_owned(),
        _ => String::new(),
    }
}
