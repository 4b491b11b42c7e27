//! The canvas: grid, bands, lines, cursor; one path a line.

use core::f64::consts::TAU;

use leptos::prelude::*;
use mcs_model::Bounds;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::plot::{Data, Info, Readout};
use super::ticks::{self, ValueTick};
use super::{shape, ticks::TimeTick};
use crate::clock;

/// Room for the values' labels, in CSS pixels.
pub(crate) const LEFT: f64 = 52.0;
/// Room right of the newest point.
pub(crate) const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 24.0;
/// Radius of the newest point.
const DOT: f64 = 2.5;

/// How a chart is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Style {
    /// 1 to 8, the same for the same channel everywhere.
    pub(crate) colour: usize,
    /// What is outside of them is shaded.
    pub(crate) bounds: Option<Bounds>,
    /// The names of 0 and 1, where there are only these two.
    pub(crate) states: Option<[&'static str; 2]>,
}

/// The part of the canvas that holds the lines, and what its edges mean.
struct Area {
    width: f64,
    height: f64,
    lower: f64,
    upper: f64,
    columns: f64,
}

impl Area {
    fn x(&self, column: f64) -> f64 {
        LEFT + column / self.columns * self.width
    }

    fn y(&self, value: f64) -> f64 {
        TOP + (self.upper - value) / (self.upper - self.lower) * self.height
    }
}

/// Paints everything; what the cursor points at.
pub(crate) fn paint(
    canvas: &HtmlCanvasElement,
    (width, height): (f64, f64),
    data: &Data,
    info: &Info,
    style: &Style,
    cursor: Option<f64>,
) -> Option<Readout> {
    let context: CanvasRenderingContext2d =
        canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
    let palette = Palette::of(canvas, style.colour)?;
    let ratio = window().device_pixel_ratio();
    // A canvas of our own is never detached, so that nothing here can be refused.
    let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, width, height);
    let (lower, upper, marks) = axis(info, style, height);
    let area = Area {
        width: (width - LEFT - RIGHT).max(1.0),
        height: (height - TOP - BOTTOM).max(1.0),
        lower,
        upper,
        columns: f64::from(data.columns.max(1)),
    };
    context.set_font("12px system-ui, sans-serif");
    grid(&context, &area, &palette, &marks);
    if data.columns == 0 {
        return None;
    }
    times(&context, &area, &palette, data);
    if let Some(bounds) = style.bounds {
        forbidden(&context, &area, &palette, bounds);
    }
    // The neighbours of the first and the last point may lie outside; the newest dot shows whole.
    context.save();
    context.begin_path();
    context.rect(LEFT, 0.0, area.width + DOT, height);
    context.clip();
    lines(&context, &area, &palette, data);
    context.restore();
    cursor.and_then(|x| cross(&context, &area, &palette, data, x))
}

fn axis(info: &Info, style: &Style, height: f64) -> (f64, f64, Vec<ValueTick>) {
    if let Some(names) = style.states {
        let mark = |value, name: &str| ValueTick { value, label: name.to_owned() };
        return (-0.15, 1.15, vec![mark(0.0, names[0]), mark(1.0, names[1])]);
    }
    let count = if height < 160.0 { 3 } else { 4 };
    let none = f64::NAN;
    let (lower, upper, step) =
        ticks::value_axis(info.min.unwrap_or(none), info.max.unwrap_or(none), count);
    (lower, upper, ticks::value_ticks(lower, upper, step))
}

fn grid(context: &CanvasRenderingContext2d, area: &Area, palette: &Palette, marks: &[ValueTick]) {
    context.set_stroke_style_str(&palette.grid);
    context.set_fill_style_str(&palette.label);
    context.set_line_width(1.0);
    context.set_text_align("right");
    context.set_text_baseline("middle");
    context.begin_path();
    for mark in marks {
        // On the middle of a pixel a line of 1 px stays sharp.
        let y = area.y(mark.value).floor() + 0.5;
        context.move_to(LEFT, y);
        context.line_to(LEFT + area.width, y);
        let _ = context.fill_text(&mark.label, LEFT - 8.0, y);
    }
    context.stroke();
}

