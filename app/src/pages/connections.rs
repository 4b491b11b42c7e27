//! Connections, in the static setting: the broker, and the devices that the operator names.

mod broker;
mod devices;
mod kept;

use leptos::prelude::*;
use mcs_view::protocol::Setting;

use crate::store::Store;
use crate::ui::Empty;
use broker::Broker;
use devices::{Backup, KnownDevices, NewDeviceForm};
use kept::Kept;

/// The broker and the devices.
#[component]
pub(crate) fn Connections() -> impl IntoView {
    let store = expect_context::<Store>();
    let is_static = Memo::new(move |_| matches!(store.setting.get(), Setting::Static));
    move || {
        if is_static.get() {
            view! {
                <div class="page">
                    <h1>"Connections"</h1>
                    <p class="muted">"No server answers at this address, so the console talks to a broker by itself. Devices are kept in this browser, and nowhere else."</p>
                    <Kept/>
                    <div class="columns">
                        <div class="column"><Broker/><KnownDevices/></div>
                        <div class="column"><NewDeviceForm/><Backup/></div>
                    </div>
                </div>
            }
            .into_any()
        } else {
            view! {
                <div class="page">
                    <Empty title="The server holds the connection" testid="connections-server">
                        <p>"Connections are named by hand only where there is no server."</p>
                    </Empty>
                </div>
            }
            .into_any()
        }
    }
}

/// A line of text with its label.
#[component]
fn Line(
    label: &'static str,
    value: RwSignal<String>,
    testid: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] hint: &'static str,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field-name">{label}</span>
            <input class="input" type=kind data-testid=testid autocomplete="off" spellcheck="false" autocapitalize="none"
                placeholder=hint prop:value=move || value.get() on:input:target=move |event| value.set(event.target().value())/>
        </label>
    }
}
