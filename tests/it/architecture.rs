//! The rules that hold the workspace together: who may import whom, and what the core never does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The core: pure crates, which run in a browser, on a server and in a simulated world.
///
/// Their dependencies outside of the workspace are exactly these.
const CORE: [(&str, &[&str]); 11] = [
    ("mcs-time", &[]),
    ("mcs-model", &["serde", "serde_json", "utoipa"]),
    ("mcs-session", &["mqtt-protocol-core"]),
    ("mcs-command", &[]),
    ("mcs-digest", &["sha2"]),
    ("mcs-fota", &["minisign-verify", "serde", "serde_json"]),
    ("mcs-series", &[]),
    ("mcs-sorted", &[]),
    ("mcs-view", &["postcard", "regex-lite", "serde"]),
    ("mcs-chart", &["serde"]),
    ("mcs-sim", &["mqtt-protocol-core"]),
];

/// Who may import whom within the workspace; every other edge is an error.
const EDGES: [(&str, &[&str]); 19] = [
    ("mcs-time", &[]),
    ("mcs-sorted", &[]),
    ("mcs-model", &["mcs-sorted"]),
    ("mcs-session", &["mcs-sorted", "mcs-time"]),
    ("mcs-command", &["mcs-model", "mcs-time"]),
    ("mcs-digest", &[]),
    ("mcs-fota", &["mcs-digest", "mcs-model", "mcs-time"]),
    ("mcs-series", &["mcs-sorted"]),
    (
        "mcs-view",
        &[
            "mcs-digest",
            "mcs-fota",
            "mcs-model",
            "mcs-series",
            "mcs-session",
            "mcs-sorted",
            "mcs-time",
        ],
    ),
    ("mcs-chart", &["mcs-model", "mcs-sorted", "mcs-view"]),
    (
        "mcs-engine",
        &[
            "mcs-chart",
            "mcs-digest",
            "mcs-model",
            "mcs-session",
            "mcs-sorted",
            "mcs-time",
            "mcs-view",
        ],
    ),
    ("mcs-app", &["mcs-chart", "mcs-model", "mcs-sorted", "mcs-view"]),
    (
        "mcs-server",
        &["mcs-command", "mcs-device", "mcs-digest", "mcs-fota", "mcs-model", "mcs-time"],
    ),
    (
        "mcs-device",
        &["mcs-command", "mcs-digest", "mcs-fota", "mcs-model", "mcs-session", "mcs-time"],
    ),
    ("mcs-sim", &["mcs-command", "mcs-session", "mcs-time"]),
    // It sees the programs from outside, as their users do.
    ("mcs-bench", &[]),
    // One loop of ours alone, among libraries.
    ("mcs-bench-md5", &["mcs-digest"]),
    ("mcs-tests", &[]),
    ("xtask", &[]),
];

/// What the core never names: clocks, I/O, threads, tasks, and an order that depends on a hash.
const IMPURE: [&str; 13] = [
    "std::time::Instant",
    "Instant::now",
    "SystemTime",
    "std::net",
    "std::fs",
    "std::io",
    "std::env",
    "std::thread",
    "std::process",
    "async fn",
    ".await",
    "HashMap",
    "HashSet",
];

/// Ways to make markup of a text; a broker's text is only ever a text node.
const SINKS: [&str; 7] = [
    "inner_html",
    "innerHTML",
    "outerHTML",
    "outer_html",
    "insertAdjacentHTML",
    "insert_adjacent_html",
    "document.write",
];

/// No source file is longer.
const MAX_LINES: usize = 500;

