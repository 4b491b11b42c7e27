//! The connection doctor: why a connection failed, and what to do about it.
//!
//! A browser hides why a socket did not open. So the doctor asks for a few harmless probes of the
//! same host and port at once, and concludes when all of them are answered. Nothing is sent on a
//! socket that it opens, and no password leaves the console.

use mcs_session::{DisconnectReason, ReasonCode};

use crate::connections::is_local;
use crate::protocol::{Finding, Profile, Refusal};

#[cfg(test)]
mod tests;

/// What to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// GET this without looking at the answer: does anything answer?
    Fetch {
        /// `http://…` or `https://…`.
        url: String,
    },
    /// GET this as a page reads from elsewhere: may it read the answer?
    Read {
        /// `http://…` or `https://…`.
        url: String,
    },
    /// Open a WebSocket and close it at once.
    WebSocket {
        /// `ws://…` or `wss://…`.
        url: String,
        /// The sub-protocol that is offered, if any.
        protocol: Option<&'static str>,
    },
}

/// What a probe is to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Question {
    /// Does anything speak HTTP there, in the scheme of the profile?
    Answers,
    /// In the other scheme?
    AnswersOther,
    /// Does the other scheme carry MQTT?
    OtherScheme,
    /// Does another path carry MQTT?
    Path(&'static str),
    /// Does the path take a WebSocket without a sub-protocol?
    NoProtocol,
    /// With the name of MQTT 3.1?
    OldProtocol,
    /// Is it a server of ours? Anybody may read what it says of its interface.
    Ours,
    /// Does it let this page read who is signed in?
    Readable,
}

/// Paths that brokers really use.
const PATHS: [&str; 3] = ["/mqtt", "/", "/ws"];

/// An examination under way.
#[derive(Debug)]
pub(crate) struct Doctor {
    profile: Profile,
    /// What is found already.
    known: Option<Finding>,
    /// Questions with their answers.
    answers: Vec<(Question, Option<bool>)>,
}

/// How the connection failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    pub(crate) reason: DisconnectReason,
    /// The socket had opened.
    pub(crate) opened: bool,
}

/// What a failure says by itself; `None` when it has to be examined.
pub(crate) fn at_once(profile: &Profile, failure: Failure, secure_page: bool) -> Option<Finding> {
    match failure.reason {
        DisconnectReason::Refused(code) => Some(Finding::Refused(refusal(code))),
        DisconnectReason::Dismissed(ReasonCode::SESSION_TAKEN_OVER) => Some(Finding::TakenOver),
        DisconnectReason::Dismissed(code) => Some(Finding::Dismissed(code.to_string())),
        DisconnectReason::InvalidConfig => Some(Finding::InvalidSetting),
        DisconnectReason::KeepAlive | DisconnectReason::Stalled => Some(Finding::Silent),
        DisconnectReason::Protocol(_) => Some(Finding::NotMqtt),
        _ if failure.opened => Some(Finding::NotMqtt),
        _ if secure_page && !profile.tls && !is_local(&profile.host) => Some(Finding::MixedContent),
        _ => None,
    }
}

impl Doctor {
    /// Begins; the probes are numbered by their place.
    pub(crate) fn new(profile: &Profile, secure_page: bool) -> (Self, Vec<Probe>) {
        let mut questions = vec![Question::Answers, Question::NoProtocol, Question::OldProtocol];
        questions.extend(PATHS.into_iter().filter(|it| *it != profile.path).map(Question::Path));
        // What an https page may not even try says nothing.
        if !secure_page || !profile.tls || is_local(&profile.host) {
            questions.extend([Question::AnswersOther, Question::OtherScheme]);
        }
        Self::asking(profile, None, questions)
    }

    /// Looks into a refusal: a server of ours takes the names and passwords of people by REST, which
    /// it answers to its own pages only.
    pub(crate) fn of_refusal(profile: &Profile, finding: Finding) -> (Self, Vec<Probe>) {
        Self::asking(profile, Some(finding), vec![Question::Ours, Question::Readable])
    }

