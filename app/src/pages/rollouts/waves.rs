//! How the devices of a wave stand.

use leptos::prelude::*;
use mcs_view::protocol::{Counts, RolloutInfo};

use crate::texts::rollouts as t;
use crate::ui::Memo;

/// The waves of a rollout.
#[component]
pub(super) fn Waves(#[prop(into)] info: Signal<Option<RolloutInfo>>) -> impl IntoView {
    let waves = Memo::new(move || {
        info.with(|it| it.as_ref().map(|it| (it.waves.clone(), it.begun)).unwrap_or_default())
    });
    let rows = move || {
        let (waves, begun) = waves.get();
        let row = |(wave, counts): (u32, Counts)| {
            let waits = (wave >= begun).then(t::wave_not_begun);
            view! {
                <li class="wave" data-testid=format!("wave-{wave}") data-begun=(wave < begun).to_string()>
                    <h3>{t::wave(&(wave + 1))}</h3>
                    <Bar counts/>
                    {waits.map(|it| view! { <p class="hint">{it}</p> })}
                </li>
            }
            .into_any()
        };
        (0..).zip(waves).map(row).collect_view()
    };
    view! {
        <section class="panel" aria-labelledby="waves">
            <h2 id="waves">{t::waves()}</h2>
            <ol class="waves">{rows}</ol>
        </section>
    }
    .into_any()
}

/// Says how many stand somewhere.
type Words = fn(u64) -> String;

/// A bar whose parts are devices, and the same in words.
#[component]
pub(super) fn Bar(counts: Counts) -> impl IntoView {
    let parts: [(&str, u32, Words); 7] = [
        ("updated", counts.updated, t::updated),
        ("open", counts.open, t::open),
        ("failed", counts.failed, t::failed),
        ("missed", counts.missed, t::missed),
        ("apart", counts.apart, t::apart),
        ("asleep", counts.asleep, t::asleep),
        ("waiting", counts.waiting, t::waiting),
    ];
    let some = || parts.into_iter().filter(|it| it.1 > 0);
    let bar = some().map(|(name, count, _)| {
        view! { <span class="bar-part" data-part=name style:--share=count.to_string()></span> }
    });
    let legend = some().map(|(name, count, words)| {
        view! {
            <li class="number" data-part=name data-testid=format!("count-{name}") data-count=count.to_string()>
                {words(count.into())}
            </li>
        }
    });
    view! {
        <div class="bar" aria-hidden="true">{bar.collect_view()}</div>
        <ul class="legend">{legend.collect_view()}</ul>
    }
    .into_any()
}
