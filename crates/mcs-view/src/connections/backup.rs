//! Profiles in the file of everything that the browser keeps: without their passwords.

use std::collections::BTreeMap;

use super::{Connection, Entry, File};
use crate::console::Console;
use crate::protocol::ConnectionId;

impl Console {
    /// The profiles as they are kept.
    pub(crate) fn profile_file(&self) -> File {
        let entry = |(id, it): (&ConnectionId, &Connection)| Entry {
            id: id.0,
            profile: it.profile.clone(),
            wanted: it.wanted,
        };
        File { profiles: self.connections.map.iter().map(entry).collect() }
    }

    /// Adds the profiles of such a file to those that are here, and connects none; says by which id
    /// each of them is known here.
    pub(crate) fn add_profiles(&mut self, file: File) -> BTreeMap<ConnectionId, ConnectionId> {
        let mut places = BTreeMap::new();
        for Entry { id, profile, .. } in file.profiles {
            let known = self.connections.map.iter().find(|(_, it)| it.profile == profile);
            let here = known.map(|(here, _)| *here).unwrap_or_else(|| {
                self.put_profile(None, profile, None, false);
                ConnectionId(self.connections.last_id)
            });
            places.insert(ConnectionId(id), here);
        }
        places
    }
}
