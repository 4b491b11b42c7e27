//! The plan of a new rollout.

use leptos::prelude::*;
use mcs_view::rollouts::plan::Field;

use super::draft::Draft;
use crate::texts::rollouts as t;

/// In waves with all its numbers, or all at once.
#[component]
pub(super) fn PlanPanel(draft: Draft) -> impl IntoView {
    let kinds = [
        (false, t::plan_waves(), t::plan_waves_why(), "in-waves"),
        (true, t::plan_at_once(), t::plan_at_once_why(), "at-once"),
    ];
    let kind = |(at_once, name, why, id): (bool, &'static str, &'static str, &'static str)| {
        view! {
            <label class="choice">
                <input type="radio" name="plan" data-testid=format!("plan-{id}")
                    prop:checked=move || draft.at_once.get() == at_once
                    on:change=move |_| draft.at_once.set(at_once)/>
                <span>{name}<br/><span class="muted">{why}</span></span>
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset class="panel">
            <legend>{t::plan()}</legend>
            {kinds.map(kind).into_iter().collect_view()}
            <details class:gone=move || draft.at_once.get()>
                <summary data-testid="plan-details">{t::details()}</summary>
                <div class="plan-fields">{Field::ALL.map(|it| field(draft, it)).into_iter().collect_view()}</div>
            </details>
        </fieldset>
    }
    .into_any()
}

fn field(draft: Draft, field: Field) -> AnyView {
    let (name, hint) = words(field);
    let wrong = move || draft.form.with(|form| form.is_wrong(field));
    let id = format!("plan-{field:?}").to_lowercase();
    let note = format!("{id}-note");
    let mode = if field == Field::Waves { "text" } else { "decimal" };
    view! {
        <label class="field" class:whole=field == Field::Waves>
            <span class="field-name">{name}</span>
            <input class="input" data-testid=id inputmode=mode autocomplete="off" maxlength="120"
                aria-invalid=move || wrong().to_string() aria-describedby=note.clone()
                prop:value=move || draft.form.with(|form| form.text(field).to_owned())
                on:input:target=move |event| draft.form.update(|form| form.set(field, event.target().value()))/>
            <span class="hint" id=note data-error=move || wrong().to_string()>
                {move || if wrong() { rule(field) } else { hint }}
            </span>
        </label>
    }
    .into_any()
}

fn words(field: Field) -> (&'static str, &'static str) {
    match field {
        Field::Waves => (t::field_waves(), t::field_waves_hint()),
        Field::Parallel => (t::field_parallel(), ""),
        Field::Success => (t::field_success(), ""),
        Field::MaxFailures => (t::field_max_failures(), t::field_never_hint()),
        Field::MaxFailedPercent => (t::field_max_failed(), t::field_never_hint()),
        Field::Queued => (t::field_queued(), ""),
        Field::Initiated => (t::field_initiated(), ""),
        Field::Downloading => (t::field_downloading(), ""),
        Field::Downloaded => (t::field_downloaded(), ""),
        Field::Updating => (t::field_updating(), ""),
        Field::Confirming => (t::field_confirming(), ""),
        Field::Attempts => (t::field_attempts(), ""),
        Field::Unanswered => (t::field_unanswered(), ""),
    }
}

/// What a text has to be.
fn rule(field: Field) -> &'static str {
    match field {
        Field::Waves => t::rule_waves(),
        Field::Parallel | Field::MaxFailures => t::rule_count(),
        Field::Success | Field::MaxFailedPercent => t::rule_percent(),
        Field::Attempts | Field::Unanswered => t::rule_few(),
        Field::Confirming => t::rule_rest(),
        Field::Queued
        | Field::Initiated
        | Field::Downloading
        | Field::Downloaded
        | Field::Updating => t::rule_time(),
    }
}
