//! The own account: who is signed in, and the password.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use mcs_view::protocol::{AccountsRequest, Request, Secret, Setting, Step};

use super::trouble::Outcome;
use crate::engine::Dispatch;
use crate::pages::role;
use crate::store::Store;
use crate::texts::accounts as t;
use crate::ui::{Icon, Memo, Symbol};

/// What everybody does with the own account.
#[component]
pub(crate) fn Account() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    dispatch.send(Request::Accounts(AccountsRequest::Open));
    let user = Memo::new(move || match store.setting.get() {
        Setting::SignedIn { name, role, .. } => Some((name, role)),
        _ => None,
    });
    view! {
        <section class="panel" aria-labelledby="account" data-testid="account">
            <h2 id="account">{t::title()}</h2>
            <dl class="facts">
                <div><dt>{t::name()}</dt><dd class="break" data-testid="account-name">{move || user.get().map(|it| it.0)}</dd></div>
                <div><dt>{t::role()}</dt><dd data-testid="account-role">{move || user.get().map(|it| role(it.1))}</dd></div>
            </dl>
            <Password/>
        </section>
    }
}

/// Asks for the password as it is and for a new one, twice. They are forgotten once the server has taken them.
#[component]
fn Password() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let fields = [(); 3].map(|()| NodeRef::<html::Input>::new());
    let step = Memo::new(move || store.accounts.with(|it| it.password.clone()));
    let differs = RwSignal::new(false);
    // What is typed now was not tried yet: how the last try went says nothing of it.
    let is_tried = RwSignal::new(true);
    let outcome = Signal::derive(move || if is_tried.get() { step.get() } else { Step::Idle });
    let value = move |field: NodeRef<html::Input>| {
        field.get_untracked().map(|it| it.value()).unwrap_or_default()
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let [current, new, again] = fields.map(value);
        differs.set(new != again);
        is_tried.set(new == again);
        if new == again && step.get_untracked() != Step::Busy {
            let (current, new) = (Secret(current), Secret(new));
            dispatch.send(Request::Accounts(AccountsRequest::ChangePassword { current, new }));
        }
    };
    Effect::new(move |_| {
        if step.get() == Step::Done {
            for field in fields.iter().filter_map(|it| it.get_untracked()) {
                field.set_value("");
            }
        }
    });
    let [current, new, again] = fields;
    view! {
        <form class="fields" data-testid="password-form" aria-labelledby="password-title" on:submit=submit
            on:input=move |_| { differs.set(false); is_tried.set(false); }>
            <h3 id="password-title">{t::password()}</h3>
            <label class="field">
                <span class="field-name">{t::current()}</span>
                <input class="input" type="password" node_ref=current autocomplete="current-password" required data-testid="password-current"/>
            </label>
            <label class="field">
                <span class="field-name">{t::new()}</span>
                <input class="input" type="password" node_ref=new autocomplete="new-password" required maxlength="256"
                    aria-describedby="password-hint" data-testid="password-new"/>
            </label>
            <label class="field">
                <span class="field-name">{t::again()}</span>
                <input class="input" type="password" node_ref=again autocomplete="new-password" required maxlength="256" data-testid="password-again"/>
            </label>
            <p class="hint" id="password-hint">{t::password_hint()}</p>
            <div role="alert">
                {move || differs.get().then(|| view! {
                    <p class="problem" data-testid="password-differs"><Icon symbol=Symbol::Warning/>
                        <span>{t::differs()}</span></p>
                })}
            </div>
            <Outcome step=outcome testid="password-outcome" done=t::changed()/>
            <div class="actions">
                <button type="submit" class="button primary" data-testid="password-submit" disabled=move || step.get() == Step::Busy>
                    {move || if step.get() == Step::Busy { t::changing() } else { t::change() }}
                </button>
            </div>
        </form>
    }
}
