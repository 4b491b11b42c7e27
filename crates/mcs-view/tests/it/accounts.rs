//! The own password, and the people for an administrator.

use mcs_model::Timestamp;
use mcs_model::api::{ApiError, Grant, GrantedOn, OwnSession, Person, Right, Role};
use mcs_view::protocol::{
    AccountTrouble, AccountsRequest, AccountsView, Act, Request, Secret, Setting, Step, View,
};

use crate::site::{Site, id, session};

const USERS: &str = "GET /api/users";
const SESSIONS: &str = "GET /api/account/sessions";
const PASSWORD: &str = "POST /api/account/password";

fn secret(text: &str) -> Secret {
    Secret(text.to_owned())
}

fn mia() -> Person {
    let granted = Grant { on: GrantedOn::Device(id("D1")), right: Right::See };
    Person { name: "mia".to_owned(), role: Role::Member, grants: vec![granted] }
}

impl Site {
    /// The settings page of an administrator.
    fn administered() -> Self {
        let mut site = Self::signed_in_as(Role::Admin);
        site.server.answer(USERS, 200, &vec![mia()]);
        site.accounts(AccountsRequest::Open);
        site
    }

    fn accounts(&mut self, request: AccountsRequest) -> AccountsView {
        self.request(Request::Accounts(request));
        self.shown()
    }

    fn shown(&mut self) -> AccountsView {
        self.frame(View::Devices, Vec::new());
        self.screen.accounts.clone().unwrap_or_default()
    }

    fn act(&mut self, act: Act) -> Step {
        self.accounts(AccountsRequest::Act(act)).act
    }

    fn refuse(&mut self, call: &str, status: u16, code: &str) {
        let error = ApiError { code: code.to_owned(), message: "Words.".to_owned() };
        self.server.answer(call, status, &error);
    }

    fn sent(&self) -> &str {
        str::from_utf8(&self.server.body).expect("JSON")
    }

    fn change_password(&mut self) -> Step {
        let (current, new) = (secret("old"), secret("new"));
        self.accounts(AccountsRequest::ChangePassword { current, new }).password
    }
}

