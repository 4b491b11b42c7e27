//! From nothing to a device that reports: a prototype made by hand, its devices, their values.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::browser::Browser;
use crate::process::{Server, until};
use crate::{dist, files};

const NAME: &str = "prototypes";

#[tokio::test(flavor = "multi_thread")]
async fn a_prototype_is_made_by_hand_and_its_device_reports() -> Result<()> {
    let server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_the_browser_keeps_prototypes_and_devices() -> Result<()> {
    let name = "prototypes-alone";
    let site = files::serve(dist()).await?;
    let browser = Browser::start(name).await?;
    let result = alone(&browser, &format!("http://{site}/")).await;
    browser.finish(result).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_edit_one_prototype_and_neither_loses_unasked() -> Result<()> {
    let server = Server::start("prototypes-two").await?;
    let ada = Browser::start("prototypes-ada").await?;
    let bob = Browser::start("prototypes-bob").await?;
    let result = both(&ada, &bob, &server).await;
    let result = bob.finish(result).await;
    ada.finish(result).await
}

impl Browser {
    /// Adds a channel of a type, named so, and leaves its form open.
    pub(crate) async fn add_channel(&self, kind: &str, name: &str) -> Result<()> {
        self.choose("new-kind", kind).await?;
        self.click("add-channel").await?;
        self.fill("channel-name", name).await
    }

    /// Scrolls to an element, from below the bar that stays in sight.
    pub(crate) async fn centre(&self, id: &str) -> Result<()> {
        let script = format!(
            "document.querySelector('[data-testid=\"{id}\"]')?.scrollIntoView({{block: 'center'}});"
        );
        self.script(&script).await.map(drop)
    }

    /// Saves, and waits until that is done.
    pub(crate) async fn save_prototype(&self) -> Result<()> {
        self.click("prototype-save").await?;
        self.expect("prototype-state", "data-dirty", "false").await
    }

    /// A new prototype of this name, open in the editor; its id.
    pub(crate) async fn make_prototype(&self, name: &str) -> Result<String> {
        self.click("nav-prototypes").await?;
        self.click("prototype-new").await?;
        self.fill("prototype-new-name", name).await?;
        self.click("prototype-create").await?;
        self.see("prototype-title").await?;
        ensure!(self.text("prototype-title").await? == name, "another prototype is open");
        self.text("prototype-id").await
    }

    /// Makes a device; its id and key.
    pub(crate) async fn make_device(&self, name: &str) -> Result<(String, String)> {
        self.click("make-devices").await?;
        self.fill("make-names", name).await?;
        self.click("make-confirm").await?;
        let id = self.text("made-id").await?;
        Ok((id, self.text("made-key").await?))
    }
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    browser.click("nav-prototypes").await?;
    browser.see("prototype-row-PDemoBoard01").await?;
    browser.pictures("prototypes").await?;
    let id = browser.make_prototype("Greenhouse").await?;
    browser.see("prototype-no-channels").await?;
    browser.pictures("prototype-empty").await?;

    // Several types, each with its card beside it.
    browser.add_channel("Float", "Air temperature").await?;
    browser.fill("channel-unit", "°C").await?;
    browser.fill("channel-lower", "-40").await?;
    browser.fill("channel-upper", "125").await?;
    browser.click("direction-display").await?;
    browser.see("card-air_temperature").await?;
    browser.expect("card-air_temperature", "data-direction", "display").await?;
    browser.pictures("prototype-editor").await?;
    browser.add_channel("Switch", "Lamp").await?;
    browser.see("card-lamp").await?;
    // The card can be tried, and nothing is sent.
    browser.click("input-lamp").await?;
    browser.expect("value-lamp", "data-value", "1").await?;
    browser.add_channel("Category", "Mode").await?;
    browser.fill("option-name-0", "Low").await?;
    browser.fill("option-value-0", "1").await?;
    browser.fill("option-name-1", "High").await?;
    browser.see("card-mode").await?;

    // What is wrong is said at its field, and nothing is saved.
    browser.click("prototype-save").await?;
    browser.expect("option-value-1", "aria-invalid", "true").await?;
    browser.pictures("prototype-fault").await?;
    browser.fill("option-value-1", "2").await?;
    browser.add_channel("Gamepad", "Steering").await?;
    browser.pictures("prototype-gamepad").await?;
    browser.centre("up-steering").await?;
    browser.click("up-steering").await?;
    browser.save_prototype().await?;
    ensure!(order(browser).await? == "air_temperature lamp steering mode", "the order is another");

    // A device of it, which reports by the key that was shown.
    let (device, key) = browser.make_device("Bench").await?;
    server.upload(&device, &key, "air_temperature,,21.5").await?;
    browser.click("made-open").await?;
    browser.expect("value-air_temperature", "data-value", "21.5").await?;

    // A new type would hide that: it is asked first.
    browser.open(&format!("http://{}/#/prototypes/{id}", server.http)).await?;
    browser.centre("open-air_temperature").await?;
    browser.click("open-air_temperature").await?;
    browser.choose("channel-kind", "String").await?;
    browser.click("prototype-save").await?;
    browser.see("hide-confirm").await?;
    browser.pictures("prototype-hide").await?;
    browser.click("hide-confirm").await?;
    browser.expect("prototype-state", "data-dirty", "false").await?;
    server.upload(&device, &key, "air_temperature,,warm").await?;
    browser.click("nav-devices").await?;
    browser.click(&format!("device-link-{device}")).await?;
    browser.expect("value-air_temperature", "data-value", "warm").await?;

    unsaved(browser, &id).await?;
    managed(browser, &id, &device, &key).await?;
    files_of_mcs(browser).await?;
    // Dialogs last: another language closes them.
    browser.make_device("Another").await?;
    browser.pictures("prototype-made").await?;
    browser.clean().await
}

/// What is left unsaved is there again; and a prototype with devices stays.
async fn unsaved(browser: &Browser, id: &str) -> Result<()> {
    browser.click("nav-prototypes").await?;
    browser.click(&format!("prototype-link-{id}")).await?;
    browser.fill("prototype-version", "2").await?;
    browser.click("nav-devices").await?;
    browser.see("device-list").await?;
    browser.click("nav-prototypes").await?;
    browser.click(&format!("prototype-link-{id}")).await?;
    browser.see("prototype-unsaved").await?;
    browser.expect("prototype-state", "data-dirty", "true").await?;
    browser.click("prototype-discard").await?;
    browser.expect("prototype-state", "data-dirty", "false").await?;
    browser.click("prototype-remove").await?;
    ensure!(browser.text("remove-words").await?.contains("1 device"), "the device is not named");
    browser.click("remove-cancel").await?;
    browser.click("prototype-clone").await?;
    browser.click("clone-confirm").await?;
    let copied =
        async || Ok((browser.text("prototype-title").await? == "Greenhouse (copy)").then_some(()));
    until("the copy is open", copied).await
}

/// A device of the prototype gets another name and key, and goes.
async fn managed(browser: &Browser, id: &str, device: &str, key: &str) -> Result<()> {
    browser.click("nav-prototypes").await?;
    browser.click(&format!("prototype-link-{id}")).await?;
    browser.centre(&format!("manage-{device}")).await?;
    browser.click(&format!("manage-{device}")).await?;
    browser.pictures("prototype-manage").await?;
    browser.fill("manage-name", "Window sill").await?;
    browser.fill("manage-tags", "glass, north").await?;
    browser.click("manage-save").await?;
    let own = format!("own-{device}");
    let renamed = async || {
        let text = browser.text(&own).await?;
        Ok((text.contains("Window sill") && text.contains("glass")).then_some(()))
    };
    until("the device has another name", renamed).await?;
    browser.click(&format!("manage-{device}")).await?;
    browser.click("manage-rekey").await?;
    ensure!(browser.text("new-device-key").await? != key, "the key is the same");
    browser.click("manage-history").await?;
    browser.click("manage-remove").await?;
    browser.click("manage-remove-sure").await?;
    browser.miss(&own).await
}

/// A genuine export of MCS, with a channel that is not supported and a name that is markup.
async fn files_of_mcs(browser: &Browser) -> Result<()> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("board.json");
    let json = r#"{"prototype":{"prodName":"<img src=x onerror=alert(1)>","version":"0120","chipId":3,
        "displayConfigs":[]},"dataChannels":[
        {"dataChnId":"switch","name":"Switch","channelType":{"dataChnTypeId":7,"name":"Switch"},
         "format":{},"isControllable":true},
        {"dataChnId":"cam","channelType":{"dataChnTypeId":18,"name":"Hologram"}}],
        "triggerActions":[]}"#;
    std::fs::write(&file, json)?;
    browser.click("nav-prototypes").await?;
    browser.see("prototype-list").await?;
    browser.send("prototype-import", file.to_str().context("a path")?).await?;
    browser.see("prototype-skipped").await?;
    ensure!(browser.text("prototype-skipped").await?.contains("18 (Hologram)"), "not named");
    ensure!(
        browser.text("prototype-title").await?.starts_with("<img"),
        "the name was taken for markup"
    );
    browser.click("open-switch").await?;
    browser.see("card-switch").await
}

