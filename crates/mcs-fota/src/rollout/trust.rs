//! Whether the image is still trusted while it is rolled out.

use mcs_model::Timestamp;
use mcs_model::api::PushState;
use serde::{Deserialize, Serialize};

use super::member::Phase;
use super::{Member, Objection, Output, Rollout};

/// How much an image is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Trust {
    /// Somebody vouches for it, as far as that is asked for.
    Vouched,
    /// Nobody does; an operator may send it all the same.
    Doubted,
    /// Nobody does, and nobody may send it, whatever was overridden before.
    Barred,
}

impl Rollout {
    pub(super) fn trust(&mut self, trust: Trust) {
        let (verified, barred) = (trust == Trust::Vouched, trust == Trust::Barred);
        if (self.head.release.verified, self.head.barred) == (verified, barred) {
            return;
        }
        (self.head.release.verified, self.head.barred) = (verified, barred);
        self.outputs.push_back(Output::Head);
        let doubts = self.doubts();
        for device in self.devices(|it| !it.is_over()) {
            let Some(member) = self.members.get_mut(&device) else { continue };
            if doubts {
                member.doubt();
            } else {
                member.objections.remove(&Objection::Unverified);
            }
            self.outputs.push_back(Output::Member(device));
        }
    }

    /// Whether the image is not trusted, and no override makes up for it.
    pub(super) fn doubts(&self) -> bool {
        let overridden =
            || self.head.overrides.iter().any(|it| it.objection == Objection::Unverified);
        self.head.barred || (!self.head.release.verified && !overridden())
    }

    /// Those that wait for a notice and have come into doubt meanwhile.
    pub(super) fn refuse_those_in_doubt(&mut self, now: Timestamp) {
        let waits = |it: &Member| {
            it.push().is_some_and(|push| push.state() == PushState::Queued)
                && !it.handed
                && !it.objections.is_empty()
        };
        for device in self.devices(waits) {
            let Some(member) = self.members.get_mut(&device) else { continue };
            (member.phase, member.wanted) = (Phase::Refused(now), false);
            self.outputs.push_back(Output::Member(device));
        }
    }
}

impl Member {
    /// Nobody vouches for the image.
    pub(super) fn doubt(&mut self) {
        self.overridden.remove(&Objection::Unverified);
        self.objections.insert(Objection::Unverified);
    }
}
