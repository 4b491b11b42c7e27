//! In which setting the console works: with our server, signed in or out, or as a static site
//! against any broker.

use mcs_model::api::{self, ApiError, LoginRequest, SessionInfo};
use mcs_session::{Credentials, Protocol, Version};

use crate::console::Console;
use crate::io::Fetched;
use crate::link::{self, Link};
use crate::protocol::{ConnectionId, Level, LoginError, News, Setting, Start};
use crate::rest::{self, Call};

impl Console {
    pub(crate) fn start(&mut self, start: Start) {
        if self.start.is_some() {
            return;
        }
        self.seed(start.seed);
        self.start = Some(start);
        self.out.push_back(self.rest.call(Call::Probe));
    }

    /// The answer to the first question: is a server here, and does it know us?
    pub(crate) fn probed(&mut self, fetched: Fetched) {
        let setting = match fetched {
            Fetched::Answer { status: 200, body } => match api::from_json(&body) {
                Ok(session) => return self.sign_in(session),
                Err(_) => Setting::Static,
            },
            Fetched::Answer { status: 401, .. } => Setting::SignedOut { error: None, busy: false },
            Fetched::Answer { body, .. } => match api::from_json::<ApiError>(&body) {
                // Only our server answers like this; it has trouble, but it is here.
                Ok(error) => {
                    let error = Some(LoginError::Other(error.message));
                    Setting::SignedOut { error, busy: false }
                }
                Err(_) => Setting::Static,
            },
            Fetched::Unreachable => Setting::Static,
        };
        self.set(setting);
    }

    pub(crate) fn login(&mut self, name: String, password: String) {
        if !matches!(self.setting, Setting::SignedOut { busy: false, .. }) {
            return;
        }
        self.set(Setting::SignedOut { error: None, busy: true });
        let call = self.rest.call_with(Call::Login, &LoginRequest { name, password });
        self.out.push_back(call);
    }

    pub(crate) fn logged_in(&mut self, fetched: Fetched) {
        let error = match fetched {
            Fetched::Answer { status: 200, body } => match api::from_json(&body) {
                Ok(session) => return self.sign_in(session),
                Err(error) => LoginError::Other(format!("the answer is unclear: {error}")),
            },
            Fetched::Answer { status: 401, .. } => LoginError::Wrong,
            Fetched::Answer { status: 429, .. } => LoginError::TooMany,
            Fetched::Answer { status, body } => LoginError::Other(rest::error_text(status, &body)),
            Fetched::Unreachable => LoginError::Unreachable,
        };
        self.set(Setting::SignedOut { error: Some(error), busy: false });
    }

    pub(crate) fn logout(&mut self, everywhere: bool) {
        if self.signed_in.is_some() {
            self.sign_out(None);
            self.out.push_back(self.rest.call(Call::Logout { everywhere }));
        }
    }

    /// The server does not know us any more.
    pub(crate) fn expired(&mut self) {
        if self.signed_in.is_some() {
            self.sign_out(Some(LoginError::Expired));
        }
    }

    /// The answer when a fresh ticket for the broker was asked for.
    pub(crate) fn ticket(&mut self, fetched: Fetched) {
        match fetched {
            Fetched::Answer { status: 200, body } => match api::from_json::<SessionInfo>(&body) {
                Ok(session) => {
                    self.use_ticket(&session.name, &session.mqtt_ticket);
                    self.identify(session);
                }
                Err(_) => self.want_ticket_later(),
            },
            _ => self.want_ticket_later(),
        }
    }

    /// Asks who is signed in: while the connection was away the role may have changed.
    pub(crate) fn ask_identity(&mut self) {
        if self.signed_in.is_some() && !self.rest.awaits(|it| *it == Call::Identity) {
            self.out.push_back(self.rest.call(Call::Identity));
        }
    }

    /// The answer to that question; without one it is asked again at the next connection.
    pub(crate) fn identified(&mut self, fetched: &Fetched) {
        if let Fetched::Answer { status: 200, body } = fetched
            && let Ok(session) = api::from_json(body)
        {
            self.identify(session);
        }
    }

    fn identify(&mut self, session: SessionInfo) {
        let role = session.role;
        self.set_signed_in(&session);
        let former = self.signed_in.replace(session);
        if former.is_some_and(|it| it.role != role) {
            self.notices.add(Level::Info, News::RoleChanged);
            self.listen(ConnectionId::SERVER);
            self.fetch_devices();
        }
    }

    fn set_signed_in(&mut self, session: &SessionInfo) {
        let setting = Setting::SignedIn {
            name: session.name.clone(),
            role: session.role,
            server_version: session.server_version.clone(),
            mqtt_port: session.mqtt_port,
        };
        if self.setting != setting {
            self.set(setting);
        }
    }

    fn sign_in(&mut self, session: SessionInfo) {
        let Some(start) = &self.start else { return };
        let url = start.mqtt_url.clone().unwrap_or_else(|| broker_of(&start.origin));
        let broker = start.origin.split_once("://").map_or(start.origin.as_str(), |it| it.1);
        let broker = broker.to_owned();
        let credentials = Credentials::new(session.name.as_str(), session.mqtt_ticket.as_bytes());
        let client = self.client_id();
        let mut config = link::config(client, Some(credentials), self.random.next_u64());
        // Our server speaks it. On 3.1.1 a command's own echo would pass for the device's word.
        config.protocol = Protocol::Only(Version::V5);
        self.set_signed_in(&session);
        self.signed_in = Some(session);
        let id = ConnectionId::SERVER;
        self.links.insert(id, Link::new(self.random.next_u64()));
        self.connect(id, broker, url, config);
        self.fetch_devices();
    }

    /// Forgets everything that was seen with the server's leave.
    fn sign_out(&mut self, error: Option<LoginError>) {
        self.disconnect(ConnectionId::SERVER);
        self.rest.forget(|_| true);
        self.signed_in = None;
        self.forget_devices();
        self.forget_firmware();
        self.forget_prototypes();
        self.forget_rollouts();
        self.forget_accounts();
        self.messages.forget();
        self.set(Setting::SignedOut { error, busy: false });
    }

    /// Whether it works without a server of ours.
    pub(crate) fn is_alone(&self) -> bool {
        self.setting == Setting::Static
    }

    /// Whether it is known where the console works, and for whom.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(self.setting, Setting::SignedIn { .. } | Setting::Static)
    }

    fn set(&mut self, setting: Setting) {
        self.setting = setting;
        self.setting_changed = true;
        self.restore_waiting();
    }

    pub(crate) fn client_id(&mut self) -> String {
        format!("console-{:016x}", self.random.next_u64())
    }
}

/// `/mqtt` of the origin, as a WebSocket.
fn broker_of(origin: &str) -> String {
    match origin.split_once("://") {
        Some(("https", host)) => format!("wss://{host}/mqtt"),
        Some((_, host)) => format!("ws://{host}/mqtt"),
        None => format!("ws://{origin}/mqtt"),
    }
}
