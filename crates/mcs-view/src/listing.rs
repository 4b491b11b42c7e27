//! The server's device list: asked for once the announcements are heard, so that nothing falls
//! between the two.

use core::time::Duration;

use mcs_model::api::{self, DeviceInfo};
use mcs_model::{DataPoint, ProductId};

use crate::console::Console;
use crate::devices::Device;
use crate::io::Fetched;
use crate::notices::count;
use crate::protocol::{Level, Named, News, Sought};
use crate::rest::Call;

/// How long to wait before the list is asked for again after a failure.
const RETRY: Duration = Duration::from_secs(3);

impl Console {
    /// Asks for the list, unless it is on its way.
    pub(crate) fn fetch_devices(&mut self) {
        self.list_at = None;
        let under_way = self.rest.awaits(|it| matches!(it, Call::Devices { .. }));
        if self.signed_in.is_some() && !under_way {
            let call = Call::Devices { listening: self.links.is_listening() };
            self.out.push_back(self.rest.call(call));
        }
    }

    /// The list, asked for while `listening`.
    pub(crate) fn devices_listed(&mut self, listening: bool, fetched: Fetched) {
        let events = core::mem::take(&mut self.early_events);
        let again = core::mem::take(&mut self.list_again);
        let list = match fetched {
            Fetched::Answer { status: 200, body } => api::from_json::<Vec<DeviceInfo>>(&body),
            other => {
                self.list_at = Some(self.clock.now() + RETRY);
                return self.not_fetched(Sought::Devices, &other);
            }
        };
        match list {
            Ok(list) => self.take_list(list),
            Err(error) => return self.misunderstood(&error.to_string()),
        }
        self.notices.found(Sought::Devices);
        self.presence_known = listening && self.links.is_listening();
        events.iter().for_each(|event| self.apply_event(event));
        self.send_waiting_later();
        if again || (self.links.is_listening() && !listening) {
            self.fetch_devices();
        }
    }

    fn take_list(&mut self, list: Vec<DeviceInfo>) {
        self.mention_rights(&list);
        for id in self.devices.ids() {
            if !list.iter().any(|it| it.id == id)
                && let Some(gone) = self.devices.remove(&id)
            {
                self.unsubscribe(gone.subscriptions);
                self.charts.retain(|key| key.0 != id);
            }
        }
        let wall = self.clock.wall();
        for info in list {
            let away = info.presence.transports.is_empty();
            let since = info.presence.last_seen.filter(|_| away);
            if since.is_some() || !away {
                self.charts.present(&info.id, since, wall);
            }
            let device = Device::listed(&info);
            self.forget_retyped(&device);
            let useless = self.devices.put(device);
            self.unsubscribe(useless);
            if let Some(device) = self.devices.get_mut(&info.id) {
                device.appear(info.presence);
                for point in info.last_points {
                    let (channel, timestamp) = (point.channel, point.timestamp);
                    device.recall(DataPoint { channel, timestamp, value: point.value });
                }
            }
            self.subscribe(&info.id);
        }
        self.devices.tell_all();
        self.device_changed = true;
        self.firmware.changed = true;
    }

    /// Forgets the points of channels that the device has no more, or with another type.
    pub(crate) fn forget_retyped(&mut self, device: &Device) {
        let Some(former) = self.devices.get(&device.id) else { return };
        let lost = former.channels.iter().filter(|it| !device.has_like(it));
        let lost: Vec<_> = lost.map(|it| it.id.clone()).collect();
        self.charts.retain(|key| key.0 != device.id || !lost.contains(&key.1));
    }

    /// Tells the operator what is different from the last list in what the operator may do.
    fn mention_rights(&mut self, list: &[DeviceInfo]) {
        let mut lost = Vec::new();
        let mut less = Vec::new();
        let mut more = Vec::new();
        for device in self.devices.iter() {
            match list.iter().find(|it| it.id == device.id) {
                None => lost.push(&device.name),
                Some(now) if now.right < device.right => less.push(&device.name),
                Some(now) if now.right > device.right => more.push(&device.name),
                Some(_) => {}
            }
        }
        type Mention = fn(Named) -> News;
        let mentions = [
            (lost, Level::Warning, News::Lost as Mention),
            (less, Level::Warning, News::LookOnly),
            (more, Level::Info, News::Controllable),
        ];
        for (names, level, news) in mentions {
            let who = match names[..] {
                [] => continue,
                [name] => Named::One(name.clone()),
                [first, .., last] => Named::Several {
                    count: count(names.len()),
                    first: first.clone(),
                    last: last.clone(),
                },
            };
            self.notices.add(level, news(who));
        }
    }

    /// The prototypes of the devices, by name.
    pub(crate) fn prototypes(&self) -> Vec<(ProductId, String)> {
        let mut all: Vec<_> = self.devices.iter().filter_map(|it| it.prototype.clone()).collect();
        mcs_sorted::sort_by(&mut all, |a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
        all.dedup();
        all
    }

    /// Forgets every device and its points.
    pub(crate) fn forget_devices(&mut self) {
        self.devices.clear();
        self.charts.retain(|_| false);
        self.early_events.clear();
        self.list_again = false;
        self.list_at = None;
        self.presence_known = false;
        self.device_changed = true;
    }
}
