//! The form of a profile: what everybody needs, and behind a fold what some do.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use mcs_view::connections::{Draft, Field, PRESETS};
use mcs_view::protocol::{
    ConnectionId, ConnectionsRequest, MqttVersion, Profile, Request, Secret, Setting,
};

use super::fields::{DraftLine, DraftSwitch, DraftText, Typed};
use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::{connections as t, messages};

/// What the form was opened for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opened {
    /// The profile that is changed; a new one when absent.
    pub(crate) id: Option<ConnectionId>,
    pub(crate) draft: Draft,
}

impl Opened {
    /// For a new profile: the broker is most often where the page came from.
    pub(crate) fn new() -> Self {
        let location = window().location();
        let tls = is_secure();
        let host = location.hostname().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let mut draft = Draft::of(&Profile { host, tls, ..Profile::default() });
        draft.apply(&PRESETS[0]);
        Self { id: None, draft }
    }
}

/// The form.
#[component]
pub(crate) fn Form(start: Opened, opened: RwSignal<Option<Opened>>) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let Opened { id, draft } = start;
    let known = id.is_some();
    let typed = Typed { draft: RwSignal::new(draft), wrong: RwSignal::new(Vec::new()) };
    let password = RwSignal::new(String::new());
    let has_password = store
        .connections
        .with_untracked(|it| it.rows.iter().any(|row| Some(row.id) == id && row.has_password));
    let send = move |connect: bool| match typed.draft.with_untracked(|it| it.check(is_secure())) {
        Ok(profile) => {
            let text = password.get_untracked();
            let unchanged = text.is_empty() && known && !profile.username.is_empty();
            dispatch.send(Request::Connections(ConnectionsRequest::Put {
                id,
                profile: Box::new(profile),
                password: (!unchanged).then_some(Secret(text)),
                connect,
            }));
            opened.set(None);
        }
        Err(wrong) => typed.wrong.set(wrong),
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        send(true);
    };
    let preset = move |name: String| {
        if let Some(preset) = PRESETS.iter().find(|it| it.name == name) {
            typed.draft.update(|draft| draft.apply(preset));
        }
    };
    let closable = move || {
        known
            || store.setting.get() != Setting::Static
            || store.connections.with(|it| !it.rows.is_empty())
    };
    let tls_error = move || typed.complaint(Field::Tls);
    view! {
        <form class="panel" aria-labelledby="conn-form" data-testid="conn-form" on:submit=submit>
            <h2 id="conn-form">{if known { t::change_title() } else { t::new_title() }}</h2>
            <label class="field">
                <span class="field-name">{t::kind()}</span>
                <select class="input" data-testid="conn-preset" on:change:target=move |event| preset(event.target().value())>
                    <option value="">{t::any_kind()}</option>
                    {PRESETS.map(|it| view! { <option value=it.name>{it.name}</option> })}
                </select>
            </label>
            <DraftLine typed label=t::name() testid="conn-name" part=|it| &mut it.name hint=t::name_hint()/>
            <div class="pair">
                <DraftLine typed label=t::host() testid="conn-host" part=|it| &mut it.host field=Field::Host
                    hint=t::host_hint()/>
                <DraftLine typed label=t::port() testid="conn-port" part=|it| &mut it.port field=Field::Port mode="numeric"/>
            </div>
            <DraftLine typed label=t::path() testid="conn-path" part=|it| &mut it.path field=Field::Path/>
            <DraftSwitch typed label="TLS (wss://)" testid="conn-tls" part=|it| &mut it.tls/>
            <p class="hint" data-error="true" role="alert" data-testid="conn-tls-error">{tls_error}</p>
            <div class="pair even">
                <DraftLine typed label=t::username() testid="conn-user" part=|it| &mut it.username hint=t::none()/>
                <label class="field">
                    <span class="field-name">{t::password()}</span>
                    <input class="input" type="password" data-testid="conn-password" autocomplete="off"
                        placeholder=if has_password { t::as_it_was() } else { t::none() }
                        prop:value=move || password.get() on:input:target=move |event| password.set(event.target().value())/>
                </label>
            </div>
            <details>
                <summary data-testid="conn-advanced">{t::advanced()}</summary>
                <Advanced typed/>
            </details>
            <div class="actions">
                <button type="submit" class="button primary" data-testid="conn-connect">{t::save_connect()}</button>
                <button type="button" class="button" data-testid="conn-save" on:click=move |_| send(false)>{t::save()}</button>
                {move || closable().then(|| view! {
                    <button type="button" class="button quiet" data-testid="conn-cancel" on:click=move |_| opened.set(None)>{t::cancel()}</button>
                })}
            </div>
        </form>
    }
}

