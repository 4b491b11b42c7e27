//! One chart beside the signals: what the engine sent, how large the canvas is, what is stale.

use std::cell::{Cell, RefCell};

use js_sys::Float32Array;
use leptos::prelude::*;
use mcs_model::{DeviceId, Timestamp};
use mcs_view::protocol::{ChartFrame, ChartRequest, LineFrame, Mark, PointTime, Row, Stroke};
use web_sys::HtmlCanvasElement;

use super::line::Line;
use super::paint;
use super::palette::Palette;
use super::picture::Picture;
use super::span::{Edges, Span};
use crate::clock;

/// Rows of the table view.
const ROWS: u16 = 200;
/// How long the texts around a chart rest, in milliseconds.
const PACE: u64 = 250;

/// What charts that belong together share; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Timeline {
    /// The time that they show.
    pub(crate) span: RwSignal<Span>,
    /// What it is compared with: the same time so many milliseconds before.
    pub(crate) compare: RwSignal<Option<u64>>,
    /// Tables instead of lines.
    pub(crate) table: RwSignal<bool>,
    /// Where a point is: at which of its times.
    pub(crate) by: RwSignal<PointTime>,
    /// Where the pointer or the keyboard points: 0 is the left edge, 1 the right one.
    pub(crate) cursor: RwSignal<Option<f64>>,
    /// What is on the screen.
    pub(crate) edges: RwSignal<(u64, u64)>,
}

impl Timeline {
    pub(crate) fn new(span: Span) -> Self {
        Self {
            span: RwSignal::new(span),
            compare: RwSignal::new(None),
            table: RwSignal::new(false),
            by: RwSignal::new(PointTime::Device),
            cursor: RwSignal::new(None),
            edges: RwSignal::new((0, 0)),
        }
    }

    /// What is on the screen, to measure by.
    pub(crate) fn edges(self) -> Edges {
        let span = self.span.get_untracked();
        let (start, end) = self.edges.get_untracked();
        let now = clock::now();
        match span.end {
            Some(end) => Edges { start: end.saturating_sub(span.length), end, now },
            // A device's clock may be ahead of ours.
            None if end > 0 => Edges { start, end, now: now.max(end) },
            None => Edges { start: now.saturating_sub(span.length), end: now, now },
        }
    }

    /// Changes the time that is shown.
    pub(crate) fn change(self, change: impl FnOnce(Span, Edges) -> Span) {
        let edges = self.edges();
        self.span.update(|span| *span = change(*span, edges));
    }
}

/// A chart's data and its canvas.
pub(crate) struct Plot {
    device: DeviceId,
    /// What it shows.
    pub(crate) lines: Vec<Line>,
    /// When.
    pub(crate) time: Timeline,
    /// Whether it is on the screen.
    pub(crate) on_screen: Cell<bool>,
    /// What is selected by dragging: two places as in [`Timeline::cursor`].
    pub(crate) dragged: Cell<Option<(f64, f64)>>,
    /// What the texts around the canvas say.
    pub(crate) info: ArcRwSignal<Info>,
    /// What they will say when they are told next: nobody reads sixty figures a second.
    pub(crate) newest: RefCell<Info>,
    /// When they were told, in milliseconds since the epoch.
    told: Cell<u64>,
    /// What the cursor points at.
    pub(crate) readout: ArcRwSignal<Option<Readout>>,
    /// How often the canvas was painted.
    pub(crate) paints: ArcRwSignal<u32>,
    canvas: RefCell<Option<HtmlCanvasElement>>,
    size: Cell<(f64, f64)>,
    /// How many columns the open question asked for.
    asked: Cell<u16>,
    data: RefCell<Data>,
    /// The dense lines.
    pub(crate) picture: RefCell<Picture>,
    /// The theme's colours, until it changes.
    palette: RefCell<Option<Palette>>,
    stale: Cell<bool>,
    /// [`Self::show`]. The frames of the first page reach it only so: what it takes to paint comes with the chart.
    paint: fn(&Self),
    /// The cursor that was painted.
    pointed: Cell<Option<f64>>,
}

/// The lines of one answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Data {
    /// Left edge, milliseconds since the epoch.
    pub(crate) start: u64,
    /// Right edge.
    pub(crate) end: u64,
    /// How many pixel columns the points span.
    pub(crate) columns: u16,
    /// One for each of the plot's lines.
    pub(crate) lines: Vec<Drawn>,
}

