//! The rollouts page.

use core::marker::PhantomData;

use mcs_fota::rollout::api::{AuditEntry, Deed, RolloutDevice, RolloutInfo, RolloutRequest};
use mcs_fota::rollout::{ActError, RolloutError};
use mcs_model::api::FirmwareInfo;
use mcs_model::{DeviceId, FirmwareId, ProductId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::firmware::{Check, Checked};
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
    /// Without a server: fetch the image behind an address, to roll it out from here.
    Fetch(ImageRequest),
    /// Without a server: believe these keys from now on.
    Believe(Believed),
    /// Make it. The firmware has to be verified.
    Make(RolloutRequest),
    /// Fetch the rollouts that are behind the list.
    More,
    /// Do this to a rollout.
    Act(String, Deed),
}

/// An image behind an address, as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageRequest {
    /// Where devices download it.
    pub url: String,
    /// What a device reports once it runs it.
    pub version: String,
    /// The MD5 that it has to have; empty when nobody said.
    pub md5: String,
    /// The manifest's file; empty when there is none.
    pub manifest: String,
    /// Its `.minisig` file; empty when there is none.
    pub signature: String,
}

/// Whose signatures are believed where there is no server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Believed {
    /// Public keys of minisign, one a line.
    pub keys: String,
    /// Whether an image that no key vouches for is refused.
    pub require_signed: bool,
}

/// Who runs the rollouts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keeper {
    /// The server.
    #[default]
    Server,
    /// The browser is being asked.
    Awaited,
    /// This tab.
    Here,
    /// Another tab; this one looks on.
    Elsewhere,
    /// Nobody: the browser does not keep tabs apart.
    Nobody,
}

/// The rollouts page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutsView {
    /// Who runs them.
    pub keeper: Keeper,
    /// Images of addresses, newest first.
    pub images: Vec<FirmwareInfo>,
    /// So many bytes of the image that is being fetched are here.
    pub fetching: Option<u64>,
    /// What was checked of the newest one.
    pub checks: Vec<Check>,
    /// The firmware that it became, if it passed.
    pub checked: Option<FirmwareId>,
    /// Whose signatures are believed.
    pub believed: Believed,
    /// All of them, newest first; `None` until they are here.
    pub list: Option<Vec<RolloutInfo>>,
    /// Older ones may be behind them.
    pub more: bool,
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
    /// It was fetched and can be rolled out: where it stands.
    Fetched(ProductId, FirmwareId),
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
    /// The rollout cannot be made.
    NotMade(RolloutError),
    /// It cannot be done to the rollout.
    NotDone(ActError),
    /// This device is of another prototype than the firmware.
    OtherPrototype(DeviceId),
    /// The server asks for a signature, and no key that it trusts vouches for this version.
    NotVouched(String),
    /// The request names more devices than the server takes at once.
    TooLarge,
    /// The server can store nothing at present.
    Unavailable,
    /// The server could not do it; its log says why.
    Internal,
    /// More devices than a browser takes care of.
    TooManyDevices(usize),
    /// Another tab of the console runs the rollouts.
    OtherTab,
    /// The browser does not keep tabs apart: two of them might send the same notice.
    NotKeptApart,
    /// The browser keeps nothing: a closed tab would forget who has the notice.
    NothingKept,
    /// It is no address that a device could fetch.
    BadAddress,
    /// It is no version.
    BadVersion,
    /// It is no MD5.
    BadMd5,
    /// The image could not be fetched; in words.
    NotFetched(String),
    /// The image did not pass a check.
    Check(Checked),
    /// The image is for another version than was typed: this one.
    OtherVersion(String),
    /// No key that is believed vouches for the image, and others are refused.
    Unsigned,
    /// This line is no public key of minisign, or one too many.
    BadKey(usize),
    /// Unsigned images cannot be refused while no key is believed.
    NoKey,
    /// The rollout is where that has no meaning any more.
    TooLate,
    /// The answer cannot be read, or is none of ours; in words.
    Other(String),
}
