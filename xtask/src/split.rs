//! Splits the page's WebAssembly: what the first page does not need comes when it is opened.
//!
//! trunk cannot do this: it would have to happen between cargo and wasm-bindgen. So trunk builds the
//! whole page, and this replaces its two files by a folder.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

use crate::shell;

/// The page's crate, and the names of its files.
const APP: &str = "mcs-app";

/// Tells the build script of the page that it will be split.
pub(crate) const VARIABLE: &str = "MCS_SPLIT";

/// Replaces the page's WebAssembly in `dist` by its parts.
pub(crate) fn run(dist: &Path) -> Result<()> {
    let hash = hash(dist)?;
    let whole = shell::target().join("wasm32-unknown-unknown/wasm-release/mcs-app.wasm");
    let whole = fs::read(&whole).with_context(|| format!("cannot read {}", whole.display()))?;
    // Named after its content, like every file of trunk: an old page finds its old parts or none.
    let folder = dist.join(&hash);
    let main = shell::target().join("mcs-app-main.wasm");
    let module = format!("./{APP}.js");
    let mut options = Options::new(&whole);
    options.output_dir = &folder;
    options.main_out_path = &main;
    options.main_module = &module;
    let parts = transform(options).map_err(|error| anyhow!("cannot split the page: {error:#}"))?;
    for part in &parts.split_modules {
        drop_names(part)?;
    }
    let mut bindgen = shell::command("wasm-bindgen");
    // The parts import what the linker names.
    bindgen.args([
        "--target=web",
        "--no-typescript",
        "--remove-name-section",
        "--keep-lld-exports",
    ]);
    bindgen.arg("--out-name").arg(APP).arg("--out-dir").arg(&folder).arg(&main);
    shell::run(&mut bindgen)?;

    let index = dist.join("index.html");
    let mut page = fs::read_to_string(&index)?;
    for end in [".js", "_bg.wasm"] {
        let old = format!("{APP}-{hash}{end}");
        page = page.replace(&old, &format!("{hash}/{APP}{end}"));
        fs::remove_file(dist.join(&old)).with_context(|| format!("there is no {old}"))?;
    }
    fs::write(&index, page)?;
    println!("── Split the page into {} parts", parts.split_modules.len() + 1);
    Ok(())
}

/// What trunk put into the names of the page's files.
fn hash(dist: &Path) -> Result<String> {
    for entry in fs::read_dir(dist)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let hash = name.strip_prefix(APP).and_then(|it| it.strip_prefix('-')?.strip_suffix(".js"));
        if let Some(hash) = hash {
            return Ok(hash.to_owned());
        }
    }
    Err(anyhow!("{} holds no page", dist.display()))
}

/// Leaves the custom sections of a part away: the names of functions are most of it.
fn drop_names(part: &Path) -> Result<()> {
    let module = fs::read(part).with_context(|| format!("cannot read {}", part.display()))?;
    let (header, mut rest) = module.split_at_checked(8).context("a part is no WebAssembly")?;
    let mut kept = header.to_vec();
    while let Some((id, after)) = rest.split_first() {
        let (size, body) = leb128(after).context("a section has no size")?;
        let section = rest.len() - body.len() + size;
        let (whole, next) = rest.split_at_checked(section).context("a section is cut off")?;
        if *id != CUSTOM {
            kept.extend_from_slice(whole);
        }
        rest = next;
    }
    fs::write(part, kept).with_context(|| format!("cannot write {}", part.display()))
}

/// The id of a section that does not change what a module does.
const CUSTOM: u8 = 0;

/// An unsigned number, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}
