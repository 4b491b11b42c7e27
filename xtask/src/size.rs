//! What the console weighs on the way to a browser: its first page, and everything.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use brotli::enc::BrotliEncoderParams;

use crate::{serve, setup, shell};

/// Bytes of the wasm, JavaScript and CSS that the first page loads, after brotli.
const FIRST_PAGE: u64 = 450 * 1024;

/// The same with every further page: what that weighs now and a little more. The aim is 900 KiB.
const EVERYTHING: u64 = 1360 * 1024;

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
    let first: Vec<_> = files.iter().filter(|file| !file.is_later()).collect();
    let all: Vec<_> = files.iter().collect();
    sum("first page", &first, FIRST_PAGE)?;
    sum("everything", &all, EVERYTHING)
}

impl File {
    /// Whether it is loaded when a further page is opened; wasm-split gives such files their names.
    fn is_later(&self) -> bool {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        name.starts_with("split_") || name.starts_with("chunk_")
    }
}

fn sum(what: &str, files: &[&File], budget: u64) -> Result<()> {
    let raw = files.iter().map(|file| file.raw).sum();
    let packed = files.iter().map(|file| file.packed).sum();
    println!("{what:<56} {:>12} {:>12} of {}", kib(raw), kib(packed), kib(budget));
    if packed > budget {
        bail!("{what}: {}, and the budget is {}", kib(packed), kib(budget));
    }
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
