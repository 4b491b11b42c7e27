//! What the page asks for, and what became of it.

use mcs_model::api::{
    self, ApiError, CloneRequest, DeviceDraft, DeviceEdit, EditRefusal, ImportedPrototype,
    NewDevices, PrototypeDraft, PrototypeEdit, PrototypeInfo, PrototypeSummary, Right,
};
use mcs_model::{ConsoleTopic, ProductId};
use mcs_session::TopicFilter;
use serde::de::DeserializeOwned;

use super::shelf::Shelf;
use crate::console::Console;
use crate::devices::Device;
use crate::io::{Fetched, Output};
use crate::link::{OPTIONS, Subscription};
use crate::protocol::{
    ConnectionId, OpenPrototype, Outcome, OwnDevice, PrototypesRequest, PrototypesView, Setting,
    Trouble, View,
};
use crate::rest::{Call, PrototypesCall};

/// The largest file that is read, in bytes.
const MAX_FILE: usize = 1 << 20;

/// Everything on the prototypes page.
#[derive(Debug, Default)]
pub(crate) struct Prototypes {
    /// By the server's word.
    list: Option<Vec<PrototypeSummary>>,
    trouble: Option<Trouble>,
    /// The one that the page has opened.
    open: Option<(ProductId, OpenPrototype)>,
    busy: bool,
    outcome: Option<Outcome>,
    outcomes: u32,
    /// The subscription to the server's word that something has changed.
    pub(crate) news: Option<Subscription>,
    /// What the browser keeps, in the static setting.
    pub(super) shelf: Shelf,
    /// The page has not seen it as it is.
    pub(crate) changed: bool,
}

impl Prototypes {
    pub(super) fn end(&mut self, outcome: Outcome) {
        self.busy = false;
        self.outcome = Some(outcome);
        self.outcomes = self.outcomes.wrapping_add(1);
        self.changed = true;
    }

    fn show(&mut self, info: PrototypeInfo) {
        if self.open.as_ref().is_some_and(|(id, _)| *id == info.prototype.id) {
            self.open = Some((info.prototype.id.clone(), OpenPrototype::Here(Box::new(info))));
            self.changed = true;
        }
    }
}

impl Console {
    /// The page was opened, or another prototype on it.
    pub(crate) fn open_prototypes(&mut self, id: Option<ProductId>) {
        self.prototypes.open = id.map(|id| (id, OpenPrototype::Awaited));
        self.prototypes.outcome = None;
        self.prototypes.changed = true;
        self.fetch_prototypes();
    }

    /// The page is open: it wants to hear what changes.
    pub(crate) fn watch_prototypes(&mut self) {
        self.hear_of_prototypes();
        let Prototypes { list, trouble, .. } = &self.prototypes;
        let listing = Call::Prototypes(PrototypesCall::List);
        if list.is_none() && trouble.is_none() && !self.rest.awaits(|it| *it == listing) {
            self.fetch_prototypes();
        }
    }

    /// A page is open that shows prototypes or their firmwares.
    pub(crate) fn hear_of_prototypes(&mut self) {
        if self.signed_in.is_some()
            && self.prototypes.news.is_none()
            && let Some(session) = self.links.session(ConnectionId::SERVER)
            && let Ok(filter) = TopicFilter::new(ConsoleTopic::Prototypes.to_string())
        {
            let news = session.subscribe(self.clock.now(), filter, OPTIONS);
            self.prototypes.news = Some((ConnectionId::SERVER, news));
        }
    }

    /// Prototypes or their firmwares have changed.
    pub(crate) fn prototypes_changed(&mut self) {
        match self.page.view() {
            Some(View::Prototypes(_)) => self.fetch_prototypes(),
            Some(View::Firmware(_)) => {
                self.rest.forget(|it| matches!(it, Call::Firmwares(_)));
                self.list_firmwares();
            }
            _ => {}
        }
    }

    fn fetch_prototypes(&mut self) {
        if self.signed_in.is_none() {
            return;
        }
        let open = self.prototypes.open.as_ref().map(|(id, _)| PrototypesCall::Open(id.clone()));
        for call in open.into_iter().chain([PrototypesCall::List]) {
            let call = Call::Prototypes(call);
            // What is on its way may be older than the news: its answer is of no use.
            self.rest.forget(|it| *it == call);
            self.out.push_back(self.rest.call(call));
        }
    }

