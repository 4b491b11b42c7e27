//! Whether this page is still the one that the server has.
//!
//! A page may be open for weeks, and a service worker shows it without its server: it asks when
//! there is reason to, and says what it finds.

use js_sys::JsString;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestInit, Response};

/// What is known of the server's console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is this one.
    #[default]
    Same,
    /// It is another one.
    Newer,
    /// The server does not answer.
    Unreachable,
}

/// Asks the server, and says what it answers.
pub(super) fn check(standing: RwSignal<Standing>) {
    spawn_local(async move {
        let found = match index().await {
            Ok(Some(page)) if names(&page) => Standing::Same,
            Ok(Some(_)) => Standing::Newer,
            // A server that answers, but not with a page, is one that starts or stops.
            Ok(None) => return,
            Err(_) => Standing::Unreachable,
        };
        standing.try_set(found);
    });
}

/// Whether `page` loads what runs here.
fn names(page: &str) -> bool {
    let meta = document().query_selector("meta[name=mcs-app]").ok().flatten();
    let script = meta.and_then(|it| it.get_attribute("content"));
    script.is_none_or(|script| page.contains(&script))
}

async fn index() -> Result<Option<String>, JsValue> {
    let options = RequestInit::new();
    options.set_cache(RequestCache::NoStore);
    let response = JsFuture::from(window().fetch_with_str_and_init("./", &options)).await?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Ok(None);
    }
    let text = JsFuture::from(response.text()?).await?;
    Ok(Some(text.unchecked_into::<JsString>().into()))
}
