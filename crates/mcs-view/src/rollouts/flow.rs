//! What the operator and the server do to the rollouts page.

use core::time::Duration;

use mcs_fota::rollout::api::{ActRequest, Refusal, RolloutDetails, RolloutRefusal, RolloutRequest};
use mcs_model::api;
use mcs_model::{ConsoleTopic, FirmwareId, ProductId};
use mcs_session::TopicFilter;
use serde::de::DeserializeOwned;

use super::Rollouts;
use crate::console::Console;
use crate::io::Fetched;
use crate::link::OPTIONS;
use crate::protocol::{
    Apart, ConnectionId, Keeper, OpenRollout, RolloutOutcome, RolloutPreview, RolloutTrouble,
    RolloutsPlace, RolloutsRequest, RolloutsView, View,
};
use crate::rest::{self, Call, RolloutsCall};

/// News is asked for this long after the last question, and later when the answer is long.
const GAP: Duration = Duration::from_millis(250);
/// Lines of an audit in one answer, if more are behind them.
const AUDIT_PAGE: usize = 10_000;
/// So much later for each device in it.
const GAP_PER_DEVICE: Duration = Duration::from_micros(500);

impl Console {
    /// The page was opened, or another place on it.
    pub(crate) fn open_rollouts(&mut self, place: &RolloutsPlace) {
        let page = &mut self.rollouts;
        page.changed = true;
        page.trouble = None;
        match place {
            RolloutsPlace::One { id, audit } => {
                if page.open.as_ref().is_none_or(|(open, _)| open != id) {
                    (page.open, page.outcome) = (Some((id.clone(), OpenRollout::Awaited)), None);
                    page.forget_audit();
                }
                if !audit {
                    page.forget_audit();
                }
            }
            RolloutsPlace::New { prototype, firmware } => {
                (page.preview, page.outcome) = (RolloutPreview::None, None);
                let (prototype, firmware) = (prototype.clone(), firmware.clone());
                if self.is_alone() {
                    self.stock_images();
                } else {
                    self.open_firmware(Some(prototype.clone()));
                }
                self.verify_for_rollout(&prototype, &firmware);
            }
            RolloutsPlace::List => {}
        }
        self.ask_rollouts(place);
    }

    /// The page is open: it wants to hear what changes.
    pub(crate) fn watch_rollouts(&mut self, place: &RolloutsPlace) {
        if self.is_alone() {
            self.claim_rollouts();
            if self.rollouts.local.take_changed() {
                if matches!(place, RolloutsPlace::New { .. }) {
                    self.stock_images();
                }
                self.refresh_local(place);
            }
            return;
        }
        if self.signed_in.is_none() {
            return;
        }
        if self.rollouts.news.is_none()
            && let Some(session) = self.links.session(ConnectionId::SERVER)
            && let Ok(filter) = TopicFilter::new(ConsoleTopic::Rollouts.to_string())
        {
            let news = session.subscribe(self.clock.now(), filter, OPTIONS);
            self.rollouts.news = Some((ConnectionId::SERVER, news));
        }
        match place {
            RolloutsPlace::New { prototype, firmware } => {
                let (prototype, firmware) = (prototype.clone(), firmware.clone());
                self.verify_for_rollout(&prototype, &firmware);
            }
            // The page was opened before somebody was signed in.
            _ if self.rollouts.asked_at.is_none() => self.ask_rollouts(place),
            _ => {}
        }
    }

    /// Rollouts are further than before.
    pub(crate) fn rollouts_changed(&mut self) {
        if !matches!(self.page.view(), Some(View::Rollouts(_))) {
            return;
        }
        let devices = match &self.rollouts.open {
            Some((_, OpenRollout::Here(_, devices))) => u32::try_from(devices.len()),
            _ => Ok(0),
        };
        let gap = GAP + GAP_PER_DEVICE * devices.unwrap_or(u32::MAX);
        let due = self.rollouts.asked_at.map_or(self.clock.now(), |at| at + gap);
        self.rollouts.again_at.get_or_insert(due.max(self.clock.now()));
    }

    /// Asks for what is new, if it is time.
    pub(crate) fn repeat_rollouts(&mut self) {
        self.wake_rollouts();
        let due = self.rollouts.again_at.is_some_and(|at| at <= self.clock.now());
        if due && self.rest.awaits(is_question) {
            // One that is slow is not hurried.
            self.rollouts.again_at = Some(self.clock.now() + GAP);
        } else if due {
            self.fetch_rollouts();
        }
    }

