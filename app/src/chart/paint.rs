//! The canvas: lanes, grid, bands, lines, marks, cursor.
//!
//! A line of few points is a path. Where it has points in every column it is rastered here, and all such lines are one
//! picture: a browser strokes paths of thousands of pieces many times slower.

use core::f64::consts::TAU;

use js_sys::Array;
use leptos::prelude::window;
use mcs_model::Bounds;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement};

use super::lanes::{self, Axis, Lane, Scale, Want};
use super::line::Line;
use super::palette::Palette;
use super::picture::Picture;
use super::plot::{Data, Plot, Points, Readout};
use super::raster::{Clip, Colour};
use super::shape::{self, Run};
use super::ticks::{self, TimeTick};
use crate::clock;

/// Room for the values' labels, in CSS pixels.
pub(crate) const LEFT: f64 = 52.0;
pub(crate) const TOP: f64 = 22.0;
pub(crate) const BOTTOM: f64 = 24.0;
/// A line of more points than this is thinner.
const DENSE: usize = 300;
/// Opacity of what lies between least and greatest.
const BAND: f64 = 0.15;
/// Radius of the newest point.
const DOT: f64 = 2.5;

/// Room right of the newest point: for a second scale, if there is one.
pub(crate) fn right(lines: &[Line]) -> f64 {
    let mut units: Vec<_> = lines
        .iter()
        .filter_map(|it| match &it.scale {
            Scale::Unit(unit) => Some(unit),
            _ => None,
        })
        .collect();
    mcs_sorted::sort_by(&mut units, Ord::cmp);
    units.dedup();
    if units.len() == 2 { LEFT } else { 12.0 }
}

/// The inside of the canvas.
struct Area {
    width: f64,
    height: f64,
    columns: f64,
    /// A pixel of the screen.
    pixel: f64,
}

impl Area {
    fn x(&self, column: f64) -> f64 {
        LEFT + column / self.columns * self.width
    }

    fn bottom(&self) -> f64 {
        TOP + self.height
    }
}

/// Paints everything; what the cursor points at.
pub(crate) fn paint(
    canvas: &HtmlCanvasElement,
    (width, height): (f64, f64),
    (data, palette): (&Data, &Palette),
    plot: &Plot,
    cursor: Option<f64>,
) -> Option<Readout> {
    let context: Context = canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
    let ratio = window().device_pixel_ratio();
    // A canvas of our own is never detached, so that nothing here can be refused.
    let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, width, height);
    let area = Area {
        width: (width - LEFT - right(&plot.lines)).max(1.0),
        height: (height - TOP - BOTTOM).max(1.0),
        columns: f64::from(data.columns.max(1)),
        pixel: 1.0 / ratio,
    };
    context.set_font(&format!("12px {}", palette.font));
    let lanes = lanes::lanes(&wants(plot), area.height);
    for lane in &lanes {
        grid(&context, &area, palette, lane);
    }
    if data.columns == 0 {
        return None;
    }
    times(&context, &area, palette, data);
    let axes = || lanes.iter().flat_map(|lane| lane.axes.iter().map(move |axis| (lane, axis)));
    for (lane, axis) in axes() {
        let bounds = axis.lines.iter().filter_map(|line| plot.lines.get(*line)?.bounds);
        if let Some(bounds) = bounds.reduce(wider) {
            forbidden(&context, &area, palette, (lane, axis), bounds);
        }
    }
    let drawn: Vec<_> = data.lines.iter().map(|it| shape::runs(&it.now.pairs)).collect();
    let mut picture = plot.picture.borrow_mut();
    picture.begin(area.width * ratio, height * ratio);
    for (lane, axis) in axes() {
        for &index in &axis.lines {
            if let (Some(line), Some(lines)) = (plot.lines.get(index), data.lines.get(index))
                && is_rastered(line, &drawn[index])
            {
                let colour = palette.pixel(line.colour);
                dense(&mut picture, &area, (lane, axis), colour, (&lines.now, &drawn[index]));
            }
        }
    }
    picture.show(&context, LEFT, (area.width, height));
    for (lane, axis) in axes() {
        axis_lines(&context, &area, palette, (lane, axis), (data, &drawn), plot);
    }
    if let Some((from, to)) = plot.dragged.get() {
        context.set_fill_style_str(&palette.accent);
        context.set_global_alpha(0.14);
        let left = LEFT + from.min(to) * area.width;
        context.fill_rect(left, TOP, (to - from).abs() * area.width, area.height);
        context.set_global_alpha(1.0);
    }
    cursor.map(|place| cross(&context, &area, palette, &lanes, (data, plot), place))
}

