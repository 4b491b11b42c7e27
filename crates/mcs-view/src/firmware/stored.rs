//! What an operator does to a firmware that is on the server.

use mcs_model::FirmwareId;
use mcs_model::api::{self, ApiError, FirmwareEdit, FirmwareInfo};

use crate::console::Console;
use crate::io::Fetched;
use crate::protocol::{Level, News, NotRemoved};
use crate::rest::{self, Call};

impl Console {
    pub(super) fn describe_firmware(&mut self, firmware: FirmwareId, edit: &FirmwareEdit) {
        self.out.push_back(self.rest.call_with(Call::DescribeFirmware(firmware), edit));
    }

    pub(crate) fn firmware_described(&mut self, id: &FirmwareId, fetched: &Fetched) {
        match fetched {
            Fetched::Answer { status: 200, body } => match api::from_json::<FirmwareInfo>(body) {
                Ok(info) => {
                    if let Some(stored) = self.firmware.stored(id) {
                        // Its file is the one that was verified.
                        stored.info = info;
                    }
                }
                Err(error) => self.misunderstood(&error.to_string()),
            },
            other => self.notices.add(Level::Error, News::NotDescribed(rest::failure(other))),
        }
        self.firmware.changed = true;
        self.list_firmwares();
    }

    pub(super) fn remove_firmware(&mut self, firmware: FirmwareId) {
        let call = Call::RemoveFirmware(firmware);
        if !self.rest.awaits(|it| *it == call) {
            self.out.push_back(self.rest.call(call));
        }
    }

    pub(crate) fn firmware_removed(&mut self, id: &FirmwareId, fetched: &Fetched) {
        let stored = self.firmware.shelf.iter().find(|it| it.info.id == *id);
        let firmware = stored
            .map_or_else(|| id.to_string(), |it| format!("{} {}", it.info.name, it.info.version));
        // Somebody else may have been quicker.
        if matches!(fetched, Fetched::Answer { status: 204 | 404, .. }) {
            self.firmware.shelf.retain(|it| it.info.id != *id);
            self.firmware.changed = true;
            self.notices.add(Level::Info, News::Removed(firmware));
        } else {
            let why = why(fetched);
            self.notices.add(Level::Error, News::NotRemoved { firmware, why });
        }
        self.list_firmwares();
    }
}

fn why(fetched: &Fetched) -> NotRemoved {
    let code = match fetched {
        Fetched::Answer { body, .. } => api::from_json::<ApiError>(body).map(|it| it.code).ok(),
        Fetched::Unreachable => None,
    };
    match code.as_deref() {
        Some("in-use") => NotRemoved::RolledOut,
        Some("needed") => NotRemoved::Needed,
        _ => NotRemoved::Failed(rest::failure(fetched)),
    }
}
