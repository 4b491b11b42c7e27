//! Files in and out of the page.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// A button that asks for a JSON file and gives its text.
#[component]
pub(super) fn Pick(
    label: &'static str,
    testid: &'static str,
    #[prop(into)] disabled: Signal<bool>,
    on_text: Callback<String>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let ask = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            let done = Closure::once(move |text: JsValue| {
                on_text.try_run(text.as_string().unwrap_or_default());
            });
            // A file that cannot be read is told by the browser.
            let _ = file.text().then(&done);
            // It has to outlive this call; one a file is not much.
            done.forget();
        }
        // The same file may be chosen again.
        input.set_value("");
    };
    view! {
        <button type="button" class="button" disabled=move || disabled.get() on:click=ask data-testid=format!("{testid}-button")>{label}</button>
        <input type="file" class="gone" accept="application/json,.json" tabindex="-1" aria-label=label
            data-testid=testid node_ref=input on:change=chosen/>
    }
}

/// Hands the operator a file.
pub(super) fn save(name: &str, kind: &str, text: &str) {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &options) else { return };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The browser has taken hold of it by now.
    let _ = Url::revoke_object_url(&url);
}
