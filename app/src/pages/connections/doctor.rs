//! What the connection doctor found, in plain words, and the next step.

use leptos::prelude::*;
use mcs_view::protocol::{
    ConnectionId, ConnectionRow, ConnectionsRequest, Diagnosis, Finding, LinkState, Profile,
    Refusal, Request,
};

use crate::engine::Dispatch;
use crate::ui::{Icon, Symbol};

/// Why a connection fails; nothing while it does not.
#[component]
pub(crate) fn Doctor(id: ConnectionId, row: Memo<Option<ConnectionRow>>) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let diagnosis = Memo::new(move |_| row.with(|row| row.as_ref()?.diagnosis.clone()));
    let failing = Memo::new(move |_| {
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
                view! { <p class="remark" data-testid=format!("doctor-busy-{number}")>"Finding out why…"</p> }.into_any()
            }
            _ => ().into_any(),
        }
    };
    view! {
        <div class="doctor" aria-live="polite">
            {found}
            {move || (failing.get() && diagnosis.with(|it| !matches!(it, Some(Diagnosis::Examining)))).then(|| view! {
                <button type="button" class="button quiet" data-testid=format!("doctor-again-{number}") on:click=examine>"Find out why again"</button>
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
    let visit = matches!(finding, Finding::Certificate | Finding::CertificateOrNothing).then(|| {
        let address = format!("https://{}/", profile.place());
        let label = format!("Open {address}");
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
            Some((format!("Use {works}"), Profile { path: works.clone(), ..profile.clone() }))
        }
        Finding::TlsWanted => {
            Some(("Use wss://".to_owned(), Profile { tls: true, ..profile.clone() }))
        }
        Finding::PlainWanted => {
            Some(("Use ws://".to_owned(), Profile { tls: false, ..profile.clone() }))
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
        Finding::MixedContent => (
            "This page came over https, so the browser opens no ws:// from it.",
            "Turn TLS on and name the broker's wss:// port, or open the console over http.",
        ),
        Finding::TcpPort => (
            "This is a port of MQTT over TCP, which no browser can speak.",
            "Ask for the broker's WebSocket port: often 8083, 9001 or 8000. Client certificates and TCP 1883 or 8883 need another program than a browser.",
        ),
        Finding::Refused(refusal) => refused(refusal),
        Finding::TakenOver => (
            "Another client with the same client ID has taken the connection.",
            "Close the other one, or leave the client ID empty, so that each tab has its own.",
        ),
        Finding::Dismissed(_) => (
            "The broker has ended the connection.",
            "The reason above is the broker's word; its log says more.",
        ),
        Finding::InvalidSetting => (
            "A setting does not fit into MQTT.",
            "Look for a text that is too long, or a last will with a wildcard in its topic.",
        ),
        Finding::Silent => (
            "The broker stopped answering.",
            "The network may be down, or the broker overloaded. It is tried again by itself.",
        ),
        Finding::WrongPath { .. } => {
            ("Another path takes MQTT, this one does not.", "Change the path, and connect again.")
        }
        Finding::WrongProtocol => (
            "A WebSocket opens there, but not with the sub-protocol “mqtt”.",
            "The listener is not for MQTT, or does not answer the sub-protocol. Look at the broker's WebSocket settings, or at the proxy before it.",
        ),
        Finding::NotMqtt => (
            "The WebSocket opens, but what is behind it does not speak MQTT.",
            "Check port and path: another service may listen there.",
        ),
        Finding::TlsWanted => ("This port speaks TLS.", "Connect with wss://."),
        Finding::PlainWanted => (
            "This port does not speak TLS.",
            "Connect with ws://, or name the port of the broker's TLS listener.",
        ),
        Finding::Certificate => (
            "This browser does not trust the broker's certificate.",
            "Open the address below in a tab and look what the browser says; for a certificate of your own, accept it there, then connect again.",
        ),
        Finding::CertificateOrNothing => (
            "Nothing answers there by TLS: the certificate is not trusted, or nothing listens. A browser tells no page which of both.",
            "Open the address below in a tab: it says which. A certificate of your own can be accepted there. If nothing answers, check host and port.",
        ),
        Finding::NoWebSocket => (
            "A web server answers there, but no WebSocket opens at the usual paths.",
            "Check the path, and whether the broker's WebSocket listener is on. A proxy must pass on “Upgrade”.",
        ),
        Finding::NothingListens => (
            "Nothing answers at this host and port.",
            "Check both, whether the broker runs with a WebSocket listener, and whether a firewall is between.",
        ),
    }
}

fn refused(refusal: &Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::Credentials => (
            "The broker refuses this user name or password.",
            "Type both again. A password is only kept if you said so.",
        ),
        Refusal::NotAuthorized => (
            "The broker does not let this user connect.",
            "It may want a user name and a password, or an administrator has to allow it.",
        ),
        Refusal::ClientId => (
            "The broker does not take this client ID.",
            "Leave it empty, or use the one that the broker's administrator gave.",
        ),
        Refusal::Version => (
            "The broker does not speak this version of MQTT.",
            "Choose “5.0, or else 3.1.1” under Advanced.",
        ),
        Refusal::Busy => {
            ("The broker does not serve at the moment.", "It is tried again by itself.")
        }
        Refusal::Banned => (
            "The broker has banned this client.",
            "Its administrator can tell why; another client ID may help.",
        ),
        Refusal::Method => (
            "The broker wants another way to prove who you are than a password.",
            "This console offers user name and password only.",
        ),
        Refusal::Other(_) => (
            "The broker has refused the connection.",
            "The reason above is the broker's word; its log says more.",
        ),
    }
}