/// A file of everything is taken, and one that is none is refused.
async fn everything(browser: &Browser) -> Result<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (wrong, right) = (folder.join("wrong.json"), folder.join("everything.json"));
    std::fs::write(&wrong, "{}")?;
    std::fs::write(
        &right,
        r#"{"mcs_console_backup":1,"profiles":{"profiles":[
            {"id":7,"profile":{"name":"Shed","host":"shed.example","port":8083}}]}}"#,
    )?;
    browser.click("nav-prototypes").await?;
    browser.see("backup").await?;
    browser.send("restore", wrong.to_str().context("a path")?).await?;
    browser.see("prototypes-problem").await?;
    browser.send("restore", right.to_str().context("a path")?).await?;
    browser.see("restored").await?;
    let said = browser.text("restored").await?;
    ensure!(said.contains("connections 1"), "it is not said what came: {said}");
    browser.pictures("prototypes-restored").await
}

async fn order(browser: &Browser) -> Result<String> {
    let script = "return [...document.querySelectorAll('[data-testid=channel-rows] > li')]
        .map(it => it.dataset.testid.replace('channel-row-', '')).join(' ');";
    Ok(browser.script(script).await?.as_str().unwrap_or_default().to_owned())
}

async fn both(ada: &Browser, bob: &Browser, server: &Server) -> Result<()> {
    for browser in [ada, bob] {
        browser.open(&format!("http://{}/", server.http)).await?;
        browser.sign_in().await?;
    }
    let id = ada.make_prototype("Shared").await?;
    ada.add_channel("Switch", "Lamp").await?;
    ada.save_prototype().await?;
    bob.open(&format!("http://{}/#/prototypes/{id}", server.http)).await?;
    bob.see("open-lamp").await?;

    // Bob has typed something when Ada saves: he is asked.
    bob.fill("prototype-version", "2").await?;
    ada.add_channel("Integer", "Count").await?;
    ada.save_prototype().await?;
    bob.see("prototype-conflict").await?;
    let changes = bob.text("prototype-changes").await?;
    ensure!(changes.contains("count"), "it is not said what has changed: {changes}");
    bob.pictures("prototype-conflict").await?;
    bob.click("keep-mine").await?;
    bob.save_prototype().await?;
    // Ada has typed nothing: she sees what Bob has saved.
    ada.miss("open-count").await?;

    ada.fill("prototype-version", "3").await?;
    bob.fill("prototype-description", "By Bob").await?;
    bob.save_prototype().await?;
    ada.click("take-theirs").await?;
    ada.expect("prototype-state", "data-dirty", "false").await?;
    ada.miss("prototype-conflict").await?;
    ada.clean().await?;
    bob.clean().await
}

async fn alone(browser: &Browser, site: &str) -> Result<()> {
    browser.open(site).await?;
    browser.click("nav-prototypes").await?;
    browser.see("prototypes-empty").await?;
    browser.pictures("prototypes-alone").await?;
    let id = browser.make_prototype("Board").await?;
    browser.add_channel("Integer", "Count").await?;
    browser.save_prototype().await?;
    let (device, key) = browser.make_device("Shed").await?;
    ensure!((device.len(), key.len()) == (8, 16), "{device} and {key} are no id and key");
    browser.click("made-done").await?;
    browser.reload().await?;
    browser.see("open-count").await?;
    browser.click("nav-devices").await?;
    browser.click(&format!("device-link-{device}")).await?;
    browser.see("card-count").await?;
    browser.open(&format!("{site}#/prototypes/{id}")).await?;
    browser.see("open-count").await?;
    everything(browser).await.context("everything goes out and comes in")?;
    browser.clean().await
}
