//! Who may do what with which device. Every surface asks here: REST, MQTT, firmware.

use std::collections::BTreeMap;

use mcs_model::api::{Right, Role};
use mcs_model::{DeviceId, ProductId};

use crate::registry::Device;
use crate::store::{PersonRow, Scope};

#[cfg(test)]
mod tests;

/// What one user may do, as of one revision of the registry.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Access {
    /// What the account allows by itself.
    pub(crate) role: Role,
    devices: BTreeMap<DeviceId, Right>,
    prototypes: BTreeMap<ProductId, Right>,
    // Only compared: who changes it wants everybody out.
    password: String,
}

impl Access {
    /// What the user's account and grants allow.
    pub(crate) fn new(person: PersonRow) -> Self {
        let (mut devices, mut prototypes) = (BTreeMap::new(), BTreeMap::new());
        for grant in person.grants {
            match grant.scope {
                Scope::Device(id) => devices.insert(id, grant.right),
                Scope::Prototype(id) => prototypes.insert(id, grant.right),
            };
        }
        Self { role: person.role, devices, prototypes, password: person.password }
    }

    /// The most that the user may do with the device: what the account, a grant on its prototype or one on
    /// itself allows. `None`: not even know that there is such a device.
    pub(crate) fn to(&self, device: &Device) -> Option<Right> {
        let of_device = self.devices.get(&device.id).copied();
        self.to_prototype(&device.prototype.id).max(of_device)
    }

    /// The same for all devices of a prototype and for its firmware.
    pub(crate) fn to_prototype(&self, prototype: &ProductId) -> Option<Right> {
        self.role.right().max(self.prototypes.get(prototype).copied())
    }

    /// Whether the user may edit prototypes, and make and remove devices.
    pub(crate) fn administers(&self) -> bool {
        self.role == Role::Admin
    }

    /// Whether the user may see every device, those to come included.
    pub(crate) fn sees_all(&self) -> bool {
        self.role.right().is_some()
    }
}