/// What is drawn of a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Drawn {
    /// The line.
    pub(crate) now: Points,
    /// The line of the time to compare with.
    pub(crate) before: Option<Points>,
    /// Texts of marks, oldest first.
    pub(crate) marks: Vec<Mark>,
}

/// Pairs of column and value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Points {
    /// NaN for a gap.
    pub(crate) pairs: Vec<f32>,
    /// To be added to each value.
    pub(crate) base: f64,
    /// Steps, not slopes.
    pub(crate) step: bool,
}

/// What the texts around a chart say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Info {
    /// One for each of the plot's lines.
    pub(crate) lines: Vec<LineInfo>,
    /// Points in the window.
    pub(crate) points: u64,
    /// Points after the right edge of a paused chart.
    pub(crate) newer: u64,
    /// History is on its way.
    pub(crate) loading: bool,
    /// An answer has come.
    pub(crate) known: bool,
    /// Least and greatest values of so many milliseconds each stand for points somewhere.
    pub(crate) bucket_ms: u64,
}

/// What the texts say of a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LineInfo {
    /// Numbers of the window.
    pub(crate) line: Figures,
    /// Those of the time to compare with.
    pub(crate) before: Option<Figures>,
    /// The newest value.
    pub(crate) last: Option<Row>,
    /// Marks without a text.
    pub(crate) unnamed: u64,
    /// For the table, newest first.
    pub(crate) rows: Vec<Row>,
    /// Texts of the marks, oldest first.
    pub(crate) marks: Vec<Mark>,
}

/// A line in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figures {
    /// Least value, if there is one.
    pub(crate) min: Option<f64>,
    /// Greatest value, if there is one.
    pub(crate) max: Option<f64>,
    /// How many points.
    pub(crate) points: u64,
}

/// What the cursor points at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Readout {
    /// When, in milliseconds since the epoch.
    pub(crate) at: u64,
    /// The values of each line, now and before, in words.
    pub(crate) values: Vec<(String, Option<String>)>,
    /// The cursor is in the left half, so that the readout belongs into the right one.
    pub(crate) left: bool,
}

