//! Static setting: devices that the operator typed in, imported or exported.

use mcs_model::prototype_file::Imported;
use mcs_model::{Channel, DeviceId, DeviceKey, ProductId, api, prototype_file};
use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::devices::Device;
use crate::kept;
use crate::notices::devices;
use crate::protocol::{ConnectionId, Level, NewDevice, Setting};

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
                let count = file.devices.len();
                for Entry { id, key, name, channels, connection } in file.devices {
                    self.put_device(NewDevice { id, key, name, channels, connection });
                }
                self.keep_devices();
                self.notices.add(Level::Success, format!("{} imported.", devices(count)));
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
                let text = format!(
                    "Not imported: neither a file of devices ({trouble}) nor an MCS prototype."
                );
                self.notices.add(Level::Error, text);
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
        for Entry { id, key, name, channels, connection } in file.devices {
            self.put_device(NewDevice { id, key, name, channels, connection });
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
            self.unsubscribe(device.subscriptions);
            self.charts.retain(|key| key.0 != *id);
        }
    }

    fn keep_devices(&mut self) {
        self.keep(kept::DEVICES, &self.device_file());
    }

    fn device_file(&self) -> File {
        let entry = |device: &Device| {
            Some(Entry {
                id: device.id.clone(),
                key: device.key.clone()?,
                name: device.name.clone(),
                channels: device.channels.clone(),
                connection: device.connection,
            })
        };
        File { devices: self.devices.iter().filter_map(entry).collect() }
    }

    fn is_static(&mut self) -> bool {
        let is = matches!(self.setting, Setting::Static);
        if !is {
            self.notices.add(Level::Warning, "Devices of a server are registered there.");
        }
        is
    }

    fn put_device(&mut self, device: NewDevice) {
        let id = device.id.clone();
        let useless = self.devices.put(Device::typed(device));
        self.unsubscribe(useless);
        self.subscribe(&id);
        self.device_changed = true;
    }

    fn give_channels(&mut self, name: &str, channels: &[Channel]) {
        let mut count = 0;
        for device in self.devices.iter_mut().filter(|it| it.channels.is_empty()) {
            device.channels = channels.to_vec();
            device.complained = false;
            count += 1;
        }
        self.devices.changed = true;
        self.device_changed = true;
        self.keep_devices();
        if count == 0 {
            let text = format!("Every device has channels: add one without, then import {name}.");
            self.notices.add(Level::Warning, text);
        } else {
            let text = format!("The channels of {name} were given to {}.", devices(count));
            self.notices.add(Level::Success, text);
        }
    }
}
