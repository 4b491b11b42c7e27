//! The picture of a chart's dense lines, and its way onto the canvas.

use mcs_chart::Raster;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{ImageData, OffscreenCanvas, OffscreenCanvasRenderingContext2d as Context};

/// Pixels, and a canvas that holds them: those of a picture that is put on a canvas would replace what is there.
#[derive(Default)]
pub(super) struct Picture {
    pub(super) raster: Raster,
    canvas: Option<(OffscreenCanvas, Context)>,
    size: (u32, u32),
}

impl Picture {
    /// Begins an empty picture of this size, in pixels of the screen.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen's size")]
    pub(super) fn begin(&mut self, width: f64, height: f64) {
        self.size = (width.round().max(1.0) as u32, height.round().max(1.0) as u32);
        self.raster.clear(self.size.0 as usize, self.size.1 as usize);
    }

    /// Lays the picture over what is on `context`, from `left` on and this large, in CSS pixels; not if it is empty.
    pub(super) fn show(&mut self, context: &Context, left: f64, (width, height): (f64, f64)) {
        if self.raster.is_empty() {
            return;
        }
        let (canvas, own) = match self.canvas.take() {
            Some(canvas) => canvas,
            None => match canvas(self.size) {
                Some(canvas) => canvas,
                None => return,
            },
        };
        if (canvas.width(), canvas.height()) != self.size {
            canvas.set_width(self.size.0);
            canvas.set_height(self.size.1);
        }
        let pixels = Clamped(self.raster.pixels());
        let data = ImageData::new_with_u8_clamped_array_and_sh(pixels, self.size.0, self.size.1);
        if let Ok(data) = data {
            // Refused only where a picture has no size.
            let _ = own.put_image_data(&data, 0.0, 0.0);
            let _ = context
                .draw_image_with_offscreen_canvas_and_dw_and_dh(&canvas, left, 0.0, width, height);
        }
        self.canvas = Some((canvas, own));
    }
}

fn canvas((width, height): (u32, u32)) -> Option<(OffscreenCanvas, Context)> {
    let canvas = OffscreenCanvas::new(width, height).ok()?;
    let context = canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
    Some((canvas, context))
}
