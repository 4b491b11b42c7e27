//! What outlives the page: a few small named blobs that the shell keeps for this browser.
//!
//! An area that wants something kept has a name for it here, calls [`Console::keep`] whenever it
//! changed, and gets it back in [`Console::restore`], once after the setting was found out and
//! again whenever another tab of the console changed it.

use mcs_model::api;
use mcs_sorted::Map;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::io::{Input, Output};
use crate::protocol::{Keeping, StorageTrouble};

#[cfg(test)]
mod tests;

/// The brokers that the operator named.
pub(crate) const PROFILES: &str = "profiles";

/// Passwords, sealed.
pub(crate) const SECRETS: &str = "secrets";

/// The devices of the static setting.
pub(crate) const DEVICES: &str = "devices";
/// The prototypes of the static setting.
pub(crate) const PROTOTYPES: &str = "prototypes";

/// What the operator subscribed to on the messages page.
pub(crate) const SUBSCRIPTIONS: &str = "subscriptions";

/// What was published by hand, and saved commands.
pub(crate) const PUBLISHING: &str = "publishing";

/// Rollouts that this console runs without a server.
pub(crate) const ROLLOUTS: &str = "rollouts";

/// Uploads of firmware that have not ended.
pub(crate) const UPLOADS: &str = "uploads";

/// How a blob is written. One of a later version is not understood, and left alone.
const VERSION: u32 = 1;

/// A blob: JSON, so that a field may come or go.
#[derive(Serialize, Deserialize)]
struct Blob<T> {
    version: u32,
    content: T,
}

/// Only what says whether the rest can be read.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

/// A blob that this version of the console cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// What is kept, as far as it concerns nobody else.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Blobs that wait until it is known in which setting the console works.
    waiting: Option<Map<String, Vec<u8>>>,
    /// Blobs that could not be read: they are put aside before their name is written again.
    unreadable: Map<String, Vec<u8>>,
    trouble: Option<StorageTrouble>,
    /// The page has not seen it as it is.
    pub(crate) changed: bool,
}

impl Kept {
    /// Whether nothing can be kept.
    pub(crate) const fn has_trouble(&self) -> bool {
        self.trouble.is_some()
    }

    /// What the page sees.
    pub(crate) fn shown(&self) -> Keeping {
        Keeping {
            trouble: self.trouble.clone(),
            unreadable: self.unreadable.keys().cloned().collect(),
        }
    }
}

impl Console {
    /// What the shell kept for this browser, from the last time.
    pub(crate) fn kept(&mut self, blobs: Vec<(String, Vec<u8>)>) {
        self.kept.waiting = Some(blobs.into_iter().collect());
        self.restore_waiting();
    }

    /// Another tab of the console has kept something else under a name.
    pub(crate) fn kept_elsewhere(&mut self, name: String, bytes: Option<Vec<u8>>) {
        if let Some(waiting) = &mut self.kept.waiting {
            match bytes {
                Some(bytes) => waiting.insert(name, bytes),
                None => waiting.remove(&name),
            };
        } else {
            self.input_later(Input::KeptElsewhere(name, bytes));
        }
    }

    /// The same, when what was kept is in use already.
    pub(crate) fn restore_changed(&mut self, name: &str, bytes: Option<&[u8]>) {
        // What another version wrote there is for that one to mind.
        let _ = self.restore(name, bytes);
    }

    /// Something could not be kept, nor can what comes next.
    pub(crate) fn not_kept(&mut self, trouble: StorageTrouble) {
        self.kept.trouble = Some(trouble.clone());
        self.kept.changed = true;
        self.input_later(Input::NotKept(trouble));
    }

    /// What was kept can be used, once the setting is known and the console is whole.
    pub(crate) fn restore_waiting(&mut self) {
        if let Some(later) = self.later.filter(|_| self.is_settled()) {
            (later.restore)(self);
        }
    }

    pub(crate) fn restore_all(&mut self) {
        for (name, bytes) in self.kept.waiting.take().unwrap_or_default() {
            if self.restore(&name, Some(&bytes)).is_err() {
                self.kept.unreadable.insert(name, bytes);
                self.kept.changed = true;
            }
        }
        self.reopen();
    }

    /// Keeps `content` under a name, in place of what was there.
    pub(crate) fn keep<T: Serialize>(&mut self, name: &'static str, content: &T) {
        let bytes = api::to_json(&Blob { version: VERSION, content });
        self.put_aside(name);
        self.out.push_back(Output::Keep { name: name.to_owned(), bytes: Some(bytes) });
    }

    /// Gives what was kept under a name back to whom it belongs; nothing, when it was removed.
    fn restore(&mut self, name: &str, bytes: Option<&[u8]>) -> Result<(), Unreadable> {
        match name {
            DEVICES => self.restore_devices(read(bytes)?),
            PROFILES => self.restore_profiles(read(bytes)?),
            SECRETS => self.restore_secrets(read(bytes)?),
            PROTOTYPES => self.restore_prototypes(read(bytes)?),
            SUBSCRIPTIONS => self.restore_subscriptions(read(bytes)?),
            ROLLOUTS => self.restore_rollouts(read(bytes)?),
            UPLOADS => self.restore_uploads(read(bytes)?),
            PUBLISHING => self.restore_publishing(read(bytes)?),
            // Of a later version, or put aside.
            _ => {}
        }
        Ok(())
    }

    /// What could not be read goes to another name, where a later version may find it.
    fn put_aside(&mut self, name: &str) {
        if let Some(bytes) = self.kept.unreadable.remove(name) {
            self.out.push_back(Output::Keep { name: format!("{name}.aside"), bytes: Some(bytes) });
        }
    }
}

/// The content of a blob; that of none is empty.
fn read<T: DeserializeOwned + Default>(bytes: Option<&[u8]>) -> Result<T, Unreadable> {
    let Some(bytes) = bytes else { return Ok(T::default()) };
    match api::from_json::<Head>(bytes) {
        Ok(Head { version: VERSION }) => {
            let blob = api::from_json::<Blob<T>>(bytes);
            blob.map(|it| it.content).map_err(|_| Unreadable)
        }
        _ => Err(Unreadable),
    }
}