fn wants(plot: &Plot) -> Vec<Want> {
    let info = plot.newest.borrow();
    let want = |(index, line): (usize, &Line)| {
        let (mut min, mut max) = (f64::NAN, f64::NAN);
        if let Some(info) = info.lines.get(index) {
            for it in [Some(info.line), info.before].into_iter().flatten() {
                // `min` and `max` of floats pass over what is no number.
                min = min.min(it.min.unwrap_or(f64::NAN));
                max = max.max(it.max.unwrap_or(f64::NAN));
            }
        }
        Want { scale: line.scale.clone(), min, max }
    };
    plot.lines.iter().enumerate().map(want).collect()
}

fn grid(context: &Context, area: &Area, palette: &Palette, lane: &Lane) {
    context.set_stroke_style_str(&palette.grid);
    context.set_fill_style_str(&palette.label);
    context.set_line_width(1.0);
    context.begin_path();
    for (side, axis) in lane.axes.iter().enumerate() {
        let beside = if side == 0 { LEFT - 8.0 } else { LEFT + area.width + 8.0 };
        context.set_text_align(if side == 0 { "right" } else { "left" });
        context.set_text_baseline("middle");
        for mark in &axis.marks {
            // On the middle of a pixel a line of 1 px stays sharp.
            let y = (TOP + lane.y(axis, mark.value)).floor() + 0.5;
            if side == 0 {
                context.move_to(LEFT, y);
                context.line_to(LEFT + area.width, y);
            }
            let _ = context.fill_text_with_max_width(&mark.label, beside, y, LEFT - 10.0);
        }
        if axis.marks.is_empty() {
            let y = (TOP + lane.y(axis, 0.0)).floor() + 0.5;
            context.move_to(LEFT, y);
            context.line_to(LEFT + area.width, y);
        }
        // One of several scales says which one it is.
        if lane.axes.len() > 1 && !axis.unit.is_empty() {
            context.set_text_baseline("alphabetic");
            let _ = context.fill_text_with_max_width(
                &axis.unit,
                beside,
                TOP + lane.top - 10.0,
                LEFT - 10.0,
            );
        }
    }
    context.stroke();
}

fn times(context: &Context, area: &Area, palette: &Palette, data: &Data) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
    let most = (area.width / 88.0).clamp(2.0, 8.0) as usize;
    let marks = ticks::time_ticks(data.start, data.end, clock::offset, most);
    context.set_stroke_style_str(&palette.grid);
    context.set_fill_style_str(&palette.label);
    context.set_text_align("center");
    context.set_text_baseline("alphabetic");
    context.begin_path();
    for TimeTick { at, label } in marks {
        let x = area.x(shape::column(data, at)).floor() + 0.5;
        context.move_to(x, TOP);
        context.line_to(x, area.bottom());
        // A label that the edge would cut is worse than none.
        if x > LEFT + 12.0 && x < LEFT + area.width - 14.0 {
            let _ = context.fill_text(&label, x, area.bottom() + 16.0);
        }
    }
    context.stroke();
}

/// The lines of one scale.
fn axis_lines(
    context: &Context,
    area: &Area,
    palette: &Palette,
    (lane, axis): (&Lane, &Axis),
    (data, runs): (&Data, &[Vec<Run>]),
    plot: &Plot,
) {
    // The neighbours of the first and the last point may lie outside; the newest dot shows whole.
    context.save();
    context.begin_path();
    context.rect(LEFT, TOP + lane.top - 6.0, area.width + DOT, lane.height + 12.0);
    context.clip();
    for &index in &axis.lines {
        let (Some(line), Some(drawn)) = (plot.lines.get(index), data.lines.get(index)) else {
            continue;
        };
        context.set_fill_style_str(palette.series(line.colour));
        context.set_stroke_style_str(palette.series(line.colour));
        let y = |value: f64| TOP + lane.y(axis, value);
        if line.scale == Scale::Marks {
            marks(context, area, palette, data, (lane, index));
            continue;
        }
        if let Some(before) = &drawn.before {
            context.set_global_alpha(0.55);
            dash(context, &[2.0, 3.0]);
            let runs = shape::runs(&before.pairs);
            context.set_line_width(if is_dense(&runs) { 1.0 } else { 1.5 });
            stroke(context, area, (before, &runs), y);
        }
        context.set_global_alpha(1.0);
        let runs = &runs[index];
        if !is_rastered(line, runs) {
            dash(context, if line.dashed { &[6.0, 3.0] } else { &[] });
            bands(context, area, (&drawn.now, runs), y);
            context.set_line_width(if is_dense(runs) { 1.0 } else { 1.5 });
            stroke(context, area, (&drawn.now, runs), y);
        }
        dots(context, area, (&drawn.now, runs), y);
    }
    context.restore();
}

