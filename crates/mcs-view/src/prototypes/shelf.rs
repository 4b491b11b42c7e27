//! Static setting: the prototypes that the browser keeps.

use mcs_model::api::{
    self, DeviceDraft, DeviceEdit, MadeDevice, PrototypeDraft, PrototypeEdit, PrototypeInfo,
    PrototypeSummary,
};
use mcs_model::check;
use mcs_model::prototype_file::{self, Carried, Imported};
use mcs_model::{DeviceId, ProductId, Prototype, Timestamp};
use mcs_sorted::{Map, Set};
use serde::{Deserialize, Serialize};

use crate::connections;
use crate::console::Console;
use crate::import::File;
use crate::kept;
use crate::protocol::{ConnectionId, NewDevice, Outcome, PrototypesRequest, Setting, Trouble};

/// The most prototypes of a browser.
const MAX_PROTOTYPES: usize = 1000;
/// How a backup is written.
const BACKUP: u32 = 1;

/// All prototypes.
#[derive(Debug, Default)]
pub(super) struct Shelf(Map<ProductId, Stored>);

/// One prototype.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stored {
    prototype: Prototype,
    revision: u64,
    edited: Option<Timestamp>,
    #[serde(default)]
    carried: Carried,
}

/// What the browser keeps of them.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    prototypes: Vec<Stored>,
}

/// Everything that the browser keeps, as a file.
#[derive(Serialize, Deserialize)]
struct Backup {
    /// Says what the file is.
    mcs_console_backup: u32,
    #[serde(default)]
    prototypes: Vec<Stored>,
    #[serde(default)]
    devices: File,
    #[serde(default)]
    profiles: connections::File,
}

impl Console {
    /// What was kept; in place of what is here, because another tab may have changed it.
    pub(crate) fn restore_prototypes(&mut self, kept: Kept) {
        if !matches!(self.setting, Setting::Static) {
            return;
        }
        let stored = kept.prototypes.into_iter().map(|it| (it.prototype.id.clone(), it));
        self.prototypes.shelf = Shelf(stored.collect());
        self.prototypes.changed = true;
        self.name_prototypes();
    }

    /// Devices know their prototype by its id; this says its name, wherever that is known now.
    pub(crate) fn name_prototypes(&mut self) {
        for device in self.devices.iter_mut() {
            if let Some((id, name)) = &mut device.prototype
                && let Some(stored) = self.prototypes.shelf.0.get(id)
            {
                name.clone_from(&stored.prototype.name);
            }
        }
        self.devices.changed = true;
    }

    fn keep_prototypes(&mut self) {
        let prototypes = self.prototypes.shelf.0.values().cloned().collect();
        self.keep(kept::PROTOTYPES, &Kept { prototypes });
    }

    pub(super) fn shelf_list(&self) -> Vec<PrototypeSummary> {
        let summary = |it: &Stored| PrototypeSummary {
            id: it.prototype.id.clone(),
            name: it.prototype.name.clone(),
            version: it.prototype.version.clone(),
            description: it.prototype.description.clone(),
            channels: count(it.prototype.channels.len()),
            devices: self.made_from(&it.prototype.id),
            edited: it.edited,
        };
        self.prototypes.shelf.0.values().map(summary).collect()
    }

    pub(super) fn shelf_info(&self, id: &ProductId) -> Option<PrototypeInfo> {
        let Stored { prototype, revision, edited, .. } = self.prototypes.shelf.0.get(id)?.clone();
        let devices = self.made_from(id);
        Some(PrototypeInfo { prototype, revision, edited, edited_by: String::new(), devices })
    }

    fn made_from(&self, id: &ProductId) -> u32 {
        let of = |it: &&crate::devices::Device| it.prototype.as_ref().is_some_and(|it| it.0 == *id);
        count(self.devices.iter().filter(of).count())
    }

