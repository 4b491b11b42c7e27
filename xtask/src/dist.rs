//! What is handed to others: binaries and the static site.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::{serve, setup, shell};

pub(crate) fn run() -> Result<()> {
    setup::run()?;
    serve::console()?;
    shell::run(&mut shell::cargo("build --release -p mcs-device"))?;
    shell::run(&mut shell::cargo("build --release -p mcs-server --features embed-console"))?;
    let target = shell::target();
    let dist = target.join("dist");
    if dist.exists() {
        fs::remove_dir_all(&dist).with_context(|| format!("cannot remove {}", dist.display()))?;
    }
    fs::create_dir_all(&dist)?;
    for name in ["mcs-server", "mcs-device"] {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        fs::copy(target.join("release").join(&file), dist.join(&file))
            .with_context(|| format!("cannot copy {file}"))?;
    }
    copy(&shell::root().join("dist"), &dist.join("console"))?;
    println!("── Packed into {}", dist.display());
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), &to).with_context(|| format!("cannot copy {}", to.display()))?;
        }
    }
    Ok(())
}
