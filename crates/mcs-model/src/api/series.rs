//! A history for a chart.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A history for a chart: `GET /api/devices/:id/channels/:chn/series?start&end&buckets&time`.
///
/// `start` and `end` are milliseconds since the epoch and belong to the window; without `start` it begins
/// with the oldest point, without `end` it ends now. `buckets` is how many entries there may be at most
/// (500 if absent, never more than 2000), `time` is a [`PointTime`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Series {
    /// The first millisecond that the answer covers; of buckets, the first one's.
    pub start: Timestamp,
    /// The last millisecond that the answer covers; of buckets, the last one's.
    pub end: Timestamp,
    /// What lies in between.
    pub data: SeriesData,
    /// When the device was away in this time: the newest so often that one answer holds, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
}

/// Which time of a point counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum PointTime {
    /// The one that the device gave it; that of its arrival if it gave none.
    #[default]
    Device,
    /// When the server stored it. Of a point from before servers kept that, the other one.
    Arrival,
}

/// A time when a device was away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Absence {
    /// When it was here last.
    pub since: Timestamp,
    /// When it came again; absent while it has not.
    pub until: Option<Timestamp>,
}

/// The points, or what they come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SeriesData {
    /// Every point of the window: there are not more than were asked for.
    Points(PointColumns),
    /// There are more points than that.
    Buckets(BucketColumns),
}

/// Points as columns of one length, oldest first. A column that would hold nothing but `null` is
/// empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PointColumns {
    /// When.
    pub at: Vec<Timestamp>,
    /// The number; 0 or 1 of a switch, the duty value of a PWM.
    pub number: Vec<Option<f64>>,
    /// The period of a PWM.
    pub period: Vec<Option<f64>>,
    /// What is no number, in its CSV form; `null` for pictures and for what is longer than 1000 bytes.
    pub text: Vec<Option<String>>,
}

/// Buckets of one duration as columns of one length, oldest first. A gap has no bucket. A column that
/// would hold nothing but `null` is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BucketColumns {
    /// Milliseconds of each bucket. All begin at multiples of it, so that they stay the same when the
    /// window moves.
    pub step: u64,
    /// The first millisecond of each bucket.
    pub at: Vec<Timestamp>,
    /// How many points it holds; at least one.
    pub count: Vec<u64>,
    /// The numbers; 0 or 1 of a switch, the duty value of a PWM.
    pub number: Summary,
    /// The periods of a PWM.
    pub period: Summary,
    /// The last value if it is no number, as in [`PointColumns::text`].
    pub text: Vec<Option<String>>,
}

/// What the numbers of each bucket come to; `null` where there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// The least.
    pub min: Vec<Option<f64>>,
    /// The greatest.
    pub max: Vec<Option<f64>>,
    /// That of the bucket's first point.
    pub first: Vec<Option<f64>>,
    /// That of the bucket's last point.
    pub last: Vec<Option<f64>>,
}
