//! Programs that only the tests and the bench need: a browser, its driver, a broker, clients of others.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell;

/// Where the programs are that the tests drive.
pub(crate) struct Host {
    /// A Chromium.
    pub(crate) browser: PathBuf,
    /// Its WebDriver.
    pub(crate) driver: PathBuf,
    /// A broker that is not ours.
    pub(crate) mosquitto: PathBuf,
    /// Its two clients.
    mosquitto_pub: PathBuf,
    mosquitto_sub: PathBuf,
    /// A Python with paho.
    python: PathBuf,
}

/// A program, the names it goes by, and the Debian package that brings it.
struct Program {
    variable: &'static str,
    names: &'static [&'static str],
    package: &'static str,
    /// Arguments with which it must succeed; none: it is enough that it is there.
    check: &'static [&'static str],
}

const BROWSER: Program = Program {
    variable: "CHROMIUM",
    names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    package: "chromium",
    check: &[],
};
const DRIVER: Program = Program {
    variable: "CHROMEDRIVER",
    names: &["chromedriver"],
    package: "chromium-driver",
    check: &[],
};
const MOSQUITTO: Program =
    Program { variable: "MOSQUITTO", names: &["mosquitto"], package: "mosquitto", check: &[] };
const MOSQUITTO_PUB: Program = Program {
    variable: "MOSQUITTO_PUB",
    names: &["mosquitto_pub"],
    package: "mosquitto-clients",
    check: &[],
};
const MOSQUITTO_SUB: Program =
    Program { variable: "MOSQUITTO_SUB", names: &["mosquitto_sub"], ..MOSQUITTO_PUB };
const PYTHON: Program = Program {
    variable: "PYTHON",
    // Debian's own has Debian's libraries, if another comes first.
    names: &["python3", "/usr/bin/python3"],
    package: "python3-paho-mqtt",
    check: &["-c", "import paho.mqtt.client"],
};

/// A font for the pictures of the page in Chinese and Japanese: without one they show empty boxes.
const FONT: Program = Program {
    variable: "FC_LIST",
    names: &["fc-list"],
    package: "fonts-droid-fallback",
    check: &["--quiet", ":lang=zh-tw"],
};

/// Finds the programs; on Debian and Ubuntu, as root, installs the missing ones first.
pub(crate) fn ready() -> Result<Host> {
    let all = [&BROWSER, &DRIVER, &MOSQUITTO, &MOSQUITTO_PUB, &MOSQUITTO_SUB, &PYTHON];
    let missing: Vec<_> = all.into_iter().filter(|it| it.find().is_none()).collect();
    if !missing.is_empty() {
        install(&missing)?;
    }
    // Nothing is tested by it, so its absence stops nobody.
    if FONT.find().is_none()
        && let Err(error) = install(&[&FONT])
    {
        println!("Chinese and Japanese will be empty boxes in the pictures: {error:#}");
    }
    Ok(Host {
        browser: BROWSER.require()?,
        driver: DRIVER.require()?,
        mosquitto: MOSQUITTO.require()?,
        mosquitto_pub: MOSQUITTO_PUB.require()?,
        mosquitto_sub: MOSQUITTO_SUB.require()?,
        python: PYTHON.require()?,
    })
}

/// Finds mosquitto alone, or installs it.
pub(crate) fn mosquitto() -> Result<PathBuf> {
    if MOSQUITTO.find().is_none() {
        install(&[&MOSQUITTO])?;
    }
    MOSQUITTO.require()
}

/// Finds the browser alone, or installs it.
pub(crate) fn browser() -> Result<PathBuf> {
    if BROWSER.find().is_none() {
        install(&[&BROWSER])?;
    }
    BROWSER.require()
}

impl Host {
    /// Tells a test command where everything is.
    pub(crate) fn apply(&self, command: &mut Command) -> Result<()> {
        command.env(BROWSER.variable, &self.browser);
        command.env(DRIVER.variable, &self.driver);
        command.env(MOSQUITTO.variable, &self.mosquitto);
        command.env(MOSQUITTO_PUB.variable, &self.mosquitto_pub);
        command.env(MOSQUITTO_SUB.variable, &self.mosquitto_sub);
        command.env(PYTHON.variable, &self.python);
        command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", self.capabilities()?);
        Ok(())
    }

    /// Writes how wasm-bindgen's test runner starts the browser, with a profile of its own.
    fn capabilities(&self) -> Result<PathBuf> {
        let folder = shell::root().join("target/browser");
        let profile = folder.join("profile");
        if profile.exists() {
            fs::remove_dir_all(&profile)
                .with_context(|| format!("cannot remove {}", profile.display()))?;
        }
        fs::create_dir_all(&folder)?;
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--no-first-run".to_owned(),
            format!("--user-data-dir={}", profile.display()),
        ];
        // Chromium refuses its sandbox to root.
        if is_root() {
            arguments.push("--no-sandbox".to_owned());
        }
        let path = folder.join("webdriver.json");
        let json = format!(
            r#"{{"goog:chromeOptions":{{"binary":{:?},"args":{arguments:?}}}}}"#,
            self.browser.display().to_string()
        );
        fs::write(&path, json).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

impl Program {
    fn find(&self) -> Option<PathBuf> {
        match env::var_os(self.variable) {
            Some(path) => {
                Some(PathBuf::from(path)).filter(|path| path.is_file() && self.works(path))
            }
            None => {
                let mut found = self.names.iter().filter_map(|name| shell::find(&[name]));
                found.find(|path| self.works(path))
            }
        }
    }

    fn works(&self, path: &Path) -> bool {
        self.check.is_empty() || shell::output(Command::new(path).args(self.check)).is_some()
    }

    fn require(&self) -> Result<PathBuf> {
        self.find().with_context(|| {
            format!(
                "tests and bench need `{}` (Debian package {}): install it, or name it in the \
                 environment variable {}",
                self.names[0], self.package, self.variable
            )
        })
    }
}

fn install(missing: &[&Program]) -> Result<()> {
    let mut packages: Vec<_> = missing.iter().map(|it| it.package).collect();
    packages.dedup();
    if shell::find(&["apt-get"]).is_none() || !is_root() {
        bail!(
            "tests and bench need {}, and only root on Debian or Ubuntu can have them installed here: \
             install them, then start again",
            packages.join(", ")
        );
    }
    println!("── Installing {}", packages.join(", "));
    let apt = |arguments: &[&str]| {
        let mut command = shell::command("apt-get");
        command.args(["-q", "-y"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    shell::run(&mut apt(&["update"]))?;
    shell::run(apt(&["install", "--no-install-recommends"]).args(&packages))?;
    // The package starts a broker on the port that our own server wants.
    if packages.contains(&MOSQUITTO.package) && Path::new("/run/systemd/system").is_dir() {
        shell::run(shell::command("systemctl").args(["disable", "--now", "mosquitto"]))?;
    }
    Ok(())
}

fn is_root() -> bool {
    shell::output(shell::command(OsStr::new("id")).arg("-u")).as_deref() == Some("0")
}
