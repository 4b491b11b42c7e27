//! The pages.

mod connections;
mod device;
mod devices;
mod firmware;
mod messages;
mod prototypes;
mod settings;
mod sign_in;

use leptos::prelude::*;
use mcs_model::api::Role;

pub(crate) use connections::Connections;
pub(crate) use device::Device;
pub(crate) use devices::Devices;
pub(crate) use firmware::Firmware;
pub(crate) use messages::{Inspector, Messages};
pub(crate) use prototypes::Prototypes;
pub(crate) use settings::Settings;
pub(crate) use sign_in::SignIn;

/// What a user may do, in words.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Admin => "Administrator: everything",
        Role::Operator => "Operator: see and control every device",
        Role::Viewer => "Viewer: see every device",
        Role::Member => "Member: see what is granted",
    }
}

/// No page has this address.
#[component]
pub(crate) fn NotFound(path: String) -> impl IntoView {
    view! {
        <div class="page">
            <h1>"There is no such page"</h1>
            <p>"Nothing is at "<code>{path}</code>". "<a href="#/devices">"Go to the devices"</a></p>
        </div>
    }
}
