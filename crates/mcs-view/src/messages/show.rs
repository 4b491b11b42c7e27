//! A payload as text, JSON, hex or base64.

use core::fmt::Write as _;

use super::json;
use crate::protocol::{Body, Format, Misfit, Preview};

/// Bytes that are shown unless the operator asks for all of them.
pub(crate) const SHOWN: usize = 64 * 1024;

/// Characters of a preview.
const PREVIEW: usize = 160;

/// Bytes of a line in hex.
const LINE: usize = 16;

/// A payload in the form asked for; the whole of it, or its beginning.
pub(crate) fn body(payload: &[u8], format: Format, whole: bool) -> Body {
    let limit = if whole { payload.len() } else { payload.len().min(SHOWN) };
    let cut = limit < payload.len();
    let part = payload.get(..limit).unwrap_or(payload);
    let done =
        |format, text, shown: usize, misfit| Body { format, text, shown: shown as u64, misfit };
    let bytes = |misfit| done(Format::Hex, hex_dump(part), part.len(), misfit);
    match format {
        Format::Hex => bytes(None),
        Format::Base64 => {
            // A beginning in whole groups is a beginning of the whole.
            let limit = if cut { limit - limit % 3 } else { limit };
            let part = payload.get(..limit).unwrap_or(payload);
            done(Format::Base64, base64(part), part.len(), None)
        }
        Format::Text | Format::Json => {
            let Some(text) = text(part, cut) else { return bytes(Some(Misfit::NoText)) };
            let misfit = match format {
                Format::Json if cut => Some(Misfit::CutJson),
                Format::Json => match json::pretty(text) {
                    Some(pretty) => return done(Format::Json, pretty, text.len(), None),
                    None => Some(Misfit::NoJson),
                },
                _ => None,
            };
            done(Format::Text, text.to_owned(), text.len(), misfit)
        }
    }
}

/// `bytes` as UTF-8; a character that was cut off at the end does not count.
fn text(bytes: &[u8], cut: bool) -> Option<&str> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if cut && error.error_len().is_none() => {
            core::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()
        }
        Err(_) => None,
    }
}

/// The beginning of a payload on one line.
pub(crate) fn preview(payload: &[u8]) -> Preview {
    if payload.is_empty() {
        return Preview::Empty;
    }
    let part = payload.get(..PREVIEW * 4).unwrap_or(payload);
    let cut = part.len() < payload.len();
    match text(part, cut) {
        Some(text) => {
            let mut line: String = text.chars().take(PREVIEW).map(picture).collect();
            let all = !cut && text.chars().nth(PREVIEW).is_none();
            line.truncate(line.trim_end().len());
            Preview::Text { text: line, cut: !all }
        }
        None => {
            let part = payload.get(..PREVIEW / 3).unwrap_or(payload);
            let mut hex = String::with_capacity(PREVIEW);
            for byte in part {
                let space = if hex.is_empty() { "" } else { " " };
                // A string takes everything.
                let _ = write!(hex, "{space}{byte:02x}");
            }
            Preview::Bytes { hex, cut: part.len() < payload.len() }
        }
    }
}

/// Control characters as pictures, so that a line stays one.
fn picture(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(c),
        '\u{7f}' => '\u{2421}',
        // Marks that turn the direction of what follows, and line breaks that are no control characters.
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        '\u{85}' | '\u{2028}' | '\u{2029}' => '\u{2424}',
        c => c,
    }
}

/// Offset, 16 bytes, their ASCII characters, a line each.
pub(crate) fn hex_dump(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(LINE) * (8 + 2 + LINE * 4 + 4));
    for (line, part) in bytes.chunks(LINE).enumerate() {
        let _ = write!(text, "{:08x} ", line * LINE);
        for at in 0..LINE {
            if at % 8 == 0 {
                text.push(' ');
            }
            match part.get(at) {
                Some(byte) => {
                    let _ = write!(text, "{byte:02x} ");
                }
                None => text.push_str("   "),
            }
        }
        text.push(' ');
        let visible = |byte: &u8| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' };
        text.extend(part.iter().map(visible));
        text.push('\n');
    }
    text
}

/// Base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at > group.len() { '=' } else { char::from(digit) });
        }
    }
    text
}
