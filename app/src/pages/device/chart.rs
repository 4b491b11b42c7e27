//! A device's charts; the address says which.

use leptos::prelude::*;
use mcs_model::{Channel, DeviceId};

use crate::chart::{Board, is_drawable};
use crate::texts::chart as t;
use crate::ui::Empty;

/// The charts of a device.
#[component]
pub(crate) fn Charts(id: DeviceId, channels: Vec<Channel>) -> impl IntoView {
    if channels.iter().any(is_drawable) {
        return view! { <Board id channels/> }.into_any();
    }
    view! {
        <Empty title=t::nothing() testid="charts-empty">
            <p>{t::nothing_why()}</p>
        </Empty>
    }
    .into_any()
}
