//! One chart beside the signals: what the engine says of it, and the canvas that the engine paints it on.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use mcs_chart::{Area, Look, Scale};
use mcs_model::{DeviceId, Timestamp};
use mcs_view::protocol::{self, Canvas, ChartFrame, ChartRequest, LineFrame, Mark, PointTime, Row};
use web_sys::{HtmlCanvasElement, OffscreenCanvas};

use super::line::Line;
use super::palette::Palette;
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

/// A chart and its canvas.
pub(crate) struct Plot {
    /// The number of its canvas.
    pub(crate) id: u32,
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
    newest: RefCell<Info>,
    /// When they were told, in milliseconds since the epoch.
    told: Cell<u64>,
    /// What the cursor points at.
    pub(crate) readout: ArcRwSignal<Option<Readout>>,
    canvas: RefCell<Option<HtmlCanvasElement>>,
    /// In CSS pixels.
    size: Cell<(f64, f64)>,
    /// How the engine knows it to look, and how often it was told.
    look: RefCell<Option<Look>>,
    looks: Cell<u32>,
    /// It may look different by now.
    stale: Cell<bool>,
    /// [`Self::look`]. The first page reaches it only so: what it takes comes with the chart.
    lend: fn(&Self) -> Option<Lent>,
}

/// What the engine has to know of a canvas.
pub(crate) struct Lent {
    /// The plot's.
    pub(crate) id: u32,
    /// The bytes of a [`Look`].
    pub(crate) look: Vec<u8>,
    /// The canvas, the first time.
    pub(crate) canvas: Option<OffscreenCanvas>,
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
    /// How often it was painted.
    pub(crate) paints: u64,
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

thread_local! {
    static PLOTS: Cell<u32> = const { Cell::new(0) };
}

impl Plot {
    /// A chart that is not on the screen yet.
    pub(crate) fn new(device: DeviceId, lines: Vec<Line>, time: Timeline) -> Self {
        Self {
            id: PLOTS.replace(PLOTS.get() + 1) + 1,
            device,
            lines,
            time,
            on_screen: Cell::new(false),
            dragged: Cell::new(None),
            info: ArcRwSignal::default(),
            newest: RefCell::default(),
            told: Cell::new(0),
            readout: ArcRwSignal::new(None),
            canvas: RefCell::new(None),
            size: Cell::new((0.0, 0.0)),
            look: RefCell::new(None),
            looks: Cell::new(0),
            stale: Cell::new(true),
            lend: Self::look,
        }
    }

    /// The canvas is there, and this large in CSS pixels.
    pub(crate) fn resize(&self, canvas: &HtmlCanvasElement, width: f64, height: f64) {
        // A canvas that a table replaces has no size; its columns stay.
        if width < 1.0 {
            return;
        }
        self.canvas.replace(Some(canvas.clone()));
        self.size.set((width, height));
        self.touch();
    }

    /// It may look different from now on: its size, its colours, the clock.
    pub(crate) fn touch(&self) {
        self.stale.set(true);
    }

    /// Whether the engine shall send its lines.
    pub(crate) fn is_wanted(&self) -> bool {
        let table = self.time.table.try_get_untracked();
        (self.on_screen.get() || table == Some(true)) && self.columns() > 1
    }

    /// What the engine has to know before it is asked.
    pub(crate) fn lend(&self) -> Option<Lent> {
        (self.lend)(self)
    }

    fn look(&self) -> Option<Lent> {
        let canvas = self.canvas.borrow();
        let canvas = canvas.as_ref().filter(|_| self.stale.get())?;
        let palette = Palette::of(canvas)?;
        let look = Look {
            size: self.size.get(),
            ratio: window().device_pixel_ratio(),
            is_utc: clock::is_utc(),
            lines: self.lines.iter().map(|line| line.style(&palette)).collect(),
            ink: palette.ink,
        };
        self.stale.set(false);
        let mut known = self.look.borrow_mut();
        if known.as_ref() == Some(&look) {
            return None;
        }
        let lent = Lent {
            id: self.id,
            look: protocol::encode(&look),
            canvas: match *known {
                None => canvas.transfer_control_to_offscreen().ok(),
                Some(_) => None,
            },
        };
        self.looks.set(self.looks.get() + 1);
        *known = Some(look);
        Some(lent)
    }

