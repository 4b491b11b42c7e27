//! A map without a map: places on a plane, lines of latitude and longitude, a scale.

#[cfg(test)]
mod tests;

/// Metres of a degree of latitude.
const DEGREE: f64 = 111_320.0;

/// The least that a map spans, in metres: a standing device does not tremble over the whole card.
const LEAST_SPAN: f64 = 200.0;

/// How much of the map the places take.
const FILLED: f64 = 0.8;

/// Lines of the grid are at least so far apart, in pixels.
const GRID: f64 = 72.0;

/// A place, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// North is positive.
    pub(crate) latitude: f64,
    /// East is positive.
    pub(crate) longitude: f64,
}

/// What a map shows: the earth around a place, flattened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Map {
    centre: Place,
    /// Metres of a pixel.
    scale: f64,
    width: f64,
    height: f64,
}

/// A line of the grid.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// In pixels from the left or from the top.
    pub(crate) at: f64,
    /// Such as `48.21° N`.
    pub(crate) label: String,
}

impl Map {
    /// The map on which all places are seen, or the whole earth; `zoom` times nearer around `focus`
    /// if that is more than 1.
    pub(crate) fn fit(
        places: &[Place],
        focus: Place,
        zoom: f64,
        [width, height]: [f64; 2],
    ) -> Self {
        let around = |place: &Place| {
            (place.latitude, focus.longitude + wrap(place.longitude - focus.longitude))
        };
        let mut low = around(&focus);
        let mut high = low;
        for (latitude, longitude) in places.iter().map(around) {
            low = (low.0.min(latitude), low.1.min(longitude));
            high = (high.0.max(latitude), high.1.max(longitude));
        }
        let middle = Place {
            latitude: f64::midpoint(low.0, high.0),
            longitude: f64::midpoint(low.1, high.1),
        };
        let tall = ((high.0 - low.0) * DEGREE).max(LEAST_SPAN);
        let broad = ((high.1 - low.1) * DEGREE * shrink(middle.latitude)).max(LEAST_SPAN);
        let scale = (tall / height).max(broad / width) / FILLED;
        let centre = if zoom > 1.0 { focus } else { middle };
        Self { centre, scale: scale / zoom, width, height }
    }

    /// Where a place is, in pixels from the left and from the top.
    pub(crate) fn project(&self, place: Place) -> (f64, f64) {
        let east =
            wrap(place.longitude - self.centre.longitude) * DEGREE * shrink(self.centre.latitude);
        let north = (place.latitude - self.centre.latitude) * DEGREE;
        (self.width / 2.0 + east / self.scale, self.height / 2.0 - north / self.scale)
    }

    /// A round length, and its pixels.
    pub(crate) fn ruler(&self) -> (String, f64) {
        let metres = round_down(self.width / 4.0 * self.scale);
        let words = if metres >= 1000.0 {
            format!("{} km", metres / 1000.0)
        } else if metres >= 1.0 {
            format!("{metres} m")
        } else {
            format!("{} cm", (metres * 100.0).round())
        };
        (words, metres / self.scale)
    }

    /// Lines of longitude, from the left.
    pub(crate) fn meridians(&self) -> Vec<Line> {
        let degree = DEGREE * shrink(self.centre.latitude) / self.scale;
        grid(self.centre.longitude, degree, self.width, |value, digits| {
            angle(wrap(value), digits, ["E", "W"])
        })
    }

    /// Lines of latitude, from the top.
    pub(crate) fn parallels(&self) -> Vec<Line> {
        let degree = DEGREE / self.scale;
        let lines = grid(self.centre.latitude, degree, self.height, |value, digits| {
            if value.abs() > 90.0 { String::new() } else { angle(value, digits, ["N", "S"]) }
        });
        let flip = |line: Line| Line { at: self.height - line.at, ..line };
        lines.into_iter().filter(|line| !line.label.is_empty()).map(flip).collect()
    }
}

/// How exact a place with so many decimals is, in words.
pub(crate) fn exactness(digits: u8) -> String {
    let metres = DEGREE / 10_f64.powi(i32::from(digits));
    if metres >= 1000.0 {
        format!("{:.0} km", metres / 1000.0)
    } else if metres >= 1.0 {
        format!("{metres:.0} m")
    } else if metres >= 0.01 {
        format!("{:.0} cm", metres * 100.0)
    } else {
        "1 cm".to_owned()
    }
}

/// An angle with the name of its side.
fn angle(value: f64, digits: usize, [positive, negative]: [&str; 2]) -> String {
    let side = if value < 0.0 { negative } else { positive };
    format!("{:.digits$}° {side}", value.abs())
}

/// Lines at round degrees, over `length` pixels around `centre`.
fn grid(centre: f64, degree: f64, length: f64, label: impl Fn(f64, usize) -> String) -> Vec<Line> {
    let step = round_up(GRID / degree);
    if !step.is_finite() || step <= 0.0 {
        return Vec::new();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 8")]
    let digits = (-step.log10().floor()).clamp(0.0, 8.0) as usize;
    let (from, until) = (centre - length / 2.0 / degree, centre + length / 2.0 / degree);
    let mut lines = Vec::new();
    let mut index = (from / step).ceil();
    // At most one each GRID pixels.
    while index * step <= until && lines.len() < 64 {
        let value = index * step;
        let at = length / 2.0 + (value - centre) * degree;
        lines.push(Line { at, label: label(value, digits) });
        index += 1.0;
    }
    lines
}

/// How much narrower a degree of longitude is there.
fn shrink(latitude: f64) -> f64 {
    latitude.to_radians().cos().max(0.01)
}

/// The angle between -180 and 180.
fn wrap(degrees: f64) -> f64 {
    (degrees + 180.0).rem_euclid(360.0) - 180.0
}

/// The greatest of 1, 2 and 5 times a power of ten that is not greater.
fn round_down(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let factor = [5.0, 2.0].into_iter().find(|it| it * power <= value * 1.000_001).unwrap_or(1.0);
    factor * power
}

/// The least of 1, 2 and 5 times a power of ten that is not less.
fn round_up(value: f64) -> f64 {
    let down = round_down(value);
    if down >= value * 0.999_999 { down } else { round_down(down * 2.5) }
}
