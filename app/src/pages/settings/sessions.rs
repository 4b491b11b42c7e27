//! Where the user is signed in: which of it is this page, and ending the others.

use leptos::prelude::*;
use mcs_model::api::OwnSession;
use mcs_view::protocol::{AccountsRequest, Request, Step};

use super::program;
use super::trouble::Outcome;
use crate::clock;
use crate::engine::Dispatch;
use crate::format;
use crate::store::Store;
use crate::texts::{accounts as t, shell};
use crate::ui::{Loading, Memo};

/// Every session of the user, this one first.
#[component]
pub(crate) fn Sessions() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let part = move |part: fn(&mcs_view::protocol::AccountsView) -> Step| {
        Signal::derive(move || store.accounts.with(part))
    };
    let listing = part(|it| it.sessions_listing.clone());
    let ending = part(|it| it.ending.clone());
    let is_known = Memo::new(move || store.accounts.with(|it| it.sessions.is_some()));
    let waits = move || !is_known.get() && listing.get() == Step::Busy;
    let rows = move || store.accounts.with(|it| it.sessions.clone().unwrap_or_default());
    view! {
        <section class="panel" aria-labelledby="sessions" data-testid="sessions">
            <h2 id="sessions">{t::sessions()}</h2>
            <p class="remark">{t::sessions_what()}</p>
            {move || waits().then(|| view! { <Loading text=t::sessions_loading() testid="sessions-loading"/> })}
            <Outcome step=listing testid="sessions-outcome"/>
            <ul class="list">
                // How it stands may change: the row is another one then.
                <For each=rows key=|it| (it.id.clone(), it.connected, it.seen) let(session)><Row session ending/></For>
            </ul>
            <Outcome step=ending testid="session-outcome" done=t::session_ended()/>
            <div class="actions">
                <button type="button" class="button" data-testid="leave-everywhere"
                    on:click=move |_| dispatch.send(Request::Logout { everywhere: true })>{shell::sign_out_everywhere()}</button>
            </div>
        </section>
    }
}

#[component]
fn Row(session: OwnSession, ending: Signal<Step>) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let OwnSession { id, here, connected, opened, seen, address, program } = session;
    let name = program::name(&program);
    let (opened, seen) = (opened.as_millis(), seen.as_millis());
    let age =
        move || t::session_seen(&format::relative(store.now.get(), seen.min(store.now.get())));
    let end = move |_| {
        dispatch.send(Request::Accounts(AccountsRequest::EndSession(id.clone())));
    };
    let leave = (!here).then(|| {
        view! {
            <button type="button" class="button" data-testid="session-end" aria-label=t::session_end_of(&name)
                disabled=move || ending.get() == Step::Busy on:click=end>{shell::sign_out()}</button>
        }
    });
    view! {
        <li class="item" data-testid="session" data-here=here.to_string()>
            <div class="grow">
                <p class="session-name"><strong title=program>{name.clone()}</strong>
                    {here.then(|| view! { <span class="tag">{t::session_here()}</span> })}
                    {(connected && !here).then(|| view! { <span class="tag">{t::session_connected()}</span> })}</p>
                <p class="remark session-facts">
                    {(!address.is_empty()).then(|| view! { <code>{address}</code> })}
                    <span class="number">{t::session_opened(&clock::local(opened).date_and_time())}</span>
                    {(!here && !connected).then(|| view! {
                        <span class="number" title=clock::local(seen).date_and_time()>{age}</span>
                    })}
                </p>
            </div>
            <div class="item-side">{leave}</div>
        </li>
    }
}
