//! Counters at the very bottom of wide screens, and which clock times are of.

use leptos::prelude::*;

use crate::clock;
use crate::format;
use crate::preferences::{Clock, Preferences};
use crate::store::Store;
use crate::texts::shell as t;

#[component]
pub(super) fn StatusBar() -> impl IntoView {
    let stats = expect_context::<Store>().stats;
    let preferences = expect_context::<Preferences>();
    let memory = move || {
        let stats = stats.get();
        t::memory(&format::bytes(stats.memory), &format::bytes(stats.budget))
    };
    let other = match preferences.clock.get_untracked() {
        Clock::Local => Clock::Utc,
        Clock::Utc => Clock::Local,
    };
    let label = t::clock_is(&clock::zone());
    view! {
        <footer class="status number" data-testid="status-bar">
            <span data-testid="stat-rate">{move || t::rate(&format::rate(stats.get().message_rate))}</span>
            <span data-testid="stat-messages">{move || t::message_count(stats.get().messages)}</span>
            <span data-testid="stat-points">{move || t::point_count(stats.get().points)}</span>
            <span data-testid="stat-memory">{memory}</span>
            <span data-testid="stat-evicted" title=t::evicted_why()>{move || t::evicted_count(stats.get().evicted)}</span>
            <button type="button" class="status-zone" data-testid="stat-zone" aria-label=label.clone() title=label
                on:click=move |_| preferences.choose_clock(other)>{clock::zone()}</button>
        </footer>
    }
    .into_any()
}
