//! A Chromium, asked by `data-testid`.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::process::{PATIENCE, Program, program, until};
use crate::{memory, output};

/// A browser with one window.
pub(crate) struct Browser {
    client: Client,
    name: String,
    driver: Program,
}

/// What a picture is taken of.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// Pixels.
    pub(crate) width: u32,
    /// Pixels.
    pub(crate) height: u32,
    /// What the system prefers.
    pub(crate) scheme: &'static str,
}

/// A window on a desk.
pub(crate) const WIDE: Shape = Shape { width: 1280, height: 900, scheme: "light" };

impl Browser {
    /// Starts with an empty profile.
    pub(crate) async fn start(name: &str) -> Result<Self> {
        Self::start_with(name, &[]).await
    }

    /// Starts with an empty profile, and trusts every certificate.
    pub(crate) async fn start_trusting(name: &str) -> Result<Self> {
        Self::start_with(name, &["--ignore-certificate-errors"]).await
    }

    async fn start_with(name: &str, more: &[&str]) -> Result<Self> {
        let folder = output().join(name);
        fs::create_dir_all(&folder)?;
        let profile = folder.join("profile");
        if profile.exists() {
            fs::remove_dir_all(&profile)?;
        }
        let (driver, address) = Program::driver(name).await?;
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--no-first-run".to_owned(),
            "--force-device-scale-factor=1".to_owned(),
            // What is measured of the memory is measured now, and not some time.
            "--enable-blink-features=ForceEagerMeasureMemory".to_owned(),
            format!("--user-data-dir={}", profile.display()),
        ];
        arguments.extend(more.iter().map(|&it| it.to_owned()));
        // Chromium refuses its sandbox to root.
        if is_root() {
            arguments.push("--no-sandbox".to_owned());
        }
        let mut capabilities = Capabilities::new();
        let binary = program("CHROMIUM", "/usr/bin/chromium");
        capabilities
            .insert("goog:chromeOptions".into(), json!({"binary": binary, "args": arguments}));
        capabilities.insert("goog:loggingPrefs".into(), json!({"browser": "ALL"}));
        // A script may wait as long as anything else.
        let script = u64::try_from(PATIENCE.as_millis())?;
        capabilities.insert("timeouts".into(), json!({"script": script}));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&address)
            .await
            .context("the browser does not start")?;
        let browser = Self { client, name: name.to_owned(), driver };
        browser.shape(WIDE).await?;
        Ok(browser)
    }

    /// Ends the browser; when `result` is an error, leaves a picture and the page's log first.
    pub(crate) async fn finish(self, result: Result<()>) -> Result<()> {
        if let Err(error) = &result {
            let folder = output().join(&self.name);
            let picture = self.client.screenshot().await.unwrap_or_default();
            fs::write(folder.join("failed.png"), picture)?;
            fs::write(folder.join("failed.html"), self.client.source().await.unwrap_or_default())?;
            let log = self.log().await.unwrap_or_default();
            fs::write(folder.join("failed.log"), format!("{error:?}\n\n{log:#?}"))?;
        }
        let closed = self.client.close().await;
        result?;
        Ok(closed?)
    }

    /// Opens a page.
    pub(crate) async fn open(&self, url: &str) -> Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Opens another tab and turns to it; answers the one that was in front.
    pub(crate) async fn new_tab(&self) -> Result<WindowHandle> {
        let former = self.client.window().await?;
        let tab = self.client.new_window(true).await?;
        self.turn_to(tab.handle).await?;
        self.shape(WIDE).await?;
        Ok(former)
    }

    /// Turns to a tab.
    pub(crate) async fn turn_to(&self, tab: WindowHandle) -> Result<()> {
        Ok(self.client.switch_to_window(tab).await?)
    }

    /// Loads the page anew.
    pub(crate) async fn reload(&self) -> Result<()> {
        Ok(self.client.refresh().await?)
    }

    /// Sets the size of the page and the colour scheme that the system prefers.
    pub(crate) async fn shape(&self, shape: Shape) -> Result<()> {
        // The window of a headless browser cannot be as narrow as a telephone: the page can.
        let metrics = json!({
            "width": shape.width, "height": shape.height, "deviceScaleFactor": 1, "mobile": false
        });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await?;
        let media = json!({
            "features": [{"name": "prefers-color-scheme", "value": shape.scheme}]
        });
        self.cdp("Emulation.setEmulatedMedia", media).await
    }

    /// Keeps a picture of what is seen.
    pub(crate) async fn picture(&self, name: &str) -> Result<()> {
        let path = output().join(format!("{name}.png"));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(path, self.client.screenshot().await?)?)
    }

    /// Bytes that the pages and their workers have for themselves, where the system tells.
    pub(crate) fn memory(&self) -> Option<u64> {
        memory::of_pages(self.driver.id()?)
    }

    /// Runs a script in the page and gives what it returns.
    pub(crate) async fn script(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Runs a script in the page and gives what it passes to its last argument, a function.
    pub(crate) async fn script_later(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute_async(script, Vec::new()).await?)
    }

    /// Whether the element is there and seen.
    pub(crate) async fn sees(&self, id: &str) -> Result<bool> {
        let script = format!("const it = {}; return !!it && it.checkVisibility();", query(id));
        Ok(self.script(&script).await? == json!(true))
    }

    /// Waits until the element is there and seen.
    pub(crate) async fn see(&self, id: &str) -> Result<()> {
        until(&format!("`{id}` is seen"), async || Ok(self.sees(id).await?.then_some(()))).await
    }

    /// Waits until the element is not seen.
    pub(crate) async fn miss(&self, id: &str) -> Result<()> {
        until(&format!("`{id}` is gone"), async || Ok((!self.sees(id).await?).then_some(()))).await
    }

    /// An attribute of an element, if both are there.
    pub(crate) async fn attribute(&self, id: &str, name: &str) -> Result<Option<String>> {
        let script = format!("return {}?.getAttribute({name:?});", query(id));
        Ok(self.script(&script).await?.as_str().map(str::to_owned))
    }

    /// Waits until an attribute has a value.
    pub(crate) async fn expect(&self, id: &str, name: &str, value: &str) -> Result<()> {
        let mut last = None;
        let what = format!("`{id}` has {name}={value:?}");
        let waited = until(&what, async || {
            last = self.attribute(id, name).await?;
            Ok((last.as_deref() == Some(value)).then_some(()))
        });
        waited.await.with_context(|| format!("it was {last:?} in the end"))
    }

    /// Waits until an attribute is a number that is `wanted`.
    pub(crate) async fn number(
        &self,
        id: &str,
        name: &str,
        wanted: impl Fn(f64) -> bool,
    ) -> Result<f64> {
        let mut last = None;
        let what = format!("`{id}` has the wanted {name}");
        let waited = until(&what, async || {
            last = self.attribute(id, name).await?;
            let number = last.as_deref().and_then(|text| text.parse().ok());
            Ok(number.filter(|number| wanted(*number)))
        });
        waited.await.with_context(|| format!("it was {last:?} in the end"))
    }

    /// The text of an element, as it is seen.
    pub(crate) async fn text(&self, id: &str) -> Result<String> {
        self.see(id).await?;
        let script = format!("return {}?.innerText ?? \"\";", query(id));
        Ok(self.script(&script).await?.as_str().unwrap_or_default().trim().to_owned())
    }

    /// Waits until an element, or the page when there is none of that name, has a text in it.
    pub(crate) async fn see_text(&self, id: &str, text: &str) -> Result<()> {
        let script = format!("return ({} ?? document.body).innerText;", query(id));
        until(&format!("{text:?} stands in `{id}`"), async || {
            let said = self.script(&script).await?;
            Ok(said.as_str().is_some_and(|it| it.contains(text)).then_some(()))
        })
        .await
    }

    /// Clicks, once the element can be clicked.
    pub(crate) async fn click(&self, id: &str) -> Result<()> {
        let mut why = None;
        let what = format!("`{id}` can be clicked");
        let clicked = until(&what, async || {
            let Ok(element) = self.client.find(Locator::Css(&selector(id))).await else {
                why = Some("it is not there".to_owned());
                return Ok(None);
            };
            if !element.is_enabled().await.unwrap_or(false) {
                why = Some("it is disabled".to_owned());
                return Ok(None);
            }
            // Away from the edges, where bars stick to the window and cover what is under them.
            let script = format!("{}?.scrollIntoView({{block: 'center'}});", query(id));
            self.script(&script).await?;
            match element.click().await {
                Ok(()) => Ok(Some(())),
                // It moved, or something covers it: the next look may find it free.
                Err(error) => {
                    why = Some(error.to_string());
                    Ok(None)
                }
            }
        });
        clicked.await.with_context(|| why.unwrap_or_default())
    }

    /// Replaces the text of a field by typing.
    pub(crate) async fn fill(&self, id: &str, text: &str) -> Result<()> {
        self.see(id).await?;
        let field = self.client.find(Locator::Css(&selector(id))).await?;
        field.clear().await.with_context(|| format!("`{id}` cannot be cleared"))?;
        field.send_keys(text).await.with_context(|| format!("`{id}` takes no text"))
    }

    /// Types into an element as it is: a file's path into a chooser.
    pub(crate) async fn send(&self, id: &str, text: &str) -> Result<()> {
        let what = format!("`{id}` is there");
        let element =
            until(&what, async || Ok(self.client.find(Locator::Css(&selector(id))).await.ok()));
        Ok(element.await?.send_keys(text).await?)
    }

    /// Presses a key where the focus is, alone or with Control.
    pub(crate) async fn press(&self, key: &str, control: bool) -> Result<()> {
        let modifiers = if control { 2 } else { 0 };
        let mut down = json!({"type": "keyDown", "key": key, "modifiers": modifiers});
        if !control {
            down["text"] = json!(key);
        }
        self.cdp("Input.dispatchKeyEvent", down).await?;
        self.cdp("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key})).await
    }

    /// Presses a key that types nothing, such as `Home`, where the focus is.
    pub(crate) async fn key(&self, key: &str) -> Result<()> {
        let down = json!({"type": "rawKeyDown", "key": key});
        self.cdp("Input.dispatchKeyEvent", down).await?;
        self.cdp("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key})).await
    }

    /// Chooses an option by its value.
    pub(crate) async fn choose(&self, id: &str, value: &str) -> Result<()> {
        self.see(id).await?;
        let field = self.client.find(Locator::Css(&selector(id))).await?;
        Ok(field.select_by_value(value).await?)
    }

    /// An error when the page scrolls sideways.
    pub(crate) async fn fits(&self, place: &str) -> Result<()> {
        let script = "const it = document.documentElement; return [it.scrollWidth, innerWidth];";
        let widths = self.script(script).await?;
        let (page, window) = (widths[0].as_u64(), widths[1].as_u64());
        ensure!(page <= window, "{place} is {page:?} wide in a window of {window:?}");
        Ok(())
    }

    /// An error when the page logged one. That a server refused or was away is none: the browser
    /// logs it whatever the page does about it.
    pub(crate) async fn clean(&self) -> Result<()> {
        let is_error = |entry: &Value| {
            let message = entry["message"].as_str().unwrap_or_default();
            entry["level"] == "SEVERE"
                && entry["source"] != "network"
                && !message.contains("WebSocket connection to")
                && !message.contains("net::ERR_")
                && !message.contains("blocked by CORS policy")
        };
        let errors: Vec<_> = self.log().await?.into_iter().filter(is_error).collect();
        if !errors.is_empty() {
            bail!("the page logged errors: {errors:#?}");
        }
        Ok(())
    }

    async fn log(&self) -> Result<Vec<Value>> {
        let log = self.client.issue_cmd(Extension("se/log", json!({"type": "browser"}))).await?;
        Ok(log.as_array().cloned().unwrap_or_default())
    }

    /// A command of the browser's own protocol.
    pub(crate) async fn cdp(&self, command: &str, parameters: Value) -> Result<()> {
        let body = json!({"cmd": command, "params": parameters});
        self.client.issue_cmd(Extension("goog/cdp/execute", body)).await?;
        Ok(())
    }
}

/// A command that WebDriver does not have and chromedriver does.
#[derive(Debug)]
struct Extension(&'static str, Value);

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(
        &self,
        base_url: &url::Url,
        session_id: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}

fn selector(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

fn query(id: &str) -> String {
    format!("document.querySelector('{}')", selector(id))
}

fn is_root() -> bool {
    let id = std::process::Command::new("id").arg("-u").output();
    id.is_ok_and(|it| it.stdout.starts_with(b"0\n"))
}