    /// What the page shows, if that has changed.
    pub(crate) fn show_prototypes(&mut self, all: bool) -> Option<PrototypesView> {
        if !core::mem::take(&mut self.prototypes.changed) && !all {
            return None;
        }
        let is_static = matches!(self.setting, Setting::Static);
        let list = if is_static { Some(self.shelf_list()) } else { self.prototypes.list.clone() };
        let open = match &self.prototypes.open {
            Some((id, _)) if is_static => self
                .shelf_info(id)
                .map_or(OpenPrototype::Missing, |info| OpenPrototype::Here(Box::new(info))),
            Some((_, open)) => open.clone(),
            None => OpenPrototype::Awaited,
        };
        let list = list.map(|mut list| {
            list.sort_by_key(|it| (it.name.to_lowercase(), it.id.clone()));
            list
        });
        let Prototypes { trouble, busy, outcome, outcomes, .. } = &self.prototypes;
        Some(PrototypesView {
            list,
            trouble: trouble.clone(),
            devices: self.own_devices(),
            open,
            busy: *busy,
            outcome: outcome.clone(),
            outcomes: *outcomes,
        })
    }

    /// The devices of the open prototype.
    fn own_devices(&self) -> Vec<OwnDevice> {
        let Some((open, _)) = &self.prototypes.open else { return Vec::new() };
        let own = |it: &&Device| it.prototype.as_ref().is_some_and(|it| it.0 == *open);
        let device = |it: &Device| OwnDevice {
            id: it.id.clone(),
            about: DeviceEdit {
                name: it.name.clone(),
                description: it.about.clone(),
                tags: it.tags.clone(),
            },
            may_edit: it.right == Right::Control,
        };
        self.devices.iter().filter(own).map(device).collect()
    }

    /// The page asks.
    pub(crate) fn prototypes_request(&mut self, request: PrototypesRequest) {
        if self.prototypes.busy {
            return;
        }
        if let PrototypesRequest::Import(text) | PrototypesRequest::Restore(text) = &request
            && text.len() > MAX_FILE
        {
            let limit = u64::try_from(MAX_FILE).unwrap_or(u64::MAX);
            return self.prototypes.end(Outcome::Failed(Trouble::TooLarge(limit)));
        }
        if matches!(self.setting, Setting::Static) {
            let outcome = self.on_shelf(request).unwrap_or_else(Outcome::Failed);
            return self.prototypes.end(outcome);
        }
        if self.signed_in.is_none() {
            return;
        }
        let Some(output) = self.call_for(request) else { return };
        self.out.push_back(output);
        self.prototypes.busy = true;
        self.prototypes.changed = true;
    }

    fn call_for(&mut self, request: PrototypesRequest) -> Option<Output> {
        let call = |call| Call::Prototypes(call);
        Some(match request {
            PrototypesRequest::Create(name) => {
                let draft = PrototypeDraft { name, ..PrototypeDraft::default() };
                self.rest.call_with(call(PrototypesCall::Create), &draft)
            }
            PrototypesRequest::Import(text) => {
                let mut output = self.rest.call(call(PrototypesCall::Import));
                if let Output::Fetch { headers, body, .. } = &mut output {
                    headers.push(("Content-Type", "application/json"));
                    *body = text.into_bytes();
                }
                output
            }
            PrototypesRequest::Save(id, edit) => self.save_call(id, &edit),
            PrototypesRequest::Clone { prototype, name } => {
                self.rest.call_with(call(PrototypesCall::Clone(prototype)), &CloneRequest { name })
            }
            PrototypesRequest::Remove(id) => self.rest.call(call(PrototypesCall::Remove(id))),
            PrototypesRequest::Export(id) => self.rest.call(call(PrototypesCall::Export(id))),
            PrototypesRequest::MakeDevices(prototype, devices) => {
                self.make_call(prototype, devices)
            }
            PrototypesRequest::EditDevice(id, edit) => {
                self.rest.call_with(call(PrototypesCall::EditDevice(id)), &edit)
            }
            PrototypesRequest::RemoveDevice { device, history } => {
                self.rest.call(call(PrototypesCall::RemoveDevice { device, history }))
            }
            PrototypesRequest::Try(trial) => {
                self.rest.call_with(call(PrototypesCall::Try), &*trial)
            }
            PrototypesRequest::NewKey(id) => self.rest.call(call(PrototypesCall::NewKey(id))),
            PrototypesRequest::Backup | PrototypesRequest::Restore(_) => return None,
        })
    }

    fn save_call(&mut self, id: ProductId, edit: &PrototypeEdit) -> Output {
        self.rest.call_with(Call::Prototypes(PrototypesCall::Save(id)), edit)
    }

    fn make_call(&mut self, prototype: ProductId, devices: Vec<DeviceDraft>) -> Output {
        let body = NewDevices { prototype, devices };
        self.rest.call_with(Call::Prototypes(PrototypesCall::Make), &body)
    }

