//! Which time is seen, and how zooming and moving change it. Pure: the clock comes as an argument.

#[cfg(test)]
mod tests;

/// The shortest time that can be seen, in milliseconds.
const SHORTEST: f64 = 1_000.0;
/// The longest one: 400 days.
const LONGEST: f64 = 400.0 * 86_400_000.0;

/// The time that charts show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its length in milliseconds.
    pub(crate) length: u64,
    /// Its right edge; now when absent.
    pub(crate) end: Option<u64>,
}

/// What is on the screen: the span's edges there, and what time it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edges {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) now: u64,
}

impl Span {
    /// The newest `length` milliseconds.
    pub(crate) fn live(length: u64) -> Self {
        Self { length, end: None }
    }

    /// `factor` times as long, while what is at `anchor` stays where it is: 0 is the left edge, 1
    /// the right one.
    pub(crate) fn zoomed(self, edges: Edges, anchor: f64, factor: f64) -> Self {
        let length = float(self.length);
        let longer = (length * factor).clamp(SHORTEST, LONGEST);
        if self.end.is_none() && anchor >= 0.999 {
            return Self { length: whole(longer), end: None };
        }
        let start = float(edges.end) - length;
        let end = start + anchor * length + (1.0 - anchor) * longer;
        Self::until(end, longer, edges.now)
    }

    /// Later by such a part of its length, or earlier.
    pub(crate) fn moved(self, edges: Edges, by: f64) -> Self {
        let length = float(self.length);
        Self::until(float(edges.end) + by * length, length, edges.now)
    }

    /// The part between two places.
    pub(crate) fn between(self, edges: Edges, from: f64, to: f64) -> Self {
        let (from, to) = if from <= to { (from, to) } else { (to, from) };
        let length = float(self.length);
        let start = float(edges.end) - length;
        let shorter = ((to - from) * length).max(SHORTEST);
        if self.end.is_none() && to >= 0.995 {
            return Self { length: whole(shorter), end: None };
        }
        Self::until(start + from * length + shorter, shorter, edges.now)
    }

    /// It stands still from now on, or follows the clock again.
    pub(crate) fn paused(self, edges: Edges) -> Self {
        Self { end: if self.end.is_none() { Some(edges.end) } else { None }, ..self }
    }

    fn until(end: f64, length: f64, now: u64) -> Self {
        let end = end.max(length);
        let end = (end < float(now)).then(|| whole(end));
        Self { length: whole(length), end }
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact for 285 000 years")]
fn float(millis: u64) -> f64 {
    millis as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "after 1970")]
fn whole(millis: f64) -> u64 {
    millis.round() as u64
}
