//! The picture of a chart's dense lines, and its way onto the canvas.

use mcs_chart::Raster;
use wasm_bindgen::Clamped;
use web_sys::{ImageData, OffscreenCanvasRenderingContext2d as Context};

/// Pixels, in pixels of the screen.
#[derive(Default)]
pub(super) struct Picture {
    pub(super) raster: Raster,
    size: (u32, u32),
}

impl Picture {
    /// Begins an empty picture of this size.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen's size")]
    pub(super) fn begin(&mut self, width: f64, height: f64) {
        self.size = (width.round().max(1.0) as u32, height.round().max(1.0) as u32);
        self.raster.clear(self.size.0 as usize, self.size.1 as usize);
    }

    /// Puts the picture in the place of what is there, from `left` on; not if it is empty.
    pub(super) fn show(&self, context: &Context, left: f64) {
        if self.raster.is_empty() {
            return;
        }
        let pixels = Clamped(self.raster.pixels());
        let data = ImageData::new_with_u8_clamped_array_and_sh(pixels, self.size.0, self.size.1);
        if let Ok(data) = data {
            // Refused only where a picture has no size.
            let _ = context.put_image_data(&data, left.round(), 0.0);
        }
    }
}
