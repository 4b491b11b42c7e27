//! Files of profiles: ours, with passwords only under a passphrase, and those of MQTTX.

use std::collections::BTreeMap;

use mcs_model::api;
use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::vault::Work;
use crate::console::Console;
use crate::protocol::{
    Candidate, ConnectionsRequest, ImportView, LastWill, MqttVersion, Novelty, Profile, Secret,
};

mod mqttx;
#[cfg(test)]
mod tests;

/// What our files call themselves.
const FORMAT: &str = "mcs-console-connections";

/// Our file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct File {
    format: String,
    version: u32,
    profiles: Vec<Profile>,
    /// Passwords by their place in the list, sealed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sealed: Vec<u8>,
}

/// A file that was read and waits for the operator's word.
#[derive(Debug, Default)]
pub(crate) struct Import {
    profiles: Vec<(Profile, Secret, bool)>,
    sealed: Vec<u8>,
    unreadable: bool,
    wrong: bool,
}

/// A profile of a file, its password, and whether a browser can use it.
pub(crate) type Read = (Profile, Secret, bool);

impl Console {
    pub(crate) fn transfer_request(&mut self, request: ConnectionsRequest) {
        self.connections.changed = true;
        match request {
            ConnectionsRequest::Export(passphrase) => self.export_profiles(passphrase),
            ConnectionsRequest::Preview(text) => {
                self.connections.import = Some(
                    read(&text).unwrap_or_else(|| Import { unreadable: true, ..Import::default() }),
                );
            }
            ConnectionsRequest::Import { take, passphrase } => {
                let Some(import) = &self.connections.import else { return };
                match passphrase.filter(|it| !it.0.is_empty() && !import.sealed.is_empty()) {
                    Some(passphrase) => {
                        let bytes = import.sealed.clone();
                        self.unseal(passphrase, bytes, Work::Import(take));
                    }
                    None => self.take_import(&take, &BTreeMap::new()),
                }
            }
            ConnectionsRequest::CancelImport => self.connections.import = None,
            _ => {}
        }
    }

    /// What would be imported, and what each would be here.
    pub(crate) fn import_view(&self) -> Option<ImportView> {
        let import = self.connections.import.as_ref()?;
        let candidate = |(profile, password, usable): &Read| Candidate {
            profile: profile.clone(),
            has_password: !password.0.is_empty(),
            novelty: match self.connections.profiles().find(|it| same_place(it, profile)) {
                _ if !usable => Novelty::NotForBrowsers,
                Some(known) if known == profile => Novelty::Known,
                Some(_) => Novelty::Beside,
                None => Novelty::New,
            },
        };
        Some(ImportView {
            candidates: import.profiles.iter().map(candidate).collect(),
            sealed: !import.sealed.is_empty(),
            unreadable: import.unreadable,
            wrong_passphrase: import.wrong,
        })
    }

    pub(crate) fn import_unsealed(
        &mut self,
        take: &[u32],
        passwords: Option<BTreeMap<u32, String>>,
    ) {
        match (passwords, &mut self.connections.import) {
            (Some(passwords), _) => self.take_import(take, &passwords),
            (None, Some(import)) => import.wrong = true,
            (None, None) => {}
        }
    }

    /// Adds the chosen profiles beside those that are here; none is overwritten.
    fn take_import(&mut self, take: &[u32], passwords: &BTreeMap<u32, String>) {
        let Some(import) = self.connections.import.take() else { return };
        for (place, (profile, password, usable)) in (0..).zip(import.profiles) {
            if usable && take.contains(&place) {
                let password = passwords.get(&place).cloned().map_or(password, Secret);
                self.put_profile(None, profile, Some(password), false);
            }
        }
    }

    fn export_profiles(&mut self, passphrase: Option<Secret>) {
        let profiles = self.connections.profiles().cloned().collect();
        let file = File { format: FORMAT.to_owned(), version: 1, profiles, sealed: Vec::new() };
        match passphrase.filter(|it| !it.0.is_empty()) {
            Some(passphrase) => {
                let passwords = self.connections.passwords_in_order();
                self.seal(passphrase, api::to_json(&passwords), Work::Export(file));
            }
            None => self.exported(file, None),
        }
    }

    pub(crate) fn exported(&mut self, mut file: File, sealed: Option<Vec<u8>>) {
        file.sealed = sealed.unwrap_or_default();
        self.connections.export = String::from_utf8(api::to_json(&file)).ok();
    }
}

/// The profiles of a file, whoever wrote it; what the form would refuse cannot be used.
fn read(text: &str) -> Option<Import> {
    let ours = api::from_json::<File>(text.as_bytes()).ok();
    if let Some(file) = ours.filter(|it| it.format == FORMAT && it.version == 1) {
        let usable = |profile: Profile| {
            let complete = Draft::of(&profile).check(false).is_ok();
            (profile, Secret::default(), complete)
        };
        return Some(Import {
            profiles: file.profiles.into_iter().map(usable).collect(),
            sealed: file.sealed,
            ..Import::default()
        });
    }
    let profiles = mqttx::read(text)?;
    Some(Import { profiles, ..Import::default() })
}

/// Whether both mean the same user at the same broker.
fn same_place(a: &Profile, b: &Profile) -> bool {
    (a.url(), &a.username) == (b.url(), &b.username)
}
