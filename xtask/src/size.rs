//! What the console's first page weighs on the way to a browser.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use brotli::enc::BrotliEncoderParams;

use crate::{serve, setup, shell};

/// Bytes of all wasm, JavaScript and CSS, after brotli.
const BUDGET: u64 = 560 * 1024;

struct File {
    name: String,
    raw: u64,
    packed: u64,
}

pub(crate) fn run() -> Result<()> {
    setup::run()?;
    serve::console()?;
    check()
}

/// Measures the site in `dist` as it is.
pub(crate) fn check() -> Result<()> {
    let dist = shell::root().join("dist");
    let mut files = Vec::new();
    for path in code(&dist)? {
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.strip_prefix(&dist).unwrap_or(&path).display().to_string();
        files.push(File { name, raw: len(&bytes), packed: packed(&bytes)? });
    }
    if files.is_empty() {
        bail!("{} holds no console", dist.display());
    }
    files.sort_by(|a, b| (b.packed, &a.name).cmp(&(a.packed, &b.name)));
    println!("{:<56} {:>12} {:>12}", "file", "raw", "brotli");
    for file in &files {
        println!("{:<56} {:>12} {:>12}", file.name, kib(file.raw), kib(file.packed));
    }
    let raw = files.iter().map(|file| file.raw).sum();
    let packed = files.iter().map(|file| file.packed).sum();
    println!("{:<56} {:>12} {:>12}", "first page", kib(raw), kib(packed));
    if packed > BUDGET {
        bail!("the first page weighs {}, its budget is {}", kib(packed), kib(BUDGET));
    }
    println!("within the budget of {}", kib(BUDGET));
    Ok(())
}

/// Every wasm, JavaScript and CSS file below `folder`.
fn code(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(code(&path)?);
        } else if matches!(path.extension().and_then(|it| it.to_str()), Some("wasm" | "js" | "css"))
        {
            found.push(path);
        }
    }
    Ok(found)
}

fn packed(bytes: &[u8]) -> Result<u64> {
    let mut out = Vec::new();
    let parameters = BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters).context("brotli failed")?;
    Ok(len(&out))
}

fn len(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

fn kib(bytes: u64) -> String {
    format!("{}.{} KiB", bytes / 1024, bytes % 1024 * 10 / 1024)
}
