//! A pause in a long task. A file that lies in the memory of the system can be read to its end without one, and
//! nothing else would happen until then: no message, no frame, no cancel.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Lets others have their turn.
pub(crate) struct Turns(MessageChannel);

impl Turns {
    pub(crate) fn new() -> Result<Self, JsValue> {
        MessageChannel::new().map(Self)
    }

    /// Comes back when everything that waited until now was done. By a message to ourselves: timers would come
    /// milliseconds later.
    pub(crate) async fn pass(&self) -> Result<(), JsValue> {
        let passed = Promise::new(&mut |resolve, _| self.0.port1().set_onmessage(Some(&resolve)));
        self.0.port2().post_message(&JsValue::NULL)?;
        JsFuture::from(passed).await.map(drop)
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        self.0.port1().close();
    }
}
