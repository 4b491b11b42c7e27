//! The theme's colours, as the canvas wants them.

use leptos::prelude::window;
use web_sys::HtmlCanvasElement;

/// Colours in the words of CSS.
pub(crate) struct Palette {
    series: Vec<String>,
    pub(crate) grid: String,
    pub(crate) label: String,
    pub(crate) text: String,
    pub(crate) danger: String,
    pub(crate) accent: String,
    pub(crate) surface: String,
    pub(crate) font: String,
}

impl Palette {
    /// Those of the theme that the canvas is shown in.
    pub(crate) fn of(canvas: &HtmlCanvasElement) -> Option<Self> {
        let style = window().get_computed_style(canvas).ok().flatten()?;
        let token = |name: &str| style.get_property_value(name).unwrap_or_default();
        Some(Self {
            series: (1..=8).map(|colour| token(&format!("--series-{colour}"))).collect(),
            grid: token("--line"),
            label: token("--text-2"),
            text: token("--text"),
            danger: token("--danger"),
            accent: token("--accent"),
            surface: token("--surface"),
            font: token("font-family"),
        })
    }

    /// The colour of a line: 1 to 8.
    pub(crate) fn series(&self, colour: usize) -> &str {
        self.series.get(colour.saturating_sub(1)).map_or("", String::as_str)
    }
}
