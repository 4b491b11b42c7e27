//! People: an administrator adds somebody, who signs in, sees what is granted and changes the password.

use anyhow::{Context, Result, ensure};

use crate::browser::Browser;
use crate::process::Server;

const NAME: &str = "accounts";
const DEVICE: &str = "DemoMqtt";
/// As long as a name may be.
const LONG: &str = "a.very.long.name.that.somebody.really.has@an.organisation.example";

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_adds_somebody_who_sees_what_is_granted() -> Result<()> {
    let server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    let site = format!("http://{}/", server.http);
    browser.open(&site).await?;
    browser.sign_in().await?;
    browser.click("nav-settings").await?;
    browser.see("people-alone").await?;
    browser.pictures("settings-alone").await?;
    add(browser, "mia").await.context("somebody is added")?;
    ensure!(browser.text("add-outcome").await?.contains("can sign in"), "it is not said");
    add(browser, "mia").await?;
    browser.expect("add-outcome", "data-outcome", "failed").await?;
    add(browser, &LONG[..64]).await?;
    browser.see(&format!("person-{}", &LONG[..64])).await?;

    browser.choose("role-mia", "viewer").await?;
    browser.click("grants-mia").await?;
    browser.fill("grant-on-mia", "nothing").await?;
    browser.click("grant-mia").await?;
    ensure!(browser.text("grant-unknown-mia").await?.contains("no device"), "it is not said");
    browser.fill("grant-on-mia", DEVICE).await?;
    browser.choose("grant-right-mia", "control").await?;
    browser.click("grant-mia").await?;
    browser.see(&format!("revoke-mia-{DEVICE}")).await?;
    browser.pictures("settings-people").await?;

    // The dialogs of a very long name.
    browser.click(&format!("remove-{}", &LONG[..64])).await?;
    browser.see(&format!("remove-confirm-{}", &LONG[..64])).await?;
    browser.pictures("settings-remove").await?;
    browser.click(&format!("remove-confirm-{}", &LONG[..64])).await?;
    browser.miss(&format!("person-{}", &LONG[..64])).await?;
    // Who is the only administrator stays one.
    ensure!(browser.attribute("role-demo", "disabled").await?.is_some(), "the own role can change");
    browser.miss("remove-demo").await?;
    browser.see("own-row").await?;
    elsewhere(browser).await.context("the own sessions")?;
    browser.click("leave-everywhere").await?;
    own(browser).await.context("the own account")?;
    browser.clean().await
}

/// Somebody has signed in elsewhere with the own name: it is seen, and signed out.
async fn elsewhere(browser: &Browser) -> Result<()> {
    let login = "const done = arguments[arguments.length - 1];
        fetch('api/login', {method: 'POST', credentials: 'omit', headers: {'Content-Type': 'application/json'},
            body: JSON.stringify({name: 'demo', password: 'demo'})})
            .then(it => it.json()).then(it => { window.e2eToken = it.token; done(it.name); });";
    ensure!(browser.script_later(login).await? == "demo", "nobody signed in");
    let ask = "const done = arguments[arguments.length - 1];
        fetch('api/session', {credentials: 'omit', headers: {Authorization: `Bearer ${window.e2eToken}`}})
            .then(it => done(it.status));";
    ensure!(browser.script_later(ask).await? == 200, "the session is of no use");
    browser.click("nav-devices").await?;
    browser.click("nav-settings").await?;
    browser.see("session-end").await?;
    browser.pictures_of("settings-sessions", "sessions").await?;
    browser.click("session-end").await?;
    browser.expect("session-outcome", "data-outcome", "done").await?;
    browser.miss("session-end").await?;
    ensure!(browser.script_later(ask).await? == 401, "the session goes on");
    Ok(())
}

async fn add(browser: &Browser, name: &str) -> Result<()> {
    browser.fill("add-name", name).await?;
    browser.fill("add-password", "long enough").await?;
    browser.click("add-submit").await?;
    browser.see(&format!("person-{name}")).await
}

/// Signs in as the new person, who changes the password.
async fn own(browser: &Browser) -> Result<()> {
    sign_in(browser, "long enough").await?;
    browser.see(&format!("device-row-{DEVICE}")).await?;
    browser.click("nav-settings").await?;
    browser.see("account").await?;
    browser.miss("people").await?;
    change(browser, "wrong", "another one", "another one").await?;
    browser.expect("password-outcome", "data-outcome", "failed").await?;
    change(browser, "long enough", "another one", "another two").await?;
    browser.see("password-differs").await?;
    browser.miss("password-outcome").await?;
    browser.pictures("settings-password").await?;
    change(browser, "long enough", "another one", "another one").await?;
    browser.expect("password-outcome", "data-outcome", "done").await?;
    browser.expect("link-state", "data-state", "connected").await?;
    browser.click("leave-everywhere").await?;
    sign_in(browser, "another one").await?;
    browser.see(&format!("device-row-{DEVICE}")).await?;
    browser.click("nav-settings").await?;
    browser.click("leave-everywhere").await?;
    reset(browser).await.context("an administrator resets a password")
}

/// Who has forgotten the password gets another one.
async fn reset(browser: &Browser) -> Result<()> {
    browser.sign_in_as("demo", "demo").await?;
    browser.click("nav-settings").await?;
    browser.click("reset-mia").await?;
    browser.see("reset-confirm-mia").await?;
    browser.pictures("settings-reset").await?;
    browser.fill("reset-password-mia", "a third one").await?;
    browser.click("reset-confirm-mia").await?;
    browser.expect("reset-done", "data-outcome", "done").await?;
    browser.miss("reset-confirm-mia").await?;
    browser.click("leave-everywhere").await?;
    browser.sign_in_as("mia", "another one").await?;
    browser.see("login-error").await?;
    sign_in(browser, "a third one").await?;
    browser.see(&format!("device-row-{DEVICE}")).await
}

async fn change(browser: &Browser, current: &str, new: &str, again: &str) -> Result<()> {
    browser.fill("password-current", current).await?;
    browser.fill("password-new", new).await?;
    browser.fill("password-again", again).await?;
    browser.click("password-submit").await
}

async fn sign_in(browser: &Browser, password: &str) -> Result<()> {
    browser.sign_in_as("mia", password).await?;
    // Whoever comes back finds the page that was left.
    browser.click("nav-devices").await
}