#[component]
fn Advanced(typed: Typed) -> impl IntoView {
    let draft = typed.draft;
    let versions = [
        (MqttVersion::Auto, "auto", t::version_auto()),
        (MqttVersion::V5, "5.0", t::version_5()),
        (MqttVersion::V311, "3.1.1", t::version_311()),
    ];
    let choose = move |word: String| {
        if let Some((version, ..)) = versions.iter().find(|it| it.1 == word) {
            draft.update(|it| it.version = *version);
        }
    };
    view! {
        <div class="tab-panel">
            <DraftLine typed label=t::client_id() testid="conn-client-id" part=|it| &mut it.client_id field=Field::ClientId
                hint=t::client_id_hint()/>
            <label class="field">
                <span class="field-name">{t::version()}</span>
                <select class="input" data-testid="conn-version" on:change:target=move |event| choose(event.target().value())>
                    {versions.map(|(version, word, name)| view! {
                        <option value=word prop:selected=move || draft.with(|it| it.version == version)>{name}</option>
                    })}
                </select>
            </label>
            <div class="pair even">
                <DraftLine typed label=t::keep_alive() testid="conn-keep-alive" part=|it| &mut it.keep_alive field=Field::KeepAlive mode="numeric"/>
                <DraftLine typed label=t::connect_timeout() testid="conn-timeout" part=|it| &mut it.connect_timeout field=Field::ConnectTimeout mode="numeric"/>
            </div>
            <DraftSwitch typed label=t::reconnect() testid="conn-reconnect" part=|it| &mut it.reconnect/>
            <DraftSwitch typed label=t::clean_start() testid="conn-clean-start" part=|it| &mut it.clean_start/>
            <DraftLine typed label=t::session_expiry() testid="conn-session-expiry" part=|it| &mut it.session_expiry field=Field::SessionExpiry mode="numeric"/>
            <DraftText typed label=t::user_properties() testid="conn-user-properties" part=|it| &mut it.user_properties field=Field::UserProperties/>
            <h3>{t::will()}</h3>
            <DraftLine typed label=t::topic() testid="conn-will-topic" part=|it| &mut it.will_topic field=Field::WillTopic hint=t::no_will()/>
            <DraftLine typed label=t::payload() testid="conn-will-payload" part=|it| &mut it.will_payload/>
            <label class="field">
                <span class="field-name">"QoS"</span>
                <select class="input" data-testid="conn-will-qos" on:change:target=move |event| {
                    let qos = event.target().value().parse().unwrap_or(0);
                    draft.update(|it| it.will_qos = qos);
                }>
                    {[(0, messages::qos_0()), (1, messages::qos_1()), (2, messages::qos_2())].map(|(qos, name)| view! {
                        <option value=qos.to_string() prop:selected=move || draft.with(|it| it.will_qos == qos)>{name}</option>
                    })}
                </select>
            </label>
            <DraftSwitch typed label=t::retain() testid="conn-will-retain" part=|it| &mut it.will_retain/>
        </div>
    }
}

/// Whether the page came over https.
pub(crate) fn is_secure() -> bool {
    window().location().protocol().is_ok_and(|it| it == "https:")
}
