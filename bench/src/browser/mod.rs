//! A headless Chromium, and what it uses.

mod cdp;
mod usage;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::{sleep, timeout};

use crate::Options;
use crate::clock;
use crate::process::{self, Process, Usage};
use cdp::Cdp;
use usage::Threads;

pub(crate) use usage::Used;

/// A running browser; it goes with its owner.
pub(crate) struct Browser {
    cdp: Cdp,
    process: Process,
}

/// A page that is open: one at a time, in a process of its own.
pub(crate) struct Page {
    target: String,
    session: String,
    process: u32,
}

/// A look at what the browser has used.
pub(crate) struct Look(Threads);

impl Page {
    /// What its process uses.
    pub(crate) fn usage(&self) -> Result<Usage> {
        process::usage(&self.process.to_string())
    }
}

impl Browser {
    /// Starts with an empty profile.
    pub(crate) async fn start(options: &Options, name: &str) -> Result<Self> {
        let program = options.chromium.as_ref().context("this needs Chromium (`--chromium`)")?;
        let folder = options.folder(&format!("{name}-browser"))?;
        let mut command = Command::new(program);
        command.args(ARGUMENTS).arg(format!("--user-data-dir={}", folder.display()));
        // Chromium refuses its sandbox to root.
        if is_root() {
            command.arg("--no-sandbox");
        }
        let process = Process::start(command.arg("about:blank"), &folder.join("browser.log"))?;
        let (port, path) = timeout(PATIENCE, port(&folder)).await.context("no browser")?;
        Ok(Self { cdp: Cdp::connect(port, &path).await?, process })
    }

    /// What it says of its version.
    pub(crate) async fn version(&mut self) -> Result<String> {
        let version = self.cdp.call(None, "Browser.getVersion", json!({})).await?;
        Ok(version["product"].as_str().unwrap_or("Chromium").replace('/', " "))
    }

    /// Opens a page in a storage of its own, as in a new profile.
    pub(crate) async fn open(&mut self, url: &str) -> Result<Page> {
        let context = self.cdp.call(None, "Target.createBrowserContext", json!({})).await?;
        let context = context["browserContextId"].clone();
        let blank = json!({ "url": "about:blank", "browserContextId": context, "width": 1280, "height": 900 });
        let target = self.cdp.call(None, "Target.createTarget", blank).await?;
        let target = text(&target, "targetId")?;
        let attach = json!({ "targetId": target, "flatten": true });
        let session = self.cdp.call(None, "Target.attachToTarget", attach).await?;
        let mut page = Page { target, session: text(&session, "sessionId")?, process: 0 };
        self.page(&page, "Page.enable", json!({})).await?;
        self.go(&mut page, url).await?;
        Ok(page)
    }

    /// Goes elsewhere in the same storage.
    pub(crate) async fn go(&mut self, page: &mut Page, url: &str) -> Result<()> {
        self.page(page, "Page.navigate", json!({ "url": url })).await?;
        self.wait(page, "document.readyState == 'complete' && location.href != 'about:blank'")
            .await?;
        page.process = self.renderer(page).await?;
        Ok(())
    }

    /// Goes to an empty page, and forgets what was loaded from an address, but not what its pages keep.
    pub(crate) async fn forget(&mut self, page: &Page, url: &str) -> Result<()> {
        self.page(page, "Page.navigate", json!({ "url": "about:blank" })).await?;
        self.wait(page, "location.href == 'about:blank'").await?;
        let origin = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let what = json!({ "origin": origin, "storageTypes": "service_workers,cache_storage" });
        self.page(page, "Storage.clearDataForOrigin", what).await?;
        self.page(page, "Network.clearBrowserCache", json!({})).await?;
        Ok(())
    }

    /// Goes elsewhere and does not wait; `window.live` becomes the time at which an expression was first true.
    pub(crate) async fn leave_for(
        &mut self,
        page: &mut Page,
        url: &str,
        expression: &str,
    ) -> Result<()> {
        let source = format!(
            "new MutationObserver((_, change) => {{ if (!({expression})) return; window.live = performance.now(); \
             change.disconnect(); }}).observe(document, {{subtree: true, childList: true, characterData: true, attributes: true}})"
        );
        let source = json!({ "source": source });
        let script = self.page(page, "Page.addScriptToEvaluateOnNewDocument", source).await?;
        self.page(page, "Page.navigate", json!({ "url": url })).await?;
        self.wait(page, "location.href != 'about:blank'").await?;
        self.page(page, "Page.removeScriptToEvaluateOnNewDocument", script).await?;
        Ok(())
    }

