//! Rollouts: a firmware on its way to many devices, as an operator sees them.

pub mod audit;
mod flow;
mod local;
pub mod plan;

use mcs_fota::rollout::api::{AuditEntry, RolloutDetails, RolloutInfo};
use mcs_time::Time;

use local::Local;

use crate::link::Subscription;
use crate::protocol::{
    Keeper, OpenRollout, RolloutOutcome, RolloutPreview, RolloutTrouble, RolloutsView,
};

/// Rollouts in one answer, if more are behind them.
const PAGE: usize = 50;

/// The state of the page.
#[derive(Debug, Default)]
pub(crate) struct Rollouts {
    list: Option<Vec<RolloutInfo>>,
    /// Whether older ones may be behind the list.
    more: bool,
    trouble: Option<RolloutTrouble>,
    /// The id of the one that is open, and what is known of it.
    open: Option<(String, OpenRollout)>,
    /// What was done in it, as far as it is here, and whether that is all.
    audit: Vec<AuditEntry>,
    audit_is_whole: bool,
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
    /// Those that this console runs, without a server.
    pub(crate) local: Local,
    /// The page has not seen it as it is.
    changed: bool,
}

impl Rollouts {
    /// When to ask for what is new.
    pub(crate) fn deadline(&self) -> Option<Time> {
        self.again_at.into_iter().chain(self.local.wake_at).min()
    }

    fn view(&self, keeper: Keeper) -> RolloutsView {
        RolloutsView {
            keeper,
            images: self.local.images(),
            fetching: self.local.fetched(),
            checks: self.local.checks.clone(),
            checked: self.local.checked.clone(),
            believed: self.local.believed().clone(),
            list: self.list.clone(),
            more: self.more,
            trouble: self.trouble.clone(),
            open: self.open.as_ref().map(|it| it.1.clone()).unwrap_or_default(),
            audit: self.audit_is_whole.then(|| self.audit.clone()),
            preview: self.preview.clone(),
            busy: self.busy,
            outcome: self.outcome.clone(),
            outcomes: self.outcomes,
        }
    }

    /// A page of the list: the newest ones, which take the place of what was known of them, or what
    /// is behind one.
    fn take_list(&mut self, before: Option<&str>, page: Vec<RolloutInfo>) {
        let known = self.list.take().unwrap_or_default();
        let is_full = page.len() >= PAGE;
        self.list = Some(match (before, page.last()) {
            (None, Some(last)) if is_full => {
                let behind = known.iter().position(|it| it.id == last.id).map_or(0, |at| at + 1);
                self.more = behind == 0 || behind == known.len() || self.more;
                let older = if behind == 0 { Vec::new() } else { known[behind..].to_vec() };
                page.into_iter().chain(older).collect()
            }
            (None, _) => {
                self.more = false;
                page
            }
            (Some(last), _) if known.last().is_some_and(|it| it.id == last) => {
                self.more = is_full;
                known.into_iter().chain(page).collect()
            }
            // It came too late: the list is another.
            (Some(_), _) => known,
        });
    }

    fn forget_audit(&mut self) {
        (self.audit, self.audit_is_whole) = (Vec::new(), false);
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
