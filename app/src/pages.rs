//! The pages.

mod connections;
mod device;
mod devices;
mod firmware;
mod messages;
mod prototypes;
mod rollouts;
mod settings;
mod sign_in;

use leptos::prelude::*;
use mcs_model::api::Role;

use crate::texts::{settings as t, shell};

pub(crate) use connections::Connections;
pub(crate) use device::Device;
pub(crate) use devices::Devices;
pub(crate) use firmware::Firmware;
pub(crate) use messages::{Inspector, Messages};
pub(crate) use prototypes::{Prototypes, Unsaved};
pub(crate) use rollouts::Rollouts;
pub(crate) use settings::Settings;
pub(crate) use sign_in::SignIn;

/// What a user may do, in words.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Admin => t::role_admin(),
        Role::Operator => t::role_operator(),
        Role::Viewer => t::role_viewer(),
        Role::Member => t::role_member(),
    }
}

/// No page has this address.
#[component]
pub(crate) fn NotFound(path: String) -> impl IntoView {
    view! {
        <div class="page">
            <h1>{shell::no_such_page()}</h1>
            <p>{shell::no_such_page_why()}" "<code>{path}</code></p>
            <p><a href="#/devices">{shell::to_devices()}</a></p>
        </div>
    }
    .into_any()
}
