//! What was done in a rollout, and what became of it.

use leptos::prelude::*;
use mcs_view::protocol::{AuditEntry, AuditEvent, Course, Deed, Keeper, OpenRollout};
use mcs_view::rollouts::audit;

use super::{Page, words};
use crate::clock;
use crate::store::Store;
use crate::texts::rollouts as t;
use crate::ui::{Loading, Memo, save};

/// So many lines are shown at a time, the newest first.
const LINES: usize = 200;

/// The lines, newest first.
#[component]
pub(super) fn Audit(page: Page) -> impl IntoView {
    let lines = Memo::new(move || page.view.with(|view| view.audit.clone()));
    let most = RwSignal::new(LINES);
    let alone = page.view.with_untracked(|view| view.keeper != Keeper::Server);
    let shown = move || {
        let lines = lines.get().unwrap_or_default();
        lines.iter().rev().take(most.get()).map(|it| line(it, alone)).collect_view()
    };
    let keep = move |format: &'static str| {
        let lines = lines.get_untracked().unwrap_or_default();
        let info = page.view.with_untracked(|view| match &view.open {
            OpenRollout::Here(info, _) => Some(info.clone()),
            _ => None,
        });
        let Some(info) = info else { return };
        let name = format!("rollout-{}.{format}", info.id);
        match format {
            "csv" => save(&name, "text/csv", audit::csv(&info, &lines).as_bytes()),
            _ => save(&name, "application/jsonl", audit::jsonl(&info, &lines).as_bytes()),
        }
    };
    let more = move || lines.with(|it| it.as_ref().map_or(0, Vec::len)).saturating_sub(most.get());
    move || {
        if lines.with(Option::is_none) {
            return view! { <Loading text=t::loading_audit() testid="audit-loading"/> }.into_any();
        }
        view! {
            <section class="panel" aria-labelledby="audit">
                <div class="audit-head">
                    <h2 id="audit">{t::audit()}</h2>
                    <div class="actions">
                        <button type="button" class="button" data-testid="audit-csv" on:click=move |_| keep("csv")>"CSV"</button>
                        <button type="button" class="button" data-testid="audit-jsonl" on:click=move |_| keep("jsonl")>"JSONL"</button>
                    </div>
                </div>
                <ol class="audit" data-testid="audit">{shown}</ol>
                {move || (more() > 0).then(|| view! {
                    <button type="button" class="button" on:click=move |_| most.update(|it| *it += LINES)>
                        {t::more(more().min(LINES) as u64)}
                    </button>
                })}
            </section>
        }
        .into_any()
    }
}

fn line(it: &AuditEntry, alone: bool) -> AnyView {
    let at = clock::local(it.at.as_millis()).date_and_time();
    let by = match &it.by {
        Some(by) => words::operator(by),
        None if alone => t::by_console().to_owned(),
        None => t::by_server().to_owned(),
    };
    let store = expect_context::<Store>();
    let device = it.device.clone().map(|id| {
        let row = store.row(&id);
        let name = row.map_or_else(|| id.to_string(), |row| row.with(|row| row.name.clone()));
        view! { <a href=format!("#/devices/{id}")>{name}</a>" " }
    });
    view! {
        <li>
            <time class="number muted">{at}</time>
            <span class="audit-by">{by}</span>
            <span class="audit-what">{device}{what(&it.event)}</span>
        </li>
    }
    .into_any()
}

/// What happened. Sentences of their own stand beside each other.
fn what(event: &AuditEvent) -> String {
    let mut said = Vec::new();
    match event {
        AuditEvent::Made { sha256, devices, overrides } => {
            said.push(t::did_make((*devices).into(), sha256));
            said.extend(
                overrides
                    .iter()
                    .map(|it| t::did_override(&words::objection(it.objection), &it.reason)),
            );
        }
        AuditEvent::Act(deed) => said.push(match deed {
            Deed::Pause => t::did_pause().to_owned(),
            Deed::Resume => t::did_resume().to_owned(),
            Deed::Cancel => t::did_cancel().to_owned(),
            Deed::RetryFailed => t::did_retry().to_owned(),
            Deed::Override(it) => t::did_override(&words::objection(it.objection), &it.reason),
            _ => t::state_unknown().to_owned(),
        }),
        AuditEvent::Course(Course::Running) => said.push(t::now_running().to_owned()),
        AuditEvent::Course(Course::Canceled) => said.push(t::now_canceled().to_owned()),
        AuditEvent::Course(Course::Finished) => said.push(t::now_finished().to_owned()),
        AuditEvent::Course(course) => said.extend(words::why_course(course)),
        AuditEvent::Notice { transport, notice, reason } => {
            said.push(t::sent_notice(notice, &words::transport(*transport)));
            said.push(words::reason(reason));
        }
        AuditEvent::Ended { state, reason } => {
            said.push(t::ended(&words::state_look(*state).3));
            said.push(words::reason(reason));
        }
        _ => said.push(t::state_unknown().to_owned()),
    }
    said.retain(|it| !it.is_empty());
    said.join(" ")
}
