//! What floods the broker.

use leptos::prelude::*;
use mcs_view::protocol::{Loudness, RateRow};

use super::state::Page;
use super::words;
use crate::format;
use crate::texts::messages as t;

fn columns() -> [(Loudness, &'static str, &'static str); 4] {
    [
        (Loudness::MessageRate, t::message_rate(), "message-rate"),
        (Loudness::ByteRate, t::byte_rate(), "byte-rate"),
        (Loudness::Messages, t::log(), "messages"),
        (Loudness::Bytes, t::bytes(), "bytes"),
    ]
}

/// The loudest topics.
#[component]
pub(super) fn Rates(page: Page) -> impl IntoView {
    let view = page.inspector.rates;
    let heads = columns().map(|(by, name, id)| {
        let sorted = move || if page.loudness.get() == by { "descending" } else { "none" };
        view! {
            <th scope="col" class="number" aria-sort=sorted>
                <button type="button" class="sort" data-testid=format!("rates-by-{id}") aria-pressed=move || (page.loudness.get() == by).to_string()
                    on:click=move |_| page.loudness.set(by)>{name}</button>
            </th>
        }
    });
    let rows = move || view.with(|it| it.as_ref().map(|it| it.rows.clone()).unwrap_or_default());
    let more = move || {
        view.with(|it| it.as_ref().map(|it| (it.rows.len() as u64, it.topics)).unwrap_or_default())
    };
    let sum = move || view.with(|it| it.as_ref().map(|it| it.load).unwrap_or_default());
    view! {
        <div class="messages-table" data-testid="rates" tabindex="0" role="region" aria-label=t::loudest()>
            <table>
                <thead><tr><th scope="col">{t::topic()}</th>{heads.into_iter().collect::<Vec<_>>()}</tr></thead>
                <tbody>
                    <tr class="sum"><th scope="row">{t::all_topics()}</th>
                        <td class="number">{move || decimal(sum().message_rate)}</td>
                        <td class="number">{move || format::bytes(whole(sum().byte_rate))}</td>
                        <td class="number">{move || format::count(sum().messages)}</td>
                        <td class="number">{move || format::bytes(sum().bytes)}</td></tr>
                    {move || rows().into_iter().map(|it| row(page, it)).collect::<Vec<_>>()}
                </tbody>
            </table>
            <p class="hint">{move || match more() {
                (shown, all) if shown < all => t::rates_some(all, &format::count(shown)),
                (_, all) => t::rates_all(all),
            }}</p>
        </div>
    }
}

fn row(page: Page, it: RateRow) -> impl IntoView {
    let RateRow { topic, place, load } = it;
    let name = place.as_ref().map_or_else(|| topic.path.clone(), words::place);
    let title = topic.path.clone();
    let open = move |_| page.below.set(Some(topic.clone()));
    view! {
        <tr data-testid="rate-row">
            <th scope="row"><button type="button" class="link-button" title=title on:click=open>{name}</button></th>
            <td class="number">{decimal(load.message_rate)}</td>
            <td class="number">{format::bytes(whole(load.byte_rate))}</td>
            <td class="number">{format::count(load.messages)}</td>
            <td class="number">{format::bytes(load.bytes)}</td>
        </tr>
    }
}

fn decimal(rate: f32) -> String {
    if rate == 0.0 { "0".to_owned() } else { format!("{rate:.1}") }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate of bytes")]
fn whole(rate: f32) -> u64 {
    rate.round() as u64
}
