//! Without a server: whose signatures are believed.

use leptos::prelude::*;
use mcs_view::protocol::{Believed, Keeper, RolloutOutcome, RolloutsRequest};

use super::Page;
use crate::texts::rollouts as t;
use crate::ui::{Icon, Memo, Symbol};

/// The keys, and whether others are refused.
#[component]
pub(super) fn Trust(page: Page) -> impl IntoView {
    let believed = Memo::new(move || page.view.with(|view| view.believed.clone()));
    let may = Memo::new(move || page.view.with(|view| view.keeper == Keeper::Here));
    let typed = RwSignal::new(Believed::default());
    Effect::new(move |_| typed.set(believed.get()));
    let differs = Memo::new(move || typed.get() != believed.get());
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        page.ask(&RolloutsRequest::Believe(typed.get_untracked()));
    };
    let saved = Memo::new(move || {
        let done = page.view.with(|view| view.outcome == Some(RolloutOutcome::Done));
        (done && !differs.get()).then(t::believed)
    });
    view! {
        <section class="panel" aria-labelledby="trust">
            <h2 id="trust">{t::trust()}</h2>
            <p class="remark">{t::trust_why()}</p>
            <p class="remark">{t::trust_memory()}</p>
            <form class="stack" on:submit=save>
                <label class="field">
                    <span class="field-name">{t::trust_keys()}</span>
                    <textarea class="input mono" rows="3" spellcheck="false" data-testid="trust-keys"
                        prop:value=move || typed.with(|it| it.keys.clone())
                        on:input:target=move |event| typed.update(|it| it.keys = event.target().value())></textarea>
                    <span class="hint">{t::trust_keys_hint()}</span>
                </label>
                <label class="choice">
                    <input type="checkbox" data-testid="trust-strict"
                        prop:checked=move || typed.with(|it| it.require_signed)
                        on:change:target=move |event| typed.update(|it| it.require_signed = event.target().checked())/>
                    <span>{t::trust_strict()}</span>
                </label>
                <div class="actions">
                    <button type="submit" class="button" data-testid="trust-save"
                        disabled=move || page.busy().get() || !may.get() || !differs.get()>
                        <Icon symbol=Symbol::Check/><span>{t::trust_save()}</span>
                    </button>
                    <p class="hint" role="status" data-testid="trust-saved">{move || saved.get()}</p>
                </div>
            </form>
        </section>
    }
    .into_any()
}