    /// Gives a page a window of another height, in pixels.
    pub(crate) async fn stretch(&mut self, page: &Page, height: u32) -> Result<()> {
        let metrics =
            json!({ "width": 1280, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.page(page, "Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// Closes a page.
    pub(crate) async fn close(&mut self, page: &Page) -> Result<()> {
        self.cdp.call(None, "Target.closeTarget", json!({ "targetId": page.target })).await?;
        Ok(())
    }

    /// What an expression in the page comes to, once it is settled.
    pub(crate) async fn eval(&mut self, page: &Page, expression: &str) -> Result<Value> {
        let script =
            json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.page(page, "Runtime.evaluate", script).await?;
        if let Some(thrown) = answer.get("exceptionDetails") {
            bail!("`{expression}` threw {thrown}");
        }
        Ok(answer["result"]["value"].take())
    }

    /// Waits until an expression in the page is true.
    pub(crate) async fn wait(&mut self, page: &Page, expression: &str) -> Result<()> {
        let until = clock::now() + PATIENCE;
        // A page that is about to change has nothing to say.
        while self.eval(page, expression).await.ok() != Some(json!(true)) {
            ensure!(clock::now() < until, "waited in vain until {expression}");
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Clicks an element of the console, once it is there and seen.
    pub(crate) async fn click(&mut self, page: &Page, id: &str) -> Result<()> {
        let it = query(id);
        self.wait(page, &format!("!!{it}?.checkVisibility() && !{it}.disabled")).await?;
        self.eval(page, &format!("{it}.click()")).await?;
        Ok(())
    }

    /// Types into a field of the console.
    pub(crate) async fn fill(&mut self, page: &Page, id: &str, text: &str) -> Result<()> {
        let it = query(id);
        self.wait(page, &format!("!!{it}?.checkVisibility()")).await?;
        let set = format!(
            "{{const it = {it}; it.value = {}; it.dispatchEvent(new Event('input', {{bubbles: true}})); \
             it.dispatchEvent(new Event('change', {{bubbles: true}}));}}",
            json!(text)
        );
        self.eval(page, &set).await?;
        Ok(())
    }

    /// Waits until an expression is true, which is asked whenever the page changes: it costs nothing in between.
    pub(crate) async fn until(&mut self, page: &Page, expression: &str) -> Result<()> {
        let promise = format!(
            "new Promise(done => {{const look = () => {{ if ({expression}) {{ done(); change.disconnect(); }} }}; \
             const change = new MutationObserver(look); change.observe(document, \
             {{subtree: true, childList: true, characterData: true, attributes: true}}); look();}})"
        );
        self.eval(page, &promise).await?;
        Ok(())
    }

    /// Waits until an attribute of an element of the console has a value.
    pub(crate) async fn expect(
        &mut self,
        page: &Page,
        id: &str,
        name: &str,
        value: &str,
    ) -> Result<()> {
        self.wait(page, &format!("{}?.getAttribute('{name}') == {}", query(id), json!(value))).await
    }

    /// Chooses the file of a chooser.
    pub(crate) async fn choose(&mut self, page: &Page, chooser: &str, file: &Path) -> Result<()> {
        self.wait(page, &format!("!!{chooser}")).await?;
        let find = json!({ "expression": chooser });
        let found = self.page(page, "Runtime.evaluate", find).await?;
        let object = found["result"]["objectId"].clone();
        let files = json!({ "files": [file], "objectId": object });
        self.page(page, "DOM.setFileInputFiles", files).await?;
        Ok(())
    }

    /// Looks at what everything has used so far.
    pub(crate) fn look(&self) -> Look {
        Look(Threads::of(self.process.id()))
    }

    /// What was used since a look.
    pub(crate) fn used(&self, page: &Page, since: &Look) -> Used {
        self.look().0.since(&since.0, page.process)
    }

    /// Ends it.
    pub(crate) async fn end(mut self) -> Result<()> {
        self.cdp.call(None, "Browser.close", json!({})).await?;
        Ok(())
    }

    async fn page(&mut self, page: &Page, method: &str, parameters: Value) -> Result<Value> {
        self.cdp.call(Some(&page.session), method, parameters).await
    }

    /// The process of a page: that whose first thread works when the page does, and no other.
    async fn renderer(&mut self, page: &Page) -> Result<u32> {
        let spin = "{const end = performance.now() + 100; while (performance.now() < end);}";
        for _ in 0..50 {
            let before = self.look();
            self.eval(page, spin).await?;
            if let Some(process) = self.look().0.busiest(&before.0) {
                return Ok(process);
            }
        }
        bail!("the process of the page is not found")
    }
}

/// Names and versions of packages from npm.
pub(crate) fn peers(options: &Options, names: &[&str]) -> Result<String> {
    let version = |name: &&str| {
        let file = options.peers.join("node_modules").join(name).join("package.json");
        let text = fs::read(&file).with_context(|| format!("no {}", file.display()))?;
        let package: Value = serde_json::from_slice(&text)?;
        Ok(format!("{name} {}", package["version"].as_str().unwrap_or_default()))
    };
    Ok(names.iter().map(version).collect::<Result<Vec<_>>>()?.join(", "))
}

/// Finds an element of the console.
pub(crate) fn query(id: &str) -> String {
    format!("document.querySelector('[data-testid=\"{id}\"]')")
}

fn text(value: &Value, name: &str) -> Result<String> {
    Ok(value[name].as_str().with_context(|| format!("no {name} in {value}"))?.to_owned())
}

/// Where the browser listens: it says so in its profile.
async fn port(folder: &Path) -> (String, String) {
    let file = folder.join("DevToolsActivePort");
    loop {
        let text = fs::read_to_string(&file).unwrap_or_default();
        if let Some((port, path)) = text.split_once('\n')
            && !path.is_empty()
        {
            return (port.to_owned(), path.trim_end().to_owned());
        }
        sleep(Duration::from_millis(20)).await;
    }
}

fn is_root() -> bool {
    let id = std::process::Command::new("id").arg("-u").output();
    id.is_ok_and(|it| it.stdout.starts_with(b"0\n"))
}

/// As the journeys start it.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--remote-debugging-port=0",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-device-scale-factor=1",
    "--disable-extensions",
];

/// How long one step in the browser may take.
const PATIENCE: Duration = Duration::from_secs(60);
