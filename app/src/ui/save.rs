//! Bytes become a file of the operator's.

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// How long the browser may take to begin with a download, in milliseconds.
const BEGINS: core::time::Duration = core::time::Duration::from_secs(60);

/// Saves `bytes` where the browser puts downloads.
pub(crate) fn save(name: &str, kind: &str, bytes: &[u8]) {
    save_parts(name, kind, &Array::of1(&Uint8Array::from(bytes)));
}

/// Saves what `parts`, which a [`Blob`] takes, are together.
pub(crate) fn save_parts(name: &str, kind: &str, parts: &JsValue) {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    // A browser without room for it says so itself.
    let Ok(blob) = Blob::new_with_u8_array_sequence_and_options(parts, &options) else { return };
    let Ok(address) = Url::create_object_url_with_blob(&blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    set_timeout(
        move || {
            // Its end is no concern of ours.
            let _ = Url::revoke_object_url(&address);
        },
        BEGINS,
    );
}