fn wider(a: Bounds, b: Bounds) -> Bounds {
    Bounds { lower: a.lower.min(b.lower), upper: a.upper.max(b.upper) }
}

fn forbidden(
    context: &Context,
    area: &Area,
    palette: &Palette,
    (lane, axis): (&Lane, &Axis),
    bounds: Bounds,
) {
    context.set_fill_style_str(&palette.danger);
    context.set_global_alpha(0.08);
    let (top, bottom) = (TOP + lane.top, TOP + lane.top + lane.height);
    let upper = (TOP + lane.y(axis, bounds.upper)).clamp(top, bottom);
    let lower = (TOP + lane.y(axis, bounds.lower)).clamp(top, bottom);
    context.fill_rect(LEFT, top, area.width, upper - top);
    context.fill_rect(LEFT, lower, area.width, bottom - lower);
    context.set_global_alpha(1.0);
}

/// Whether there are so many points that a thick line would hide them.
fn is_dense(runs: &[Run]) -> bool {
    runs.iter().map(|run| run.line.len()).sum::<usize>() > DENSE
}

/// Whether a line is part of the picture.
fn is_rastered(line: &Line, runs: &[Run]) -> bool {
    !line.dashed && line.scale != Scale::Marks && is_dense(runs)
}

/// A dense line and its bands, into the picture.
fn dense(
    picture: &mut Picture,
    area: &Area,
    (lane, axis): (&Lane, &Axis),
    colour: Colour,
    (points, runs): (&Points, &[Run]),
) {
    let scale = 1.0 / area.pixel;
    let clip = Clip {
        top: (TOP + lane.top - 6.0) * scale,
        bottom: (TOP + lane.top + lane.height + 6.0) * scale,
    };
    let x = |column: f64| (area.x(column) - LEFT) * scale;
    let y = |value: f64| (TOP + lane.y(axis, value + points.base)) * scale;
    for (column, least, greatest) in runs.iter().flat_map(|run| run.bands.iter().flatten()) {
        let place = (x(*column), y(*greatest), y(*least));
        picture.raster.column(clip, colour, BAND, place);
    }
    for run in runs.iter().filter(|run| points.step || !run.is_spot()) {
        let mut before = None;
        let corners = run.line.iter().flat_map(|&(column, value)| {
            let (x, y) = (x(column), y(value));
            let corner = before.replace(y).filter(|_| points.step).map(|before| (x, before));
            corner.into_iter().chain([(x, y)])
        });
        picture.raster.line(clip, colour, scale, corners);
    }
}

/// What lies under a line where points are condensed.
fn bands(
    context: &Context,
    area: &Area,
    (points, runs): (&Points, &[Run]),
    y: impl Fn(f64) -> f64,
) {
    context.set_global_alpha(BAND);
    for band in runs.iter().flat_map(|run| &run.bands) {
        fill(context, area, band, |value| y(value + points.base));
    }
    context.set_global_alpha(1.0);
}

/// A line as a path.
fn stroke(
    context: &Context,
    area: &Area,
    (points, runs): (&Points, &[Run]),
    y: impl Fn(f64) -> f64,
) {
    context.set_line_join("round");
    context.begin_path();
    for run in runs.iter().filter(|run| points.step || !run.is_spot()) {
        let mut before = None;
        for &(x, value) in &run.line {
            let (x, y) = (area.x(x), y(value + points.base));
            match before {
                None => context.move_to(x, y),
                Some(last) if points.step => {
                    context.line_to(x, last);
                    context.line_to(x, y);
                }
                Some(_) => context.line_to(x, y),
            }
            before = Some(y);
        }
    }
    context.stroke();
}

/// Points between two gaps have no line, and the newest one deserves a mark.
fn dots(context: &Context, area: &Area, (points, runs): (&Points, &[Run]), y: impl Fn(f64) -> f64) {
    let alone = runs.iter().filter(|run| run.is_spot()).flat_map(|run| &run.line);
    let newest = runs.last().and_then(|run| run.line.last());
    for &(x, value) in alone.chain(newest) {
        dot(context, area.x(x), y(value + points.base), DOT);
    }
}

