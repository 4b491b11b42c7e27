//! How far a slider moves at a time.

use mcs_model::Bounds;

#[cfg(test)]
mod tests;

/// The step of a slider of decimal numbers: the greatest power of ten that parts the bounds into more
/// than a thousand, which is finer than a hand. A number between two steps is typed.
#[expect(clippy::cast_possible_truncation, reason = "exponents of floats are below 400")]
pub fn step(bounds: Bounds) -> f64 {
    // Parted first: all floats together are more than a float.
    let part = bounds.upper / 1000.0 - bounds.lower / 1000.0;
    let exponent = (part.log10().ceil() - 1.0) as i32;
    // Read, because a power is not the nearest float everywhere.
    let step = format!("1e{exponent}").parse().unwrap_or(0.0);
    // Bounds that are one number, or nearly.
    if step > 0.0 && part > 0.0 { step } else { 1.0 }
}
