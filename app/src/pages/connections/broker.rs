//! The broker.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use mcs_view::connections::{Draft, Wrong};
use mcs_view::protocol::{ConnectionId, ConnectionsRequest, LinkState, Request, Secret};

use super::Line;
use crate::engine::Dispatch;
use crate::store::Store;
use crate::ui::{Icon, Symbol};

/// Names a broker, connects and disconnects.
#[component]
pub(crate) fn Broker() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let old = store.connections.with_untracked(|it| it.rows.first().cloned());
    let id = old.as_ref().map(|it| it.id);
    let profile = old.map(|it| it.profile).unwrap_or_default();
    let url = if profile.host.is_empty() { String::new() } else { profile.url() };
    let (name, url) = (RwSignal::new(profile.name.clone()), RwSignal::new(url));
    let client_id = RwSignal::new(profile.client_id.clone());
    let username = RwSignal::new(profile.username.clone());
    let password = RwSignal::new(String::new());
    let keep_alive = RwSignal::new(profile.keep_alive.to_string());
    let error = RwSignal::new(None::<&'static str>);
    let connect = move |event: SubmitEvent| {
        event.prevent_default();
        let secure_page = window().location().protocol().is_ok_and(|it| it == "https:");
        let draft = Draft {
            name: name.get_untracked(),
            host: url.get_untracked(),
            client_id: client_id.get_untracked(),
            username: username.get_untracked(),
            keep_alive: keep_alive.get_untracked(),
            ..Draft::of(&profile)
        };
        match draft.check(secure_page) {
            Ok(profile) => {
                error.set(None);
                dispatch.send(Request::Connections(ConnectionsRequest::Put {
                    id,
                    profile: Box::new(profile),
                    password: Some(Secret(password.get_untracked())),
                    connect: true,
                }));
            }
            Err(wrong) => error.set(wrong.first().map(|(_, wrong)| words(*wrong))),
        }
    };
    let wanted = Memo::new(move |_| {
        store.link.with(|link| link.as_ref().is_some_and(|link| link.state != LinkState::Idle))
    });
    view! {
        <form class="panel" aria-labelledby="broker" on:submit=connect>
            <h2 id="broker">"Broker"</h2>
            <Line label="WebSocket address" value=url testid="conn-url" hint="ws://127.0.0.1:9001/"/>
            <p class="hint">"Usual ones: Mosquitto ws://host:9001/, EMQX ws://host:8083/mqtt, HiveMQ ws://host:8000/mqtt, RabbitMQ ws://host:15675/ws"</p>
            <Line label="Name" value=name testid="conn-name" hint="As you call it"/>
            <Line label="User name" value=username testid="conn-user" hint="None"/>
            <Line label="Password" value=password testid="conn-password" kind="password"/>
            <details>
                <summary>"More"</summary>
                <Line label="Client ID" value=client_id testid="conn-client-id" hint="Made up"/>
                <Line label="Keep alive, seconds" value=keep_alive testid="conn-keep-alive"/>
            </details>
            <div role="alert">{move || error.get().map(|words| view! {
                <p class="problem" data-testid="conn-error"><Icon symbol=Symbol::Warning/><span>{words}</span></p>
            })}</div>
            <div class="actions">
                <button type="submit" class="button primary" data-testid="conn-connect">
                    {move || if wanted.get() { "Connect again" } else { "Connect" }}
                </button>
                <button type="button" class="button" data-testid="conn-disconnect" disabled=move || !wanted.get()
                    on:click=move |_| dispatch.send(Request::Connections(ConnectionsRequest::Disconnect(id.unwrap_or(ConnectionId(1)))))>"Disconnect"</button>
            </div>
        </form>
    }
}

fn words(wrong: Wrong) -> &'static str {
    match wrong {
        Wrong::NotForBrowsers => {
            "The address begins with ws:// or wss://: a browser cannot speak plain MQTT."
        }
        Wrong::MixedContent => {
            "This page came over https, so the browser refuses ws://. Use wss://, or open the page over http."
        }
        _ => "The address or the keep alive cannot be right.",
    }
}
