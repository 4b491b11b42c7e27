//! What is typed in becomes bytes.

use super::json;
use crate::protocol::{Format, PublishTrouble};

/// The bytes that a text in this form means.
pub(super) fn of_text(text: &str, format: Format) -> Result<Vec<u8>, PublishTrouble> {
    match format {
        Format::Text => Ok(text.as_bytes().to_vec()),
        Format::Json if json::pretty(text).is_some() => Ok(text.as_bytes().to_vec()),
        Format::Json => Err(PublishTrouble::Json),
        Format::Hex => of_hex(text).ok_or(PublishTrouble::Hex),
        Format::Base64 => of_base64(text).ok_or(PublishTrouble::Base64),
    }
}

/// Two digits a byte; spaces, commas, colons and `0x` between bytes do not count.
fn of_hex(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ':'));
    for part in parts.filter(|it| !it.is_empty()) {
        let part = part.strip_prefix("0x").unwrap_or(part);
        let digits: Option<Vec<_>> = part.chars().map(|it| it.to_digit(16)).collect();
        let pairs = digits.filter(|it| !it.is_empty() && it.len() % 2 == 0)?;
        bytes.extend(
            pairs.chunks(2).map(|pair| pair.iter().fold(0, |byte, it| byte << 4 | *it as u8)),
        );
    }
    Some(bytes)
}

/// Of either alphabet, with or without padding; white space does not count.
fn of_base64(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|it| !it.is_ascii_whitespace()).collect();
    let end = digits.iter().position(|it| *it == b'=').unwrap_or(digits.len());
    let (digits, padding) = digits.split_at(end);
    let whole = padding.is_empty() || (digits.len() + padding.len()).is_multiple_of(4);
    if !whole || padding.len() > 2 || padding.iter().any(|it| *it != b'=') || digits.len() % 4 == 1
    {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let mut bits = 0_u32;
        for at in 0..4 {
            bits = bits << 6 | group.get(at).map_or(Some(0), |it| digit(*it))?;
        }
        let [_, three @ ..] = bits.to_be_bytes();
        bytes.extend(three.iter().take(group.len() - 1));
    }
    Some(bytes)
}

fn digit(byte: u8) -> Option<u32> {
    let digit = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(digit.into())
}