    fn fetch_rollouts(&mut self) {
        self.rollouts.again_at = None;
        let Some(View::Rollouts(place)) = self.page.view().cloned() else { return };
        self.ask_rollouts(&place);
    }

    fn ask_rollouts(&mut self, place: &RolloutsPlace) {
        if self.is_alone() {
            return self.refresh_local(place);
        }
        if self.signed_in.is_none() {
            return;
        }
        self.rollouts.asked_at = Some(self.clock.now());
        // What is on its way may be older than the news: its answer is of no use.
        self.rest.forget(is_question);
        let calls = match place {
            RolloutsPlace::List => vec![RolloutsCall::List(None)],
            RolloutsPlace::New { .. } => Vec::new(),
            RolloutsPlace::One { id, audit } => {
                // What was done once is not asked for again.
                let known = self.rollouts.audit.len();
                let audit = audit.then(|| RolloutsCall::Audit(id.clone(), known));
                [RolloutsCall::Open(id.clone())].into_iter().chain(audit).collect()
            }
        };
        for call in calls {
            self.out.push_back(self.rest.call(Call::Rollouts(call)));
        }
    }

    /// What the page shows, if that has changed.
    pub(crate) fn show_rollouts(&mut self, all: bool) -> Option<Apart<RolloutsView>> {
        let changed = core::mem::take(&mut self.rollouts.changed);
        let keeper = if self.is_alone() { self.rollouts.local.keeper() } else { Keeper::Server };
        (changed || all).then(|| Apart::of(&self.rollouts.view(keeper)))
    }

    /// The page asks.
    pub(crate) fn rollouts_request(&mut self, request: &Apart<RolloutsRequest>) {
        let Some(request) = request.open() else { return };
        if self.rollouts.busy {
            return;
        }
        self.rollouts.changed = true;
        if self.is_alone() {
            return self.local_request(request);
        }
        if self.signed_in.is_none() {
            return;
        }
        let call = match request {
            RolloutsRequest::Preview(request) => {
                // Only the newest draft is of interest.
                self.rest.forget(|it| *it == Call::Rollouts(RolloutsCall::Preview));
                self.rollouts.preview = RolloutPreview::Awaited;
                self.rest.call_with(Call::Rollouts(RolloutsCall::Preview), &request)
            }
            RolloutsRequest::Make(request) => {
                if let Err(trouble) = self.may_make(&request) {
                    return self.rollouts.end(RolloutOutcome::Failed(trouble));
                }
                self.rollouts.busy = true;
                self.rest.call_with(Call::Rollouts(RolloutsCall::Make), &request)
            }
            // The server has the files, and is told by its settings whom to believe.
            RolloutsRequest::Fetch(_) | RolloutsRequest::Believe(_) => return,
            RolloutsRequest::More => {
                let last = self.rollouts.list.as_ref().and_then(|it| it.last());
                let before = last.map(|it| it.id.clone());
                self.rest.call(Call::Rollouts(RolloutsCall::List(before)))
            }
            RolloutsRequest::Act(id, act) => {
                self.rollouts.busy = true;
                self.rest.call_with(Call::Rollouts(RolloutsCall::Act(id)), &ActRequest { act })
            }
        };
        self.out.push_back(call);
    }

    /// What is not verified here goes nowhere from here.
    pub(super) fn may_make(&self, request: &RolloutRequest) -> Result<(), RolloutTrouble> {
        match self.firmware.verified_md5(&request.firmware) {
            None => Err(RolloutTrouble::NotVerified),
            Some(md5) if self.objection(md5).is_some() => Err(RolloutTrouble::NotExpected),
            Some(_) => Ok(()),
        }
    }

    /// Fetches the firmware back as a device would, once it is known and unless that was done.
    fn verify_for_rollout(&mut self, prototype: &ProductId, firmware: &FirmwareId) {
        if self.firmware.prototype() == Some(prototype) && self.firmware.is_unverified(firmware) {
            self.verify(firmware.clone());
        }
    }

