//! What a browser or program calls itself, in words that people know.

#[cfg(test)]
mod tests;

use crate::texts::accounts as t;

/// What each browser is known by. Many name others too: whose mark is found first, it is.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Safari/", "Safari"),
];

/// What each system is known by, as above.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// The name of who sent `agent` as its `User-Agent`.
pub(super) fn name(agent: &str) -> String {
    let find = |marks: &[(&'static str, &'static str)]| {
        marks.iter().find(|(mark, _)| agent.contains(mark)).map(|it| it.1)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => t::session_on(&browser, &system),
        (Some(browser), None) => browser.to_owned(),
        // Programs name themselves first.
        (None, _) => match agent.split_whitespace().next() {
            Some(program) => program.to_owned(),
            None => t::session_unknown().to_owned(),
        },
    }
}