fn times(context: &CanvasRenderingContext2d, area: &Area, palette: &Palette, data: &Data) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
    let most = (area.width / 88.0).clamp(2.0, 8.0) as usize;
    let marks = ticks::time_ticks(data.start, data.end, clock::offset(data.end), most);
    #[expect(clippy::cast_precision_loss, reason = "a day of milliseconds")]
    let span = data.end.saturating_sub(data.start).max(1) as f64;
    context.set_stroke_style_str(&palette.grid);
    context.set_fill_style_str(&palette.label);
    context.set_text_align("center");
    context.set_text_baseline("alphabetic");
    context.begin_path();
    let bottom = TOP + area.height;
    for TimeTick { at, label } in marks {
        #[expect(clippy::cast_precision_loss, reason = "a day of milliseconds")]
        let part = at.saturating_sub(data.start) as f64 / span;
        let x = (LEFT + part * area.width).floor() + 0.5;
        context.move_to(x, TOP);
        context.line_to(x, bottom);
        // A label that the edge would cut is worse than none.
        if x > LEFT + 12.0 && x < LEFT + area.width - 14.0 {
            let _ = context.fill_text(&label, x, bottom + 16.0);
        }
    }
    context.stroke();
}

fn forbidden(context: &CanvasRenderingContext2d, area: &Area, palette: &Palette, bounds: Bounds) {
    context.set_fill_style_str(&palette.danger);
    context.set_global_alpha(0.08);
    let bottom = TOP + area.height;
    let upper = area.y(bounds.upper).clamp(TOP, bottom);
    let lower = area.y(bounds.lower).clamp(TOP, bottom);
    context.fill_rect(LEFT, TOP, area.width, upper - TOP);
    context.fill_rect(LEFT, lower, area.width, bottom - lower);
    context.set_global_alpha(1.0);
}

fn lines(context: &CanvasRenderingContext2d, area: &Area, palette: &Palette, data: &Data) {
    let runs = shape::runs(&data.points);
    context.set_fill_style_str(&palette.series);
    context.set_stroke_style_str(&palette.series);
    context.set_line_width(1.5);
    context.set_line_join("round");
    context.set_global_alpha(0.15);
    for band in runs.iter().flat_map(|run| &run.bands) {
        context.begin_path();
        for (x, _, greatest) in band {
            context.line_to(area.x(*x), area.y(*greatest));
        }
        for (x, least, _) in band.iter().rev() {
            context.line_to(area.x(*x) + 0.75, area.y(*least));
        }
        context.close_path();
        context.fill();
    }
    context.set_global_alpha(1.0);
    context.begin_path();
    for run in &runs {
        let mut before = None;
        for &(x, y) in &run.line {
            let (x, y) = (area.x(x), area.y(y));
            match before {
                None => context.move_to(x, y),
                Some(last) if data.step => {
                    context.line_to(x, last);
                    context.line_to(x, y);
                }
                Some(_) => context.line_to(x, y),
            }
            before = Some(y);
        }
    }
    context.stroke();
    // A point between two gaps has no line, and the newest one deserves a mark.
    let alone = runs.iter().filter(|run| run.line.len() == 1).filter_map(|run| run.line.first());
    let newest = runs.last().and_then(|run| run.line.last());
    for &(x, y) in alone.chain(newest) {
        dot(context, area.x(x), area.y(y), DOT);
    }
}

fn cross(
    context: &CanvasRenderingContext2d,
    area: &Area,
    palette: &Palette,
    data: &Data,
    pointer: f64,
) -> Option<Readout> {
    let column = ((pointer - LEFT) / area.width * area.columns).clamp(0.0, area.columns);
    let (point, value) = shape::nearest(data, column)?;
    let shown = if data.step { column } else { point };
    let x = area.x(shown);
    context.set_stroke_style_str(&palette.label);
    context.set_line_width(1.0);
    context.begin_path();
    context.move_to(x.floor() + 0.5, TOP);
    context.line_to(x.floor() + 0.5, TOP + area.height);
    context.stroke();
    context.set_fill_style_str(&palette.series);
    dot(context, x, area.y(value), 4.0);
    let left = x < LEFT + area.width / 2.0;
    Some(Readout { at: shape::time(data, shown), value, left })
}

fn dot(context: &CanvasRenderingContext2d, x: f64, y: f64, radius: f64) {
    context.begin_path();
    let _ = context.arc(x, y, radius, 0.0, TAU);
    context.fill();
}

/// The theme's colours, as the canvas wants them.
struct Palette {
    series: String,
    grid: String,
    label: String,
    danger: String,
}

impl Palette {
    fn of(canvas: &HtmlCanvasElement, colour: usize) -> Option<Self> {
        let style = window().get_computed_style(canvas).ok().flatten()?;
        let token = |name: &str| style.get_property_value(name).unwrap_or_default();
        Some(Self {
            series: token(&format!("--series-{colour}")),
            grid: token("--line"),
            label: token("--text-2"),
            danger: token("--danger"),
        })
    }
}
