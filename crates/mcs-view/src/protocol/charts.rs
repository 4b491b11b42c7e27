//! Charts: what the page wants to see, and where it is in the floats beside the frame.

pub use mcs_model::api::PointTime;
use mcs_model::{Channel, ChannelId, ChannelKind, DeviceId, Direction, Timestamp};
use serde::{Deserialize, Serialize};

/// One chart on the screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartRequest {
    /// Whose.
    pub device: DeviceId,
    /// Its lines.
    pub channels: Vec<ChannelId>,
    /// Where on it a point is: at which of its times.
    pub time: PointTime,
    /// How much time it spans, in milliseconds.
    pub window_ms: u64,
    /// Its right edge; now when absent.
    pub end: Option<Timestamp>,
    /// How many pixel columns it has.
    pub columns: u16,
    /// Show each line also as it was so many milliseconds before.
    pub compare_ms: Option<u64>,
    /// How many of the newest points of each line to list.
    pub rows: u16,
    /// Where it is painted.
    pub canvas: Canvas,
}

/// The canvas that a chart is painted on, and what the operator points at there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Canvas {
    /// The number under which the page has lent it; 0 is none.
    pub id: u32,
    /// Which of the looks that the page has sent for it; another one is painted anew.
    pub look: u32,
    /// Where the cursor is: 0 is the left edge, 1 the right one.
    pub cursor: Option<f64>,
    /// What is selected by dragging: two places like the cursor's.
    pub dragged: Option<(f64, f64)>,
}

/// How a channel's values are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stroke {
    /// Straight from point to point: what a sensor measures.
    Slope,
    /// Each value holds until the next one: what a switch is, and what somebody set.
    Step,
    /// The same, on one lane for each option; a value is the option's place in the list.
    Lanes,
    /// A mark for each point, with its text.
    Marks,
}

impl Stroke {
    /// How a channel is drawn; `None` when it has no chart.
    pub fn of(channel: &Channel) -> Option<Self> {
        let set = channel.direction == Direction::Controller;
        match channel.kind {
            ChannelKind::Switch | ChannelKind::Gpio => Some(Self::Step),
            ChannelKind::Category { .. } => Some(Self::Lanes),
            ChannelKind::Integer { .. }
            | ChannelKind::Float { .. }
            | ChannelKind::Pwm
            | ChannelKind::Analog { .. } => Some(if set { Self::Step } else { Self::Slope }),
            ChannelKind::String | ChannelKind::Hex | ChannelKind::Gamepad { .. } => {
                Some(Self::Marks)
            }
            _ => None,
        }
    }
}

/// Where one chart's lines are in the floats beside the frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartFrame {
    /// Which of the requested charts.
    pub index: u32,
    /// Its left edge.
    pub start: Timestamp,
    /// Its right edge.
    pub end: Timestamp,
    /// How many pixel columns it has.
    pub columns: u16,
    /// Where it is painted.
    pub canvas: Canvas,
    /// Its lines, in the order requested.
    pub series: Vec<SeriesFrame>,
    /// What the cursor points at, once it is painted.
    pub readout: Option<Readout>,
}

/// What a cursor points at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Readout {
    /// When.
    pub at: Timestamp,
    /// What of each line.
    pub lines: Vec<LineReadout>,
}

/// What of a line a cursor points at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LineReadout {
    /// The value.
    pub now: Option<f64>,
    /// The value of the time to compare with.
    pub before: Option<f64>,
    /// The text of a mark.
    pub text: Option<String>,
}

/// One channel in a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesFrame {
    /// Which channel.
    pub channel: ChannelId,
    /// How it is drawn.
    pub stroke: Stroke,
    /// Its line.
    pub line: LineFrame,
    /// The line of the time to compare with, if it was asked for.
    pub before: Option<LineFrame>,
    /// The newest value that the window shows.
    pub last: Option<Row>,
    /// How many points came after the window's right edge; 0 when it is now.
    pub newer: u64,
    /// History for the window is still on its way.
    pub loading: bool,
    /// Texts of marks, oldest first; of many marks close together, the newest one's.
    pub marks: Vec<Mark>,
    /// How many marks of the window have no text here.
    pub unnamed: u64,
    /// The newest points, newest first.
    pub rows: Vec<Row>,
}

/// A line: pairs `x, y`, where `x` is a pixel column from 0 and `y` a value less [`Self::base`]; a
/// pair with NaN is a gap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineFrame {
    /// Index of its first float.
    pub offset: u32,
    /// How many floats: twice the pairs.
    pub len: u32,
    /// To be added to each `y`: large numbers keep their digits so.
    pub base: f64,
    /// Least value in the window; NaN when there is none.
    pub min: f64,
    /// Greatest value in the window; NaN when there is none.
    pub max: f64,
    /// How many points the window holds.
    pub points: u64,
    /// Somewhere there are too many to fetch, and least and greatest of each so many milliseconds
    /// stand for them; 0 when every point is here.
    pub bucket_ms: u64,
}

/// A mark's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// What; cut when it is very long.
    pub text: String,
}

/// A point in the table, or a bucket of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// When; of a bucket, its first millisecond.
    pub at: Timestamp,
    /// The value; of a bucket, the last one.
    pub value: f64,
    /// The least value.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
    /// How many points.
    pub points: u64,
}

/// What a page wants of charts beside seeing them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChartsRequest {
    /// All points of these channels as CSV, oldest first, channel by channel; they come as
    /// [`Frame::points`](super::Frame::points). Replaces the export under way.
    Export {
        /// Whose.
        device: DeviceId,
        /// Which.
        channels: Vec<ChannelId>,
        /// By which of their times.
        time: PointTime,
        /// The first time.
        from: Timestamp,
        /// The last time, included.
        until: Timestamp,
    },
    /// Stop the export under way.
    CancelExport,
}

/// A piece of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsPiece {
    /// The next lines; the first piece begins with the names of the columns.
    pub text: String,
    /// How many points there were up to here.
    pub points: u64,
    /// It is the last piece: why.
    pub end: Option<ExportEnd>,
}

/// Why an export ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportEnd {
    /// Every point is there.
    Whole,
    /// There are more points than one export may have.
    TooLong,
    /// The server did not answer, or refused: the end is missing.
    Failed,
}
