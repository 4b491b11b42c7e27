//! The rollouts page.

use core::marker::PhantomData;

use mcs_fota::rollout::api::{AuditEntry, Deed, RolloutDevice, RolloutInfo, RolloutRequest};
use mcs_model::{FirmwareId, ProductId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{decode, encode};

/// A message of a part of the page that is loaded by itself: only that part can write and read it,
/// and what comes before carries the bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart<T>(Vec<u8>, PhantomData<T>);

impl<T: Serialize + DeserializeOwned> Apart<T> {
    /// Packs it.
    pub fn of(content: &T) -> Self {
        Self(encode(content), PhantomData)
    }

    /// What was packed; `None` for bytes of somebody else.
    pub fn open(&self) -> Option<T> {
        decode(&self.0).ok()
    }
}

/// What of the rollouts is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RolloutsPlace {
    /// All of them.
    List,
    /// A new one of this firmware.
    New {
        /// The firmware's prototype.
        prototype: ProductId,
        /// The firmware.
        firmware: FirmwareId,
    },
    /// One of them.
    One {
        /// Its id.
        id: String,
        /// With what was done and what became of it.
        audit: bool,
    },
}

/// The rollouts page's requests; [`RolloutsView::outcome`] says what became of the newest one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RolloutsRequest {
    /// Say what it would do; the answer is [`RolloutsView::preview`].
    Preview(RolloutRequest),
    /// Make it. The firmware has to be verified.
    Make(RolloutRequest),
    /// Do this to a rollout.
    Act(String, Deed),
}

/// The rollouts page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutsView {
    /// All of them, newest first; `None` until they are here.
    pub list: Option<Vec<RolloutInfo>>,
    /// Why what is seen could not be fetched.
    pub trouble: Option<RolloutTrouble>,
    /// The one that is open.
    pub open: OpenRollout,
    /// What was done in it, oldest first, while that is seen.
    pub audit: Option<Vec<AuditEntry>>,
    /// What the draft would do.
    pub preview: RolloutPreview,
    /// A rollout is being made or acted on.
    pub busy: bool,
    /// What became of the newest [`RolloutsRequest::Make`] or [`RolloutsRequest::Act`].
    pub outcome: Option<RolloutOutcome>,
    /// Counts the outcomes.
    pub outcomes: u32,
}

/// The rollout that is open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OpenRollout {
    /// It is on its way.
    #[default]
    Awaited,
    /// There is none with this id, or nobody may see it.
    Missing,
    /// It is here.
    Here(Box<RolloutInfo>, Vec<RolloutDevice>),
}

/// What a draft would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RolloutPreview {
    /// Nobody asked.
    #[default]
    None,
    /// It is being asked.
    Awaited,
    /// This.
    Here(Box<RolloutInfo>, Vec<RolloutDevice>),
    /// It cannot be made.
    Failed(RolloutTrouble),
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RolloutOutcome {
    /// It was made; its id.
    Made(String),
    /// It was done.
    Done,
    /// It could not be done.
    Failed(RolloutTrouble),
}

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RolloutTrouble {
    /// The server does not answer.
    Unreachable,
    /// The account may not do it.
    NotAllowed,
    /// There is no such rollout, firmware or device any more.
    Gone,
    /// The firmware was not verified in this browser.
    NotVerified,
    /// The firmware's MD5 is not the one that the operator expects.
    NotExpected,
    /// The rollout is where that has no meaning any more.
    TooLate,
    /// The server's reason.
    Refused(String),
    /// The answer cannot be read, or is none of ours; in words.
    Other(String),
}
