//! The canvas: lanes, grid, bands, lines, marks, cursor.
//!
//! A line of few points is a path. Where it has points in every column it is rastered here, and all such lines are one
//! picture: a browser strokes paths of thousands of pieces many times slower.

use core::f64::consts::TAU;

use js_sys::{Array, Date};
use mcs_chart::{
    Area, Axis, BAND, Data, Ink, LEFT, Lane, Look, Place, Points, Run, Scale, Style, TOP, TimeTick,
    Want, is_whole, lanes, pairs, pointed, runs, time_ticks,
};
use mcs_model::{Bounds, Timestamp};
use mcs_view::protocol::{ChartFrame, LineReadout, Readout};
use wasm_bindgen::JsValue;
use web_sys::OffscreenCanvasRenderingContext2d as Context;

use super::picture::Picture;

/// A line of more points than this is thinner.
const DENSE: usize = 300;
/// Radius of the newest point.
const DOT: f64 = 2.5;

/// What is painted, and how.
struct Sheet<'a> {
    context: &'a Context,
    look: &'a Look,
    area: Area,
    data: Data<'a>,
}

/// Paints everything; what the cursor points at.
pub(super) fn paint(
    context: &Context,
    look: &Look,
    picture: &mut Picture,
    (frame, floats): (&ChartFrame, &[f32]),
) -> Option<Readout> {
    let (ratio, (width, height)) = (look.ratio, look.size);
    // A canvas of our own is never detached, so that nothing here can be refused.
    let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, width, height);
    let scales = look.lines.iter().map(|it| &it.scale);
    let area = Area::of((width, height), frame.columns, scales);
    let sheet = &Sheet { context, look, area, data: Data::of(frame, floats) };
    context.set_font(&format!("12px {}", look.ink.font));
    let lanes = lanes(&Want::all(look, frame), area.height);
    let axes = || lanes.iter().flat_map(|lane| lane.axes.iter().map(move |axis| (lane, axis)));
    let drawn: Vec<_> = sheet.data.lines.iter().map(|it| runs(it.now.pairs)).collect();
    picture.begin(area.width * ratio, height * ratio);
    for (lane, axis) in axes() {
        for &index in &axis.lines {
            if let (Some(line), Some(lines)) = (look.lines.get(index), sheet.data.lines.get(index))
                && is_rastered(line, &drawn[index])
            {
                let (place, shape) =
                    (Place { area, lane, axis, ratio }, (&lines.now, &*drawn[index]));
                picture.raster.dense(&place, line.pixel, shape);
            }
        }
    }
    picture.show(context, LEFT * ratio);
    // A picture replaces what is there. So it comes first, and what lies below it is painted below it.
    below(context, true);
    for (lane, axis) in axes() {
        let bounds = axis.lines.iter().filter_map(|line| look.lines.get(*line)?.bounds);
        if let Some(bounds) = bounds.reduce(wider) {
            forbidden(sheet, (lane, axis), bounds);
        }
    }
    times(sheet);
    for lane in &lanes {
        grid(sheet, lane);
    }
    below(context, false);
    for (lane, axis) in axes() {
        axis_lines(sheet, (lane, axis), &drawn);
    }
    if let Some((from, to)) = frame.canvas.dragged {
        context.set_fill_style_str(&look.ink.accent);
        context.set_global_alpha(0.14);
        let left = LEFT + from.min(to) * area.width;
        context.fill_rect(left, TOP, (to - from).abs() * area.width, area.height);
        context.set_global_alpha(1.0);
    }
    frame.canvas.cursor.map(|place| cross(sheet, &lanes, place))
}

