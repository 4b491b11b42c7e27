//! Which rows of a long list are on the screen. Pure: pixels come as arguments.

#[cfg(test)]
mod tests;

/// Rows above and below the screen that are there already when it scrolls.
pub(super) const SPARE: u32 = 8;

/// A list of rows of one height behind a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scroll {
    /// Pixels above the window.
    pub(super) top: f64,
    /// Height of the window in pixels.
    pub(super) window: f64,
    /// Height of a row in pixels.
    pub(super) row: f64,
    /// How many rows there are.
    pub(super) total: u64,
}

impl Scroll {
    /// How many rows are needed to fill the window wherever it is.
    pub(super) fn count(self) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen")]
        let visible = (self.window / self.row).ceil().clamp(0.0, 400.0) as u32;
        visible + 1 + 2 * SPARE
    }

    /// The first row that is needed.
    pub(super) fn first(self) -> u64 {
        self.first_visible().saturating_sub(SPARE.into())
    }

    /// The first row that is seen.
    pub(super) fn first_visible(self) -> u64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
        let row = (self.top.max(0.0) / self.row).floor() as u64;
        row.min(self.total.saturating_sub(1))
    }

    /// Whether the last row is seen; half a row below it counts.
    pub(super) fn is_at_end(self) -> bool {
        self.top + self.window + self.row / 2.0 >= self.height()
    }

    /// The height of all rows.
    pub(super) fn height(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "less than a million rows")]
        let rows = self.total as f64;
        rows * self.row
    }

    /// Where the window has to be for the last row to be seen.
    pub(super) fn end(self) -> f64 {
        (self.height() - self.window).max(0.0)
    }

    /// Where the window has to be for `row` to be seen, moving it as little as possible.
    pub(super) fn to(self, row: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "less than a million rows")]
        let top = row as f64 * self.row;
        self.top.min(top).max(top + self.row - self.window).max(0.0)
    }
}
