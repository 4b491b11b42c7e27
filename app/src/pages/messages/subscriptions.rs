//! What is subscribed to beside what the console needs itself.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use mcs_model::api::Role;
use mcs_view::protocol::{
    ConnectionId, MessagesRequest, Request, Setting, SubscribeTrouble, SubscriptionRow,
    SubscriptionState,
};

use super::connections::Choose;
use super::state::Page;
use crate::engine::Dispatch;
use crate::format;
use crate::reasons;
use crate::store::Store;
use crate::texts::messages as t;
use crate::ui::{Icon, Memo, Symbol};

/// How many colours there are.
const COLOURS: u8 = 8;

/// The list, and a form for another one.
#[component]
pub(super) fn Subscriptions(page: Page) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let filter = RwSignal::new(String::new());
    let qos = RwSignal::new(0_u8);
    let connection = RwSignal::new(ConnectionId::SERVER);
    let rows = page.inspector.subscriptions;
    let subscribe = move |text: String| {
        // The colours go round.
        let colour = rows.with_untracked(|rows| {
            let used = |colour: &u8| rows.iter().filter(|it| it.colour == *colour).count();
            (0..COLOURS).min_by_key(used).unwrap_or_default()
        });
        dispatch.send(Request::Messages(MessagesRequest::Subscribe {
            connection: connection.get_untracked(),
            filter: text,
            qos: qos.get_untracked(),
            colour,
        }));
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = filter.get_untracked().trim().to_owned();
        if !text.is_empty() {
            subscribe(text);
        }
    };
    // What was taken needs not be typed again.
    Effect::new(move |before: Option<usize>| {
        let count = rows.with(Vec::len);
        if before.is_some_and(|it| it < count) {
            filter.set(String::new());
        }
        count
    });
    let ids = move || rows.with(|rows| rows.iter().map(|it| it.id).collect::<Vec<_>>());
    let offers = Memo::new(move || match store.setting.get() {
        Setting::SignedIn { role: Role::Admin, .. } => {
            vec!["console/v1/points/+/+", "console/v1/devices/+", "#"]
        }
        Setting::SignedIn { role: Role::Member, .. } => Vec::new(),
        Setting::SignedIn { .. } => vec!["console/v1/points/+/+", "console/v1/devices/+"],
        _ => vec!["#", "$SYS/#"],
    });
    let remark = move || match store.setting.get() {
        Setting::SignedIn { role: Role::Member, .. } => Some(t::remark_member()),
        Setting::SignedIn { role: Role::Admin, .. } => Some(t::remark_admin()),
        Setting::SignedIn { .. } => Some(t::remark_user()),
        _ => None,
    };
    view! {
        <section class="messages-section" aria-labelledby="subscriptions-title">
            <h2 id="subscriptions-title">{t::subscriptions()}</h2>
            <form class="subscribe-form" on:submit=submit>
                <Choose chosen=Signal::derive(move || Some(connection.get())) on_choose=Callback::new(move |id: Option<_>| connection.set(id.unwrap_or_default())) testid="subscribe-connection"/>
                <div class="subscribe-line">
                    <label class="grow"><span class="sr-only">{t::topic_filter()}</span>
                        <input type="text" class="input mono" placeholder=t::topic_filter() autocomplete="off" autocapitalize="none" spellcheck="false"
                            data-testid="subscribe-filter" prop:value=move || filter.get()
                            on:input:target=move |event| filter.set(event.target().value())/></label>
                    <label><span class="sr-only">"QoS"</span>
                        <select class="input" data-testid="subscribe-qos" on:change:target=move |event| qos.set(event.target().value().parse().unwrap_or_default())>
                            <option value="0">"QoS 0"</option><option value="1">"QoS 1"</option><option value="2">"QoS 2"</option>
                        </select></label>
                    <button type="submit" class="button" data-testid="subscribe">{t::subscribe()}</button>
                </div>
                <div role="alert">{move || page.inspector.trouble.get().map(|it| view! {
                    <p class="hint" data-error="true" data-testid="subscribe-error">{trouble(it)}</p>
                })}</div>
                {move || remark().map(|it| view! { <p class="hint" data-testid="subscribe-remark">{it}</p> })}
                <div class="subscribe-offers">{move || {
                    let taken = rows.with(|rows| rows.iter().map(|it| it.filter.clone()).collect::<Vec<_>>());
                    let left = offers.get().into_iter().filter(|it| !taken.iter().any(|taken| taken == it));
                    left.map(|offer| view! {
                        <button type="button" class="button quiet mono" data-testid=format!("offer-{offer}") title=t::subscribe_to_it()
                            on:click=move |_| subscribe(offer.to_owned())>{offer}</button>
                    }).collect::<Vec<_>>()
                }}</div>
            </form>
            <ul class="subscription-list" data-testid="subscription-list">
                <For each=ids key=|id| *id let(id)>
                    <Row page id/>
                </For>
            </ul>
        </section>
    }
}

