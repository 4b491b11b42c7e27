//! The brokers that the operator named: profiles, and what becomes of their connections.

mod backup;
mod deep;
mod draft;
mod transfer;
mod vault;

pub use deep::SECRETS;
pub use draft::{Draft, Field, PRESETS, Preset, Wrong};
pub(crate) use draft::{is_local, named_values};

use core::time::Duration;
use std::collections::BTreeMap;

use mcs_session::{Config, Credentials, Protocol, Qos, Version, Will};
use mcs_sorted::{Map, Set};
use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::doctor::{self, Doctor, Failure, Probe};
use crate::io::{Output, ProbeId};
use crate::kept;
use crate::link::{self, Link};
use crate::protocol::{
    ConnectionId, ConnectionRow, ConnectionsRequest, ConnectionsView, Diagnosis, Finding, LastWill,
    LinkState, MqttVersion, Profile, Refusal, Secret, Setting,
};

use transfer::Import;
use vault::Vault;

/// The profiles.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    map: Map<ConnectionId, Connection>,
    last_id: u32,
    vault: Vault,
    import: Option<Import>,
    export: Option<String>,
    last_probe: u64,
    /// Connected when the page was left, and not yet again.
    reopen: Set<ConnectionId>,
    /// Probes under way: for whom, and the place of the question.
    probes: Map<ProbeId, (ConnectionId, usize)>,
    /// The page has not seen them as they are.
    pub(crate) changed: bool,
}

#[derive(Debug)]
struct Connection {
    profile: Profile,
    password: Secret,
    /// For as long as the page lives, so that the broker knows it again.
    client_id: String,
    /// The operator wants it connected, after a reload too.
    wanted: bool,
    /// How it failed last, since it was connected.
    failure: Option<Failure>,
    doctor: Option<Doctor>,
    diagnosis: Option<Diagnosis>,
}

impl Connection {
    fn new(profile: Profile, password: Secret, client_id: String) -> Self {
        Self {
            profile,
            password,
            client_id,
            wanted: false,
            failure: None,
            doctor: None,
            diagnosis: None,
        }
    }

    /// What was found out is of no use any more.
    fn recover(&mut self) {
        self.failure = None;
        self.doctor = None;
        self.diagnosis = None;
    }
}

/// The profiles as they are kept.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct File {
    profiles: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    id: u32,
    profile: Profile,
    #[serde(default)]
    wanted: bool,
}

impl Console {
    pub(crate) fn connections_request(&mut self, request: ConnectionsRequest) {
        if !self.is_settled() {
            return;
        }
        match request {
            ConnectionsRequest::Put { id, profile, password, connect } => {
                self.put_profile(id, *profile, password, connect);
            }
            ConnectionsRequest::Remove(id) => {
                self.forget_profile(id);
                self.keep_profiles();
                self.keep_secrets();
            }
            ConnectionsRequest::Connect(id) => {
                self.open_connection(id);
                self.keep_profiles();
            }
            ConnectionsRequest::Diagnose(id) => self.diagnose(id),
            ConnectionsRequest::Wipe => self.wipe(),
            ConnectionsRequest::Protect(_)
            | ConnectionsRequest::Unlock(_)
            | ConnectionsRequest::Unprotect => self.vault_request(request),
            ConnectionsRequest::Export(_)
            | ConnectionsRequest::Preview(_)
            | ConnectionsRequest::Import { .. }
            | ConnectionsRequest::CancelImport => self.transfer_request(request),
            ConnectionsRequest::Disconnect(id) => {
                if let Some(connection) = self.connections.map.get_mut(&id) {
                    connection.wanted = false;
                    connection.recover();
                    self.disconnect(id);
                    self.keep_profiles();
                }
            }
        }
    }

    /// What the connections page shows.
    pub(crate) fn connections_view(&self) -> ConnectionsView {
        let row = |(id, it): (&ConnectionId, &Connection)| {
            let home = |device: &&crate::devices::Device| self.home(device) == *id;
            Some(ConnectionRow {
                id: *id,
                profile: it.profile.clone(),
                has_password: !it.password.0.is_empty(),
                link: self.links.get(*id)?.shown().clone(),
                devices: u32::try_from(self.devices.iter().filter(home).count()).ok()?,
                diagnosis: it.diagnosis.clone(),
            })
        };
        let server = self.links.get(ConnectionId::SERVER).map(|it| it.shown().clone());
        ConnectionsView {
            server,
            vault: self.connections.vault.state(),
            import: self.import_view(),
            export: self.connections.export.clone(),
            rows: self.connections.map.iter().filter_map(row).collect(),
        }
    }

