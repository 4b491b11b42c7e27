//! People with accounts, for the tests of what they may do.

use std::io::Write as _;
use std::process::Stdio;

use crate::{Site, admin, program, soon};

/// Somebody with a session.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) token: String,
    pub(crate) ticket: String,
}

/// What cannot be granted or changed, and what is said then.
pub(crate) const MEMBERS: &[(&[&str], &str)] = &[
    (&["user", "grant", "nobody", "--device", crate::ID, "--role", "viewer"], "no user nobody"),
    (&["user", "grant", "mia", "--device", "Dnone", "--role", "viewer"], "no device Dnone"),
    (&["user", "grant", "mia", "--prototype", "Pnone", "--role", "viewer"], "no prototype Pnone"),
    (&["user", "grant", "mia", "--role", "viewer"], "required"),
    (&["user", "grant", "mia", "--device", crate::ID, "--role", "admin"], "invalid value"),
    (&["user", "revoke", "mia", "--device", crate::ID], "mia has no such grant"),
    (&["user", "role", "nobody", "viewer"], "no user nobody"),
    (&["user", "remove", "nobody"], "no user nobody"),
    (&["device", "rename", "Dnone", "--name", "X"], "no device Dnone"),
    (&["device", "rekey", "Dnone"], "no device Dnone"),
    (&["device", "remove", "Dnone"], "no device Dnone"),
    (&["prototype", "export", "Pnone"], "no prototype Pnone"),
    (&["prototype", "remove", "Pnone"], "no prototype Pnone"),
];

/// Adds a user with the password `secret` and these grants, and signs in.
pub(crate) async fn add_person(
    site: &Site,
    name: &'static str,
    role: &str,
    grants: &[[&str; 3]],
) -> Person {
    with_password(site, &["user", "add", name, "--role", role, "--password-stdin"], "secret").await;
    for [kind, on, role] in grants {
        admin(&site.folder, &["user", "grant", name, kind, on, "--role", role]).await;
    }
    sign_in(site, name).await
}

/// Runs an admin command that reads a password.
pub(crate) async fn with_password(site: &Site, arguments: &[&str], password: &'static str) {
    let mut program = program(&site.folder, arguments);
    let output = tokio::task::spawn_blocking(move || {
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        child.stdin.take().expect("a pipe").write_all(password.as_bytes())?;
        child.wait_with_output()
    });
    let output = soon("the program", output).await.expect("a thread").expect("to run");
    assert!(output.status.success());
}

/// Signs in with the password `secret`.
pub(crate) async fn sign_in(site: &Site, name: &'static str) -> Person {
    let reply = site.log_in(name, "secret").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let text = |member: &str| reply.json()[member].as_str().expect("a text").to_owned();
    Person { name, token: text("token"), ticket: text("mqttTicket") }
}
