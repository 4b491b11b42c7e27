//! Where each line of a chart has its place: lanes below each other, and their axes.
//!
//! Numbers share the upper part: of up to two units one scale is on the left, the other on the
//! right; of more, each has a lane of its own. What has states, options or texts comes below.

use crate::look::Scale;
use crate::ticks::{self, ValueTick};

#[cfg(test)]
mod tests;

/// What of a line decides its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Want {
    /// How it is measured.
    pub scale: Scale,
    /// Its least and greatest value; NaN when there is none.
    pub min: f64,
    /// See [`Self::min`].
    pub max: f64,
}

/// A part of the chart's height.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// In CSS pixels from the top of the chart's inside.
    pub top: f64,
    /// How high it is.
    pub height: f64,
    /// One scale, or two.
    pub axes: Vec<Axis>,
}

/// What the edges of a lane mean for some of the lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Which ones.
    pub lines: Vec<usize>,
    /// What its numbers measure, if there is one.
    pub unit: String,
    /// The value at the lower edge.
    pub lower: f64,
    /// The value at the upper edge.
    pub upper: f64,
    /// The lines of its grid.
    pub marks: Vec<ValueTick>,
}

/// Between two lanes.
const SPACE: f64 = 10.0;
/// Most names that a lane is as high for.
const MOST_NAMES: usize = 8;

impl Lane {
    /// Where a value of an axis stands.
    pub fn y(&self, axis: &Axis, value: f64) -> f64 {
        self.top + (axis.upper - value) / (axis.upper - axis.lower) * self.height
    }
}

/// How high the inside of a chart should be, where numbers get `tall`.
pub fn height(scales: &[Scale], tall: f64) -> f64 {
    let lanes = groups(scales);
    let alone = lanes.len() == 1;
    let heights = lanes.iter().map(|it| it.least(alone, tall)).sum::<f64>();
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let spaces = lanes.len().saturating_sub(1) as f64;
    (heights + spaces * SPACE).max(tall.min(120.0))
}

/// The lanes of these lines in a chart whose inside is so high.
pub fn lanes(wants: &[Want], height: f64) -> Vec<Lane> {
    let scales: Vec<_> = wants.iter().map(|it| it.scale.clone()).collect();
    let groups = groups(&scales);
    let alone = groups.len() == 1;
    let wanted: f64 = groups.iter().map(|it| it.least(alone, 160.0)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let spaces = groups.len().saturating_sub(1) as f64 * SPACE;
    let mut top = 0.0;
    let mut lanes = Vec::new();
    for group in groups {
        let height = (height - spaces).max(1.0) * group.least(alone, 160.0) / wanted;
        let axes = group.0.into_iter().map(|lines| axis(wants, lines, height)).collect();
        lanes.push(Lane { top, height, axes });
        top += height + SPACE;
    }
    lanes
}

/// The lines of a lane, by axis; and what they are measured by.
struct Group<'a>(Vec<Vec<usize>>, &'a Scale);

impl Group<'_> {
    fn least(&self, alone: bool, tall: f64) -> f64 {
        match self.1 {
            _ if alone => tall,
            Scale::Unit(_) => tall * 0.75,
            #[expect(clippy::cast_precision_loss, reason = "a few")]
            Scale::Names(names) => 12.0 + 16.0 * names.len().clamp(2, MOST_NAMES) as f64,
            Scale::Marks => 30.0,
        }
    }
}

fn groups(scales: &[Scale]) -> Vec<Group<'_>> {
    let mut units: Vec<(&Scale, Vec<usize>)> = Vec::new();
    let mut rest = Vec::new();
    for (line, scale) in scales.iter().enumerate() {
        match (scale, units.iter_mut().find(|it| it.0 == scale)) {
            (Scale::Unit(_), Some(unit)) => unit.1.push(line),
            (Scale::Unit(_), None) => units.push((scale, vec![line])),
            _ => rest.push(Group(vec![vec![line]], scale)),
        }
    }
    let mut groups = Vec::new();
    if units.len() <= 2 {
        if let Some(scale) = units.first().map(|it| it.0) {
            groups.push(Group(units.into_iter().map(|it| it.1).collect(), scale));
        }
    } else {
        groups.extend(units.into_iter().map(|(scale, lines)| Group(vec![lines], scale)));
    }
    groups.extend(rest);
    groups
}

fn axis(wants: &[Want], lines: Vec<usize>, height: f64) -> Axis {
    let of = || lines.iter().filter_map(|line| wants.get(*line));
    match of().next().map(|it| &it.scale) {
        Some(Scale::Unit(unit)) => {
            // `min` and `max` of floats pass over what is no number.
            let min = of().map(|it| it.min).fold(f64::NAN, f64::min);
            let max = of().map(|it| it.max).fold(f64::NAN, f64::max);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
            let count = (height / 48.0).clamp(2.0, 5.0) as usize;
            let (lower, upper, step) = ticks::value_axis(min, max, count);
            let marks = ticks::value_ticks(lower, upper, step);
            Axis { unit: unit.clone(), lower, upper, marks, lines }
        }
        Some(Scale::Names(names)) => {
            let mark = |(place, name): (usize, &String)| {
                #[expect(clippy::cast_precision_loss, reason = "a few")]
                let value = place as f64;
                ValueTick { value, label: short(name) }
            };
            let marks: Vec<_> = names.iter().enumerate().map(mark).collect();
            #[expect(clippy::cast_precision_loss, reason = "a few")]
            let upper = names.len().max(2) as f64 - 1.0;
            Axis { unit: String::new(), lower: -0.3, upper: upper + 0.3, marks, lines }
        }
        Some(Scale::Marks) | None => {
            Axis { unit: String::new(), lower: -1.0, upper: 1.0, marks: Vec::new(), lines }
        }
    }
}

/// A name that fits beside an axis.
fn short(name: &str) -> String {
    match name.char_indices().nth(7) {
        Some((end, _)) if name.chars().count() > 8 => format!("{}…", &name[..end]),
        _ => name.to_owned(),
    }
}
