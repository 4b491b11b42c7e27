//! A device's key: fetched when somebody wants to see it, and handed to the page at once.

use mcs_model::DeviceId;
use mcs_model::api::{self, Credentials};

use crate::console::Console;
use crate::io::Fetched;
use crate::protocol::Sought;
use crate::rest::Call;

impl Console {
    /// Somebody wants to see the key of a device.
    pub(crate) fn fetch_credentials(&mut self, id: &DeviceId) {
        let Some(device) = self.devices.get(id) else { return };
        if let Some(key) = device.key.clone() {
            self.credentials = Some(Credentials { id: id.clone(), key });
        } else if self.signed_in.is_some() {
            self.out.push_back(self.rest.call(Call::Credentials(id.clone())));
        }
    }

    pub(crate) fn credentials_fetched(&mut self, fetched: Fetched) {
        match fetched {
            Fetched::Answer { status: 200, body } => match api::from_json(&body) {
                Ok(credentials) => self.credentials = Some(credentials),
                Err(error) => self.misunderstood(&error.to_string()),
            },
            other => self.not_fetched(Sought::Key, &other),
        }
    }
}
