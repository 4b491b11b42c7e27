//! Every word that the page shows comes from `app/src/texts`, or nobody could translate it.

use std::fs;
use std::path::{Path, PathBuf};

/// Literals of the page that read like words and are none to be translated, by the reason why.
const NAMES: [(&str, &[&str]); 6] = [
    (
        "keys, as browsers call them and as they are printed on keyboards",
        &[
            "ArrowDown",
            "ArrowLeft",
            "ArrowRight",
            "ArrowUp",
            "Backspace",
            "Control+K Meta+K",
            "Ctrl Enter",
            "Ctrl K",
            "Ctrl S",
            "Ctrl Z",
            "Ctrl+Enter",
            "Delete",
            "End",
            "Enter",
            "Esc",
            "Escape",
            "Home",
            "Mac",
            "PageDown",
            "PageUp",
            "Space",
            "Tab",
            "← → Home End",
            "↑ ↓ PgUp PgDn Home End",
        ],
    ),
    (
        "names of the standards, in the words of the standards",
        &[
            "Assigned Client Identifier",
            "Authentication Data",
            "Authentication Method",
            "Base64",
            "Command Server",
            "Content Type",
            "Correlation Data",
            "Hex",
            "Maximum Packet Size",
            "Maximum QoS",
            "Message Expiry Interval",
            "Payload Format Indicator",
            "QoS",
            "QoS 0",
            "QoS 1",
            "QoS 2",
            "QoS {qos}",
            "Reason String",
            "Receive Maximum",
            "Response Information",
            "Response Topic",
            "Retain Available",
            "Server Keep Alive",
            "Server Reference",
            "Session Expiry Interval",
            "Shared Subscription Available",
            "Subscription Identifier",
            "Subscription Identifier Available",
            "Topic Alias Maximum",
            "User Property",
            "Wildcard Subscription Available",
        ],
    ),
    (
        "names of products, languages and units",
        &[
            "Apache 2.0",
            "Arduino",
            "English",
            "GiB",
            "Hz",
            "KiB",
            "MCS Console",
            "MiB",
            "Node.js",
            "Pa",
            "Python",
            "Rust",
            "Shell",
            "TiB",
        ],
    ),
    (
        "browsers and systems, and by what they are known",
        &[
            "Android",
            "Chrome",
            "Chrome/",
            "ChromeOS",
            "Chromium",
            "Chromium/",
            "CrOS",
            "CriOS/",
            "Edg",
            "Edge",
            "Firefox",
            "Firefox/",
            "FxiOS/",
            "Linux",
            "Mac OS X",
            "Opera",
            "Safari",
            "Safari/",
            "Samsung Internet",
            "SamsungBrowser/",
            "Windows",
        ],
    ),
    (
        "code, to be typed as it is",
        &[
            "lamp kitchen",
            "mcs-server user add NAME --role admin",
            "mcs-server user grant {name} --device ID --role viewer",
            "qos:1 retained:yes size:>1000",
            "topic:home/+/lamp payload:on",
            r#"\"two words\" -off"#,
        ],
    ),
    (
        "for the browser: attributes, classes and selectors",
        &["#main input[type=search]", "input mono", "noopener noreferrer"],
    ),
];

#[test]
fn the_page_shows_no_word_of_its_own() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src");
    let mut files = Vec::new();
    sources(&source, &mut files);
    assert!(files.len() > 80, "only {} files were found", files.len());
    let mut shown = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source");
        for (line, literal) in literals(&text) {
            let is_name = NAMES.iter().any(|(_, names)| names.contains(&literal.as_str()));
            if reads_like_words(&literal) && !is_name {
                let file = file.strip_prefix(&source).expect("below the source").display();
                shown.push(format!("{file}:{line}: {literal:?}"));
            }
        }
    }
    assert!(shown.is_empty(), "these belong into app/src/texts:\n{}", shown.join("\n"));
}

#[test]
fn words_are_told_from_names_of_classes_and_events() {
    let found = |text: &str| literals(text).filter(|it| reads_like_words(&it.1)).count();
    assert_eq!(found(r#"view! { <p>"Nothing is here"</p> }"#), 1);
    assert_eq!(found(r#"let why = "the server is away";"#), 1);
    assert_eq!(found(r#"<button title="Close">"#), 1);
    assert_eq!(found(r#"<p class="button quiet" data-testid="sign-out">{t::sign_out()}</p>"#), 0);
    assert_eq!(found("// \"a comment\"\n/// \"And another\""), 0);
    assert_eq!(found(r#"#[expect(dead_code, reason = "it is so")]"#), 0);
}

/// Two words in a row, or one that begins as a sentence does.
fn reads_like_words(literal: &str) -> bool {
    let is_word = |word: &str| word.len() > 1 && word.bytes().all(|it| it.is_ascii_alphabetic());
    let words: Vec<_> = literal.split(' ').map(is_word).collect();
    let sentence = literal.starts_with(|it: char| it.is_ascii_uppercase())
        && literal[1..].starts_with(|it: char| it.is_ascii_lowercase());
    sentence || words.windows(2).any(|it| it[0] && it[1])
}

/// The literals of a source that may be shown, with their lines: none of comments, of classes, or of
/// the reasons of lints.
fn literals(text: &str) -> impl Iterator<Item = (usize, String)> {
    text.lines().enumerate().flat_map(|(number, line)| {
        let mut found = Vec::new();
        let (mut rest, mut before) = (line, String::new());
        while let Some(at) = rest.find('"') {
            before.push_str(&rest[..at]);
            if before.contains("//") {
                break;
            }
            let body = &rest[at + 1..];
            let Some(end) = end_of(body) else { break };
            let (literal, after) = (&body[..end], &body[end + 1..]);
            let place = before.rsplit([' ', ',']).next().unwrap_or_default();
            let is_other = place.contains("class=")
                || before.ends_with("reason = ")
                || before.rsplit_once("class=").is_some_and(|it| !it.1.contains(['>', '<']));
            if !is_other {
                found.push((number + 1, literal.to_owned()));
            }
            before.push_str("\"\"");
            rest = after;
        }
        found
    })
}

/// Where a literal ends.
fn end_of(body: &str) -> Option<usize> {
    let mut escaped = false;
    body.char_indices().find_map(|(at, letter)| {
        let is_end = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        is_end.then_some(at)
    })
}

/// The sources whose words are seen: all of the page but its texts and its tests.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() && name != "texts" {
            sources(&path, into);
        } else if name.ends_with(".rs") && name != "tests.rs" && name != "texts.rs" {
            into.push(path);
        }
    }
}
