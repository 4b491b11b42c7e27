//! axe-core, with which the journeys look at the console's accessibility.
//!
//! It comes from npm, and stays out of the product and of the repository. npm is asked for nothing
//! else, so that a machine without it can run every other test.

use std::fs;

use anyhow::Result;

use crate::shell;

const VERSION: &str = "4.11.0";

/// Fetches it into `target/axe`, where npm is installed.
pub(crate) fn ready() -> Result<()> {
    let folder = shell::target().join("axe");
    let script = folder.join("package/axe.min.js");
    if script.is_file() {
        return Ok(());
    }
    if shell::find(&["npm"]).is_none() || shell::find(&["tar"]).is_none() {
        println!("   npm is not installed: accessibility is not checked");
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    let mut pack = shell::command("npm");
    pack.args(["pack", "--silent", &format!("axe-core@{VERSION}")]);
    pack.arg("--pack-destination").arg(&folder);
    let mut unpack = shell::command("tar");
    unpack.arg("-xzf").arg(folder.join(format!("axe-core-{VERSION}.tgz")));
    unpack.arg("-C").arg(&folder).arg("package/axe.min.js");
    if shell::run(&mut pack).and_then(|()| shell::run(&mut unpack)).is_err() {
        println!("   axe-core could not be fetched: accessibility is not checked");
    }
    Ok(())
}