    /// Does what the page asks for with what the browser keeps.
    pub(super) fn on_shelf(&mut self, request: PrototypesRequest) -> Result<Outcome, Trouble> {
        match request {
            PrototypesRequest::Create(name) => {
                let draft = PrototypeDraft { name, ..PrototypeDraft::default() };
                self.put_on_shelf(draft, Carried::default()).map(Outcome::Created)
            }
            PrototypesRequest::Import(text) => {
                let id = self.new_prototype_id();
                let Imported { prototype, carried, skipped } = prototype_file::import(&text, id)
                    .map_err(|error| Trouble::File(error.to_string()))?;
                let id = self.put_on_shelf(prototype.into(), carried)?;
                Ok(Outcome::Imported(id, skipped))
            }
            PrototypesRequest::Save(id, edit) => self.edit_on_shelf(id, edit),
            PrototypesRequest::Clone { prototype, name } => {
                let Stored { prototype, carried, .. } = self.stored(&prototype)?.clone();
                let draft = PrototypeDraft { name, ..prototype.into() };
                self.put_on_shelf(draft, carried).map(Outcome::Created)
            }
            PrototypesRequest::Remove(id) => {
                if self.made_from(&id) > 0 {
                    return Ok(Outcome::InUse);
                }
                self.prototypes.shelf.0.remove(&id).ok_or(Trouble::Gone)?;
                self.keep_prototypes();
                Ok(Outcome::Removed(id))
            }
            PrototypesRequest::Export(id) => {
                let Stored { prototype, carried, .. } = self.stored(&id)?;
                let file = prototype_file::export(prototype, carried);
                Ok(Outcome::File { name: format!("{id}.json"), text: format!("{file:#}") })
            }
            PrototypesRequest::MakeDevices(id, devices) => self.make_typed(&id, devices),
            PrototypesRequest::EditDevice(id, edit) => self.edit_typed(id, edit),
            PrototypesRequest::RemoveDevice { device, .. } => {
                self.devices.get(&device).ok_or(Trouble::Gone)?;
                self.remove_device(&device);
                Ok(Outcome::DeviceRemoved(device))
            }
            // Its board knows the key and the broker does not care.
            PrototypesRequest::NewKey(_) => Err(Trouble::NotAllowed),
            // The page says that functions run on a server.
            PrototypesRequest::Try(_) => Err(Trouble::NotAllowed),
            PrototypesRequest::Backup => {
                let backup = Backup {
                    mcs_console_backup: BACKUP,
                    prototypes: self.prototypes.shelf.0.values().cloned().collect(),
                    devices: self.device_file(),
                    profiles: self.profile_file(),
                };
                let text = String::from_utf8_lossy(&api::to_json(&backup)).into_owned();
                Ok(Outcome::File { name: "mcs-console.json".to_owned(), text })
            }
            PrototypesRequest::Restore(text) => self.take_backup(&text),
        }
    }

    fn stored(&self, id: &ProductId) -> Result<&Stored, Trouble> {
        self.prototypes.shelf.0.get(id).ok_or(Trouble::Gone)
    }

    fn put_on_shelf(
        &mut self,
        draft: PrototypeDraft,
        carried: Carried,
    ) -> Result<ProductId, Trouble> {
        if self.prototypes.shelf.0.len() >= MAX_PROTOTYPES {
            return Err(Trouble::TooMany);
        }
        let id = self.new_prototype_id();
        let prototype = draft.with_id(id.clone());
        sound(&prototype)?;
        let edited = Some(self.clock.wall());
        let stored = Stored { prototype, revision: 1, edited, carried };
        self.prototypes.shelf.0.insert(id.clone(), stored);
        self.keep_prototypes();
        Ok(id)
    }

    fn edit_on_shelf(&mut self, id: ProductId, edit: PrototypeEdit) -> Result<Outcome, Trouble> {
        let current = self.shelf_info(&id).ok_or(Trouble::Gone)?;
        if current.revision != edit.revision {
            return Ok(Outcome::Outdated(Box::new(current)));
        }
        let prototype = edit.draft.with_id(id.clone());
        sound(&prototype)?;
        let edited = Some(self.clock.wall());
        if let Some(stored) = self.prototypes.shelf.0.get_mut(&id) {
            stored.prototype = prototype;
            stored.revision += 1;
            stored.edited = edited;
        }
        self.keep_prototypes();
        self.follow(&id);
        let info = self.shelf_info(&id).ok_or(Trouble::Gone)?;
        Ok(Outcome::Saved(Box::new(info)))
    }

