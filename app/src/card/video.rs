//! A video: what can be said of it, for there is nothing to play (CONTRACT §1.5).

use leptos::prelude::*;
use mcs_model::Channel;

use crate::texts::function as t;

/// The card's body.
#[component]
pub(crate) fn Video(channel: Channel) -> impl IntoView {
    view! {
        <div class="video" data-testid=format!("value-{}", channel.id) data-value="">
            <p class="video-screen" aria-hidden="true">{t::video_state()}</p>
            <p class="hint">{t::video_what()}</p>
            <p class="hint">{t::video_limits()}</p>
        </div>
    }
}
