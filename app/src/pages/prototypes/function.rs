//! The code of a function, and trying it.

use leptos::prelude::*;
use mcs_model::check::Field;
use mcs_model::function::{MAX_CODE, MAX_MILLIS};
use mcs_view::protocol::{Outcome, PrototypesRequest, Request};

use super::editor::Edited;
use super::{Page, words};
use crate::card::{Logs, Status};
use crate::engine::Dispatch;
use crate::texts::function as t;
use crate::ui::Memo;

/// The code box, and what the code makes of a value.
#[component]
pub(super) fn Function(edited: Edited, number: u32) -> impl IntoView {
    let page = expect_context::<Page>();
    let place = (Some(number), Field::Code);
    let wrong = Memo::new(move || edited.flaw(place));
    let used = Memo::new(move || edited.text(place).chars().count());
    let note = format!("code-note-{number}");
    view! {
        <div class="field whole function">
            <label class="field">
                <span class="field-name">{t::code()}</span>
                <textarea class="input code-box" rows="12" data-testid="function-code" spellcheck="false" autocapitalize="none"
                    autocomplete="off" aria-describedby=note.clone() aria-invalid=move || wrong.get().is_some().to_string()
                    prop:value=move || edited.text(place)
                    on:input:target=move |event| edited.set(place, event.target().value())></textarea>
            </label>
            <p class="hint code-note" id=note data-error=move || wrong.get().is_some().to_string()>
                <span>{move || wrong.get().map_or_else(|| t::language().to_owned(), |flaw| words::fault(Field::Code, flaw))}</span>
                <span class="number" data-testid="code-count">{move || t::code_count(&used.get(), &MAX_CODE)}</span>
            </p>
            <p class="hint">{t::code_rules(&MAX_MILLIS)}</p>
            {move || if page.is_static.get() {
                view! { <p class="remark" data-testid="try-nowhere">{t::try_nowhere()}</p> }.into_any()
            } else {
                view! { <Try edited number page/> }.into_any()
            }}
        </div>
    }
}

#[component]
fn Try(edited: Edited, number: u32, page: Page) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let value = RwSignal::new("42".to_owned());
    // The answer may be to what another row asked.
    let asked = RwSignal::new(false);
    let refused = RwSignal::new(false);
    let run = move || {
        let trial = edited.draft.with_untracked(|it| it.trial(number, value.get_untracked()));
        refused.set(trial.is_none());
        if let Some(trial) = trial {
            asked.set(true);
            dispatch.send(Request::Prototypes(PrototypesRequest::Try(Box::new(trial))));
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            run();
        }
    };
    let tried = Memo::following(move |former: Option<&Option<mcs_model::function::Run>>| {
        page.outcome.with(|outcome| match outcome {
            Some(Outcome::Tried(run)) if asked.get() => Some((**run).clone()),
            _ => former.cloned().flatten(),
        })
    });
    let busy = move || page.busy.get() && asked.get();
    view! {
        <div class="function-try">
            <div class="function-ask">
                <label class="field">
                    <span class="field-name">{t::try_value()}</span>
                    <input class="input mono" data-testid="try-value" autocomplete="off" spellcheck="false" autocapitalize="none"
                        prop:value=move || value.get() on:input:target=move |event| value.set(event.target().value()) on:keydown=on_key/>
                </label>
                <button type="button" class="button" data-testid="try-run" disabled=move || page.busy.get()
                    on:click=move |_| run()>{move || if busy() { t::trying() } else { t::try_it() }}</button>
            </div>
            <p class="hint" data-error=move || refused.get().to_string()>
                {move || if refused.get() { t::try_wrong() } else { t::try_hint() }}</p>
            <div role="status" data-testid="try-result">
                {move || tried.get().map(|run| {
                    let is_ok = run.is_ok();
                    view! {
                        <div class="function-result">
                            <p class="function-status"><Status is_ok testid="try-status"/></p>
                            <Logs run is_trial=true/>
                        </div>
                    }
                })}
            </div>
        </div>
    }
}
