//! Everything that the page says, in English, and what another language says instead.
//!
//! A text is a function: `texts::shell::skip()`. English is compiled in; any other language is a
//! file of `app/locales`, fetched when it is chosen. What it lacks is said in English.
//!
//! The functions are not reactive: when the language changes, the whole page is painted anew.

pub(crate) mod accounts;
pub(crate) mod card;
pub(crate) mod chart;
pub(crate) mod connections;
pub(crate) mod device;
pub(crate) mod devices;
pub(crate) mod firmware;
pub(crate) mod format;
pub(crate) mod function;
pub(crate) mod messages;
pub(crate) mod notices;
pub(crate) mod prototypes;
pub(crate) mod reasons;
pub(crate) mod rollouts;
pub(crate) mod settings;
pub(crate) mod shell;
pub(crate) mod sign_in;
mod table;
#[cfg(test)]
mod tests;
pub(crate) mod ui;

use core::cell::Cell;
use core::fmt::Display;

pub(crate) use table::Table;

/// A text without parts, to be said later.
pub(crate) type Text = fn() -> &'static str;

/// Declares the texts of one area of the page, each a function that gives the text:
///
/// - `name = "text";` gives a `&'static str`
/// - `name(part) = "text with {part}";` takes `&dyn Display` for every part and gives a `String`
/// - `name(#n) = "{n} thing" | "{n} things";` takes a number, and chooses the form by it
macro_rules! texts {
    ($area:literal $($name:ident $(($($part:tt)*))? = $($form:literal)|+;)*) => {
        $(crate::texts::texts! {@one concat!($area, ".", stringify!($name)), $name, $(($($part)*))? = $($form)|+})*

        /// For the test that holds the languages against each other.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str, &str)] = &[$((
            concat!($area, ".", stringify!($name)),
            concat!($($form, " | "),+),
            stringify!($($($part)*)?),
        )),*];
    };
    (@one $key:expr, $name:ident, = $text:literal) => {
        pub(crate) fn $name() -> &'static str {
            crate::texts::say($key, $text)
        }
    };
    (@one $key:expr, $name:ident, (#$n:ident $(, $part:ident)*) = $one:literal | $many:literal) => {
        pub(crate) fn $name($n: u64 $(, $part: &dyn core::fmt::Display)*) -> String {
            let text = crate::texts::say($key, concat!($one, " | ", $many));
            let count = crate::format::count($n);
            crate::texts::fill(
                crate::texts::form(text, $n),
                &[(stringify!($n), &count) $(, (stringify!($part), $part))*],
            )
        }
    };
    (@one $key:expr, $name:ident, ($($part:ident),+) = $text:literal) => {
        pub(crate) fn $name($($part: &dyn core::fmt::Display),+) -> String {
            crate::texts::fill(crate::texts::say($key, $text), &[$((stringify!($part), $part)),+])
        }
    };
}
use texts;

thread_local! {
    /// What is said instead of English.
    static SPOKEN: Cell<Option<&'static Table>> = const { Cell::new(None) };
}

/// From now on the texts are those of `table`, or English.
pub(crate) fn speak(table: Option<&'static Table>) {
    SPOKEN.set(table);
}

/// What the chosen language says for `key`.
fn say(key: &str, english: &'static str) -> &'static str {
    SPOKEN.get().and_then(|table| table.text(key)).unwrap_or(english)
}

/// The form for `n` things. English and its like have one for one thing and one for more; Chinese
/// and Japanese have one.
fn form(text: &'static str, n: u64) -> &'static str {
    match text.split_once(" | ") {
        Some((one, _)) if n == 1 => one,
        Some((_, more)) => more,
        None => text,
    }
}

/// `text` with every `{name}` replaced by the part of that name.
fn fill(text: &str, parts: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        if let Some((_, part)) = parts.iter().find(|(it, _)| *it == name) {
            filled.push_str(&part.to_string());
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}
