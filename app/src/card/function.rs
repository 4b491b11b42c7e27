//! A function: the last value, its status, and the history of its runs (CONTRACT §1.6).

use leptos::prelude::*;
use mcs_model::Channel;
use mcs_model::function::Run;
use mcs_view::protocol::{RunsState, Shown};

use super::run::{Logs, Status};
use crate::clock;
use crate::texts::card as words;
use crate::texts::function as t;
use crate::ui::Memo;

/// Value, status and history.
#[component]
pub(crate) fn FunctionCard(
    channel: Channel,
    #[prop(into)] shown: Signal<Option<Shown>>,
    /// Nothing in a preview.
    runs: Signal<Option<RunsState>>,
) -> impl IntoView {
    let id = channel.id.to_string();
    let text = move || {
        shown.with(|it| {
            it.as_ref().map_or_else(|| words::no_data().to_owned(), |it| it.value.to_string())
        })
    };
    let missing = move || shown.with(Option::is_none);
    let testid = format!("status-{id}");
    let status = move || {
        runs.with(|runs| match runs {
            Some(RunsState::Here(runs)) => runs.first().map(Run::is_ok),
            _ => None,
        })
        .map_or_else(
            || view! { <span class="muted">{t::not_run()}</span> }.into_any(),
            |is_ok| view! { <Status is_ok testid=testid.clone()/> }.into_any(),
        )
    };
    let is_nowhere = Memo::new(move || runs.with(|it| matches!(it, Some(RunsState::Nowhere))));
    view! {
        <p class="value value-text mono" class:missing=missing data-testid=format!("value-{id}")
            data-value=move || shown.with(|it| it.as_ref().map(|it| it.value.to_string()).unwrap_or_default())>{text}</p>
        {move || if is_nowhere.get() {
            view! { <p class="hint" data-testid=format!("nowhere-{}", channel.id)>{t::nowhere()}</p> }.into_any()
        } else {
            view! { <p class="function-status"><span class="muted">{t::status()}": "</span>{status.clone()}</p> }.into_any()
        }}
        <History id=id.clone() runs/>
    }
}

/// The runs, newest first; each opens to its logs, and stays open when others come.
#[component]
fn History(id: String, runs: Signal<Option<RunsState>>) -> impl IntoView {
    let standing = Memo::new(move || {
        runs.with(|runs| match runs {
            None | Some(RunsState::Nowhere) => Standing::Absent,
            Some(RunsState::Here(runs)) if !runs.is_empty() => Standing::Here,
            Some(RunsState::Here(_)) => Standing::Nothing(t::history_none()),
            Some(RunsState::Awaited) => Standing::Nothing(t::history_fetching()),
            Some(RunsState::Unknown) => Standing::Nothing(t::history_unknown()),
        })
    });
    let rows = move || {
        runs.with(|runs| match runs {
            Some(RunsState::Here(runs)) => numbered(runs),
            _ => Vec::new(),
        })
    };
    move || {
        let list = match standing.get() {
            Standing::Absent => return None,
            Standing::Nothing(why) => view! { <p class="muted">{why}</p> }.into_any(),
            Standing::Here => view! {
                <ol class="runs" data-testid=format!("runs-{id}")>
                    <For each=rows key=|it| it.0 let((_, run))>{row(run)}</For>
                </ol>
            }
            .into_any(),
        };
        Some(view! {
            <section class="run-history" aria-label=t::history()>
                <h4 class="run-part">{t::history()}</h4>
                {list}
            </section>
        })
    }
}

/// What there is of the history.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Nobody keeps one.
    Absent,
    /// No run; why, in words.
    Nothing(&'static str),
    Here,
}

/// Each run by what tells it from the others: the time of its point, and how many on that point were before it.
fn numbered(runs: &[Run]) -> Vec<((u64, usize), Run)> {
    let number = |(place, run): (usize, &Run)| {
        let before = runs[place + 1..].iter().filter(|it| it.at == run.at).count();
        ((run.at.as_millis(), before), run.clone())
    };
    runs.iter().enumerate().map(number).collect()
}

fn row(run: Run) -> impl IntoView {
    let at = clock::local(run.at.as_millis());
    let (time, whole) = (at.time(), at.date_and_time());
    let value = run.value.clone();
    let spoken = t::run_at(&value, &whole);
    let is_ok = run.is_ok();
    view! {
        <li>
            <details class="run" data-testid="run">
                <summary title=spoken>
                    <span class="run-value mono">{value.clone()}</span>
                    <Status is_ok testid="run-status"/>
                    <time class="muted">{time}</time>
                </summary>
                <div class="run-body">
                    <h4 class="run-part">{t::point_value()}</h4>
                    <p class="mono break">{value}</p>
                    <p class="muted">{whole}</p>
                    <Logs run/>
                </div>
            </details>
        </li>
    }
}
