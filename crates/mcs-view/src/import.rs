//! Static setting: devices that the operator typed in, imported or exported.

use std::collections::BTreeMap;

use mcs_fota::Reason;
use mcs_fota::rollout::Fact;
use mcs_model::prototype_file::Imported;
use mcs_model::{Channel, DeviceId, DeviceKey, ProductId, api, prototype_file};
use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::devices::Device;
use crate::kept;
use crate::notices::count;
use crate::protocol::{ConnectionId, Level, NewDevice, News, Setting};

/// The file of devices.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct File {
    devices: Vec<Entry>,
}

/// One device of the file; a device may come without name and channels.
#[derive(Serialize, Deserialize)]
struct Entry {
    id: DeviceId,
    key: DeviceKey,
    #[serde(default)]
    name: String,
    #[serde(default)]
    channels: Vec<Channel>,
    #[serde(default)]
    connection: ConnectionId,
    /// What it was made from.
    #[serde(default)]
    prototype: Option<ProductId>,
    /// What is written about it.
    #[serde(default)]
    about: String,
    #[serde(default)]
    tags: Vec<String>,
}

impl File {
    /// The same devices, where what was one connection is another now.
    pub(crate) fn moved(mut self, places: &BTreeMap<ConnectionId, ConnectionId>) -> Self {
        for entry in &mut self.devices {
            if let Some(here) = places.get(&entry.connection) {
                entry.connection = *here;
            }
        }
        self
    }
}

impl Console {
    /// Adds a device, or replaces it.
    pub(crate) fn add_device(&mut self, device: NewDevice) {
        if self.is_static() {
            self.put_device(device);
            self.keep_devices();
        }
    }

    /// Adds the devices of a file; or, from an MCS prototype, gives its channels to all devices
    /// that have none.
    pub(crate) fn import_devices(&mut self, text: &str) {
        if !self.is_static() {
            return;
        }
        let trouble = match api::from_json::<File>(text.as_bytes()) {
            Ok(file) => {
                let devices = count(self.add_devices(file));
                self.notices.add(Level::Success, News::Imported(devices));
                return;
            }
            Err(error) => error,
        };
        let prototype: Option<ProductId> = "imported".parse().ok();
        match prototype.map(|id| prototype_file::import(text, id)) {
            Some(Ok(Imported { prototype, .. })) => {
                self.give_channels(&prototype.name, &prototype.channels)
            }
            _ => {
                self.notices.add(Level::Error, News::NotImported(trouble.to_string()));
            }
        }
    }

    /// The file that [`Self::import_devices`] takes.
    pub(crate) fn export_devices(&mut self) {
        if !self.is_static() {
            return;
        }
        self.export = String::from_utf8(api::to_json(&self.device_file())).ok();
    }

    /// The devices that were kept; in place of those that are here, because another tab may have
    /// changed them.
    pub(crate) fn restore_devices(&mut self, file: File) {
        if !matches!(self.setting, Setting::Static) {
            return;
        }
        for id in self.devices.ids() {
            if !file.devices.iter().any(|it| it.id == id) {
                self.forget_device(&id);
            }
        }
        file.devices.into_iter().for_each(|it| self.put_entry(it));
        self.name_prototypes();
    }

    /// Adds the devices of a file; how many.
    pub(crate) fn add_devices(&mut self, file: File) -> usize {
        let count = file.devices.len();
        file.devices.into_iter().for_each(|it| self.put_entry(it));
        self.keep_devices();
        count
    }

    fn put_entry(&mut self, entry: Entry) {
        let Entry { id, key, name, channels, connection, prototype, about, tags } = entry;
        self.put_device(NewDevice { id: id.clone(), key, name, channels, connection });
        if let Some(device) = self.devices.get_mut(&id) {
            // Its name is that of the prototype, once that is here.
            device.prototype = prototype.map(|id| (id.clone(), id.to_string()));
            device.about = about;
            device.tags = tags;
        }
    }

    /// Forgets a device.
    pub(crate) fn remove_device(&mut self, id: &DeviceId) {
        if self.is_static() {
            self.forget_device(id);
            self.keep_devices();
        }
    }

    fn forget_device(&mut self, id: &DeviceId) {
        if let Some(device) = self.devices.remove(id) {
            self.tell_rollouts(id, &Fact::Dropped(Reason::Removed));
            self.unsubscribe(device.subscriptions);
            self.charts.retain(|key| key.0 != *id);
        }
    }

    pub(crate) fn keep_devices(&mut self) {
        self.keep(kept::DEVICES, &self.device_file());
    }

    pub(crate) fn device_file(&self) -> File {
        let entry = |device: &Device| {
            Some(Entry {
                id: device.id.clone(),
                key: device.key.clone()?,
                name: device.name.clone(),
                channels: device.channels.clone(),
                connection: device.connection,
                prototype: device.prototype.as_ref().map(|it| it.0.clone()),
                about: device.about.clone(),
                tags: device.tags.clone(),
            })
        };
        File { devices: self.devices.iter().filter_map(entry).collect() }
    }

    fn is_static(&mut self) -> bool {
        let is = matches!(self.setting, Setting::Static);
        if !is {
            self.notices.add(Level::Warning, News::RegisteredThere);
        }
        is
    }

    pub(crate) fn put_device(&mut self, device: NewDevice) {
        let id = device.id.clone();
        let device = Device::typed(device);
        self.forget_retyped(&device);
        let useless = self.devices.put(device);
        self.unsubscribe(useless);
        self.subscribe(&id);
        self.device_changed = true;
    }

    fn give_channels(&mut self, name: &str, channels: &[Channel]) {
        let mut devices = 0;
        for device in self.devices.iter_mut().filter(|it| it.channels.is_empty()) {
            device.channels = channels.to_vec();
            device.complained = false;
            devices += 1;
        }
        self.devices.changed = true;
        self.device_changed = true;
        self.keep_devices();
        if devices == 0 {
            self.notices.add(Level::Warning, News::NoneWithoutChannels(name.to_owned()));
        } else {
            let news = News::ChannelsGiven { prototype: name.to_owned(), devices };
            self.notices.add(Level::Success, news);
        }
    }
}
