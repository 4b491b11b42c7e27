//! The broker.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use mcs_view::protocol::{BrokerProfile, LinkState, Request, Setting};

use super::Line;
use crate::engine::Dispatch;
use crate::store::Store;
use crate::ui::{Icon, Symbol};

/// Seconds, as MQTT clients are used to.
const KEEP_ALIVE: u16 = 60;

/// Names a broker, connects and disconnects.
#[component]
pub(crate) fn Broker() -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let old = match store.setting.get_untracked() {
        Setting::Static { profile } => profile,
        _ => None,
    };
    let keep_alive = old.as_ref().map_or(KEEP_ALIVE, |old| old.keep_alive).to_string();
    let text = |part: fn(&BrokerProfile) -> &String| {
        RwSignal::new(old.as_ref().map(|old| part(old).clone()).unwrap_or_default())
    };
    let (name, url) = (text(|old| &old.name), text(|old| &old.url));
    let (client_id, username) = (text(|old| &old.client_id), text(|old| &old.username));
    let password = RwSignal::new(String::new());
    let keep_alive = RwSignal::new(keep_alive);
    let error = RwSignal::new(None::<&'static str>);
    let connect = move |event: SubmitEvent| {
        event.prevent_default();
        let address = url.get_untracked().trim().to_owned();
        let seconds = keep_alive.get_untracked().trim().parse::<u16>().ok();
        error.set(wrong(&address, seconds));
        if let (None, Some(keep_alive)) = (error.get_untracked(), seconds) {
            let given = name.get_untracked().trim().to_owned();
            dispatch.send(Request::Connect(BrokerProfile {
                name: if given.is_empty() { host(&address) } else { given },
                url: address,
                client_id: client_id.get_untracked().trim().to_owned(),
                username: username.get_untracked(),
                password: password.get_untracked(),
                keep_alive,
            }));
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
                    on:click=move |_| dispatch.send(Request::Disconnect)>"Disconnect"</button>
            </div>
        </form>
    }
}

fn wrong(url: &str, keep_alive: Option<u16>) -> Option<&'static str> {
    let secure_page = window().location().protocol().is_ok_and(|it| it == "https:");
    let host = host(url);
    let is_local = host.starts_with("127.0.0.1") || host.starts_with("localhost");
    if !url.starts_with("ws://") && !url.starts_with("wss://") {
        Some("The address begins with ws:// or wss://: a browser cannot speak plain MQTT.")
    } else if secure_page && url.starts_with("ws://") && !is_local {
        Some(
            "This page came over https, so the browser refuses ws://. Use wss://, or open the page over http.",
        )
    } else if keep_alive.is_none() {
        Some("Keep alive is a number of seconds, 0 to 65535.")
    } else {
        None
    }
}

/// The part between `//` and the path.
fn host(url: &str) -> String {
    let rest = url.split_once("//").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_owned()
}