    fn asking(
        profile: &Profile,
        known: Option<Finding>,
        questions: Vec<Question>,
    ) -> (Self, Vec<Probe>) {
        let probes = questions.iter().map(|it| it.probe(profile)).collect();
        let answers = questions.into_iter().map(|it| (it, None)).collect();
        (Self { profile: profile.clone(), known, answers }, probes)
    }

    /// The answer to a probe. Gives the findings once all are in, the likeliest first.
    pub(crate) fn answer(&mut self, number: usize, yes: bool) -> Option<Vec<Finding>> {
        if let Some((_, answer)) = self.answers.get_mut(number) {
            *answer = Some(yes);
        }
        self.answers.iter().all(|it| it.1.is_some()).then(|| self.conclude())
    }

    fn conclude(&self) -> Vec<Finding> {
        let yes = |question: &Question| {
            self.answers.iter().any(|(it, answer)| it == question && *answer == Some(true))
        };
        if let Some(known) = &self.known {
            let foreign = yes(&Question::Ours) && !yes(&Question::Readable);
            return foreign
                .then_some(Finding::OtherOrigin)
                .into_iter()
                .chain([known.clone()])
                .collect();
        }
        let Profile { tls, port, .. } = self.profile;
        let path = PATHS.into_iter().find(|it| yes(&Question::Path(it)));
        let finding = if let Some(path) = path {
            Finding::WrongPath { works: path.to_owned() }
        } else if yes(&Question::OldProtocol) || yes(&Question::NoProtocol) {
            Finding::WrongProtocol
        } else if yes(&Question::OtherScheme) {
            if tls { Finding::PlainWanted } else { Finding::TlsWanted }
        } else if yes(&Question::Answers) {
            Finding::NoWebSocket
        } else if tls && yes(&Question::AnswersOther) {
            // It answers, but not by TLS as this browser wants it.
            Finding::Certificate
        } else if !tls && yes(&Question::AnswersOther) {
            Finding::TlsWanted
        } else if matches!(port, 1883 | 8883) {
            Finding::TcpPort
        } else if tls {
            Finding::CertificateOrNothing
        } else {
            Finding::NothingListens
        };
        vec![finding]
    }
}

impl Question {
    fn probe(&self, profile: &Profile) -> Probe {
        let url = |scheme: &str, tls: bool, path: &str| {
            let s = if tls { "s" } else { "" };
            format!("{scheme}{s}://{}{path}", profile.place())
        };
        let (tls, own) = (profile.tls, profile.path.as_str());
        let socket = |url, protocol| Probe::WebSocket { url, protocol };
        match self {
            Self::Answers => Probe::Fetch { url: url("http", tls, "/") },
            Self::AnswersOther => Probe::Fetch { url: url("http", !tls, "/") },
            Self::OtherScheme => socket(url("ws", !tls, own), Some("mqtt")),
            Self::Path(path) => socket(url("ws", tls, path), Some("mqtt")),
            Self::NoProtocol => socket(url("ws", tls, own), None),
            Self::OldProtocol => socket(url("ws", tls, own), Some("mqttv3.1")),
            Self::Ours => Probe::Read { url: url("http", tls, "/api/openapi.json") },
            Self::Readable => Probe::Read { url: url("http", tls, "/api/session") },
        }
    }
}

fn refusal(code: ReasonCode) -> Refusal {
    match code {
        ReasonCode::BAD_USER_NAME_OR_PASSWORD => Refusal::Credentials,
        ReasonCode::NOT_AUTHORIZED => Refusal::NotAuthorized,
        ReasonCode::CLIENT_IDENTIFIER_NOT_VALID => Refusal::ClientId,
        ReasonCode::UNSUPPORTED_PROTOCOL_VERSION => Refusal::Version,
        ReasonCode::SERVER_UNAVAILABLE | ReasonCode::SERVER_BUSY => Refusal::Busy,
        ReasonCode(0x8a) => Refusal::Banned,
        ReasonCode(0x8c) => Refusal::Method,
        other => Refusal::Other(other.to_string()),
    }
}