/// What is between least and greatest.
fn fill(context: &Context, area: &Area, band: &[(f64, f64, f64)], y: impl Fn(f64) -> f64) {
    context.begin_path();
    if shape::is_whole(band) {
        // A stroke a column looks the same, and costs a fifth of a shape with thousands of corners.
        context.set_line_width(area.pixel);
        for (x, least, greatest) in band {
            let x = area.x(x.floor() + 0.5);
            context.move_to(x, y(*greatest));
            context.line_to(x, y(*least));
        }
        context.stroke();
        return;
    }
    for (x, _, greatest) in band {
        context.line_to(area.x(*x), y(*greatest));
    }
    for (x, least, _) in band.iter().rev() {
        context.line_to(area.x(*x) + 0.75, y(*least));
    }
    context.close_path();
    context.fill();
}

/// The marks of a line and their texts, as far as there is room between them.
fn marks(
    context: &Context,
    area: &Area,
    palette: &Palette,
    data: &Data,
    (lane, index): (&Lane, usize),
) {
    let Some(drawn) = data.lines.get(index) else { return };
    let middle = TOP + lane.top + lane.height / 2.0;
    context.begin_path();
    for (x, _) in shape::pairs(&drawn.now.pairs).filter(|it| !it.1.is_nan()) {
        let x = area.x(x);
        context.rect(x - 1.0, middle - 6.0, 2.0, 12.0);
    }
    context.fill();
    context.set_fill_style_str(&palette.text);
    context.set_text_align("left");
    context.set_text_baseline("middle");
    let places: Vec<_> =
        drawn.marks.iter().map(|it| area.x(shape::column(data, it.at.as_millis()))).collect();
    for (place, mark) in drawn.marks.iter().enumerate() {
        let x = places[place];
        let room = places.get(place + 1).map_or(LEFT + area.width, |next| *next) - x - 12.0;
        // A character is 7 pixels, more or less; fewer than four say nothing.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
        let most = (room.max(0.0) / 7.0) as usize;
        let length = mark.text.chars().count();
        if length <= most {
            let _ = context.fill_text(&mark.text, x + 5.0, middle);
        } else if most >= 4 {
            let text: String = mark.text.chars().take(most - 1).collect();
            let _ = context.fill_text(&format!("{text}…"), x + 5.0, middle);
        }
    }
}

fn cross(
    context: &Context,
    area: &Area,
    palette: &Palette,
    lanes: &[Lane],
    (data, plot): (&Data, &Plot),
    place: f64,
) -> Readout {
    let column = place * area.columns;
    let x = LEFT + place * area.width;
    context.set_stroke_style_str(&palette.label);
    context.set_line_width(1.0);
    dash(context, &[]);
    context.begin_path();
    context.move_to(x.floor() + 0.5, TOP);
    context.line_to(x.floor() + 0.5, area.bottom());
    context.stroke();
    let mut values = vec![(String::new(), None); plot.lines.len()];
    for (lane, axis) in lanes.iter().flat_map(|lane| lane.axes.iter().map(move |it| (lane, it))) {
        for &index in &axis.lines {
            let (Some(line), Some(drawn)) = (plot.lines.get(index), data.lines.get(index)) else {
                continue;
            };
            let before = drawn.before.as_ref();
            let before = before.and_then(|it| shape::nearest(it, column));
            let found = shape::nearest(&drawn.now, column);
            let words = match (&line.scale, found) {
                (Scale::Marks, _) => text(data, index, column).unwrap_or_default(),
                (_, Some((point, value))) => {
                    let shown = if drawn.now.step { column } else { point };
                    context.set_fill_style_str(palette.series(line.colour));
                    dot(context, area.x(shown), TOP + lane.y(axis, value), 4.0);
                    line.words(value)
                }
                (_, None) => "–".to_owned(),
            };
            values[index] = (words, before.map(|it| line.words(it.1)));
        }
    }
    Readout { at: shape::time(data, column), values, left: place < 0.5 }
}

/// The text of the mark that is nearest to a column, within 24 pixels or so.
fn text(data: &Data, index: usize, column: f64) -> Option<String> {
    let away = |at: u64| (shape::column(data, at) - column).abs();
    let marks = &data.lines.get(index)?.marks;
    let nearest =
        marks.iter().min_by(|a, b| away(a.at.as_millis()).total_cmp(&away(b.at.as_millis())))?;
    (away(nearest.at.as_millis()) <= 24.0).then(|| nearest.text.clone())
}

fn dash(context: &Context, lengths: &[f64]) {
    let lengths: Array = lengths.iter().map(|it| JsValue::from_f64(*it)).collect();
    // Lengths are numbers and not negative.
    let _ = context.set_line_dash(&lengths);
}

fn dot(context: &Context, x: f64, y: f64, radius: f64) {
    context.begin_path();
    let _ = context.arc(x, y, radius, 0.0, TAU);
    context.fill();
}