fn grid(Sheet { context, area, look, .. }: &Sheet<'_>, lane: &Lane) {
    let Ink { grid, label, .. } = &look.ink;
    context.set_stroke_style_str(grid);
    context.set_fill_style_str(label);
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

fn times(Sheet { context, area, look, data }: &Sheet<'_>) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
    let most = (area.width / 72.0).clamp(2.0, 8.0) as usize;
    let ahead = |at| if look.is_utc { 0 } else { ahead(at) };
    let marks = time_ticks(data.start, data.end, ahead, most);
    context.set_stroke_style_str(&look.ink.grid);
    context.set_fill_style_str(&look.ink.label);
    context.set_text_align("center");
    context.set_text_baseline("alphabetic");
    context.begin_path();
    for TimeTick { at, label } in marks {
        let x = area.x(data.column(at)).floor() + 0.5;
        context.move_to(x, TOP);
        context.line_to(x, area.bottom());
        // A label that the edge would cut is worse than none.
        if x > LEFT + 12.0 && x < LEFT + area.width - 14.0 {
            let _ = context.fill_text(&label, x, area.bottom() + 16.0);
        }
    }
    context.stroke();
}

/// Whether what is painted from now on is below what is there.
fn below(context: &Context, below: bool) {
    let mode = if below { "destination-over" } else { "source-over" };
    // Both are words of every browser.
    let _ = context.set_global_composite_operation(mode);
}

/// How far the operator's clock is ahead of UTC at a time, in milliseconds.
fn ahead(at: u64) -> i64 {
    #[expect(clippy::cast_precision_loss, reason = "exact for 285 000 years")]
    let date = Date::new(&JsValue::from_f64(at as f64));
    #[expect(clippy::cast_possible_truncation, reason = "whole minutes of at most a day")]
    let minutes = date.get_timezone_offset() as i64;
    -minutes * 60_000
}

/// The lines of one scale.
fn axis_lines(sheet: &Sheet<'_>, (lane, axis): (&Lane, &Axis), drawn: &[Vec<Run>]) {
    let Sheet { context, area, look, data } = sheet;
    // The neighbours of the first and the last point may lie outside; the newest dot shows whole.
    context.save();
    context.begin_path();
    context.rect(LEFT, TOP + lane.top - 6.0, area.width + DOT, lane.height + 12.0);
    context.clip();
    for &index in &axis.lines {
        let (Some(line), Some(points)) = (look.lines.get(index), data.lines.get(index)) else {
            continue;
        };
        context.set_fill_style_str(&line.colour);
        context.set_stroke_style_str(&line.colour);
        let y = |value: f64| TOP + lane.y(axis, value);
        if line.scale == Scale::Marks {
            marks(sheet, (lane, index));
            continue;
        }
        if let Some(before) = &points.before {
            context.set_global_alpha(0.55);
            dash(context, &[2.0, 3.0]);
            let runs = runs(before.pairs);
            context.set_line_width(if is_dense(&runs) { 1.0 } else { 1.5 });
            stroke(sheet, (before, &runs), y);
        }
        context.set_global_alpha(1.0);
        let runs = &drawn[index];
        if !is_rastered(line, runs) {
            dash(context, if line.dashed { &[6.0, 3.0] } else { &[] });
            bands(sheet, (&points.now, runs), y);
            context.set_line_width(if is_dense(runs) { 1.0 } else { 1.5 });
            stroke(sheet, (&points.now, runs), y);
        }
        dots(sheet, (&points.now, runs), y);
    }
    context.restore();
}

fn wider(a: Bounds, b: Bounds) -> Bounds {
    Bounds { lower: a.lower.min(b.lower), upper: a.upper.max(b.upper) }
}

fn forbidden(
    Sheet { context, area, look, .. }: &Sheet<'_>,
    (lane, axis): (&Lane, &Axis),
    bounds: Bounds,
) {
    context.set_fill_style_str(&look.ink.danger);
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
fn is_rastered(line: &Style, runs: &[Run]) -> bool {
    !line.dashed && line.scale != Scale::Marks && is_dense(runs)
}

/// What lies under a line where points are condensed.
fn bands(sheet: &Sheet<'_>, (points, runs): (&Points<'_>, &[Run]), y: impl Fn(f64) -> f64) {
    sheet.context.set_global_alpha(BAND);
    for band in runs.iter().flat_map(|run| &run.bands) {
        fill(sheet, band, |value| y(value + points.base));
    }
    sheet.context.set_global_alpha(1.0);
}

/// A line as a path.
fn stroke(sheet: &Sheet<'_>, (points, runs): (&Points<'_>, &[Run]), y: impl Fn(f64) -> f64) {
    let Sheet { context, area, .. } = sheet;
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
fn dots(sheet: &Sheet<'_>, (points, runs): (&Points<'_>, &[Run]), y: impl Fn(f64) -> f64) {
    let alone = runs.iter().filter(|run| run.is_spot()).flat_map(|run| &run.line);
    let newest = runs.last().and_then(|run| run.line.last());
    for &(x, value) in alone.chain(newest) {
        dot(sheet.context, sheet.area.x(x), y(value + points.base), DOT);
    }
}

/// What is between least and greatest.
fn fill(
    Sheet { context, area, look, .. }: &Sheet<'_>,
    band: &[(f64, f64, f64)],
    y: impl Fn(f64) -> f64,
) {
    context.begin_path();
    if is_whole(band) {
        // A stroke a column looks the same, and costs a fifth of a shape with thousands of corners.
        context.set_line_width(1.0 / look.ratio);
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
fn marks(Sheet { context, area, look, data }: &Sheet<'_>, (lane, index): (&Lane, usize)) {
    let Some(drawn) = data.lines.get(index) else { return };
    let middle = TOP + lane.top + lane.height / 2.0;
    context.begin_path();
    for (x, _) in pairs(drawn.now.pairs).filter(|it| !it.1.is_nan()) {
        let x = area.x(x);
        context.rect(x - 1.0, middle - 6.0, 2.0, 12.0);
    }
    context.fill();
    context.set_fill_style_str(&look.ink.text);
    context.set_text_align("left");
    context.set_text_baseline("middle");
    let places: Vec<_> =
        drawn.marks.iter().map(|it| area.x(data.column(it.at.as_millis()))).collect();
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

fn cross(sheet: &Sheet<'_>, lanes: &[Lane], place: f64) -> Readout {
    let Sheet { context, area, look, data } = sheet;
    let column = place * area.columns;
    let x = LEFT + place * area.width;
    context.set_stroke_style_str(&look.ink.label);
    context.set_line_width(1.0);
    dash(context, &[]);
    context.begin_path();
    context.move_to(x.floor() + 0.5, TOP);
    context.line_to(x.floor() + 0.5, area.bottom());
    context.stroke();
    let mut lines = vec![LineReadout::default(); look.lines.len()];
    for (lane, axis) in lanes.iter().flat_map(|lane| lane.axes.iter().map(move |it| (lane, it))) {
        for &index in &axis.lines {
            let (Some(line), Some(drawn)) = (look.lines.get(index), data.lines.get(index)) else {
                continue;
            };
            let found = pointed(data, index, column);
            if let Some((point, value)) = found.now.filter(|_| line.scale != Scale::Marks) {
                let shown = if drawn.now.step { column } else { point };
                context.set_fill_style_str(&line.colour);
                dot(context, area.x(shown), TOP + lane.y(axis, value), 4.0);
            }
            lines[index] = LineReadout {
                now: found.now.map(|it| it.1),
                before: found.before,
                text: found.text,
            };
        }
    }
    Readout { at: Timestamp::from_millis(data.time(column)), lines }
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
