//! Accounts: everybody changes the own password, administrators see and change the people.

use mcs_model::api::{
    self, ApiError, GrantChange, GrantedOn, NewPassword, NewPerson, PasswordChange, Role,
    RoleChange,
};

use serde::de::DeserializeOwned;

use crate::console::Console;
use crate::io::{Fetched, Method, Output};
use crate::protocol::{AccountTrouble, AccountsRequest, AccountsView, Act, Step};
use crate::rest::{self, Call, Rest, escape};

/// The state of the page.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    view: AccountsView,
    /// The page has not seen it as it is.
    pub(crate) changed: bool,
}

impl Console {
    pub(crate) fn accounts_request(&mut self, request: AccountsRequest) {
        if self.signed_in.is_none() {
            return;
        }
        let view = &mut self.accounts.view;
        self.accounts.changed = true;
        match request {
            AccountsRequest::Open => {
                for step in [&mut view.password, &mut view.act, &mut view.ending] {
                    if *step != Step::Busy {
                        *step = Step::Idle;
                    }
                }
                self.list_sessions();
                self.list_people();
            }
            AccountsRequest::EndSession(id) if view.ending != Step::Busy => {
                view.ending = Step::Busy;
                self.out.push_back(self.rest.call(Call::EndSession(id)));
            }
            AccountsRequest::ChangePassword { current, new } if view.password != Step::Busy => {
                view.password = Step::Busy;
                let change = PasswordChange { current: current.0, new: new.0 };
                self.out.push_back(self.rest.call_with(Call::Password, &change));
            }
            AccountsRequest::Act(act) if view.act != Step::Busy => {
                view.act = Step::Busy;
                self.out.push_back(call(&mut self.rest, act));
            }
            AccountsRequest::ChangePassword { .. }
            | AccountsRequest::EndSession(_)
            | AccountsRequest::Act(_) => {}
        }
    }

    /// What the page shows.
    pub(crate) fn accounts_view(&self) -> AccountsView {
        self.accounts.view.clone()
    }

    pub(crate) fn password_changed(&mut self, fetched: Fetched) {
        self.accounts.changed = true;
        self.accounts.view.password = outcome(fetched);
        if self.accounts.view.password == Step::Done {
            // The others have ended.
            self.list_sessions();
        }
    }

    pub(crate) fn sessions_listed(&mut self, fetched: Fetched) {
        self.accounts.changed = true;
        let view = &mut self.accounts.view;
        (view.sessions, view.sessions_listing) = listed(view.sessions.take(), fetched);
    }

    pub(crate) fn session_ended(&mut self, fetched: Fetched) {
        self.accounts.changed = true;
        let view = &mut self.accounts.view;
        // What has ended already is what was wanted.
        view.ending = match outcome(fetched) {
            Step::Failed(AccountTrouble::Gone) => Step::Done,
            other => other,
        };
        self.list_sessions();
    }

    pub(crate) fn acted(&mut self, fetched: Fetched) {
        self.accounts.changed = true;
        let view = &mut self.accounts.view;
        view.act = outcome(fetched);
        match view.act {
            Step::Done => view.done += 1,
            // What is shown is not what there is.
            Step::Failed(AccountTrouble::Gone | AccountTrouble::Unreachable) => {}
            _ => return,
        }
        self.list_people();
    }

    pub(crate) fn people_listed(&mut self, fetched: Fetched) {
        self.accounts.changed = true;
        let view = &mut self.accounts.view;
        (view.people, view.listing) = listed(view.people.take(), fetched);
        if view.listing == Step::Failed(AccountTrouble::NotAllowed) {
            view.people = None;
        }
    }

    /// Forgets everybody.
    pub(crate) fn forget_accounts(&mut self) {
        self.accounts = Accounts { changed: true, ..Accounts::default() };
    }

    fn list_sessions(&mut self) {
        // What an answer that is on its way says may be outdated.
        self.rest.forget(|it| *it == Call::Sessions);
        self.accounts.view.sessions_listing = Step::Busy;
        self.out.push_back(self.rest.call(Call::Sessions));
    }

    fn list_people(&mut self) {
        let admin = self.signed_in.as_ref().is_some_and(|it| it.role == Role::Admin);
        let view = &mut self.accounts.view;
        if !admin {
            view.people = None;
            view.listing = Step::Idle;
        } else {
            // What an answer that is on its way says may be outdated.
            self.rest.forget(|it| *it == Call::People);
            view.listing = Step::Busy;
            self.out.push_back(self.rest.call(Call::People));
        }
    }
}

/// Starts the call that does it.
fn call(rest: &mut Rest, act: Act) -> Output {
    match act {
        Act::Add { name, role, password } => {
            let call = Call::Act(Method::Post, "/api/users".to_owned());
            rest.call_with(call, &NewPerson { name, role, password: password.0 })
        }
        Act::SetRole { name, role } => {
            rest.call_with(Call::Act(Method::Put, user(&name, "/role")), &RoleChange { role })
        }
        Act::ResetPassword { name, password } => {
            let call = Call::Act(Method::Put, user(&name, "/password"));
            rest.call_with(call, &NewPassword { password: password.0 })
        }
        Act::Remove(name) => rest.call(Call::Act(Method::Delete, user(&name, ""))),
        Act::Grant { name, on, right } => {
            rest.call_with(Call::Act(Method::Put, grant(&name, &on)), &GrantChange { right })
        }
        Act::Revoke { name, on } => rest.call(Call::Act(Method::Delete, grant(&name, &on))),
    }
}

fn user(name: &str, what: &str) -> String {
    format!("/api/users/{}{what}", escape(name))
}

fn grant(name: &str, on: &GrantedOn) -> String {
    let on = match on {
        GrantedOn::Device(id) => format!("/grants/devices/{id}"),
        GrantedOn::Prototype(id) => format!("/grants/prototypes/{id}"),
    };
    user(name, &on)
}

/// What an answer with a list comes to; without one there is what was `known`.
fn listed<T: DeserializeOwned>(known: Option<T>, fetched: Fetched) -> (Option<T>, Step) {
    match fetched {
        Fetched::Answer { status: 200, body } => match api::from_json(&body) {
            Ok(list) => (Some(list), Step::Done),
            Err(error) => (known, Step::Failed(AccountTrouble::Other(error.to_string()))),
        },
        other => (known, outcome(other)),
    }
}

/// What an answer without a body comes to.
fn outcome(fetched: Fetched) -> Step {
    let (status, body) = match fetched {
        Fetched::Answer { status: 200..=299, .. } => return Step::Done,
        Fetched::Answer { status, body } => (status, body),
        Fetched::Unreachable => return Step::Failed(AccountTrouble::Unreachable),
    };
    let code = api::from_json::<ApiError>(&body).map(|it| it.code).unwrap_or_default();
    Step::Failed(match (status, code.as_str()) {
        (429, _) => AccountTrouble::TooMany,
        (_, "wrong-password") => AccountTrouble::WrongPassword,
        (_, "taken") => AccountTrouble::Taken,
        (_, "name") => AccountTrouble::Name,
        (_, "password") => AccountTrouble::Password,
        (_, "own-account") => AccountTrouble::OwnAccount,
        (_, "last-administrator") => AccountTrouble::LastAdministrator,
        (_, "not-allowed") => AccountTrouble::NotAllowed,
        (_, "not-found") => AccountTrouble::Gone,
        _ => AccountTrouble::Other(rest::error_text(status, &body)),
    })
}
