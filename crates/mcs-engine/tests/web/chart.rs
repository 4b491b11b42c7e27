//! Charts, painted on canvases that the page lends.

use js_sys::{Object, Reflect, Uint8Array};
use mcs_chart::{Ink, Look, Scale, Style};
use mcs_model::Timestamp;
use mcs_view::protocol::{self, Canvas, ChartRequest, Frame, FrameRequest, PointTime, View};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{OffscreenCanvas, OffscreenCanvasRenderingContext2d as Context};

use crate::shell::Page;

const ID: u32 = 7;

/// The end of what is shown: how many lines a grid has does not depend on when this runs.
const END: Timestamp = Timestamp::from_millis(1_432_538_730_000);

/// A page that has lent a canvas.
struct Lender {
    page: Page,
    canvas: OffscreenCanvas,
}

impl Lender {
    async fn new() -> Self {
        let lender =
            Self { page: Page::new().await, canvas: OffscreenCanvas::new(10, 10).unwrap() };
        lender.tell(&[("look", &bytes(&look(300.0))), ("canvas", &lender.canvas)]);
        lender
    }

    /// Says something of the canvas.
    fn tell(&self, members: &[(&str, &JsValue)]) {
        let message = Object::new();
        Reflect::set(&message, &"chart".into(), &ID.into()).unwrap();
        for (name, value) in members {
            Reflect::set(&message, &(*name).into(), value).unwrap();
        }
        self.page.shell.receive(&message);
    }

    /// Asks for the chart.
    fn ask(&self, canvas: Canvas) -> Frame {
        let chart = ChartRequest {
            device: "D1".parse().unwrap(),
            channels: vec!["temp".parse().unwrap()],
            time: PointTime::Device,
            window_ms: 60_000,
            end: Some(END),
            columns: 200,
            compare_ms: None,
            rows: 0,
            canvas,
        };
        let request = FrameRequest { view: View::Devices, fresh: false, charts: vec![chart] };
        self.page.ask(request)
    }

    /// How many pixels are not empty.
    fn ink(&self) -> usize {
        let context = self.canvas.get_context("2d").unwrap().unwrap();
        let context: Context = context.dyn_into().unwrap();
        let (width, height) = (self.canvas.width(), self.canvas.height());
        let data = context.get_image_data(0.0, 0.0, width.into(), height.into()).unwrap().data();
        data.chunks(4).filter(|pixel| pixel[3] > 0).count()
    }
}

fn look(width: f64) -> Look {
    let colour = || "rgb(1, 2, 3)".to_owned();
    let ink = Ink {
        grid: colour(),
        label: colour(),
        text: colour(),
        danger: colour(),
        accent: colour(),
        font: "sans-serif".to_owned(),
    };
    let scale = Scale::Unit(String::new());
    let line = Style { scale, bounds: None, colour: colour(), pixel: [1, 2, 3], dashed: false };
    Look { size: (width, 120.0), ratio: 2.0, is_utc: true, ink, lines: vec![line] }
}

fn bytes(look: &Look) -> JsValue {
    Uint8Array::from(protocol::encode(look).as_slice()).buffer().into()
}

#[wasm_bindgen_test]
async fn a_chart_is_painted_as_large_as_it_looks() {
    let lender = Lender::new().await;
    assert_eq!(lender.ink(), 0);
    let frame = lender.ask(Canvas { id: ID, look: 1, ..Canvas::default() });
    assert_eq!(frame.charts.len(), 1);
    assert!(frame.charts[0].readout.is_none());
    assert_eq!((lender.canvas.width(), lender.canvas.height()), (600, 240));
    let before = lender.ink();
    assert!(before > 500, "only {before} pixels");

    lender.tell(&[("look", &bytes(&look(200.0)))]);
    assert_eq!(lender.ink(), before, "what was there stays until it is painted anew");
    lender.ask(Canvas { id: ID, look: 2, ..Canvas::default() });
    assert_eq!(lender.canvas.width(), 400);
    let after = lender.ink();
    assert!(after > 300, "only {after} pixels");
}

#[wasm_bindgen_test]
async fn a_cursor_is_painted_and_read_out() {
    let lender = Lender::new().await;
    lender.ask(Canvas { id: ID, look: 1, ..Canvas::default() });
    let before = lender.ink();
    let frame = lender.ask(Canvas { id: ID, look: 1, cursor: Some(0.26), ..Canvas::default() });
    let chart = &frame.charts[0];
    let at = chart.readout.as_ref().unwrap().at.as_millis() - chart.start.as_millis();
    assert_eq!(at, 15_600, "a quarter of the minute");
    assert!(lender.ink() > before + 100);
}

#[wasm_bindgen_test]
async fn what_is_gone_or_off_the_screen_is_not_painted() {
    let lender = Lender::new().await;
    lender.ask(Canvas { look: 1, ..Canvas::default() });
    assert_eq!(lender.ink(), 0);
    lender.tell(&[]);
    lender.ask(Canvas { id: ID, look: 1, ..Canvas::default() });
    assert_eq!(lender.ink(), 0);
}
