//! A name that one tab of the console holds for as long as it lives, by the browser's locks.

use js_sys::{Function, Promise, Reflect};
use mcs_view::Claim;
use wasm_bindgen::prelude::*;

/// Claims `name` and tells what came of it; again when another tab has let go of it.
pub(crate) fn start(name: &str, told: impl Fn(Claim) + 'static) {
    if request(name, told).is_err() {
        web_sys::console::warn_1(&JsValue::from_str("no locks"));
    }
}

fn request(name: &str, told: impl Fn(Claim) + 'static) -> Result<(), JsValue> {
    let member = |object: &JsValue, name| Reflect::get(object, &JsValue::from_str(name));
    let locks = member(&js_sys::global(), "navigator").and_then(|it| member(&it, "locks"));
    // Only a page of a secure origin has them.
    let Some((locks, request)) = locks.ok().filter(JsValue::is_object).and_then(|locks| {
        let request = member(&locks, "request").ok()?.dyn_into::<Function>().ok()?;
        Some((locks, request))
    }) else {
        told(Claim::Impossible);
        return Ok(());
    };
    let name = JsValue::from_str(name);
    let told = std::rc::Rc::new(told);
    let (again, first) = ((locks.clone(), request.clone(), name.clone()), told.clone());
    let first = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        if lock.is_null() {
            first(Claim::Elsewhere);
            let (locks, request, name) = again;
            let wait = Closure::once_into_js(move |_: JsValue| hold(&*first));
            // Granted when the other tab is gone.
            let _ = request.call2(&locks, &name, &wait);
            return JsValue::UNDEFINED;
        }
        hold(&*first)
    });
    let options = js_sys::Object::new();
    Reflect::set(&options, &JsValue::from_str("ifAvailable"), &JsValue::TRUE)?;
    if request.call3(&locks, &name, &options, &first).is_err() {
        told(Claim::Impossible);
    }
    Ok(())
}

/// The lock is ours; it is let go when this promise is settled, which is never.
fn hold(told: &dyn Fn(Claim)) -> JsValue {
    told(Claim::Ours);
    Promise::new(&mut |_, _| {}).into()
}
