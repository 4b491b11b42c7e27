//! Accounts: everybody's own password, and for administrators the people and what they may do.

use serde::{Deserialize, Serialize};

use super::{Right, Role};
use crate::{DeviceId, ProductId, Timestamp};

/// `POST /api/account/password`. Passwords are in clear text: the connection protects them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    /// The password as it is.
    pub current: String,
    /// What it shall be.
    pub new: String,
}

/// One of the own sessions: `GET /api/account/sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnSession {
    /// Names it, and opens nothing.
    pub id: String,
    /// It is the session that asks.
    pub here: bool,
    /// A console of it is connected now.
    pub connected: bool,
    /// When somebody signed in.
    pub opened: Timestamp,
    /// When it was used last, to a minute or so.
    pub seen: Timestamp,
    /// The address that it was opened from; empty if that was not kept.
    pub address: String,
    /// What the browser or program there called itself; empty if it did not.
    pub program: String,
}

/// Somebody with an account: `GET /api/users`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// The name.
    pub name: String,
    /// What the account allows by itself.
    pub role: Role,
    /// What is granted beyond that.
    pub grants: Vec<Grant>,
}

/// A right that was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Grant {
    /// On what.
    pub on: GrantedOn,
    /// To do what.
    pub right: Right,
}

/// What a grant is on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum GrantedOn {
    /// One device.
    Device(DeviceId),
    /// All devices of a prototype, those to come included, and its firmware.
    Prototype(ProductId),
}

/// `POST /api/users`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPerson {
    /// 1 to 64 letters, digits or `-` `_` `.` `@`; nobody else's.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The first password.
    pub password: String,
}

/// `PUT /api/users/:name/role`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleChange {
    /// What the person may do from now on.
    pub role: Role,
}

/// `PUT /api/users/:name/password`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPassword {
    /// The password from now on.
    pub password: String,
}

/// `PUT /api/users/:name/grants/devices/:id` or `…/prototypes/:id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantChange {
    /// What the person may do there.
    pub right: Right,
}
