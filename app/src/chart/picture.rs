//! The picture of a chart's dense lines, and its way onto the canvas.

use leptos::prelude::document;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement, ImageData};

use super::raster::Raster;

/// Pixels, and a canvas that holds them: those of a picture that is put on a canvas would replace what is there.
#[derive(Default)]
pub(crate) struct Picture {
    pub(crate) raster: Raster,
    canvas: Option<HtmlCanvasElement>,
    size: (u32, u32),
}

impl Picture {
    /// Begins an empty picture of this size, in pixels of the screen.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen's size")]
    pub(crate) fn begin(&mut self, width: f64, height: f64) {
        self.size = (width.round().max(1.0) as u32, height.round().max(1.0) as u32);
        self.raster.clear(self.size.0 as usize, self.size.1 as usize);
    }

    /// Lays the picture over what is on `context`, from `left` on and this large, in CSS pixels; not if it is empty.
    pub(crate) fn show(&mut self, context: &Context, left: f64, (width, height): (f64, f64)) {
        if self.raster.is_empty() {
            return;
        }
        let canvas = self.canvas.take().or_else(|| {
            Some(document().create_element("canvas").ok()?.unchecked_into::<HtmlCanvasElement>())
        });
        let Some(canvas) = canvas else { return };
        if (canvas.width(), canvas.height()) != self.size {
            canvas.set_width(self.size.0);
            canvas.set_height(self.size.1);
        }
        let own = canvas.get_context("2d").ok().flatten().and_then(|it| it.dyn_into().ok());
        let own: Option<Context> = own;
        let pixels = Clamped(self.raster.pixels());
        let data = ImageData::new_with_u8_clamped_array_and_sh(pixels, self.size.0, self.size.1);
        if let (Some(own), Ok(data)) = (own, data) {
            // Refused only where a picture has no size.
            let _ = own.put_image_data(&data, 0.0, 0.0);
            let _ = context.draw_image_with_html_canvas_element_and_dw_and_dh(
                &canvas, left, 0.0, width, height,
            );
        }
        self.canvas = Some(canvas);
    }
}