    /// The server's answer.
    pub(crate) fn prototypes_fetched(&mut self, call: PrototypesCall, fetched: Fetched) {
        self.prototypes.changed = true;
        let outcome = match call {
            PrototypesCall::List => {
                match answer(fetched) {
                    Ok(list) => {
                        (self.prototypes.list, self.prototypes.trouble) = (Some(list), None)
                    }
                    Err(trouble) => self.prototypes.trouble = Some(trouble),
                }
                return;
            }
            PrototypesCall::Open(id) => return self.opened(id, fetched),
            PrototypesCall::Try => {
                let outcome = answer(fetched).map(|run| Outcome::Tried(Box::new(run)));
                return self.prototypes.end(outcome.unwrap_or_else(Outcome::Failed));
            }
            PrototypesCall::Save(_) => self.saved(fetched),
            PrototypesCall::Create | PrototypesCall::Clone(_) => {
                answer(fetched).map(|info: PrototypeInfo| Outcome::Created(info.prototype.id))
            }
            PrototypesCall::Import => answer(fetched)
                .map(|imported: ImportedPrototype| {
                    Outcome::Imported(imported.info.prototype.id, imported.skipped)
                })
                .map_err(|trouble| match trouble {
                    Trouble::Refused(why) => Trouble::File(why),
                    other => other,
                }),
            PrototypesCall::Remove(id) => match fetched {
                Fetched::Answer { status: 204, .. } => Ok(Outcome::Removed(id)),
                other if code(&other) == "in-use" => Ok(Outcome::InUse),
                other => Err(trouble(other)),
            },
            PrototypesCall::Export(id) => match fetched {
                Fetched::Answer { status: 200, body } => String::from_utf8(body)
                    .map(|text| Outcome::File { name: format!("{id}.json"), text })
                    .map_err(|error| Trouble::Other(error.to_string())),
                other => Err(trouble(other)),
            },
            PrototypesCall::Make => answer(fetched).map(Outcome::Made),
            PrototypesCall::EditDevice(id) => {
                answer::<DeviceEdit>(fetched).map(|_| Outcome::DeviceEdited(id))
            }
            PrototypesCall::RemoveDevice { device, .. } => match fetched {
                Fetched::Answer { status: 204, .. } => Ok(Outcome::DeviceRemoved(device)),
                other => Err(trouble(other)),
            },
            PrototypesCall::NewKey(_) => answer(fetched).map(Outcome::Rekeyed),
        };
        self.prototypes.end(outcome.unwrap_or_else(Outcome::Failed));
        // The server tells those who listen, and this console may not be connected.
        self.fetch_prototypes();
    }

    fn opened(&mut self, id: ProductId, fetched: Fetched) {
        if self.prototypes.open.as_ref().is_none_or(|(open, _)| *open != id) {
            return;
        }
        let open = match answer::<PrototypeInfo>(fetched) {
            Ok(info) => OpenPrototype::Here(Box::new(info)),
            Err(Trouble::Gone) => OpenPrototype::Missing,
            Err(trouble) => {
                self.prototypes.trouble = Some(trouble);
                return;
            }
        };
        self.prototypes.open = Some((id, open));
    }

    fn saved(&mut self, fetched: Fetched) -> Result<Outcome, Trouble> {
        if let Fetched::Answer { status: 409, body } = &fetched
            && let Ok(refusal) = api::from_json::<EditRefusal>(body)
        {
            return Ok(match refusal.current {
                Some(current) => {
                    self.prototypes.show(current.clone());
                    Outcome::Outdated(Box::new(current))
                }
                None => Outcome::Hides(refusal.hides),
            });
        }
        let info: PrototypeInfo = answer(fetched)?;
        self.prototypes.show(info.clone());
        Ok(Outcome::Saved(Box::new(info)))
    }

    /// Signed out: nothing of it is ours to show.
    pub(crate) fn forget_prototypes(&mut self) {
        self.rest.forget(|it| matches!(it, Call::Prototypes(_)));
        let shelf = core::mem::take(&mut self.prototypes.shelf);
        // Who signs in again is still on the page.
        let open = self.prototypes.open.take().map(|(id, _)| (id, OpenPrototype::Awaited));
        self.prototypes = Prototypes { shelf, open, changed: true, ..Prototypes::default() };
    }
}

fn answer<T: DeserializeOwned>(fetched: Fetched) -> Result<T, Trouble> {
    match fetched {
        Fetched::Answer { status: 200 | 201, body } => {
            api::from_json(&body).map_err(|error| Trouble::Other(error.to_string()))
        }
        other => Err(trouble(other)),
    }
}

fn code(fetched: &Fetched) -> String {
    let Fetched::Answer { body, .. } = fetched else { return String::new() };
    api::from_json::<ApiError>(body).map(|it| it.code).unwrap_or_default()
}

fn trouble(fetched: Fetched) -> Trouble {
    let code = code(&fetched);
    let Fetched::Answer { status, body } = fetched else { return Trouble::Unreachable };
    match (status, code.as_str()) {
        (403, _) => Trouble::NotAllowed,
        (404, _) => Trouble::Gone,
        (_, "id-exists") => Trouble::IdExists,
        (_, "too-many") => Trouble::TooMany,
        (400 | 422, _) => Trouble::Refused(crate::rest::error_text(status, &body)),
        _ => Trouble::Other(crate::rest::error_text(status, &body)),
    }
}
