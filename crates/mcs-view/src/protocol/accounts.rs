//! Accounts: the own password, and for administrators everybody's.

use mcs_model::api::{GrantedOn, OwnSession, Person, Right, Role};
use serde::{Deserialize, Serialize};

use super::Secret;

/// What the settings page asks about accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountsRequest {
    /// The page was opened: ask who there is, and forget how things went before.
    Open,
    /// Change the own password.
    ChangePassword {
        /// The password as it is.
        current: Secret,
        /// What it shall be.
        new: Secret,
    },
    /// End one of the own sessions; passed over while another one is being ended.
    EndSession(String),
    /// Do something to somebody else's account; passed over while something is being done.
    Act(Act),
}

/// What an administrator does to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Add somebody.
    Add {
        /// The name.
        name: String,
        /// What the person may do.
        role: Role,
        /// The first password.
        password: Secret,
    },
    /// Give another role.
    SetRole {
        /// Whose.
        name: String,
        /// What the person may do from now on.
        role: Role,
    },
    /// Give another password; the person is signed out everywhere.
    ResetPassword {
        /// Whose.
        name: String,
        /// The password from now on.
        password: Secret,
    },
    /// Remove somebody.
    Remove(String),
    /// Grant a right, in place of what was granted on the same.
    Grant {
        /// To whom.
        name: String,
        /// On what.
        on: GrantedOn,
        /// To do what.
        right: Right,
    },
    /// Take a grant back.
    Revoke {
        /// Whose.
        name: String,
        /// On what.
        on: GrantedOn,
    },
}

/// The account parts of the settings page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountsView {
    /// Changing the own password.
    pub password: Step,
    /// Where the user is signed in, this session first; `None` until the server has said.
    pub sessions: Option<Vec<OwnSession>>,
    /// Asking for these.
    pub sessions_listing: Step,
    /// Ending one of them.
    pub ending: Step,
    /// Everybody by name, once the server has said; only for an administrator.
    pub people: Option<Vec<Person>>,
    /// Asking for them.
    pub listing: Step,
    /// The last [`Act`].
    pub act: Step,
    /// How many acts were done since the page was loaded: it differs once one more is.
    pub done: u32,
}

/// How something goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Nothing was asked for.
    #[default]
    Idle,
    /// The server has not answered.
    Busy,
    /// It is done.
    Done,
    /// It is not done.
    Failed(AccountTrouble),
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountTrouble {
    /// That is not the own password.
    WrongPassword,
    /// Too many attempts; wait.
    TooMany,
    /// Somebody has that name.
    Taken,
    /// It is no name for a user.
    Name,
    /// It is no password.
    Password,
    /// Nobody does that to the own account.
    OwnAccount,
    /// Nobody would administer any more.
    LastAdministrator,
    /// Only an administrator may do that.
    NotAllowed,
    /// The person, device or prototype is gone, or the grant is.
    Gone,
    /// The server did not answer.
    Unreachable,
    /// The server says something else.
    Other(String),
}