    /// The devices of a prototype have the channels that it has now.
    fn follow(&mut self, id: &ProductId) {
        let Some(Stored { prototype, .. }) = self.prototypes.shelf.0.get(id) else { return };
        let (name, channels) = (prototype.name.clone(), prototype.channels.clone());
        let of = |it: &&crate::devices::Device| it.prototype.as_ref().is_some_and(|it| it.0 == *id);
        let devices: Vec<_> = self.devices.iter().filter(of).map(|it| it.id.clone()).collect();
        for device in devices {
            let Some(known) = self.devices.get(&device) else { continue };
            let Some(key) = known.key.clone() else { continue };
            let new = NewDevice {
                id: device.clone(),
                key,
                name: known.name.clone(),
                channels: channels.clone(),
                connection: known.connection,
            };
            self.put_device(new);
            if let Some(device) = self.devices.get_mut(&device) {
                device.prototype = Some((id.clone(), name.clone()));
            }
        }
        self.keep_devices();
    }

    fn make_typed(&mut self, id: &ProductId, drafts: Vec<DeviceDraft>) -> Result<Outcome, Trouble> {
        let Stored { prototype, .. } = self.stored(id)?.clone();
        let mut made = Vec::with_capacity(drafts.len());
        let mut ids = Set::new();
        for DeviceDraft { name, id, key } in drafts {
            // Whoever makes a key has better randomness than the engine.
            let (Some(id), Some(key)) = (id, key) else {
                return Err(Trouble::Other("a device has no id or key".to_owned()));
            };
            if self.devices.get(&id).is_some() || !ids.insert(id.clone()) {
                return Err(Trouble::IdExists);
            }
            if let Some(flaw) = check::name(name.trim()) {
                return Err(Trouble::Refused(format!("the name {flaw}")));
            }
            made.push(MadeDevice { id, key, name: name.trim().to_owned() });
        }
        let connection = self.links.ids().first().copied().unwrap_or(ConnectionId(1));
        for MadeDevice { id: device, key, name } in made.clone() {
            let channels = prototype.channels.clone();
            self.put_device(NewDevice { id: device.clone(), key, name, channels, connection });
            if let Some(device) = self.devices.get_mut(&device) {
                device.prototype = Some((id.clone(), prototype.name.clone()));
            }
        }
        self.keep_devices();
        Ok(Outcome::Made(made))
    }

    fn edit_typed(&mut self, id: DeviceId, edit: DeviceEdit) -> Result<Outcome, Trouble> {
        let name = edit.name.trim().to_owned();
        if let Some(flaw) = check::name(&name) {
            return Err(Trouble::Refused(format!("the name {flaw}")));
        }
        let device = self.devices.get_mut(&id).ok_or(Trouble::Gone)?;
        device.name = name;
        device.about = edit.description.trim().to_owned();
        device.tags = edit.tags;
        self.devices.changed = true;
        self.keep_devices();
        Ok(Outcome::DeviceEdited(id))
    }

    fn take_backup(&mut self, text: &str) -> Result<Outcome, Trouble> {
        let backup: Backup = api::from_json(text.as_bytes()).map_err(|_| Trouble::NoBackup)?;
        if backup.mcs_console_backup != BACKUP {
            return Err(Trouble::LaterVersion);
        }
        backup.prototypes.iter().try_for_each(|it| sound(&it.prototype))?;
        let prototypes = count(backup.prototypes.len());
        for stored in backup.prototypes {
            let known = self.prototypes.shelf.0.get(&stored.prototype.id);
            // Whoever edits it in another tab has to hear of this.
            let revision = known.map_or(1, |it| it.revision + 1);
            let stored = Stored { revision, ..stored };
            self.prototypes.shelf.0.insert(stored.prototype.id.clone(), stored);
        }
        self.keep_prototypes();
        let places = self.add_profiles(backup.profiles);
        let devices = count(self.add_devices(backup.devices.moved(&places)));
        self.name_prototypes();
        Ok(Outcome::Restored { prototypes, devices, profiles: count(places.len()) })
    }

    fn new_prototype_id(&mut self) -> ProductId {
        loop {
            let id = format!("P{:011x}", self.random.next_u64() >> 20);
            if let Ok(id) = id.parse()
                && !self.prototypes.shelf.0.contains_key(&id)
            {
                return id;
            }
        }
    }
}

fn sound(prototype: &Prototype) -> Result<(), Trouble> {
    let faults: Vec<_> = check::faults(prototype).iter().map(ToString::to_string).collect();
    if faults.is_empty() { Ok(()) } else { Err(Trouble::Refused(faults.join("; "))) }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
