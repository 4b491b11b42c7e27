//! The build tools at their pinned versions.

use std::env;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::shell;

/// What a build of the console needs besides cargo.
///
/// wasm-bindgen's command must have the version of the library to the last digit.
const TOOLS: [Tool; 2] = [
    Tool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version: "0.2.129" },
    Tool { package: "trunk", program: "trunk", version: "0.21.14" },
];

const WASM: &str = "wasm32-unknown-unknown";

struct Tool {
    package: &'static str,
    program: &'static str,
    version: &'static str,
}

/// Installs what is missing; silent and quick when nothing is.
pub(crate) fn run() -> Result<()> {
    components()?;
    let missing: Vec<_> = TOOLS.iter().filter(|tool| !tool.is_installed()).collect();
    for (index, tool) in missing.iter().enumerate() {
        println!(
            "── Installing {} {} ({} of {}, some minutes, once)",
            tool.package,
            tool.version,
            index + 1,
            missing.len()
        );
        tool.install()?;
    }
    let work = build_folder();
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))?;
    }
    Ok(())
}

impl Tool {
    fn is_installed(&self) -> bool {
        self.found_version().as_deref() == Some(self.version)
    }

    /// The version of the program that a build would run.
    fn found_version(&self) -> Option<String> {
        let program = shell::find(&[self.program])?;
        let answer = shell::output(shell::command(program).arg("--version"))?;
        Some(answer.split_whitespace().nth(1)?.to_owned())
    }

    fn install(&self) -> Result<()> {
        let mut install = shell::cargo("install --locked --version");
        install.args([self.version, self.package]);
        // Another version is somebody's choice: ours goes beside it.
        if self.found_version().is_some() {
            install.arg("--root").arg(shell::own_tools());
        }
        // An interrupted installation goes on where it stopped.
        install.env("CARGO_TARGET_DIR", build_folder());
        // What these tools write does not depend on how they were compiled, so compile quickly.
        install.env("CARGO_PROFILE_RELEASE_LTO", "off");
        install.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        install.env("CARGO_PROFILE_RELEASE_DEBUG", "false");
        shell::run(&mut install)?;
        if !self.is_installed() {
            bail!("{} {} was installed, but is not what runs", self.program, self.version);
        }
        Ok(())
    }
}

fn build_folder() -> std::path::PathBuf {
    shell::root().join("target/tools-build")
}

/// The wasm target, rustfmt and clippy of the toolchain that runs us.
fn components() -> Result<()> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = shell::output(shell::command(&rustc).args(["--print", "sysroot"]))
        .context("rustc does not run")?;
    if !std::path::Path::new(&sysroot).join("lib/rustlib").join(WASM).is_dir() {
        println!("── Installing the target {WASM}");
        shell::run(shell::command("rustup").args(["target", "add", WASM]))
            .with_context(|| format!("rustc at {sysroot} has no target {WASM}"))?;
    }
    for (name, question) in [("rustfmt", "fmt --version"), ("clippy", "clippy --version")] {
        if shell::output(&mut shell::cargo(question)).is_none() {
            println!("── Installing {name}");
            shell::run(shell::command("rustup").args(["component", "add", name]))?;
        }
    }
    Ok(())
}
