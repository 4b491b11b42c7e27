//! Lines of many points as pixels, column by column.
//!
//! Without a graphics processor a browser strokes each of thousands of pieces for itself. A line that has points in
//! every column is, in each of them, a stroke from its least to its greatest place: that much can be filled at once.

#[cfg(test)]
mod tests;

/// A colour: red, green, blue.
pub type Colour = [u8; 3];

/// A picture that lines are drawn into; its room is kept from paint to paint.
#[derive(Debug, Default)]
pub struct Raster {
    width: usize,
    height: usize,
    /// Red, green, blue, opacity; a row after the other.
    pixels: Vec<[u8; 4]>,
    /// Where the line that is being drawn is highest and lowest in each column.
    reach: Vec<(f64, f64)>,
    is_drawn: bool,
}

/// The part of the picture that may be drawn to, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Clip {
    /// Its first row.
    pub(crate) top: f64,
    /// Behind its last row.
    pub(crate) bottom: f64,
}

/// Nothing of a line is in the column.
const NOWHERE: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

impl Raster {
    /// An empty picture of this size.
    pub fn clear(&mut self, width: usize, height: usize) {
        (self.width, self.height) = (width, height);
        self.pixels.clear();
        self.pixels.resize(width * height, [0; 4]);
        self.reach.clear();
        self.reach.resize(width, NOWHERE);
        self.is_drawn = false;
    }

    /// Whether nothing is drawn.
    pub fn is_empty(&self) -> bool {
        !self.is_drawn
    }

    /// The pixels: red, green, blue and opacity of each, a row after the other.
    pub fn pixels(&self) -> &[u8] {
        self.pixels.as_flattened()
    }

    /// A line so thick through `points`, which go from left to right.
    pub(crate) fn line(
        &mut self,
        clip: Clip,
        colour: Colour,
        thick: f64,
        points: impl Iterator<Item = (f64, f64)>,
    ) {
        self.reach.fill(NOWHERE);
        let mut before = None;
        for point in points {
            if let Some(before) = before {
                self.stretch(before, point);
            }
            before = Some(point);
        }
        for column in 0..self.width {
            let Some(&(top, bottom)) = self.reach.get(column).filter(|it| it.0 <= it.1) else {
                continue;
            };
            // A slope is thicker, measured upright; a peak keeps its place.
            let rise = bottom - top;
            let slope = thick * (1.0 + rise * rise).sqrt() - rise;
            let pad = slope.min(thick) / 2.0;
            self.fill(column, clip, (top - pad, bottom + pad), colour, 1.0);
        }
    }

    /// A stroke in the column of `x` from `top` to `bottom`.
    pub(crate) fn column(
        &mut self,
        clip: Clip,
        colour: Colour,
        opacity: f64,
        (x, top, bottom): (f64, f64, f64),
    ) {
        if (0.0..self.right()).contains(&x) {
            self.fill(whole(x), clip, (top, bottom), colour, opacity);
        }
    }

    /// A piece of a line widens what it reaches in the columns that it passes.
    fn stretch(&mut self, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) {
        let (first, last) = (x0.max(0.0).floor(), x1.min(self.right() - 1.0).floor());
        let mut column = first;
        while column <= last {
            let at = |x: f64| y0 + (y1 - y0) * (x - x0) / (x1 - x0);
            let from = if x0 >= column { y0 } else { at(column) };
            let to = if x1 <= column + 1.0 { y1 } else { at(column + 1.0) };
            if let Some(reach) = self.reach.get_mut(whole(column)) {
                *reach = (lesser(reach.0, lesser(from, to)), greater(reach.1, greater(from, to)));
            }
            column += 1.0;
        }
    }

    /// A stroke; a pixel that is covered in part is opaque in part.
    fn fill(
        &mut self,
        column: usize,
        clip: Clip,
        (top, bottom): (f64, f64),
        colour: Colour,
        opacity: f64,
    ) {
        #[expect(clippy::cast_precision_loss, reason = "a screen's height")]
        let height = self.height as f64;
        let top = greater(top, greater(clip.top, 0.0));
        let bottom = lesser(bottom, lesser(clip.bottom, height));
        if top >= bottom {
            return;
        }
        self.is_drawn = true;
        let (first, last) = (top.floor(), bottom.floor());
        if first == last {
            self.edge(column, first, colour, opacity * (bottom - top));
            return;
        }
        self.edge(column, first, colour, opacity * (first + 1.0 - top));
        self.edge(column, last, colour, opacity * (bottom - last));
        let (first, last) = (whole(first) + 1, whole(last));
        let below = self.pixels.get_mut(first * self.width + column..).unwrap_or_default();
        let rows = below.iter_mut().step_by(self.width).take(last - first);
        match byte(opacity * 255.0) {
            255 => rows.for_each(|pixel| *pixel = [colour[0], colour[1], colour[2], 255]),
            opacity => rows.for_each(|pixel| blend(pixel, colour, opacity)),
        }
    }

    /// A pixel that may be covered in part.
    fn edge(&mut self, column: usize, row: f64, colour: Colour, opacity: f64) {
        // Below the last row nothing is covered.
        if let Some(pixel) = self.pixels.get_mut(whole(row) * self.width + column) {
            blend(pixel, colour, byte(opacity * 255.0));
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a screen's width")]
    fn right(&self) -> f64 {
        self.width as f64
    }
}

/// Of numbers that are none it says nothing: WebAssembly has no instruction for what `f64::min` says of those.
pub(crate) fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// See [`lesser`].
pub(crate) fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// Paints over a pixel.
fn blend(pixel: &mut [u8; 4], colour: Colour, opacity: u8) {
    if pixel[3] == 0 || opacity == 255 {
        *pixel = [colour[0], colour[1], colour[2], opacity];
        return;
    }
    let opacity = u32::from(opacity);
    let below = (u32::from(pixel[3]) * (255 - opacity) + 127) / 255;
    let sum = (opacity + below).max(1);
    for (old, new) in pixel.iter_mut().zip(colour) {
        *old = part(u32::from(new) * opacity + u32::from(*old) * below, sum);
    }
    pixel[3] = part(sum, 1);
}

/// The quotient, to the nearest; of at most 255 times 256 by 1 to 255.
fn part(sum: u32, of: u32) -> u8 {
    let part = (u64::from(sum + of / 2) * u64::from(PARTS[of as usize % 256])) >> 24;
    u8::try_from(part).unwrap_or(u8::MAX)
}

/// A division is a product with one of these: by so many bits of it, no quotient is another one.
const PARTS: [u32; 256] = {
    let mut parts = [0; 256];
    let mut of = 1;
    while of < 256 {
        parts[of as usize] = (1_u32 << 24).div_ceil(of);
        of += 1;
    }
    parts
};

/// The nearest; 0 to 255.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn byte(value: f64) -> u8 {
    (value + 0.5) as u8
}

/// A place that is not negative, as an index.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen's size")]
fn whole(value: f64) -> usize {
    value as usize
}
