//! A file piece by piece, in the cheapest way that the browser has.

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStreamByobReader};

use super::PIECE;

/// What is left of a file.
pub(super) enum Pieces<'a> {
    /// A stream that writes into the buffer it is given: half of the work of slices.
    Stream { reader: ReadableStreamByobReader, buffer: Uint8Array },
    /// Slices, each a file of its own for the browser: all of them can read those.
    Slices { file: &'a Blob, from: f64 },
}

impl<'a> Pieces<'a> {
    /// From the start of `file`.
    pub(super) fn of(file: &'a Blob) -> Self {
        match ReadableStreamByobReader::new(&file.stream()) {
            Ok(reader) => Self::Stream { reader, buffer: Uint8Array::new_with_length(PIECE) },
            Err(_) => Self::Slices { file, from: 0.0 },
        }
    }

    /// The next bytes, at most [`PIECE`]; `None` at the end. They stand until it is called again.
    pub(super) async fn next(&mut self) -> Result<Option<Uint8Array>, JsValue> {
        match self {
            Self::Stream { reader, buffer } => {
                let view: &Object = buffer.unchecked_ref();
                let read = JsFuture::from(reader.read_with_array_buffer_view(view)).await?;
                if Reflect::get(&read, &JsValue::from_str("done"))?.is_truthy() {
                    return Ok(None);
                }
                let bytes: Uint8Array =
                    Reflect::get(&read, &JsValue::from_str("value"))?.dyn_into()?;
                // The buffer went to the stream, and came back as that of the bytes.
                *buffer = Uint8Array::new(&bytes.buffer());
                Ok(Some(bytes))
            }
            Self::Slices { file, from } => {
                let to = file.size().min(*from + f64::from(PIECE));
                if to <= *from {
                    return Ok(None);
                }
                let slice = file.slice_with_f64_and_f64(*from, to)?;
                let bytes = JsFuture::from(slice.array_buffer()).await?;
                *from = to;
                Ok(Some(Uint8Array::new(&bytes)))
            }
        }
    }

    /// Nobody wants the rest.
    pub(super) fn cancel(self) {
        if let Self::Stream { reader, .. } = self {
            // It says when it is done, which nobody waits for.
            let _ = reader.cancel();
        }
    }
}