    /// What to ask the engine for.
    pub(crate) fn request(&self) -> ChartRequest {
        let span = self.time.span.try_get_untracked().unwrap_or(Span::live(60_000));
        let table = self.time.table.try_get_untracked() == Some(true);
        ChartRequest {
            device: self.device.clone(),
            channels: self.lines.iter().map(|it| it.channel.id.clone()).collect(),
            time: self.time.by.try_get_untracked().unwrap_or_default(),
            window_ms: span.length,
            end: span.end.map(Timestamp::from_millis),
            columns: self.columns(),
            compare_ms: self.time.compare.try_get_untracked().flatten(),
            rows: if table { ROWS } else { 0 },
            canvas: Canvas {
                id: if self.on_screen.get() { self.id } else { 0 },
                look: self.looks.get(),
                cursor: self.time.cursor.try_get_untracked().flatten(),
                dragged: self.dragged.get(),
            },
        }
    }

    /// The engine's answer.
    pub(crate) fn take(&self, frame: ChartFrame) {
        let paints = self.newest.borrow().paints + 1;
        let mut info = Info { known: true, paints, ..Info::default() };
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
                marks: series.marks,
            });
        }
        self.newest.replace(info);
        self.tell();
        self.time.edges.try_set((frame.start.as_millis(), frame.end.as_millis()));
        let left = frame.canvas.cursor.is_some_and(|place| place < 0.5);
        let readout = frame.readout.map(|it| Readout::of(it, &self.lines, left));
        if *self.readout.read_untracked() != readout {
            self.readout.set(readout);
        }
    }

    /// The texts follow what is new at [`PACE`], and at once where it is more than figures.
    pub(crate) fn tell(&self) {
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

    /// The canvas, once it is there.
    pub(crate) fn canvas(&self) -> Option<HtmlCanvasElement> {
        self.canvas.borrow().clone()
    }

    /// How large the canvas is, in CSS pixels.
    pub(crate) fn size(&self) -> (f64, f64) {
        self.size.get()
    }

    /// Which part of the time is at `x` CSS pixels from the canvas's left edge.
    pub(crate) fn place(&self, x: f64) -> f64 {
        self.area().place(x)
    }

    /// How much of the time one CSS pixel is.
    pub(crate) fn per_pixel(&self) -> f64 {
        1.0 / self.area().width
    }

    fn area(&self) -> Area {
        Area::of(self.size.get(), 0, self.lines.iter().map(|it| &it.scale))
    }

    fn columns(&self) -> u16 {
        let columns = window().device_pixel_ratio() * self.area().width;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let columns = columns.clamp(0.0, 8192.0) as u16;
        columns
    }
}

impl Readout {
    fn of(readout: protocol::Readout, lines: &[Line], left: bool) -> Self {
        let values = lines.iter().zip(readout.lines).map(|(line, it)| {
            let words = match (&line.scale, it.now) {
                (Scale::Marks, _) => it.text.unwrap_or_default(),
                (_, Some(value)) => line.words(value),
                (_, None) => "–".to_owned(),
            };
            (words, it.before.map(|value| line.words(value)))
        });
        Self { at: readout.at.as_millis(), values: values.collect(), left }
    }
}

impl Info {
    /// Whether more than figures has changed.
    fn is_other_than(&self, other: &Self) -> bool {
        let kind = |it: &Self| {
            let has_rows = it.lines.iter().any(|line| !line.rows.is_empty());
            (it.known, it.loading, it.points == 0, it.newer == 0, it.lines.len(), has_rows)
        };
        kind(self) != kind(other)
    }
}

impl Figures {
    fn of(line: &LineFrame) -> Self {
        let present = |value: f64| value.is_finite().then_some(value);
        Self { min: present(line.min), max: present(line.max), points: line.points }
    }
}
