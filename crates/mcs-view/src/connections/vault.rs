//! Passwords at rest: only under a passphrase, sealed by the shell.
//!
//! Without a passphrase passwords live in memory. With one they are kept as a sealed blob; after a
//! reload it is locked, and unlocking it gives them back. The passphrase stays in memory for as
//! long as the page, because a password that changes is sealed again.

use std::collections::BTreeMap;

use mcs_model::api;
use mcs_sorted::Map;
use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::io::{Output, SealId, Unsealed};
use crate::kept;
use crate::protocol::{ConnectionId, ConnectionsRequest, Secret, VaultState};

/// The state of the vault, and what is under way.
#[derive(Debug, Default)]
pub(crate) struct Vault {
    sealed: Vec<u8>,
    passphrase: Option<Secret>,
    /// The last attempt to unlock it failed.
    wrong: bool,
    /// Nothing can be sealed here.
    impossible: bool,
    last_id: u64,
    under_way: Map<SealId, Work>,
}

/// What a sealing is for.
#[derive(Debug)]
pub(crate) enum Work {
    /// Of the vault; it was changed since if the id is not the newest.
    Keep,
    Unlock(Secret),
    /// For a file, whose rest is this.
    Export(super::transfer::File),
    /// Of a file, from which these are wanted.
    Import(Vec<u32>),
}

/// As it is kept.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Blob {
    sealed: Vec<u8>,
}

impl Vault {
    pub(crate) fn state(&self) -> VaultState {
        match (&self.passphrase, self.sealed.is_empty()) {
            _ if self.impossible => VaultState::Impossible,
            // The browser takes a moment to seal for the first time: until then nothing is kept.
            (Some(_), true) => VaultState::Opening,
            (Some(_), false) => VaultState::Open,
            (None, true) => VaultState::None,
            (None, false) if self.under_way.values().any(|it| matches!(it, Work::Unlock(_))) => {
                VaultState::Opening
            }
            (None, false) => VaultState::Locked { wrong: self.wrong },
        }
    }
}

impl Console {
    pub(crate) fn vault_request(&mut self, request: ConnectionsRequest) {
        self.connections.changed = true;
        match request {
            ConnectionsRequest::Protect(passphrase) if !passphrase.0.is_empty() => {
                self.connections.vault.passphrase = Some(passphrase);
                self.keep_secrets();
            }
            ConnectionsRequest::Unlock(passphrase) => {
                let bytes = self.connections.vault.sealed.clone();
                if !bytes.is_empty() && self.connections.vault.passphrase.is_none() {
                    self.unseal(passphrase.clone(), bytes, Work::Unlock(passphrase));
                }
            }
            ConnectionsRequest::Unprotect => {
                let vault = &mut self.connections.vault;
                vault.passphrase = None;
                vault.sealed.clear();
                vault.under_way.clear();
                self.keep(kept::SECRETS, &Blob::default());
                self.reopen();
            }
            _ => {}
        }
    }

    /// Passwords have changed: seals them again, if they are kept.
    pub(crate) fn keep_secrets(&mut self) {
        let Some(passphrase) = self.connections.vault.passphrase.clone() else { return };
        let bytes = api::to_json(&self.connections.passwords());
        self.connections.vault.under_way.retain(|_, it| !matches!(it, Work::Keep));
        self.seal(passphrase, bytes, Work::Keep);
    }

    /// What was kept; locked. A change that another tab made under the same passphrase leaves what
    /// is here open.
    pub(crate) fn restore_secrets(&mut self, blob: Blob) {
        let vault = &mut self.connections.vault;
        vault.sealed = blob.sealed;
        if vault.sealed.is_empty() {
            vault.passphrase = None;
        }
        self.connections.changed = true;
    }

    pub(crate) fn seal(&mut self, passphrase: Secret, bytes: Vec<u8>, work: Work) {
        let id = self.connections.vault.begin(work);
        self.out.push_back(Output::Seal { id, passphrase, bytes });
    }

    pub(crate) fn unseal(&mut self, passphrase: Secret, bytes: Vec<u8>, work: Work) {
        let id = self.connections.vault.begin(work);
        self.out.push_back(Output::Unseal { id, passphrase, bytes });
    }

    /// The shell has sealed something, or cannot.
    pub(crate) fn sealed(&mut self, id: SealId, bytes: Option<Vec<u8>>) {
        let Some(work) = self.connections.vault.under_way.remove(&id) else { return };
        self.connections.changed = true;
        let Some(bytes) = bytes else {
            self.connections.vault.impossible = true;
            self.connections.vault.passphrase = None;
            return;
        };
        match work {
            Work::Keep => {
                self.keep(kept::SECRETS, &Blob { sealed: bytes.clone() });
                self.connections.vault.sealed = bytes;
            }
            Work::Export(file) => self.exported(file, Some(bytes)),
            Work::Unlock(_) | Work::Import(_) => {}
        }
    }

    /// The shell has unsealed something, or the passphrase was wrong.
    pub(crate) fn unsealed(&mut self, id: SealId, unsealed: Unsealed) {
        let Some(work) = self.connections.vault.under_way.remove(&id) else { return };
        self.connections.changed = true;
        let passwords = match &unsealed {
            Unsealed::Bytes(bytes) => api::from_json::<BTreeMap<u32, String>>(bytes).ok(),
            Unsealed::Wrong => None,
            Unsealed::Impossible => {
                self.connections.vault.impossible = true;
                return;
            }
        };
        match (work, passwords) {
            (Work::Unlock(passphrase), Some(passwords)) => {
                self.connections.vault.passphrase = Some(passphrase);
                self.connections.vault.wrong = false;
                for (id, password) in passwords {
                    self.use_password(ConnectionId(id), Secret(password));
                }
                self.reopen();
            }
            (Work::Unlock(_), None) => self.connections.vault.wrong = true,
            (Work::Import(take), passwords) => self.import_unsealed(&take, passwords),
            (Work::Keep | Work::Export(_), _) => {}
        }
    }
}

impl Vault {
    fn begin(&mut self, work: Work) -> SealId {
        self.last_id += 1;
        let id = SealId(self.last_id);
        self.under_way.insert(id, work);
        id
    }

    /// Whether what is connected by itself has to wait for a passphrase.
    pub(crate) fn is_locked(&self) -> bool {
        self.passphrase.is_none() && !self.sealed.is_empty()
    }
}
