//! The page's charts, painted here: the page lends its canvases, so that its own thread has nothing to paint.

mod paint;
mod picture;

use js_sys::Uint8Array;
use mcs_chart::Look;
use mcs_sorted::Map;
use mcs_view::protocol::{self, Frame};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{OffscreenCanvas, OffscreenCanvasRenderingContext2d as Context};

use picture::Picture;

/// The canvases that the page has lent, by its number for each.
#[derive(Default)]
pub(crate) struct Canvases(Map<u32, Canvas>);

struct Canvas {
    canvas: OffscreenCanvas,
    context: Context,
    /// `None` until the page has said.
    look: Option<Look>,
    /// The dense lines.
    picture: Picture,
}

/// A message of the page about a canvas.
pub(crate) struct Lent {
    /// The page's number for it.
    pub(crate) id: u32,
    /// The canvas, the first time.
    pub(crate) canvas: Option<OffscreenCanvas>,
    /// The bytes of a [`Look`]; `None` when the chart is gone.
    pub(crate) look: Option<Uint8Array>,
}

impl Canvases {
    /// The page lends a canvas, says how it looks from now on, or that it is gone.
    pub(crate) fn take(&mut self, Lent { id, canvas, look }: Lent) {
        let Some(look) = look else {
            self.0.remove(&id);
            return;
        };
        if let Some(canvas) = canvas
            && let Some(context) = context(&canvas)
        {
            self.0.insert(id, Canvas { canvas, context, look: None, picture: Picture::default() });
        }
        if let Some(canvas) = self.0.get_mut(&id) {
            // Of a page of another build nothing can be read, which the page will say.
            canvas.look = protocol::decode(&look.to_vec()).ok();
        }
    }

    /// Paints the charts of a frame, and adds what the cursors point at.
    pub(crate) fn paint(&mut self, frame: &mut Frame, floats: &[f32]) {
        for chart in &mut frame.charts {
            if let Some(canvas) = self.0.get_mut(&chart.canvas.id)
                && let Some(look) = &canvas.look
            {
                resize(&canvas.canvas, look);
                let shown = (&*chart, floats);
                chart.readout = paint::paint(&canvas.context, look, &mut canvas.picture, shown);
            }
        }
    }
}

/// Takes the size of its look. That empties it, so only where it is painted next, and not without need.
fn resize(canvas: &OffscreenCanvas, look: &Look) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen's size")]
    let pixels = |length: f64| (length * look.ratio).round().max(1.0) as u32;
    let (width, height) = (pixels(look.size.0), pixels(look.size.1));
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
}

fn context(canvas: &OffscreenCanvas) -> Option<Context> {
    let context: Result<Context, JsValue> =
        canvas.get_context("2d").ok()??.dyn_into().map_err(Into::into);
    context.ok()
}
