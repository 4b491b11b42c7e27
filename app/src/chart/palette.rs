//! The theme's colours, as the canvas wants them.

use leptos::prelude::{document, window};
use mcs_chart::{Colour, Ink};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Colours in the words of CSS.
#[derive(Clone)]
pub(crate) struct Palette {
    series: Vec<String>,
    /// The same as pixels.
    pixels: Vec<Colour>,
    pub(crate) ink: Ink,
    pub(crate) surface: String,
}

impl Palette {
    /// Those of the theme that the canvas is shown in.
    pub(crate) fn of(canvas: &HtmlCanvasElement) -> Option<Self> {
        let style = window().get_computed_style(canvas).ok().flatten()?;
        let token = |name: &str| style.get_property_value(name).unwrap_or_default();
        let series: Vec<_> = (1..=8).map(|it| token(&format!("--series-{it}"))).collect();
        Some(Self {
            pixels: pixels(&series).unwrap_or_default(),
            series,
            ink: Ink {
                grid: token("--line"),
                label: token("--text-2"),
                text: token("--text"),
                danger: token("--danger"),
                accent: token("--accent"),
                font: token("font-family"),
            },
            surface: token("--surface"),
        })
    }

    /// The colour of a line: 1 to 8.
    pub(crate) fn series(&self, colour: usize) -> &str {
        self.series.get(colour.saturating_sub(1)).map_or("", String::as_str)
    }

    /// The same as a pixel.
    pub(crate) fn pixel(&self, colour: usize) -> Colour {
        self.pixels.get(colour.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// What a canvas makes of colours: they may be told in any way that CSS knows.
fn pixels(colours: &[String]) -> Option<Vec<Colour>> {
    let canvas = document().create_element("canvas").ok()?.unchecked_into::<HtmlCanvasElement>();
    canvas.set_width(1);
    canvas.set_height(1);
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
    let pixel = |colour: &String| {
        context.set_fill_style_str(colour);
        context.fill_rect(0.0, 0.0, 1.0, 1.0);
        let data = context.get_image_data(0.0, 0.0, 1.0, 1.0).ok()?.data();
        data.first_chunk().copied()
    };
    colours.iter().map(pixel).collect()
}
