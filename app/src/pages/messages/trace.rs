//! Control packets: what was asked of the broker, and what it said.

use leptos::prelude::*;
use mcs_view::protocol::{Packet, TraceRow};

use super::state::Page;
use super::words;
use crate::clock;
use crate::reasons;
use crate::texts::messages as t;

/// The last control packets, the newest first.
#[component]
pub(super) fn Trace(page: Page) -> impl IntoView {
    let view = page.inspector.trace;
    let rows = move || {
        view.with(|it| it.iter().flat_map(|it| it.rows.iter().rev()).cloned().collect::<Vec<_>>())
    };
    let evicted = move || view.with(|it| it.as_ref().map_or(0, |it| it.evicted));
    view! {
        <div class="messages-table" data-testid="trace" tabindex="0" role="region" aria-label=t::control_packets()>
            <table>
                <thead><tr><th scope="col">{t::time()}</th><th scope="col">{t::packet()}</th><th scope="col" class="number">{t::packet_id()}</th>
                    <th scope="col">{t::says()}</th><th scope="col" class="number">{t::after()}</th></tr></thead>
                <tbody><For each=rows key=|row| row.id let(it)>{row(it)}</For></tbody>
            </table>
            <p class="hint">{move || match evicted() {
                0 => t::trace_hint().to_owned(),
                gone => t::trace_evicted(gone),
            }}</p>
        </div>
    }
}

fn row(it: TraceRow) -> impl IntoView {
    let failed = it.codes.iter().any(|code| *code >= 0x80);
    let tone = if failed { "danger" } else { "none" };
    let codes: Vec<_> = it.codes.iter().map(|code| meaning(it.packet, *code)).collect();
    let present = it.session_present.then(t::session_present);
    let says = codes.into_iter().chain(present.map(str::to_owned)).collect::<Vec<_>>().join(", ");
    let properties: Vec<_> = it
        .properties
        .iter()
        .map(|it| {
            let name = if it.key.is_empty() { words::property(it.id) } else { &it.key };
            view! { <li class="break"><span class="muted">{name.to_owned()}": "</span>{it.value.clone()}</li> }
        })
        .collect();
    view! {
        <tr data-testid=format!("trace-{}", name(it.packet)) data-sent=it.sent.to_string()>
            <td class="number" title=clock::local(it.at.as_millis()).date_and_time()>{words::time(it.at.as_millis())}</td>
            <td class="trace-name"><span aria-hidden="true">{if it.sent { "↑ " } else { "↓ " }}</span>
                <span class="sr-only">{if it.sent { t::tab_sent() } else { t::tab_received() }}" "</span>{name(it.packet)}</td>
            <td class="number">{it.packet_id.map(|it| it.to_string())}</td>
            <td class="break"><span class="trace-says" data-tone=tone>{says}</span>
                {it.topics.into_iter().map(|it| view! { <code class="trace-topic">{it}</code> }).collect::<Vec<_>>()}
                {(!properties.is_empty()).then(|| view! { <ul>{properties}</ul> })}</td>
            <td class="number">{it.millis.map(|it| format!("{it} ms"))}</td>
        </tr>
    }
}

fn meaning(packet: Packet, code: u8) -> String {
    match (packet, code) {
        (Packet::Suback, 0..=2) => t::granted(&code),
        (Packet::Disconnect, 0) => t::disconnection().to_owned(),
        _ => reasons::code(code),
    }
}

fn name(packet: Packet) -> &'static str {
    match packet {
        Packet::Connect => "CONNECT",
        Packet::Connack => "CONNACK",
        Packet::Publish => "PUBLISH",
        Packet::Puback => "PUBACK",
        Packet::Pubrec => "PUBREC",
        Packet::Pubcomp => "PUBCOMP",
        Packet::Subscribe => "SUBSCRIBE",
        Packet::Suback => "SUBACK",
        Packet::Unsubscribe => "UNSUBSCRIBE",
        Packet::Unsuback => "UNSUBACK",
        Packet::Pingreq => "PINGREQ",
        Packet::Pingresp => "PINGRESP",
        Packet::Disconnect => "DISCONNECT",
    }
}