    /// The server's answer.
    pub(crate) fn rollouts_fetched(&mut self, call: RolloutsCall, fetched: Fetched) {
        let page = &mut self.rollouts;
        page.changed = true;
        match call {
            RolloutsCall::List(before) => match answer(fetched) {
                Ok(list) => {
                    page.trouble = None;
                    page.take_list(before.as_deref(), list);
                }
                Err(trouble) => page.trouble = Some(trouble),
            },
            RolloutsCall::Open(id) => match answer(fetched) {
                Ok(details) => {
                    page.trouble = None;
                    page.show(details);
                }
                Err(RolloutTrouble::Gone) => page.open = Some((id, OpenRollout::Missing)),
                Err(trouble) => page.trouble = Some(trouble),
            },
            RolloutsCall::Audit(id, from) => {
                let is_open = page.open.as_ref().is_some_and(|(open, _)| *open == id);
                if is_open && page.audit.len() == from {
                    match answer::<Vec<_>>(fetched) {
                        Ok(lines) => {
                            page.audit_is_whole = lines.len() < AUDIT_PAGE;
                            page.audit.extend(lines);
                            if !page.audit_is_whole {
                                let more = RolloutsCall::Audit(id, page.audit.len());
                                self.out.push_back(self.rest.call(Call::Rollouts(more)));
                            }
                        }
                        Err(trouble) => page.trouble = Some(trouble),
                    }
                }
            }
            RolloutsCall::Preview => {
                page.preview = match answer::<RolloutDetails>(fetched) {
                    Ok(it) => RolloutPreview::Here(Box::new(it.info), it.devices),
                    Err(trouble) => RolloutPreview::Failed(trouble),
                };
            }
            RolloutsCall::Make => {
                let made = answer::<RolloutDetails>(fetched);
                page.end(match made {
                    Ok(it) => RolloutOutcome::Made(it.info.id),
                    Err(trouble) => RolloutOutcome::Failed(trouble),
                });
            }
            RolloutsCall::Act(_) => match answer::<RolloutDetails>(fetched) {
                Ok(details) => {
                    page.show(details);
                    page.end(RolloutOutcome::Done);
                }
                Err(trouble) => {
                    page.end(RolloutOutcome::Failed(trouble));
                    self.fetch_rollouts();
                }
            },
        }
    }

    /// Signed out: nothing of it is ours to show.
    pub(crate) fn forget_rollouts(&mut self) {
        self.rest.forget(|it| matches!(it, Call::Rollouts(_)));
        // Who signs in again is still on the page.
        let open = self.rollouts.open.take().map(|(id, _)| (id, OpenRollout::Awaited));
        self.rollouts = Rollouts { open, changed: true, ..Rollouts::default() };
    }
}

/// What the page asks by itself.
fn is_question(call: &Call) -> bool {
    use RolloutsCall::{Audit, List, Open};
    matches!(call, Call::Rollouts(List(_) | Open(_) | Audit(..)))
}

fn answer<T: DeserializeOwned>(fetched: Fetched) -> Result<T, RolloutTrouble> {
    let (status, body) = match fetched {
        Fetched::Answer { status: 200 | 201, body } => {
            return api::from_json(&body).map_err(|it| RolloutTrouble::Other(it.to_string()));
        }
        Fetched::Answer { status, body } => (status, body),
        Fetched::Unreachable => return Err(RolloutTrouble::Unreachable),
    };
    if let Ok(RolloutRefusal { why, .. }) = api::from_json(&body) {
        return Err(refused(why));
    }
    Err(match status {
        403 => RolloutTrouble::NotAllowed,
        404 => RolloutTrouble::Gone,
        413 => RolloutTrouble::TooLarge,
        500 => RolloutTrouble::Internal,
        503 => RolloutTrouble::Unavailable,
        _ => RolloutTrouble::Other(rest::error_text(status, &body)),
    })
}

fn refused(why: Refusal) -> RolloutTrouble {
    match why {
        Refusal::NotMade(error) => RolloutTrouble::NotMade(error),
        Refusal::NotDone(error) => RolloutTrouble::NotDone(error),
        Refusal::OtherPrototype(device) => RolloutTrouble::OtherPrototype(device),
        Refusal::Unsigned(version) => RolloutTrouble::NotVouched(version.to_string()),
        // A newer server may know more.
        other => RolloutTrouble::Other(other.to_string()),
    }
}
