//! Every device of a rollout.

use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_model::api::PushState;
use mcs_view::protocol::{Download, RolloutDevice, Wait};

use super::words;
use crate::clock;
use crate::format;
use crate::store::Store;
use crate::texts::rollouts as t;
use crate::ui::{Icon, Memo};

/// So many rows more are shown at a time: a table of thousands would be slow.
const ROWS: usize = 200;

/// Which devices are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Open,
    Good,
    Bad,
    /// They ended, and neither succeeded nor failed.
    Apart,
}

impl Which {
    fn holds(self, device: &RolloutDevice) -> bool {
        let (_, tone, ..) = words::state_look(device.state);
        match self {
            Self::All => true,
            Self::Open => tone == "pending" || device.state == PushState::Queued,
            Self::Good => device.state == PushState::Updated,
            Self::Bad => tone == "danger",
            Self::Apart => ![Self::Open, Self::Good, Self::Bad].iter().any(|it| it.holds(device)),
        }
    }
}

/// The devices in the order of their places.
#[component]
pub(super) fn Table(#[prop(into)] devices: Signal<Vec<RolloutDevice>>) -> impl IntoView {
    let which = RwSignal::new(Which::All);
    let most = RwSignal::new(ROWS);
    let found = Memo::new(move || {
        let which = which.get();
        devices.with(|all| all.iter().filter(|it| which.holds(it)).cloned().collect::<Vec<_>>())
    });
    let shown = move || found.with(|it| it.iter().take(most.get()).cloned().collect::<Vec<_>>());
    let more = move || found.with(Vec::len).saturating_sub(most.get());
    let choices = [
        (Which::All, t::show_all(), "all"),
        (Which::Open, t::show_open(), "open"),
        (Which::Good, t::show_good(), "good"),
        (Which::Bad, t::show_bad(), "bad"),
        (Which::Apart, t::show_apart(), "apart"),
    ];
    let choice = |(it, name, id): (Which, &'static str, &'static str)| {
        let count =
            Memo::new(move || devices.with(|all| all.iter().filter(|one| it.holds(one)).count()));
        // Most rollouts leave nobody out.
        let idle = move || it == Which::Apart && count.get() == 0 && which.get() != it;
        view! {
            <button type="button" class="segment" data-testid=format!("show-{id}")
                aria-pressed=move || (which.get() == it).to_string() hidden=idle
                on:click=move |_| { which.set(it); most.set(ROWS); }>
                {name}" "<span class="number">{move || format::count(count.get() as u64)}</span>
            </button>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="rollout-devices">
            <div class="page-head">
                <h2 id="rollout-devices">{t::devices()}</h2>
                <div class="segments" role="group" aria-label=t::show()>{choices.map(choice).into_iter().collect_view()}</div>
            </div>
            <table class="rollout-table" data-testid="rollout-devices">
                <caption class="sr-only">{t::table()}</caption>
                <thead><tr>
                    <th scope="col">{t::device()}</th><th scope="col">{t::wave_head()}</th>
                    <th scope="col">{t::state()}</th><th scope="col">{t::reason()}</th>
                    <th scope="col">{t::notices()}</th><th scope="col">{t::since()}</th>
                </tr></thead>
                <tbody><For each=shown key=shows let:it>{row(&it)}</For></tbody>
            </table>
            {move || found.with(Vec::is_empty).then(|| view! {
                <p class="muted">{t::no_match()}</p>
            })}
            {move || (more() > 0).then(|| view! {
                <button type="button" class="button" data-testid="rollout-more"
                    on:click=move |_| most.update(|it| *it += ROWS)>{t::more(more().min(ROWS) as u64)}</button>
            })}
        </section>
    }
    .into_any()
}

/// What a row shows: with something else it is another row.
type Shows = (DeviceId, &'static str, Option<u8>, Option<u64>, u32, String, Option<Download>);

fn shows(it: &RolloutDevice) -> Shows {
    let since = it.since.map(mcs_model::Timestamp::as_millis);
    let (wire, ..) = words::state_look(it.state);
    (it.device.clone(), wire, it.percent, since, it.notices, words::why(it), it.download)
}

fn row(it: &RolloutDevice) -> AnyView {
    let store = expect_context::<Store>();
    let id = it.device.clone();
    let name =
        store.row(&id).map_or_else(|| id.to_string(), |row| row.with(|row| row.name.clone()));
    let (wire, tone, symbol, word) = words::state(it);
    let since = it.since.map(mcs_model::Timestamp::as_millis);
    let why = words::why(it);
    let waits = it.waits.map(waits);
    view! {
        <tr data-testid=format!("rollout-device-{id}") data-state=wire data-notices=it.notices.to_string() data-waits=waits>
            <th scope="row"><a href=format!("#/devices/{id}")>{name}</a><code>{id.to_string()}</code></th>
            <td class="number" data-label=t::wave_head()>{it.wave + 1}</td>
            <td data-label=t::state()>
                <span class="state" data-tone=tone><Icon symbol/><span>{word}</span></span>
                {it.percent.map(|percent| view! {
                    <progress max="100" value=percent.to_string() aria-label=t::state_downloading()></progress>
                })}
                {it.download.map(download)}
            </td>
            <td class="reason" data-label=t::reason()>{why}</td>
            <td class="number" data-label=t::notices()>{it.notices}</td>
            <td class="number" data-label=t::since()>{since.map(|at| view! {
                <time title=clock::local(at).date_and_time()>{move || format::relative(store.now.get(), at)}</time>
            })}</td>
        </tr>
    }
    .into_any()
}

/// How much is there, how fast it comes, and how long it takes.
fn download(it: Download) -> AnyView {
    let pace = it.rate.zip(it.seconds_left()).map(|(rate, left)| {
        t::download_pace(&format::bytes(rate), &format::span(left.saturating_mul(1000)))
    });
    view! {
        <p class="hint number" data-testid="rollout-download">
            {t::download_of(&format::bytes(it.bytes), &format::bytes(it.of))}
            {pace.map(|it| view! { <br/>{it} })}
        </p>
    }
    .into_any()
}

/// For tests.
const fn waits(wait: Wait) -> &'static str {
    match wait {
        Wait::Away => "away",
        Wait::Deaf => "deaf",
        Wait::Paused => "paused",
        Wait::Turn => "turn",
        _ => "unknown",
    }
}
