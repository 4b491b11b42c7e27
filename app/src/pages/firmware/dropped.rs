//! Files that are chosen or dropped, and what they are.

use wasm_bindgen::prelude::*;
use web_sys::{File, FileList};

/// Most bytes of a manifest, and of a signature, that are read.
const MOST: u32 = 8192;

/// Which of the two files that vouch for a firmware.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// What is vouched for.
    Manifest,
    /// By whom.
    Signature,
}

/// Which one a file is, by its name and size.
pub(crate) fn part_of_manifest(file: &File) -> Option<Part> {
    let name = file.name().to_ascii_lowercase();
    // What is longer is no manifest, whatever it is called.
    let small = file.size() <= f64::from(MOST);
    match name.rsplit_once('.')?.1 {
        "json" if small => Some(Part::Manifest),
        "minisig" if small => Some(Part::Signature),
        _ => None,
    }
}

/// Every file of a list.
pub(crate) fn each(files: &FileList, choose: impl Fn(File)) {
    (0..files.length()).filter_map(|it| files.get(it)).for_each(choose);
}

/// Reads a file as text.
pub(crate) fn read(file: &File, on_text: impl FnOnce(String) + 'static) {
    let done = Closure::once(move |text: JsValue| on_text(text.as_string().unwrap_or_default()));
    // A file that cannot be read is told by the browser.
    let _ = file.text().then(&done);
    // It has to outlive this call; one a file is not much.
    done.forget();
}
