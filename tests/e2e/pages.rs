//! What an operator does, page by page.

use anyhow::Result;

use crate::browser::{Browser, Shape, WIDE};
use crate::process::until;

/// The pictures: a desk and a telephone, by day and by night.
const SHAPES: [(&str, Shape); 4] = [
    ("1280-light", WIDE),
    ("1280-dark", Shape { scheme: "dark", ..WIDE }),
    ("390-light", Shape { width: 390, height: 844, scheme: "light" }),
    ("390-dark", Shape { width: 390, height: 844, scheme: "dark" }),
];

/// The narrowest page that must not scroll sideways.
const NARROW: Shape = Shape { width: 360, height: 740, scheme: "light" };

impl Browser {
    /// Adds a page to the gallery: at a desk and on a telephone, by day and by night; and holds it
    /// against the narrowest width and axe-core.
    pub(crate) async fn pictures(&self, page: &str) -> Result<()> {
        self.pictures_of(page, "").await
    }

    /// The same with an element in sight, wherever it stands in each shape of the page.
    pub(crate) async fn pictures_of(&self, page: &str, id: &str) -> Result<()> {
        for (name, shape) in SHAPES {
            self.shape(shape).await?;
            self.painted().await?;
            self.centre(id).await?;
            self.picture(&format!("gallery/{page}-{name}")).await?;
            self.accessible(&format!("{page}-{name}")).await?;
        }
        self.shape(NARROW).await?;
        self.painted().await?;
        self.fits(page).await?;
        self.shape(WIDE).await
    }

    /// Chooses the page's language, as another tab of the same browser would. The page is painted
    /// anew: what was half typed is gone.
    pub(crate) async fn language(&self, tag: &str) -> Result<()> {
        let script = format!(
            "localStorage.setItem('mcs.language', {tag:?});
             dispatchEvent(new StorageEvent('storage', {{key: 'mcs.language', newValue: {tag:?}}}));"
        );
        self.script(&script).await?;
        self.painted().await
    }

    /// Signs in with the demo's account.
    pub(crate) async fn sign_in(&self) -> Result<()> {
        self.sign_in_as("demo", "demo").await?;
        self.see("device-list").await
    }

    /// Sends a name and a password.
    pub(crate) async fn sign_in_as(&self, name: &str, password: &str) -> Result<()> {
        self.fill("login-name", name).await?;
        self.fill("login-password", password).await?;
        self.click("login-submit").await
    }

    /// The id of the firmware of this version, once it is listed on the firmware page.
    pub(crate) async fn stored(&self, version: &str) -> Result<String> {
        let script = format!(
            "return document.querySelector(
                '[data-testid^=\"firmware-row-\"][data-version=\"{version}\"]')?.dataset.testid.slice(13);"
        );
        until(&format!("firmware {version} is listed"), async || {
            Ok(self.script(&script).await?.as_str().map(str::to_owned))
        })
        .await
    }

    /// Opens a device's page from the list.
    pub(crate) async fn open_device(&self, id: &str) -> Result<()> {
        self.click("nav-devices").await?;
        self.click(&format!("device-link-{id}")).await?;
        self.see("card-temperature").await
    }

    /// Flips a switch that is off, and waits until the device confirms.
    pub(crate) async fn switch_on(&self, channel: &str) -> Result<()> {
        self.expect(&format!("value-{channel}"), "data-value", "0").await?;
        self.click(&format!("input-{channel}")).await?;
        self.confirmed(channel, "1").await
    }

    /// Sends what is typed, and waits until the device confirms.
    pub(crate) async fn send_value(&self, channel: &str, value: &str) -> Result<()> {
        self.fill(&format!("input-{channel}"), value).await?;
        self.click(&format!("send-{channel}")).await?;
        self.confirmed(channel, value).await
    }

    /// Waits until the card shows the value as the device's own word.
    pub(crate) async fn confirmed(&self, channel: &str, value: &str) -> Result<()> {
        self.expect(&format!("chip-{channel}"), "data-stage", "confirmed").await?;
        self.expect(&format!("value-{channel}"), "data-value", value).await
    }

    /// Waits until two newer points than the one shown have come.
    pub(crate) async fn is_live(&self, channel: &str) -> Result<()> {
        let id = format!("at-{channel}");
        let mut last = self.number(&id, "data-at", |at| at > 0.0).await?;
        for _ in 0..2 {
            last = self.number(&id, "data-at", |at| at > last).await?;
        }
        Ok(())
    }

    /// Opens a chart, unless it is open, and waits until it is painted with so many points.
    pub(crate) async fn chart(&self, channel: &str, points: f64) -> Result<f64> {
        let toggle = format!("chart-toggle-{channel}");
        self.see(&toggle).await?;
        if self.attribute(&toggle, "aria-pressed").await?.as_deref() != Some("true") {
            self.click(&toggle).await?;
        }
        let chart = format!("chart-stage-{channel}");
        self.number(&chart, "data-painted", |paints| paints > 0.0).await?;
        let points = self.number(&chart, "data-points", |it| it >= points).await?;
        // A canvas is empty between a new size and the next frame.
        let inked = format!("the chart of {channel} is drawn");
        until(&inked, async || Ok((self.ink(channel).await? > 100).then_some(()))).await?;
        Ok(points)
    }

    /// So many pixels of a chart are not empty.
    async fn ink(&self, channel: &str) -> Result<u64> {
        let script = format!(
            "const it = document.querySelector('[data-testid=\"chart-canvas-{channel}\"]');
             const copy = new OffscreenCanvas(it.clientWidth, it.clientHeight).getContext('2d');
             copy.drawImage(it, 0, 0, it.clientWidth, it.clientHeight);
             const all = copy.getImageData(0, 0, it.clientWidth, it.clientHeight).data;
             let ink = 0; for (let i = 3; i < all.length; i += 4) ink += all[i] > 0; return ink;"
        );
        Ok(self.script(&script).await?.as_u64().unwrap_or(0))
    }

    /// Waits until the page has painted twice, so that a new shape is seen.
    pub(crate) async fn painted(&self) -> Result<()> {
        let script = "window.e2ePaints = 0;
            const next = () => { if (++window.e2ePaints < 3) requestAnimationFrame(next); };
            requestAnimationFrame(next);";
        self.script(script).await?;
        until("the page is painted", async || {
            let paints = self.script("return window.e2ePaints;").await?;
            Ok((paints.as_u64() >= Some(3)).then_some(()))
        })
        .await
    }
}