#[test]
fn the_own_password_is_changed_or_it_is_said_why_not() {
    let mut site = Site::signed_in_as(Role::Viewer);
    assert_eq!(site.shown().password, Step::Idle);
    site.server.answer(PASSWORD, 204, &());
    assert_eq!(site.change_password(), Step::Done);
    assert_eq!(site.sent(), r#"{"current":"old","new":"new"}"#);
    for (status, code, trouble) in [
        (403, "wrong-password", AccountTrouble::WrongPassword),
        (429, "too-many-attempts", AccountTrouble::TooMany),
        (400, "password", AccountTrouble::Password),
        (500, "internal", AccountTrouble::Other("Words.".to_owned())),
    ] {
        site.refuse(PASSWORD, status, code);
        assert_eq!(site.change_password(), Step::Failed(trouble), "{code}");
    }
    site.server.unreachable = true;
    assert_eq!(site.change_password(), Step::Failed(AccountTrouble::Unreachable));
    assert!(matches!(site.screen.setting, Some(Setting::SignedIn { .. })));
    site.server.unreachable = false;
    assert_eq!(site.accounts(AccountsRequest::Open).password, Step::Idle);
    assert!(site.notices().is_empty(), "the form says it");
}

fn own_session(id: &str, here: bool) -> OwnSession {
    let at = Timestamp::from_millis(1);
    let (address, program) = ("192.0.2.7".to_owned(), "Firefox".to_owned());
    let (opened, seen, connected) = (at, at, here);
    OwnSession { id: id.to_owned(), here, connected, opened, seen, address, program }
}

#[test]
fn everybody_sees_the_own_sessions_and_ends_one() {
    let mut site = Site::signed_in_as(Role::Member);
    let both = vec![own_session("a", true), own_session("b", false)];
    site.server.answer(SESSIONS, 200, &both);
    assert_eq!(site.accounts(AccountsRequest::Open).sessions, Some(both.clone()));
    site.server.answer("DELETE /api/account/sessions/b", 204, &());
    site.server.answer(SESSIONS, 200, &both[..1].to_vec());
    let view = site.accounts(AccountsRequest::EndSession("b".to_owned()));
    assert_eq!((view.ending, view.sessions), (Step::Done, Some(both[..1].to_vec())));

    // Whoever ended it, it is over.
    site.refuse("DELETE /api/account/sessions/b", 404, "not-found");
    assert_eq!(site.accounts(AccountsRequest::EndSession("b".to_owned())).ending, Step::Done);
    site.server.unreachable = true;
    let view = site.accounts(AccountsRequest::EndSession("b".to_owned()));
    assert_eq!(view.ending, Step::Failed(AccountTrouble::Unreachable));
    assert_eq!(view.sessions, Some(both[..1].to_vec()), "what is known stays");
    assert_eq!(view.sessions_listing, Step::Failed(AccountTrouble::Unreachable));
}

#[test]
fn another_password_ends_the_other_sessions_and_the_list_says_so() {
    let mut site = Site::signed_in_as(Role::Viewer);
    site.server.answer(SESSIONS, 200, &vec![own_session("a", true), own_session("b", false)]);
    site.accounts(AccountsRequest::Open);
    site.server.answer(PASSWORD, 204, &());
    site.server.answer(SESSIONS, 200, &vec![own_session("a", true)]);
    assert_eq!(site.change_password(), Step::Done);
    assert_eq!(site.shown().sessions, Some(vec![own_session("a", true)]));
}

#[test]
fn who_is_no_administrator_asks_for_nobody() {
    for role in [Role::Operator, Role::Viewer, Role::Member] {
        let mut site = Site::signed_in_as(role);
        let view = site.accounts(AccountsRequest::Open);
        assert_eq!((view.people, view.listing), (None, Step::Idle), "{role:?}");
        assert_eq!(site.server.count(USERS), 0);
    }
    let mut site = Site::static_site();
    site.accounts(AccountsRequest::Open);
    assert_eq!(site.change_password(), Step::Idle);
    assert_eq!(site.server.count(PASSWORD), 0);
}

#[test]
fn an_administrator_sees_everybody_and_what_changes() {
    let mut site = Site::administered();
    assert_eq!(site.shown().people, Some(vec![mia()]));
    site.server.answer("PUT /api/users/mia/role", 204, &());
    let viewer = Person { role: Role::Viewer, ..mia() };
    site.server.answer(USERS, 200, &vec![viewer.clone()]);
    let act = Act::SetRole { name: "mia".to_owned(), role: Role::Viewer };
    assert_eq!(site.act(act), Step::Done);
    assert_eq!(site.sent(), r#"{"role":"viewer"}"#);
    let view = site.shown();
    assert_eq!((view.people, view.done), (Some(vec![viewer]), 1));
}

#[test]
fn every_act_is_a_call_of_its_own() {
    let mut site = Site::administered();
    let name = || "a@b".to_owned();
    let device = || GrantedOn::Device(id("D1"));
    let prototype = GrantedOn::Prototype(id("P1"));
    let role = Role::Operator;
    for (act, call, body) in [
        (
            Act::Add { name: name(), role, password: secret("pw") },
            "POST /api/users",
            Some(r#"{"name":"a@b","role":"operator","password":"pw"}"#),
        ),
        (
            Act::ResetPassword { name: name(), password: secret("pw") },
            "PUT /api/users/a%40b/password",
            Some(r#"{"password":"pw"}"#),
        ),
        (Act::Remove(name()), "DELETE /api/users/a%40b", None),
        (
            Act::Grant { name: name(), on: device(), right: Right::Control },
            "PUT /api/users/a%40b/grants/devices/D1",
            Some(r#"{"right":"control"}"#),
        ),
        (
            Act::Revoke { name: name(), on: prototype },
            "DELETE /api/users/a%40b/grants/prototypes/P1",
            None,
        ),
    ] {
        site.server.answer(call, 204, &());
        assert_eq!(site.act(act), Step::Done, "{call}");
        assert_eq!(site.server.count(call), 1, "{call}");
        if let Some(body) = body {
            assert_eq!(site.sent(), body, "{call}");
        }
    }
    assert_eq!((site.shown().done, site.server.count(USERS)), (5, 6));
}

#[test]
fn an_act_that_fails_says_why_and_one_at_a_time_is_done() {
    let mut site = Site::administered();
    let add = || Act::Add { name: "mia".to_owned(), role: Role::Member, password: secret("pw") };
    for (status, code, trouble) in [
        (409, "taken", AccountTrouble::Taken),
        (400, "name", AccountTrouble::Name),
        (409, "own-account", AccountTrouble::OwnAccount),
        (409, "last-administrator", AccountTrouble::LastAdministrator),
    ] {
        site.refuse("POST /api/users", status, code);
        assert_eq!(site.act(add()), Step::Failed(trouble), "{code}");
    }
    assert_eq!((site.shown().done, site.server.count(USERS)), (0, 1));
    // Somebody else was faster: the list is asked for again.
    site.refuse("DELETE /api/users/mia", 404, "not-found");
    site.server.answer(USERS, 200, &Vec::<Person>::new());
    let gone = site.act(Act::Remove("mia".to_owned()));
    assert_eq!(gone, Step::Failed(AccountTrouble::Gone));
    assert_eq!(site.shown().people, Some(Vec::new()));

    site.server.hold = true;
    assert_eq!(site.act(add()), Step::Busy);
    site.act(Act::Remove("mia".to_owned()));
    assert_eq!(site.server.count("DELETE"), 1);
}

#[test]
fn who_is_an_administrator_no_more_sees_nobody() {
    let mut site = Site::administered();
    site.refuse(USERS, 403, "not-allowed");
    site.server.answer("GET /api/session", 200, &session(Role::Member));
    let view = site.accounts(AccountsRequest::Open);
    assert_eq!(view.people, None);
    assert_eq!(view.listing, Step::Failed(AccountTrouble::NotAllowed));
    let mut site = Site::administered();
    site.request(Request::Logout { everywhere: true });
    assert_eq!(site.shown(), AccountsView::default());
}
