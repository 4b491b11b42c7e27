//! One chart beside the signals: what the engine sent, how large the canvas is, what is stale.

use std::cell::{Cell, RefCell};

use js_sys::Float32Array;
use leptos::prelude::*;
use mcs_model::{ChannelId, DeviceId, Timestamp};
use mcs_view::protocol::{ChartFrame, ChartRequest, Stroke};
use web_sys::HtmlCanvasElement;

use super::paint::{self, Style};
use super::shape;

/// A chart's data and its canvas.
pub(crate) struct Plot {
    device: DeviceId,
    channel: ChannelId,
    /// How it is drawn.
    pub(crate) style: Style,
    /// How much time it spans, in milliseconds.
    pub(crate) window: Cell<u64>,
    /// The right edge of a paused chart.
    pub(crate) end: Cell<Option<Timestamp>>,
    /// Where the pointer or the keyboard points, in CSS pixels from the canvas's left edge.
    pub(crate) cursor: Cell<Option<f64>>,
    /// Whether it is on the screen.
    pub(crate) on_screen: Cell<bool>,
    /// Its points are shown as a table instead, which needs them all the same.
    pub(crate) as_table: Cell<bool>,
    /// What the texts around the canvas say.
    pub(crate) info: ArcRwSignal<Info>,
    /// What the cursor points at.
    pub(crate) readout: ArcRwSignal<Option<Readout>>,
    /// How often the canvas was painted.
    pub(crate) paints: ArcRwSignal<u32>,
    canvas: RefCell<Option<HtmlCanvasElement>>,
    size: Cell<(f64, f64)>,
    /// How many columns the open question asked for.
    asked: Cell<u16>,
    data: RefCell<Data>,
    stale: Cell<bool>,
}

/// The lines of one answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Data {
    /// Left edge, milliseconds since the epoch.
    pub(crate) start: u64,
    /// Right edge.
    pub(crate) end: u64,
    /// How many pixel columns `points` spans.
    pub(crate) columns: u16,
    /// Pairs of column and value; NaN for a gap.
    pub(crate) points: Vec<f32>,
    /// Steps, not slopes.
    pub(crate) step: bool,
}

/// What the texts around a chart say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Info {
    /// Least value in the window, if there is one.
    pub(crate) min: Option<f64>,
    /// Greatest value in the window, if there is one.
    pub(crate) max: Option<f64>,
    /// Points in the window.
    pub(crate) points: u64,
    /// Points after the right edge of a paused chart.
    pub(crate) newer: u64,
    /// History is on its way.
    pub(crate) loading: bool,
    /// An answer has come.
    pub(crate) known: bool,
}

/// What the cursor points at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Readout {
    /// When, in milliseconds since the epoch.
    pub(crate) at: u64,
    /// The value.
    pub(crate) value: f64,
    /// The cursor is in the left half, so that the readout belongs into the right one.
    pub(crate) left: bool,
}

impl Plot {
    /// A chart of one channel, not on the screen yet.
    pub(crate) fn new(device: DeviceId, channel: ChannelId, style: Style, window: u64) -> Self {
        Self {
            device,
            channel,
            style,
            window: Cell::new(window),
            end: Cell::new(None),
            cursor: Cell::new(None),
            on_screen: Cell::new(false),
            as_table: Cell::new(false),
            info: ArcRwSignal::default(),
            readout: ArcRwSignal::new(None),
            paints: ArcRwSignal::new(0),
            canvas: RefCell::new(None),
            size: Cell::new((0.0, 0.0)),
            asked: Cell::new(0),
            data: RefCell::new(Data::default()),
            stale: Cell::new(true),
        }
    }

    /// The canvas is there, and this large in CSS pixels.
    pub(crate) fn resize(&self, canvas: &HtmlCanvasElement, width: f64, height: f64) {
        // A canvas that a table replaces has no size; its columns stay.
        if width < 1.0 {
            return;
        }
        let ratio = window().device_pixel_ratio();
        canvas.set_width(pixels(width * ratio));
        canvas.set_height(pixels(height * ratio));
        self.canvas.replace(Some(canvas.clone()));
        self.size.set((width, height));
        self.touch();
    }

    /// Something that the canvas shows has changed.
    pub(crate) fn touch(&self) {
        self.stale.set(true);
    }

    /// Whether the engine shall send its lines.
    pub(crate) fn is_wanted(&self) -> bool {
        (self.on_screen.get() || self.as_table.get()) && self.columns() > 1
    }

    /// What to ask the engine for.
    pub(crate) fn request(&self) -> ChartRequest {
        self.asked.set(self.columns());
        ChartRequest {
            device: self.device.clone(),
            channels: vec![self.channel.clone()],
            window_ms: self.window.get(),
            end: self.end.get(),
            columns: self.asked.get(),
            compare_ms: None,
            rows: 0,
        }
    }

    /// The engine's answer.
    pub(crate) fn take(&self, frame: ChartFrame, floats: &Float32Array) {
        let Some(series) = frame.series.into_iter().next() else { return };
        let line = series.line;
        let mut points = floats.subarray(line.offset, line.offset + line.len).to_vec();
        #[expect(clippy::cast_possible_truncation, reason = "the canvas paints floats")]
        points.chunks_exact_mut(2).for_each(|pair| pair[1] += line.base as f32);
        let present = |value: f64| value.is_finite().then_some(value);
        let info = Info {
            min: present(line.min),
            max: present(line.max),
            points: line.points,
            newer: series.newer,
            loading: series.loading,
            known: true,
        };
        self.data.replace(Data {
            start: frame.start.as_millis(),
            end: frame.end.as_millis(),
            columns: self.asked.get(),
            points,
            step: series.stroke != Stroke::Slope,
        });
        if *self.info.read_untracked() != info {
            self.info.set(info);
        }
        self.touch();
    }

    /// Paints what changed, if anything did and somebody can see it.
    pub(crate) fn paint(&self) {
        if !self.on_screen.get() || !self.stale.get() {
            return;
        }
        let canvas = self.canvas.borrow();
        let Some(canvas) = canvas.as_ref() else { return };
        let data = self.data.borrow();
        let info = *self.info.read_untracked();
        let readout =
            paint::paint(canvas, self.size.get(), &data, &info, &self.style, self.cursor.get());
        self.stale.set(false);
        if *self.readout.read_untracked() != readout {
            self.readout.set(readout);
        }
        self.paints.update(|paints| *paints = paints.wrapping_add(1));
    }

    /// The newest `most` points as time and value, newest first.
    pub(crate) fn rows(&self, most: usize) -> Vec<(u64, f64)> {
        shape::rows(&self.data.borrow(), most)
    }

    /// The window's edges, in milliseconds since the epoch.
    pub(crate) fn edges(&self) -> (u64, u64) {
        let data = self.data.borrow();
        (data.start, data.end)
    }

    /// Moves the cursor by `step` CSS pixels; it starts at the right edge.
    pub(crate) fn move_cursor(&self, step: f64) {
        let (width, _) = self.size.get();
        let at = self.cursor.get().unwrap_or(width - paint::RIGHT);
        self.cursor
            .set(Some((at + step).clamp(paint::LEFT, (width - paint::RIGHT).max(paint::LEFT))));
        self.touch();
    }

    fn columns(&self) -> u16 {
        let (width, _) = self.size.get();
        let columns = (width - paint::LEFT - paint::RIGHT) * window().device_pixel_ratio();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let columns = columns.clamp(0.0, 8192.0) as u16;
        columns
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen's size")]
fn pixels(size: f64) -> u32 {
    size.round().max(0.0) as u32
}
