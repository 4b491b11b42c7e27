//! Programs for this device, ready to paste.

use leptos::prelude::*;
use mcs_model::api::Right;
use mcs_model::{Channel, DeviceId, Direction};
use mcs_view::hints::{self, Language, Place};
use mcs_view::protocol::{ConnectionRow, LinkState, Request, Setting};

use crate::engine::Dispatch;
use crate::shell;
use crate::store::Store;
use crate::texts::device as t;
use crate::ui::{CopyButton, Empty, Memo};

/// Word in the address, name, language.
const LANGUAGES: [(&str, &str, Language); 5] = [
    ("python", "Python", Language::Python),
    ("arduino", "Arduino", Language::Arduino),
    ("node", "Node.js", Language::JavaScript),
    ("rust", "Rust", Language::Rust),
    ("shell", "Shell", Language::Shell),
];

/// What stands for a key that is not shown.
const NO_KEY: &str = "DEVICE_KEY";

/// The port that brokers have by custom.
const MQTT_PORT: u16 = 1883;

/// A program for one channel; the address says which and in what language.
#[component]
pub(crate) fn Code(id: DeviceId, channels: Vec<Channel>, right: Memo<Right>) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    if channels.is_empty() {
        return view! {
            <Empty title=t::no_channels() testid="code-empty">
                <p>{t::code_empty()}</p>
            </Empty>
        }
        .into_any();
    }
    let language = Memo::new(move || {
        store.query.with(|query| {
            let named = LANGUAGES.iter().find(|it| Some(it.0) == query.value("language"));
            named.unwrap_or(&LANGUAGES[0]).2
        })
    });
    let all = StoredValue::new(channels);
    let channel = Memo::new(move || {
        store.query.with(|query| {
            all.with_value(|all| {
                let named = all.iter().find(|it| Some(it.id.as_str()) == query.value("channel"));
                named.or(all.first()).cloned()
            })
        })
    });
    let key = {
        let id = id.clone();
        Memo::new(move || {
            let shown = store.credentials.get().filter(|it| it.id == id);
            shown.map(|it| it.key.to_string())
        })
    };
    on_cleanup(move || store.credentials.set(None));
    let program = {
        let id = id.clone();
        Memo::new(move || {
            let key = key.get();
            let key = key.as_deref().unwrap_or(NO_KEY);
            let place = place(store);
            channel.with(|it| {
                let it = it.as_ref()?;
                Some(hints::program(language.get(), &place, &id, key, it))
            })
        })
    };
    let text = Signal::derive(move || program.get().unwrap_or_default());
    let does = move || {
        channel.with(|it| match it.as_ref().map(|it| it.direction) {
            Some(Direction::Controller) => t::takes(),
            _ => t::reports(),
        })
    };
    let ask = move |_| dispatch.send(Request::Credentials(id.clone()));
    let show = move |name: &'static str, value: &str| {
        shell::show(store, store.query.get_untracked().with(name, Some(value)));
    };
    let options = all.with_value(|all| {
        let option = |it: &Channel| {
            let id = it.id.to_string();
            let this = id.clone();
            let is_chosen =
                move || channel.with(|it| it.as_ref().is_some_and(|it| it.id.as_str() == this));
            view! { <option value=id selected=is_chosen>{it.name.clone()}</option> }
        };
        all.iter().map(option).collect_view()
    });
    view! {
        <div class="panel code">
            <div class="actions">
                <label class="field inline"><span class="field-name">{t::channel()}</span>
                    <select class="input" data-testid="code-channel"
                        on:change:target=move |event| show("channel", &event.target().value())>{options}</select>
                </label>
                <div class="segments" role="group" aria-label=t::language()>
                    {LANGUAGES.map(|(word, name, this)| view! {
                        <button type="button" class="segment" data-testid=format!("code-{word}")
                            aria-pressed=move || (language.get() == this).to_string()
                            on:click=move |_| show("language", word)>{name}</button>
                    }).into_iter().collect_view()}
                </div>
            </div>
            <div class="code-head">
                <p class="remark">{does}</p>
                <CopyButton text what=t::program() testid="copy-program"/>
            </div>
            {move || (key.with(Option::is_none)).then(|| if right.get() >= Right::Control {
                let ask = ask.clone();
                view! {
                    <p class="remark actions">{t::key_stands(&NO_KEY)}
                        <button type="button" class="button" data-testid="code-key" on:click=ask>{t::put_key()}</button></p>
                }.into_any()
            } else {
                view! { <p class="remark">{t::key_hidden(&NO_KEY)}</p> }.into_any()
            })}
            {move || (!has_server(store)).then(|| view! {
                <p class="remark">{t::usual_port()}</p>
            })}
            <pre class="code-block" tabindex="0" aria-label=t::program()><code data-testid="code-program">{text}</code></pre>
        </div>
    }
    .into_any()
}

fn has_server(store: Store) -> bool {
    store.setting.with(|it| matches!(it, Setting::SignedIn { .. }))
}

/// Where devices send to: the server that the page came from, or the broker that it talks to.
fn place(store: Store) -> Place {
    let location = window().location();
    match store.setting.get() {
        Setting::SignedIn { mqtt_port, .. } => Place {
            host: location.hostname().unwrap_or_default(),
            mqtt_port: mqtt_port.unwrap_or(MQTT_PORT),
            rest: location.origin().ok(),
        },
        _ => {
            let host = store.connections.with(|it| {
                let connected =
                    |it: &&ConnectionRow| matches!(it.link.state, LinkState::Connected { .. });
                let row = it.rows.iter().find(connected).or(it.rows.first());
                row.map(|it| it.profile.host.clone())
            });
            let host = host.unwrap_or_else(|| "broker.example".to_owned());
            Place { host, mqtt_port: MQTT_PORT, rest: None }
        }
    }
}