impl Plot {
    /// A chart that is not on the screen yet.
    pub(crate) fn new(device: DeviceId, lines: Vec<Line>, time: Timeline) -> Self {
        Self {
            device,
            lines,
            time,
            on_screen: Cell::new(false),
            dragged: Cell::new(None),
            info: ArcRwSignal::default(),
            newest: RefCell::default(),
            told: Cell::new(0),
            readout: ArcRwSignal::new(None),
            paints: ArcRwSignal::new(0),
            canvas: RefCell::new(None),
            size: Cell::new((0.0, 0.0)),
            asked: Cell::new(0),
            data: RefCell::new(Data::default()),
            picture: RefCell::default(),
            palette: RefCell::new(None),
            stale: Cell::new(true),
            paint: Self::show,
            pointed: Cell::new(None),
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

    /// Something that the canvas shows has changed, maybe its colours.
    pub(crate) fn touch(&self) {
        self.palette.replace(None);
        self.stale.set(true);
    }

    /// Whether the engine shall send its lines.
    pub(crate) fn is_wanted(&self) -> bool {
        let table = self.time.table.try_get_untracked();
        (self.on_screen.get() || table == Some(true)) && self.columns() > 1
    }

    /// What to ask the engine for.
    pub(crate) fn request(&self) -> ChartRequest {
        self.asked.set(self.columns());
        let span = self.time.span.try_get_untracked().unwrap_or(Span::live(60_000));
        let table = self.time.table.try_get_untracked() == Some(true);
        ChartRequest {
            device: self.device.clone(),
            channels: self.lines.iter().map(|it| it.channel.id.clone()).collect(),
            time: self.time.by.try_get_untracked().unwrap_or_default(),
            window_ms: span.length,
            end: span.end.map(Timestamp::from_millis),
            columns: self.asked.get(),
            compare_ms: self.time.compare.try_get_untracked().flatten(),
            rows: if table { ROWS } else { 0 },
        }
    }

    /// The engine's answer.
    pub(crate) fn take(&self, frame: ChartFrame, floats: &Float32Array) {
        let points = |line: LineFrame, stroke| Points {
            pairs: floats.subarray(line.offset, line.offset + line.len).to_vec(),
            base: line.base,
            step: matches!(stroke, Stroke::Step | Stroke::Lanes),
        };
        let mut info = Info { known: true, ..Info::default() };
        let mut lines = Vec::new();
        for series in frame.series {
            info.points += series.line.points;
            info.newer += series.newer;
            info.loading |= series.loading;
            info.bucket_ms = info.bucket_ms.max(series.line.bucket_ms);
            info.lines.push(LineInfo {
                line: Figures::of(&series.line),
                before: series.before.as_ref().map(Figures::of),
                last: series.last,
                unnamed: series.unnamed,
                rows: series.rows,
                marks: series.marks.clone(),
            });
            lines.push(Drawn {
                now: points(series.line, series.stroke),
                before: series.before.map(|it| points(it, series.stroke)),
                marks: series.marks,
            });
        }
        let (start, end) = (frame.start.as_millis(), frame.end.as_millis());
        self.data.replace(Data { start, end, columns: self.asked.get(), lines });
        self.newest.replace(info);
        self.tell();
        self.time.edges.try_set((start, end));
        self.stale.set(true);
    }

    /// The texts follow what is new at [`PACE`], and at once where it is more than figures.
    fn tell(&self) {
        let (newest, shown) = (self.newest.borrow(), self.info.read_untracked());
        if *newest == *shown {
            return;
        }
        let now = clock::now();
        if newest.is_other_than(&shown) || now.abs_diff(self.told.get()) >= PACE {
            drop(shown);
            self.told.set(now);
            self.info.set(newest.clone());
        }
    }

    /// Paints what changed, if anything did and somebody can see it.
    pub(crate) fn paint(&self) {
        (self.paint)(self);
    }

    fn show(&self) {
        let Some(cursor) = self.time.cursor.try_get_untracked() else { return };
        self.tell();
        let stale = self.stale.get() || cursor != self.pointed.get();
        if !self.on_screen.get() || !stale {
            return;
        }
        let canvas = self.canvas.borrow();
        let Some(canvas) = canvas.as_ref() else { return };
        self.pointed.set(cursor);
        let mut palette = self.palette.borrow_mut();
        if palette.is_none() {
            *palette = Palette::of(canvas);
        }
        let Some(palette) = palette.as_ref() else { return };
        let shown = (&*self.data.borrow(), palette);
        let readout = paint::paint(canvas, self.size.get(), shown, self, cursor);
        self.stale.set(false);
        if *self.readout.read_untracked() != readout {
            self.readout.set(readout);
        }
        self.paints.update(|paints| *paints = paints.wrapping_add(1));
    }

    /// The canvas, once it is there.
    pub(crate) fn canvas(&self) -> Option<HtmlCanvasElement> {
        self.canvas.borrow().clone()
    }

    /// Which part of the time is at `x` CSS pixels from the canvas's left edge.
    pub(crate) fn place(&self, x: f64) -> f64 {
        let (width, _) = self.size.get();
        let right = paint::right(&self.lines);
        ((x - paint::LEFT) / (width - paint::LEFT - right).max(1.0)).clamp(0.0, 1.0)
    }

    /// How much of the time one CSS pixel is.
    pub(crate) fn per_pixel(&self) -> f64 {
        let (width, _) = self.size.get();
        1.0 / (width - paint::LEFT - paint::right(&self.lines)).max(1.0)
    }

    fn columns(&self) -> u16 {
        let columns = window().device_pixel_ratio() / self.per_pixel();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let columns = columns.clamp(0.0, 8192.0) as u16;
        columns
    }
}

impl Info {
    /// Whether more than figures has changed.
    fn is_other_than(&self, other: &Self) -> bool {
        let kind =
            |it: &Self| (it.known, it.loading, it.points == 0, it.newer == 0, it.lines.len());
        kind(self) != kind(other)
    }
}

impl Figures {
    fn of(line: &LineFrame) -> Self {
        let present = |value: f64| value.is_finite().then_some(value);
        Self { min: present(line.min), max: present(line.max), points: line.points }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen's size")]
fn pixels(size: f64) -> u32 {
    size.round().max(0.0) as u32
}
