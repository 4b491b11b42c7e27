//! What a new rollout shall be.

use std::collections::BTreeSet;

use leptos::prelude::*;
use mcs_model::api::Right;
use mcs_model::{DeviceId, FirmwareId};
use mcs_view::protocol::{Objection, OverrideRequest, Plan, RolloutRequest};
use mcs_view::rollouts::plan::PlanForm;

use crate::store::Store;
use crate::ui::Memo;

/// Which devices are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    All,
    Tag,
    Chosen,
}

/// What is typed and ticked; a handle.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) whom: RwSignal<Whom>,
    pub(super) tag: RwSignal<String>,
    pub(super) ticked: RwSignal<BTreeSet<DeviceId>>,
    pub(super) outdated_only: RwSignal<bool>,
    pub(super) at_once: RwSignal<bool>,
    pub(super) form: RwSignal<PlanForm>,
    /// What is overridden, and why.
    pub(super) overrides: RwSignal<Vec<(Objection, String)>>,
    /// The devices of the prototype that the operator may update.
    pub(super) candidates: Memo<Vec<DeviceId>>,
    /// Those of them that are meant.
    pub(super) targets: Memo<Vec<DeviceId>>,
}

impl Draft {
    pub(super) fn new(store: Store) -> Self {
        let whom = RwSignal::new(Whom::All);
        let tag = RwSignal::new(String::new());
        let ticked = RwSignal::new(BTreeSet::new());
        let controls = move |id: &DeviceId| {
            store.row(id).is_some_and(|row| row.with(|row| row.right >= Right::Control))
        };
        let candidates = Memo::new(move || {
            store.order.track();
            let all = store.firmware.with(|it| it.as_ref().map(|it| it.devices.clone()));
            all.unwrap_or_default().into_iter().filter(controls).collect::<Vec<_>>()
        });
        let targets = Memo::new(move || {
            let is_meant = |id: &DeviceId| match whom.get() {
                Whom::All => true,
                Whom::Tag => {
                    let has = tag.with(|tag| {
                        store.row(id).is_some_and(|row| row.with(|row| row.tags.contains(tag)))
                    });
                    has && !tag.with(String::is_empty)
                }
                Whom::Chosen => ticked.with(|ticked| ticked.contains(id)),
            };
            candidates.with(|all| all.iter().filter(|it| is_meant(it)).cloned().collect())
        });
        Self {
            whom,
            tag,
            ticked,
            outdated_only: RwSignal::new(true),
            at_once: RwSignal::new(false),
            form: RwSignal::new(PlanForm::of(&Plan::default())),
            overrides: RwSignal::new(Vec::new()),
            candidates,
            targets,
        }
    }

    /// The plan; `None` while something in it is wrong.
    pub(super) fn plan(self) -> Option<Plan> {
        if self.at_once.get() { Some(Plan::at_once()) } else { self.form.with(PlanForm::plan) }
    }

    /// The request without overrides: what it would be refused for is of interest.
    pub(super) fn request(self, firmware: &FirmwareId) -> Option<RolloutRequest> {
        let devices = self.targets.get();
        let plan = self.plan().filter(|_| !devices.is_empty())?;
        let (firmware, outdated_only) = (firmware.clone(), self.outdated_only.get());
        Some(RolloutRequest { firmware, devices, outdated_only, plan, overrides: Vec::new() })
    }

    /// The request with them.
    pub(super) fn whole_request(self, firmware: &FirmwareId) -> Option<RolloutRequest> {
        let whole =
            |(objection, reason): (Objection, String)| OverrideRequest { objection, reason };
        let overrides = self.overrides.get().into_iter().map(whole).collect();
        Some(RolloutRequest { overrides, ..self.request(firmware)? })
    }

    /// The tags of the devices, each once.
    pub(super) fn tags(self, store: Store) -> BTreeSet<String> {
        let tags = |id: &DeviceId| store.row(id).map(|row| row.with(|row| row.tags.clone()));
        self.candidates.with(|all| all.iter().filter_map(tags).flatten().collect())
    }
}