#[test]
fn crates_import_only_whom_the_table_allows() {
    let allowed = BTreeMap::from(EDGES);
    let mut wrong = Vec::new();
    for package in packages() {
        let Some(allowed) = allowed.get(package.name.as_str()) else {
            wrong.push(format!("{} is not in the table", package.name));
            continue;
        };
        let ours = package.needs.iter().filter(|it| is_ours(it));
        let others = ours.filter(|it| !allowed.contains(&it.as_str()));
        wrong.extend(others.map(|it| format!("{} imports {it}", package.name)));
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn core_crates_depend_on_nothing_else_outside_of_the_workspace() {
    let packages = packages();
    for (name, expected) in CORE {
        let package = packages.iter().find(|it| it.name == name).expect(name);
        let outside: Vec<_> = package.needs.iter().filter(|it| !is_ours(it)).collect();
        assert_eq!(outside, expected, "{name}");
    }
}

#[test]
fn core_crates_have_no_clock_no_io_and_no_async() {
    let folders = CORE.map(|(name, _)| root().join("crates").join(name).join("src"));
    assert_eq!(mentions(&folders, &IMPURE), [""; 0]);
}

#[test]
fn the_console_makes_no_markup_of_text() {
    let folders = ["app", "crates/mcs-engine/src", "crates/mcs-view/src"];
    assert_eq!(mentions(&folders.map(|it| root().join(it)), &SINKS), [""; 0]);
}

#[test]
fn source_files_stay_small() {
    let folders = ["app", "bench", "crates", "tests", "xtask"].map(|it| root().join(it));
    let sources = folders.iter().flat_map(|it| sources(it));
    let long = sources.filter(|(_, text)| text.lines().count() > MAX_LINES);
    assert_eq!(long.map(|(path, _)| path.display().to_string()).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn every_section_of_the_contract_that_is_cited_exists() {
    let contract = fs::read_to_string(root().join("docs/CONTRACT.md")).expect("the contract");
    let sections: BTreeSet<_> = contract.lines().filter_map(section).collect();
    let folders = ["app", "crates", "tests"].map(|it| root().join(it));
    let mut missing = Vec::new();
    for (path, text) in folders.iter().flat_map(|it| sources(it)) {
        let cited = citations(&text).into_iter().filter(|it| !sections.contains(it));
        missing.extend(cited.map(|it| format!("{}: §{it}", path.display())));
    }
    assert_eq!(missing, [""; 0]);
}

#[test]
fn a_citation_may_name_several_sections() {
    let text = "(CONTRACT §2.2 to §2.4, §9.3 rules 1 to 6), and then §7 of the law";
    assert_eq!(citations(text), ["2.2", "2.4", "9.3"]);
}

/// The number at the start of a heading.
fn section(line: &str) -> Option<&str> {
    let number = line.strip_prefix('#')?.trim_start_matches('#').split_whitespace().next()?;
    Some(number.trim_end_matches('.'))
}

/// The sections that stand behind the word `CONTRACT`, up to the end of the bracket or of the sentence.
fn citations(text: &str) -> Vec<&str> {
    let mut cited = Vec::new();
    for behind in text.split("CONTRACT §").skip(1) {
        let end = behind.find(|it| [')', ':', '`', '"'].contains(&it)).unwrap_or(behind.len());
        let sections = behind[..end].split('\u{a7}');
        let number = |it: &'_ str| it.find(|it: char| !it.is_ascii_digit() && it != '.');
        for section in sections {
            let section = &section[..number(section).unwrap_or(section.len())];
            cited.push(section.trim_end_matches('.'));
        }
    }
    cited.retain(|it| !it.is_empty());
    cited
}

/// A member of the workspace and what it is built from; what only its tests need does not count.
struct Package {
    name: String,
    needs: BTreeSet<String>,
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let mut found = Vec::new();
    for package in packages {
        let needs = package["dependencies"].as_array().expect("dependencies");
        let needs = needs.iter().filter(|it| it["kind"] != "dev").map(|it| text(&it["name"]));
        found.push(Package { name: text(&package["name"]), needs: needs.collect() });
    }
    found
}

fn is_ours(package: &str) -> bool {
    package.starts_with("mcs-") || package == "xtask"
}

/// The lines of production code below `folders` that hold one of `words`, as `file:line: word`.
fn mentions(folders: &[PathBuf], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in folders.iter().flat_map(|it| sources(it)) {
        if is_test(&path) {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let hits = words.iter().filter(|word| holds(code, word));
            let path = path.display();
            found.extend(hits.map(|word| format!("{path}:{}: {word}", index + 1)));
        }
    }
    found
}

/// Whether `word` stands in `code` and does not go on as a longer name.
fn holds(code: &str, word: &str) -> bool {
    let is_name = |it: char| it.is_alphanumeric() || it == '_';
    let mut ends = code.match_indices(word).map(|(start, _)| &code[start + word.len()..]);
    ends.any(|rest| !rest.starts_with(is_name))
}

fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|it| it == "tests")
        || path.iter().any(|part| part == "tests" || part == "target")
}

/// Every Rust and JavaScript file below `folder`, by its path in the repository.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs" || it == "js") {
            let text = fs::read_to_string(&path).expect("a readable source");
            found.push((path.strip_prefix(root()).unwrap_or(&path).to_owned(), text));
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}