    /// The profiles that were kept. Another tab decides for itself which of them is connected
    /// there; at the start, those are that were when the page was left.
    pub(crate) fn restore_profiles(&mut self, file: File) {
        let first = self.connections.map.is_empty();
        for id in self.connections.map.keys().copied().collect::<Vec<_>>() {
            if !file.profiles.iter().any(|it| it.id == id.0) {
                self.forget_profile(id);
            }
        }
        for Entry { id, profile, wanted } in file.profiles {
            let id = ConnectionId(id);
            if id == ConnectionId::SERVER {
                continue;
            }
            self.connections.last_id = self.connections.last_id.max(id.0);
            self.place_profile(id, profile, None);
            if first && wanted {
                // One that needs a password waits for the passphrase.
                self.connections.reopen.insert(id);
            }
        }
    }

    fn put_profile(
        &mut self,
        id: Option<ConnectionId>,
        profile: Profile,
        password: Option<Secret>,
        connect: bool,
    ) {
        let id = id.filter(|id| self.connections.map.contains_key(id)).unwrap_or_else(|| {
            self.connections.last_id += 1;
            ConnectionId(self.connections.last_id)
        });
        self.place_profile(id, profile, password);
        if connect {
            self.open_connection(id);
        }
        self.keep_profiles();
        self.keep_secrets();
    }

    /// Connects what was connected when the page was left, once everything that was kept is here.
    pub(crate) fn reopen(&mut self) {
        for id in core::mem::take(&mut self.connections.reopen) {
            let locked = self.connections.vault.is_locked();
            let connection = self.connections.map.get(&id);
            if locked && connection.is_some_and(|it| !it.profile.username.is_empty()) {
                self.connections.reopen.insert(id);
            } else {
                self.open_connection(id);
            }
        }
    }

    /// The password of a profile is known again.
    pub(super) fn use_password(&mut self, id: ConnectionId, password: Secret) {
        if let Some(connection) = self.connections.map.get_mut(&id) {
            connection.password = password;
        }
    }

    /// Forgets everything that is kept in this browser, and what is here of it.
    fn wipe(&mut self) {
        for id in self.connections.map.keys().copied().collect::<Vec<_>>() {
            self.forget_profile(id);
        }
        self.connections = Connections {
            last_id: self.connections.last_id,
            changed: true,
            ..Connections::default()
        };
        if self.setting == Setting::Static {
            self.forget_devices();
        }
        self.out.push_back(Output::Wipe);
    }

    /// Puts a profile in its place; what is connected is connected anew if that matters.
    fn place_profile(&mut self, id: ConnectionId, profile: Profile, password: Option<Secret>) {
        self.connections.changed = true;
        let Some(connection) = self.connections.map.get_mut(&id) else {
            let client_id = self.client_id();
            let password = password.unwrap_or_default();
            let mut link = Link::new(self.random.next_u64());
            link.name(profile.title());
            let connection = Connection::new(profile, password, client_id);
            self.connections.map.insert(id, connection);
            self.links.insert(id, link);
            // A device that had no connection has one now.
            return self.listen(id);
        };
        let same = connection.profile == profile
            && password.as_ref().is_none_or(|it| *it == connection.password);
        connection.profile = profile;
        if let Some(password) = password {
            connection.password = password;
        }
        let title = connection.profile.title();
        if let Some(link) = self.links.get_mut(id) {
            let wanted = link.shown().state != LinkState::Idle;
            link.name(title);
            self.links.changed = true;
            if wanted && !same {
                self.open_connection(id);
            }
        }
    }

    fn open_connection(&mut self, id: ConnectionId) {
        let seed = self.random.next_u64();
        let Some(connection) = self.connections.map.get_mut(&id) else { return };
        connection.wanted = true;
        connection.recover();
        let config = config(connection, seed);
        let (title, url) = (connection.profile.title(), connection.profile.url());
        self.connect(id, title, url, config);
    }

    fn forget_profile(&mut self, id: ConnectionId) {
        if self.connections.map.remove(&id).is_some() {
            self.disconnect(id);
            self.links.remove(id);
            self.connections.changed = true;
            // Its devices go to another one, if there is one.
            for other in self.links.ids() {
                self.listen(other);
            }
        }
    }

    fn keep_profiles(&mut self) {
        self.connections.changed = true;
        self.keep(kept::PROFILES, &self.profile_file());
    }

    /// A connection has failed; the first time, the doctor looks into it unasked.
    pub(crate) fn failed(&mut self, id: ConnectionId, failure: Failure) {
        let Some(connection) = self.connections.map.get_mut(&id) else { return };
        let first = connection.failure.replace(failure).is_none();
        if first {
            self.diagnose_later(id);
        }
    }

    /// A connection is up.
    pub(crate) fn recovered(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.map.get_mut(&id) {
            connection.recover();
            self.connections.changed = true;
        }
    }

