//! Rollouts: a firmware on its way to many devices, as an operator sees them.

mod flow;
pub mod plan;

use mcs_fota::rollout::api::{AuditEntry, RolloutDetails, RolloutInfo};
use mcs_time::Time;

use crate::link::Subscription;
use crate::protocol::{OpenRollout, RolloutOutcome, RolloutPreview, RolloutTrouble, RolloutsView};

/// The state of the page.
#[derive(Debug, Default)]
pub(crate) struct Rollouts {
    list: Option<Vec<RolloutInfo>>,
    trouble: Option<RolloutTrouble>,
    /// The id of the one that is open, and what is known of it.
    open: Option<(String, OpenRollout)>,
    audit: Option<Vec<AuditEntry>>,
    preview: RolloutPreview,
    busy: bool,
    outcome: Option<RolloutOutcome>,
    outcomes: u32,
    /// Where the server says that there is something to ask for.
    pub(crate) news: Option<Subscription>,
    /// There was news since it was asked last, which is asked for then.
    again_at: Option<Time>,
    /// When it was asked last.
    asked_at: Option<Time>,
    /// The page has not seen it as it is.
    changed: bool,
}

impl Rollouts {
    /// When to ask for what is new.
    pub(crate) fn deadline(&self) -> Option<Time> {
        self.again_at
    }

    fn view(&self) -> RolloutsView {
        RolloutsView {
            list: self.list.clone(),
            trouble: self.trouble.clone(),
            open: self.open.as_ref().map(|it| it.1.clone()).unwrap_or_default(),
            audit: self.audit.clone(),
            preview: self.preview.clone(),
            busy: self.busy,
            outcome: self.outcome.clone(),
            outcomes: self.outcomes,
        }
    }

    fn show(&mut self, details: RolloutDetails) {
        let RolloutDetails { info, devices } = details;
        if self.open.as_ref().is_some_and(|(id, _)| *id == info.id) {
            self.open = Some((info.id.clone(), OpenRollout::Here(Box::new(info), devices)));
            self.changed = true;
        }
    }

    fn end(&mut self, outcome: RolloutOutcome) {
        self.busy = false;
        self.outcome = Some(outcome);
        self.outcomes = self.outcomes.wrapping_add(1);
        self.changed = true;
    }
}