#[component]
fn Row(page: Page, id: u32) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let rows = page.inspector.subscriptions;
    let row = Memo::new(move || rows.with(|rows| rows.iter().find(|it| it.id == id).cloned()));
    let filter =
        row.with_untracked(|it| it.as_ref().map(|it| it.filter.clone()).unwrap_or_default());
    let part = move |part: fn(&SubscriptionRow) -> String| {
        move || row.with(|it| it.as_ref().map(part).unwrap_or_default())
    };
    let colour = Memo::new(move || row.with(|it| it.as_ref().map_or(0, |it| it.colour)));
    let enabled = Memo::new(move || {
        row.with(|it| it.as_ref().is_some_and(|it| it.state != SubscriptionState::Off))
    });
    let look = filter.clone();
    view! {
        <li class="subscription" data-testid=format!("subscription-{filter}")
            data-state=part(|it| state(it.state).0.to_owned()) data-messages=part(|it| it.messages.to_string())>
            <button type="button" class="colour-dot" data-colour=move || colour.get().to_string()
                aria-label=t::another_colour_for(&filter) title=t::another_colour()
                on:click=move |_| dispatch.send(Request::Messages(MessagesRequest::Paint(id, (colour.get_untracked() + 1) % COLOURS)))></button>
            <div class="grow">
                <code class="subscription-filter break">{filter.clone()}</code>
                <span class="subscription-facts number">
                    <span class="state" data-tone=part(|it| state(it.state).1.to_owned())>{part(|it| state(it.state).2)}</span>
                    <span>{part(|it| t::subscribed(it.messages))}</span>
                    <span>{part(|it| format::bytes(it.bytes))}</span>
                </span>
            </div>
            <input type="checkbox" class="subscription-switch" aria-label=t::subscribe_to(&look) data-testid=format!("enable-{look}")
                prop:checked=move || enabled.get()
                on:change=move |_| dispatch.send(Request::Messages(MessagesRequest::Enable(id, !enabled.get_untracked())))/>
            <button type="button" class="button quiet icon-only" aria-label=t::remove(&look) data-testid=format!("unsubscribe-{look}")
                on:click=move |_| dispatch.send(Request::Messages(MessagesRequest::Unsubscribe(id)))><Icon symbol=Symbol::Close/></button>
        </li>
    }
}

fn state(state: SubscriptionState) -> (&'static str, &'static str, String) {
    match state {
        SubscriptionState::Off => ("off", "none", t::state_off().to_owned()),
        SubscriptionState::NotConnected => ("waiting", "none", t::state_waiting().to_owned()),
        SubscriptionState::Asked => ("asked", "pending", t::state_asked().to_owned()),
        SubscriptionState::Granted(qos) => ("granted", "ok", format!("QoS {qos}")),
        SubscriptionState::Refused(code) => {
            ("refused", "danger", t::state_refused(&reasons::code(code)))
        }
        SubscriptionState::TimedOut => ("refused", "danger", t::state_timed_out().to_owned()),
    }
}

fn trouble(trouble: SubscribeTrouble) -> &'static str {
    match trouble {
        SubscribeTrouble::Filter => t::wrong_filter(),
        SubscribeTrouble::Twice => t::wrong_twice(),
        SubscribeTrouble::TooMany => t::wrong_too_many(),
        SubscribeTrouble::Shared => t::wrong_shared(),
    }
}
