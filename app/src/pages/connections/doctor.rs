//! What the connection doctor found, in plain words, and the next step.

use leptos::prelude::*;
use mcs_view::protocol::{
    ConnectionId, ConnectionRow, ConnectionsRequest, Diagnosis, Finding, LinkState, Profile,
    Refusal, Request,
};

use crate::engine::Dispatch;
use crate::texts::connections as t;
use crate::ui::{Icon, Memo, Symbol};

/// Why a connection fails; nothing while it does not.
#[component]
pub(crate) fn Doctor(id: ConnectionId, row: Memo<Option<ConnectionRow>>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let diagnosis = Memo::new(move || row.with(|row| row.as_ref()?.diagnosis.clone()));
    let failing = Memo::new(move || {
        row.with(|row| {
            let state = row.as_ref().map(|it| &it.link.state);
            matches!(state, Some(LinkState::Waiting { .. } | LinkState::Stopped { .. }))
        })
    });
    let examine = move |_| dispatch.send(Request::Connections(ConnectionsRequest::Diagnose(id)));
    let number = id.0;
    let found = move || {
        let profile = row.with_untracked(|row| row.as_ref().map(|it| it.profile.clone()));
        match (diagnosis.get(), profile) {
            (Some(Diagnosis::Found(findings)), Some(profile)) => findings
                .into_iter()
                .map(|finding| view! { <Found id finding profile=profile.clone()/> })
                .collect_view()
                .into_any(),
            (Some(Diagnosis::Examining), _) => {
                view! { <p class="remark" data-testid=format!("doctor-busy-{number}")>{t::finding_out()}</p> }.into_any()
            }
            _ => ().into_any(),
        }
    };
    view! {
        <div class="doctor" aria-live="polite">
            {found}
            {move || (failing.get() && diagnosis.with(|it| !matches!(it, Some(Diagnosis::Examining)))).then(|| view! {
                <button type="button" class="button quiet" data-testid=format!("doctor-again-{number}") on:click=examine>{t::find_again()}</button>
            })}
        </div>
    }
}

#[component]
fn Found(id: ConnectionId, finding: Finding, profile: Profile) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let (what, next) = words(&finding);
    let word = word(&finding);
    let number = id.0;
    let detail = match &finding {
        Finding::Dismissed(words) | Finding::Refused(Refusal::Other(words)) => Some(words.clone()),
        _ => None,
    };
    let fix = fixed(&finding, &profile).map(|(label, profile)| {
        let mend = move |_| {
            dispatch.send(Request::Connections(ConnectionsRequest::Put {
                id: Some(id),
                profile: Box::new(profile.clone()),
                password: None,
                connect: true,
            }));
        };
        view! { <button type="button" class="button primary" data-testid=format!("doctor-fix-{number}") on:click=mend>{label}</button> }
    });
    let scheme = match &finding {
        Finding::Certificate | Finding::CertificateOrNothing => Some("https"),
        Finding::OtherOrigin if profile.tls => Some("https"),
        Finding::OtherOrigin => Some("http"),
        _ => None,
    };
    let visit = scheme.map(|scheme| {
        let address = format!("{scheme}://{}/", profile.place());
        let label = t::open(&address);
        view! { <a class="button" data-testid=format!("doctor-open-{number}") target="_blank" rel="noopener noreferrer" href=address>{label}</a> }
    });
    view! {
        <div class="problem finding" data-testid=format!("doctor-{number}") data-finding=word>
            <Icon symbol=Symbol::Warning/>
            <div class="finding-words">
                <p><strong>{what}</strong>{detail.map(|it| view! { " "<code>{it}</code> })}</p>
                <p>{next}</p>
                <div class="actions">{fix}{visit}</div>
            </div>
        </div>
    }
}

/// What a click can mend: the words of the button, and the profile as it would be.
fn fixed(finding: &Finding, profile: &Profile) -> Option<(String, Profile)> {
    match finding {
        Finding::WrongPath { works } => {
            Some((t::use_it(works), Profile { path: works.clone(), ..profile.clone() }))
        }
        Finding::TlsWanted => {
            Some((t::use_it(&"wss://"), Profile { tls: true, ..profile.clone() }))
        }
        Finding::PlainWanted => {
            Some((t::use_it(&"ws://"), Profile { tls: false, ..profile.clone() }))
        }
        _ => None,
    }
}

/// For tests and style sheets.
fn word(finding: &Finding) -> &'static str {
    match finding {
        Finding::MixedContent => "mixed-content",
        Finding::TcpPort => "tcp-port",
        Finding::Refused(Refusal::Credentials) => "credentials",
        Finding::Refused(_) => "refused",
        Finding::OtherOrigin => "cors",
        Finding::TakenOver => "taken-over",
        Finding::Dismissed(_) => "dismissed",
        Finding::InvalidSetting => "invalid-setting",
        Finding::Silent => "silent",
        Finding::WrongPath { .. } => "wrong-path",
        Finding::WrongProtocol => "wrong-protocol",
        Finding::NotMqtt => "not-mqtt",
        Finding::TlsWanted => "tls-wanted",
        Finding::PlainWanted => "plain-wanted",
        Finding::Certificate => "certificate",
        Finding::CertificateOrNothing => "certificate-or-nothing",
        Finding::NoWebSocket => "no-websocket",
        Finding::NothingListens => "nothing-listens",
    }
}

/// What happened and why, and what to do next.
fn words(finding: &Finding) -> (&'static str, &'static str) {
    match finding {
        Finding::MixedContent => (t::mixed(), t::mixed_next()),
        Finding::TcpPort => (t::tcp(), t::tcp_next()),
        Finding::Refused(refusal) => refused(refusal),
        Finding::OtherOrigin => (t::other_origin(), t::other_origin_next()),
        Finding::TakenOver => (t::taken_over(), t::taken_over_next()),
        Finding::Dismissed(_) => (t::dismissed(), t::broker_word_next()),
        Finding::InvalidSetting => (t::invalid(), t::invalid_next()),
        Finding::Silent => (t::silent(), t::silent_next()),
        Finding::WrongPath { .. } => (t::wrong_path_found(), t::wrong_path_next()),
        Finding::WrongProtocol => (t::wrong_protocol(), t::wrong_protocol_next()),
        Finding::NotMqtt => (t::not_mqtt(), t::not_mqtt_next()),
        Finding::TlsWanted => (t::tls_wanted(), t::tls_wanted_next()),
        Finding::PlainWanted => (t::plain_wanted(), t::plain_wanted_next()),
        Finding::Certificate => (t::certificate(), t::certificate_next()),
        Finding::CertificateOrNothing => {
            (t::certificate_or_nothing(), t::certificate_or_nothing_next())
        }
        Finding::NoWebSocket => (t::no_websocket(), t::no_websocket_next()),
        Finding::NothingListens => (t::nothing(), t::nothing_next()),
    }
}

fn refused(refusal: &Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::Credentials => (t::credentials(), t::credentials_next()),
        Refusal::NotAuthorized => (t::not_authorized(), t::not_authorized_next()),
        Refusal::ClientId => (t::bad_client_id(), t::bad_client_id_next()),
        Refusal::Version => (t::bad_version(), t::bad_version_next()),
        Refusal::Busy => (t::busy(), t::busy_next()),
        Refusal::Banned => (t::banned(), t::banned_next()),
        Refusal::Method => (t::bad_method(), t::bad_method_next()),
        Refusal::Other(_) => (t::refused(), t::broker_word_next()),
    }
}