    pub(crate) fn diagnose(&mut self, id: ConnectionId) {
        let secure_page = self.start.as_ref().is_some_and(|it| it.origin.starts_with("https:"));
        let Some(connection) = self.connections.map.get_mut(&id) else { return };
        let Some(failure) = connection.failure else { return };
        self.connections.changed = true;
        if let Some(finding) = doctor::at_once(&connection.profile, failure, secure_page) {
            connection.diagnosis = Some(Diagnosis::Found(vec![finding.clone()]));
            let person = !connection.profile.username.is_empty();
            if let Finding::Refused(Refusal::Credentials | Refusal::NotAuthorized) = finding
                && person
            {
                let examination = Doctor::of_refusal(&connection.profile, finding);
                self.examine(id, examination);
            }
            return;
        }
        connection.diagnosis = Some(Diagnosis::Examining);
        let examination = Doctor::new(&connection.profile, secure_page);
        self.examine(id, examination);
    }

    fn examine(&mut self, id: ConnectionId, (doctor, probes): (Doctor, Vec<Probe>)) {
        let Some(connection) = self.connections.map.get_mut(&id) else { return };
        connection.doctor = Some(doctor);
        self.connections.probes.retain(|_, it| it.0 != id);
        for (place, probe) in probes.into_iter().enumerate() {
            self.connections.last_probe += 1;
            let number = ProbeId(self.connections.last_probe);
            self.connections.probes.insert(number, (id, place));
            self.out.push_back(Output::Probe(number, probe));
        }
    }

    /// The answer to a probe.
    pub(crate) fn probe_ended(&mut self, probe: ProbeId, yes: bool) {
        let Some((id, place)) = self.connections.probes.remove(&probe) else { return };
        let Some(connection) = self.connections.map.get_mut(&id) else { return };
        let Some(doctor) = &mut connection.doctor else { return };
        if let Some(findings) = doctor.answer(place, yes) {
            connection.doctor = None;
            connection.diagnosis = Some(Diagnosis::Found(findings));
            self.connections.changed = true;
        }
    }

    /// Whether a connection that failed is tried again.
    pub(crate) fn reconnects(&self, id: ConnectionId) -> bool {
        self.connections.map.get(&id).is_none_or(|it| it.profile.reconnect)
    }

    /// The connection that a device belongs to: its own if there is one, or else the first.
    pub(crate) fn home(&self, device: &crate::devices::Device) -> ConnectionId {
        match self.setting {
            Setting::Static if self.links.get(device.connection).is_none() => {
                self.links.ids().first().copied().unwrap_or_default()
            }
            _ => device.connection,
        }
    }
}

impl Connections {
    fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.map.values().map(|it| &it.profile)
    }

    /// The passwords that are known, by profile.
    fn passwords(&self) -> BTreeMap<u32, &str> {
        let known = self.map.iter().filter(|it| !it.1.password.0.is_empty());
        known.map(|(id, it)| (id.0, it.password.0.as_str())).collect()
    }

    /// The same by their place in the list.
    fn passwords_in_order(&self) -> BTreeMap<u32, &str> {
        let all = (0..).zip(self.map.values());
        let known = all.filter(|it| !it.1.password.0.is_empty());
        known.map(|(place, it)| (place, it.password.0.as_str())).collect()
    }
}

/// The session of a profile.
fn config(connection: &Connection, seed: u64) -> Config {
    let Profile { client_id, username, .. } = &connection.profile;
    let profile = &connection.profile;
    let client_id = if client_id.is_empty() { &connection.client_id } else { client_id };
    let password = connection.password.0.as_bytes();
    let credentials = match (username.is_empty(), password.is_empty()) {
        (true, true) => None,
        (_, true) => Some(Credentials { user: username.clone(), password: None }),
        (_, false) => Some(Credentials::new(username.as_str(), password)),
    };
    let mut config = link::config(client_id.clone(), credentials, seed);
    config.protocol = match profile.version {
        MqttVersion::Auto => Protocol::Auto,
        MqttVersion::V5 => Protocol::Only(Version::V5),
        MqttVersion::V311 => Protocol::Only(Version::V311),
    };
    config.keep_alive = Duration::from_secs(profile.keep_alive.into());
    config.connect_timeout = Duration::from_secs(profile.connect_timeout.max(1).into());
    config.will = profile.will.as_ref().map(will);
    config.clean_start = profile.clean_start;
    config.session_expiry = profile.session_expiry;
    config.user_properties.clone_from(&profile.user_properties);
    config
}

fn will(will: &LastWill) -> Will {
    Will {
        topic: will.topic.as_str().into(),
        payload: will.payload.clone().into_bytes().into(),
        qos: match will.qos {
            0 => Qos::AtMostOnce,
            1 => Qos::AtLeastOnce,
            _ => Qos::ExactlyOnce,
        },
        retain: will.retain,
    }
}
