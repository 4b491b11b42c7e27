//! What a firmware is sent in spite of.

use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_view::protocol::{Objection, RolloutDevice, RolloutInfo};

use super::words;
use crate::clock;
use crate::store::Store;
use crate::texts::rollouts as t;
use crate::ui::{Icon, Memo, Symbol};

/// So many devices are named.
const NAMES: usize = 20;

/// The overrides that are in force: which, who, why, when, and for which devices.
#[component]
pub(super) fn Overrides(
    info: Memo<Option<RolloutInfo>>,
    devices: Memo<Vec<RolloutDevice>>,
) -> impl IntoView {
    let all = Memo::new(move || info.with(|it| it.as_ref().map(|it| it.overrides.clone())));
    let rows = move || {
        let one = |it: mcs_view::protocol::Override| {
            let at = clock::local(it.at.as_millis()).date_and_time();
            let objection = it.objection;
            view! {
                <li class="override" data-testid=format!("overridden-{objection:?}").to_lowercase()>
                    <p class="state" data-tone="warning"><Icon symbol=Symbol::Warning/><span>{words::objection(objection)}</span></p>
                    <p class="break">{t::override_because(&it.reason)}</p>
                    <p class="muted">{t::override_by(&words::operator(&it.by), &at)}</p>
                    {move || devices.with(|all| named(objection, all))}
                </li>
            }
        };
        all.get().unwrap_or_default().into_iter().map(one).collect_view()
    };
    move || {
        all.with(|all| all.as_ref().is_some_and(|it| !it.is_empty())).then(|| {
            view! {
                <section class="panel" aria-labelledby="overrides" data-testid="rollout-overrides">
                    <h2 id="overrides">{t::overrides()}</h2>
                    <ul class="list">{rows}</ul>
                </section>
            }
        })
    }
}

/// The devices that are sent it in spite of that.
fn named(objection: Objection, devices: &[RolloutDevice]) -> AnyView {
    let store = expect_context::<Store>();
    let found = devices.iter().filter(|it| it.overridden.contains(&objection));
    let ids: Vec<DeviceId> = found.map(|it| it.device.clone()).collect();
    let more = ids.len().saturating_sub(NAMES);
    let count = t::override_for(ids.len() as u64);
    let link = |id: DeviceId| {
        let row = store.row(&id);
        let name = row.map_or_else(|| id.to_string(), |row| row.with(|row| row.name.clone()));
        view! { <li><a href=format!("#/devices/{id}")>{name}</a></li> }
    };
    view! {
        <p class="hint">{count}</p>
        <ul class="override-devices">
            {ids.into_iter().take(NAMES).map(link).collect_view()}
            {(more > 0).then(|| view! { <li class="muted">{t::override_more(more as u64)}</li> })}
        </ul>
    }
    .into_any()
}
