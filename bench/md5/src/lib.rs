//! MD5 of `mcs-digest` alone, for the page on which the bench measures libraries: the console always makes both hashes.

use wasm_bindgen::prelude::wasm_bindgen;

/// MD5 of a stream.
#[wasm_bindgen]
#[derive(Default)]
pub struct Md5(mcs_digest::Md5);

#[wasm_bindgen]
impl Md5 {
    /// Of nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all that was seen, in hexadecimal digits.
    pub fn digest(self) -> String {
        self.0.finish().to_string()
    }
}
