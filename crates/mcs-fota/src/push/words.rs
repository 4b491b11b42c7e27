//! What devices say of their progress on the channel `status`.

#[cfg(test)]
mod tests;

/// What a text of the channel `status` means.
///
/// `fotaing` is the word of the official C library (CONTRACT §5.4), `firmware refused` that of our
/// own device. Everybody else may say the name of a state, in either case, and behind it a percentage or a
/// reason: `DOWNLOADING 40%`, `failed: no space`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// It is at it; which step is known from what it did before.
    Fotaing,
    /// It has the notice and waits.
    Deferred,
    /// It fetches the file.
    Downloading(Option<u8>),
    /// It has the file.
    Downloaded,
    /// The file is the one that the notice names.
    Verified,
    /// It writes the image.
    Updating,
    /// It restarts.
    Rebooting,
    /// It went back to what it ran before.
    RolledBack(&'a str),
    /// It will not take the firmware.
    Rejected(&'a str),
    /// It could not.
    Failed(&'a str),
}

impl<'a> Word<'a> {
    /// What `text` means, if it is about a firmware at all.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("fotaing") {
            return Some(Self::Fotaing);
        }
        if text.starts_with("firmware refused") {
            return Some(Self::Failed(text));
        }
        let end = text.find(|it: char| !it.is_ascii_alphabetic() && it != '_');
        let (word, rest) = text.split_at(end.unwrap_or(text.len()));
        let rest = rest.trim_start_matches([':', ' ']).trim();
        let word = match word.to_ascii_uppercase().as_str() {
            "DEFERRED" => Self::Deferred,
            "DOWNLOADING" => Self::Downloading(percent(rest)),
            "DOWNLOADED" => Self::Downloaded,
            "VERIFIED" => Self::Verified,
            "UPDATING" => Self::Updating,
            "REBOOTING" => Self::Rebooting,
            "ROLLED_BACK" => Self::RolledBack(rest),
            "REJECTED" => Self::Rejected(rest),
            "FAILED" => Self::Failed(rest),
            _ => return None,
        };
        Some(word)
    }
}

fn percent(text: &str) -> Option<u8> {
    text.trim_end_matches('%').trim().parse().ok().filter(|it| *it <= 100)
}
