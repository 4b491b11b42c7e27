use std::collections::BTreeSet;

use super::{
    Table, accounts, card, chart, connections, device, devices, fill, firmware, form, format,
    function, messages, notices, prototypes, reasons, rollouts, settings, shell, sign_in, speak,
    ui,
};
use crate::language::Language;
use crate::test;

/// Every area of the page.
const AREAS: [&[(&str, &str, &str)]; 18] = [
    accounts::ALL,
    card::ALL,
    chart::ALL,
    connections::ALL,
    device::ALL,
    devices::ALL,
    firmware::ALL,
    format::ALL,
    function::ALL,
    messages::ALL,
    notices::ALL,
    prototypes::ALL,
    reasons::ALL,
    rollouts::ALL,
    settings::ALL,
    shell::ALL,
    sign_in::ALL,
    ui::ALL,
];

const FILES: [(&str, &str); 3] = [
    ("zh-TW", include_str!("../../locales/zh-TW.txt")),
    ("zh-CN", include_str!("../../locales/zh-CN.txt")),
    ("ja", include_str!("../../locales/ja.txt")),
];

#[test]
fn every_language_says_everything_and_nothing_else() {
    let wanted: BTreeSet<_> = AREAS.iter().copied().flatten().map(|(key, ..)| *key).collect();
    for (tag, file) in FILES {
        let said: Vec<_> = Table::read(file).keys().collect();
        let distinct: BTreeSet<_> = said.iter().copied().collect();
        assert_eq!(said.len(), distinct.len(), "{tag} says something twice");
        assert_eq!(wanted.difference(&distinct).collect::<Vec<_>>(), [&""; 0], "missing in {tag}");
        assert_eq!(distinct.difference(&wanted).collect::<Vec<_>>(), [&""; 0], "idle in {tag}");
    }
}

#[test]
fn every_form_of_every_text_has_the_same_parts() {
    for (key, english, declared) in AREAS.iter().copied().flatten() {
        let declared: BTreeSet<_> =
            declared.split([',', '#', ' ']).filter(|it| !it.is_empty()).collect();
        for form in english.trim_end_matches(" | ").split(" | ") {
            assert_eq!(parts(form), declared, "{key} in English");
        }
        for (tag, file) in FILES {
            let table = Table::read(file);
            let text = table.text(key).unwrap_or_else(|| panic!("{tag} has no {key}"));
            assert!(!text.contains(" | "), "{tag} has one form for any number: {key}");
            assert_eq!(parts(text), declared, "{key} in {tag}");
        }
    }
}

#[test]
fn every_language_has_its_file() {
    let tags = Language::ALL.iter().filter(|it| **it != Language::English).map(|it| it.tag());
    assert!(tags.eq(FILES.iter().map(|(tag, _)| *tag)));
}

#[test]
fn a_text_is_that_of_the_language_or_else_english() {
    let table = Box::leak(Box::new(Table::read("# shell\nshell.skip = 跳到內容\n")));
    speak(Some(table));
    assert_eq!((shell::skip(), shell::reload()), ("跳到內容", "Reload"));
    speak(None);
    assert_eq!(shell::skip(), "Skip to the content");
}

#[test]
fn parts_stand_where_the_language_wants_them() {
    let parts: [(&str, &dyn core::fmt::Display); 2] = [("name", &"Ada {x}"), ("n", &3)];
    assert_eq!(fill("{n} for {name}", &parts), "3 for Ada {x}");
    assert_eq!(fill("{name}：{n}", &parts), "Ada {x}：3");
    assert_eq!(fill("{nobody}{", &parts), "");
}

#[test]
fn a_number_chooses_its_form() {
    assert_eq!([0, 1, 2].map(|n| form("one | more", n)), ["more", "one", "more"]);
    assert_eq!([0, 1, 2].map(|n| form("any", n)), ["any"; 3]);
}

fn parts(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|it| Some(it.split_once('}')?.0)).collect()
}
