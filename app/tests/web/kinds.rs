//! The widget of every kind (CONTRACT §1.2), as controller and as display, in each of its looks: what all
//! of them have to do.

use leptos::prelude::document;
use leptos::task::tick;
use mcs_model::function::{Run, Trouble, Written};
use mcs_model::{
    Bounds, CategoryOption, ChannelKind, Direction, GamepadButtons, Template, Timestamp, Value,
};
use mcs_view::protocol::{RunsState, Shown, Unfit, Wrong};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlButtonElement, HtmlElement, HtmlSelectElement};

use crate::page::{AT, Page};

/// What no kind but text takes, and must not become elements.
const NONSENSE: &str = "no <b>value</b> at all";

/// A kind with a value of it, the words that its widget then shows, and what may be typed in its controller.
#[derive(Clone)]
struct Case {
    kind: ChannelKind,
    value: Value,
    words: &'static str,
    typed: Option<Typed>,
}

#[derive(Clone, Copy)]
struct Typed {
    /// Fields and what is typed there.
    good: &'static [(&'static str, &'static str)],
    /// What that sends.
    sent: &'static str,
    /// What one field does not take.
    bad: (&'static str, &'static str),
    /// What the widget says to it.
    why: &'static str,
}

/// What the page looks like.
const STYLE: &str = concat!(
    include_str!("../../style/tokens.css"),
    include_str!("../../style/base.css"),
    include_str!("../../style/cards.css"),
);

const BOUNDS: Bounds = Bounds { lower: -10.0, upper: 300.0 };

fn typed(
    good: &'static [(&'static str, &'static str)],
    sent: &'static str,
    bad: (&'static str, &'static str),
    why: &'static str,
) -> Option<Typed> {
    Some(Typed { good, sent, bad, why })
}

fn cases() -> Vec<Case> {
    let case = |kind, value, words, typed| Case { kind, value, words, typed };
    let option =
        |name: &str, value: &str| CategoryOption { name: name.into(), value: value.into() };
    let options = vec![option("Slow", "1"), option("Fast", "2")];
    let whole = |unit: &str, bounds| ChannelKind::Integer { unit: unit.into(), bounds };
    let too_high = "Too high: allowed is −10 to 300";
    vec![
        case(ChannelKind::Switch, Value::Switch(true), "On", None),
        case(ChannelKind::Gpio, Value::Gpio(true), "High", None),
        case(ChannelKind::Category { options }, Value::Category("2".into()), "Fast", None),
        case(
            whole("rpm", Some(BOUNDS)),
            Value::Integer(-7),
            "−7rpm",
            typed(&[("input-x", "42")], "42", ("input-x", "301"), too_high),
        ),
        case(
            whole("", None),
            Value::Integer(7),
            "7",
            typed(&[("input-x", "-3")], "-3", ("input-x", "1.5"), "This is not a whole number"),
        ),
        case(
            ChannelKind::Float { unit: "°C".into(), bounds: Some(BOUNDS) },
            Value::Float(-0.5),
            "−0.50°C",
            typed(&[("input-x", "2.5")], "2.5", ("input-x", "300.1"), too_high),
        ),
        case(
            ChannelKind::Hex,
            Value::Hex("0AF1".into()),
            "0AF1",
            typed(
                &[("input-x", "ff")],
                "ff",
                ("input-x", "xyz"),
                "This is not hexadecimal: only 0–9 and A–F are",
            ),
        ),
        case(
            ChannelKind::String,
            Value::String("two, three".into()),
            "two, three",
            typed(
                &[("input-x", " a, b")],
                " a, b",
                ("input-x", "one\ntwo"),
                "A line break cannot be sent",
            ),
        ),
        case(
            ChannelKind::Gps,
            Value::Gps { latitude: -1.5, longitude: 103.25, altitude: 12.0 },
            "1.50° S, 103.25° E",
            typed(
                &[("input-x", "1"), ("input-x-longitude", "2"), ("input-x-altitude", "3")],
                "1,2,3",
                ("input-x", "91"),
                "Too high: allowed is −90 to 90",
            ),
        ),
        case(
            ChannelKind::Pwm,
            Value::Pwm { value: 500, period: 20 },
            "500",
            typed(
                &[("input-x", "600"), ("input-x-period", "30")],
                "600,30",
                ("input-x", "1001"),
                "Too high: allowed is 0 to 1000",
            ),
        ),
        case(
            ChannelKind::Analog { bounds: BOUNDS },
            Value::Analog(128),
            "128",
            typed(
                &[("input-x", "129")],
                "129",
                ("input-x", "-11"),
                "Too low: allowed is −10 to 300",
            ),
        ),
        case(
            ChannelKind::Gamepad { buttons: GamepadButtons::default() },
            Value::Gamepad { button: "up".into(), pressed: true },
            "up",
            None,
        ),
        case(ChannelKind::Image, Value::Image(crate::widgets::PNG.into()), "", None),
        case(
            ChannelKind::Function { code: "return {}".into() },
            Value::String("42".into()),
            "42",
            None,
        ),
    ]
}

/// A card for every widget that there is: of each kind, direction and look.
async fn widgets(test: &str) -> Vec<(Page, Case)> {
    let mut all = Vec::new();
    for (number, case) in cases().into_iter().enumerate() {
        let directions: &[Direction] = match case.kind {
            ChannelKind::Image | ChannelKind::Function { .. } => &[Direction::Display],
            ChannelKind::Analog { .. } | ChannelKind::Gamepad { .. } => &[Direction::Controller],
            _ => &[Direction::Controller, Direction::Display],
        };
        for &direction in directions {
            let looks = Template::choices(direction, &case.kind);
            let only = looks.is_empty().then_some(None);
            for look in looks.iter().copied().map(Some).chain(only) {
                let name = format!("{test} {number} {direction:?} {look:?}");
                all.push((
                    Page::looking(case.kind.clone(), direction, look, &name).await,
                    case.clone(),
                ));
            }
        }
    }
    all
}

/// The same, but only those where something is typed.
async fn entries(test: &str) -> Vec<(Page, Value, Typed)> {
    let all = widgets(test).await.into_iter();
    all.filter_map(|(page, case)| {
        let is_typed = page.has("input-x") && page.input("input-x").type_() != "range";
        Some((page, case.value, case.typed.filter(|_| is_typed)?))
    })
    .collect()
}

#[wasm_bindgen_test]
async fn every_widget_says_that_there_is_no_value_yet() {
    for (page, _) in widgets("nothing").await {
        let (name, seen) = (page.name(), page.seen());
        assert_eq!(page.find("value-x").get_attribute("data-value").as_deref(), Some(""), "{name}");
        assert!(seen.contains("No data"), "{name}: {seen}");
        assert!(seen.contains("never"), "{name}: {seen}");
        assert!(!page.has("misfit-x"), "{name}");
        assert!(
            page.all("[aria-checked='true'], [aria-pressed='true'], [data-on='true']").is_empty(),
            "{name}: on without a value"
        );
        assert!(page.sent().is_empty(), "{name}");
    }
}

#[wasm_bindgen_test]
async fn every_widget_shows_its_value() {
    for (page, case) in widgets("value").await {
        page.digits(2).await;
        page.says(case.value.clone()).await;
        let (name, seen) = (page.name(), page.seen());
        assert!(seen.contains(case.words), "{name}: {seen}");
        assert!(!seen.contains("No data"), "{name}: {seen}");
        assert!(!page.has("misfit-x"), "{name}");
        assert!(page.sent().is_empty(), "{name}");
    }
}

#[wasm_bindgen_test]
async fn every_widget_shows_what_is_no_value_of_it_as_such() {
    for (page, case) in widgets("misfit").await {
        if matches!(case.kind, ChannelKind::String | ChannelKind::Function { .. }) {
            continue;
        }
        page.says(case.value).await;
        let misfit = Some(Unfit::Unreadable(Wrong::Type));
        let value = Value::String(NONSENSE.to_owned());
        page.shows(Shown { value, at: Timestamp::from_millis(AT + 1), misfit }).await;
        let (name, seen) = (page.name(), page.seen());
        assert!(seen.contains(NONSENSE), "{name}: {seen}");
        assert!(page.text_of("misfit-x").starts_with("This is no"), "{name}");
        assert!(!seen.contains("No data"), "{name}: {seen}");
        assert!(
            page.all("b, [aria-checked='true'], [aria-pressed='true'], [data-on='true']")
                .is_empty(),
            "{name}: on, or elements of its text"
        );
    }
}

#[wasm_bindgen_test]
async fn numbers_out_of_bounds_are_shown_as_such() {
    for (page, case) in widgets("bounds").await {
        let value = match case.kind {
            ChannelKind::Integer { bounds: Some(_), .. } => Value::Integer(301),
            ChannelKind::Float { bounds: Some(_), .. } => Value::Float(301.0),
            ChannelKind::Analog { .. } => Value::Analog(301),
            _ => continue,
        };
        let at = Timestamp::from_millis(AT);
        page.shows(Shown { value, at, misfit: Some(Unfit::TooHigh) }).await;
        let (name, seen) = (page.name(), page.seen());
        assert!(seen.contains("301"), "{name}: {seen}");
        assert_eq!(page.text_of("misfit-x"), "Above the bounds −10 to 300", "{name}");
    }
}

#[wasm_bindgen_test]
async fn what_is_typed_is_sent_when_it_is_sent_and_not_before() {
    for (page, _, typed) in entries("typed").await {
        let name = page.name();
        let send: HtmlButtonElement = page.find("send-x").unchecked_into();
        assert!(send.disabled(), "{name}: there is nothing to send yet");
        for (field, text) in typed.good {
            page.type_in(field, text).await;
        }
        assert!(page.sent().is_empty(), "{name}: editing is not sending");
        page.click("send-x").await;
        assert_eq!(page.sent(), [typed.sent], "{name}");
        for (field, _) in typed.good {
            assert_eq!(page.input(field).value(), "", "{name}: what was sent is gone");
        }
    }
}

#[wasm_bindgen_test]
async fn what_is_typed_can_be_forgotten() {
    for (page, _, typed) in entries("forgotten").await {
        for (field, text) in typed.good {
            page.type_in(field, text).await;
        }
        page.click("clear-x").await;
        for (field, _) in typed.good {
            assert_eq!(page.input(field).value(), "", "{}", page.name());
        }
        page.click("send-x").await;
        assert!(page.sent().is_empty(), "{}", page.name());
    }
}

#[wasm_bindgen_test]
async fn what_is_out_of_bounds_is_not_sent_and_says_why() {
    for (page, _, typed) in entries("refused").await {
        let name = page.name();
        for (field, text) in typed.good {
            page.type_in(field, text).await;
        }
        let (field, text) = typed.bad;
        page.type_in(field, text).await;
        page.click("send-x").await;
        page.happens("send-x", "submit").await;
        page.key(field, "keydown", "Enter").await;
        assert!(page.sent().is_empty(), "{name}");
        assert!(page.text().contains(typed.why), "{name}: {}", page.text());
        let described = page.find(field).get_attribute("aria-describedby").unwrap_or_default();
        assert_eq!(page.text_of(&described), typed.why, "{name}: read with its field");
        assert_eq!(
            page.find(field).get_attribute("aria-invalid").as_deref(),
            Some("true"),
            "{name}"
        );
    }
}

#[wasm_bindgen_test]
async fn a_value_that_comes_does_not_touch_what_is_typed() {
    for (page, value, typed) in entries("kept").await {
        let (field, text) = typed.good[0];
        page.type_in(field, text).await;
        page.says(value).await;
        assert_eq!(page.input(field).value(), text, "{}", page.name());
    }
}

#[wasm_bindgen_test]
async fn nothing_is_sent_from_a_widget_that_is_locked() {
    for (page, case) in widgets("locked").await {
        page.says(case.value).await;
        page.lock("You may only look").await;
        for element in page.all("[data-testid^='input-x'], [data-testid='send-x']") {
            let element: HtmlElement = element.unchecked_into();
            let name = page.name();
            assert!(element.has_attribute("disabled"), "{name}: {}", element.outer_html());
            element.click();
        }
        tick().await;
        assert!(page.sent().is_empty(), "{}", page.name());
    }
}

#[wasm_bindgen_test]
async fn a_long_text_stays_within_its_card_and_is_whole() {
    let style = document().create_element("style").expect("an element");
    style.set_text_content(Some(STYLE));
    document().head().expect("a head").append_child(&style).expect("a place");
    let long = "W".repeat(3_000);
    for (page, _) in widgets(&"long".repeat(60)).await {
        page.root.set_attribute("style", "width: 320px").expect("a style");
        let value = Value::String(long.clone());
        page.shows(Shown { value, at: Timestamp::from_millis(AT), misfit: None }).await;
        let name = page.name();
        assert!(page.root.scroll_width() <= 320, "{name}: {}", page.root.scroll_width());
        assert!(page.text().contains(&long), "{name}");
        page.root.remove();
    }
    style.remove();
}

#[wasm_bindgen_test]
async fn a_slider_stands_where_the_value_is_and_sends_when_it_is_let_go() {
    for (page, case) in widgets("slider").await {
        let is_slider = page.has("input-x") && page.input("input-x").type_() == "range";
        let Some(typed) = case.typed.filter(|_| is_slider) else { continue };
        let name = page.name();
        page.says(case.value.clone()).await;
        // The page hears of the value, then the slider.
        tick().await;
        let stands: f64 = page.input("input-x").value().parse().expect("a number");
        // A slider of a decimal number has steps.
        let near = |text: &str, wanted: &str| {
            let first = |text: &str| text.split(',').next().and_then(|it| it.parse::<f64>().ok());
            first(text).zip(first(wanted)).is_some_and(|(it, wanted)| (it - wanted).abs() < 1.0)
        };
        assert!(near(&stands.to_string(), &case.value.to_string()), "{name}: {stands}");
        let (field, text) = typed.good[0];
        page.happens(field, "pointerdown").await;
        page.type_in(field, text).await;
        assert!(page.sent().is_empty(), "{name}: it is still held");
        page.happens(field, "change").await;
        let sent = page.sent();
        assert!(sent.len() == 1 && near(&sent[0], text), "{name}: {sent:?}");
    }
}

#[wasm_bindgen_test]
async fn a_key_is_chosen_from_the_list_and_then_sent() {
    let kind = cases().swap_remove(2).kind;
    let page = Page::looking(kind, Direction::Controller, Some(Template::List), "List").await;
    let list: HtmlSelectElement = page.find("input-x").unchecked_into();
    list.set_value("2");
    page.happens("input-x", "change").await;
    assert!(page.sent().is_empty());
    page.click("send-x").await;
    assert_eq!(page.sent(), ["2"]);
    assert_eq!(list.value(), "");
}

#[wasm_bindgen_test]
async fn a_function_says_how_its_last_run_went_and_keeps_the_others() {
    let kind = ChannelKind::Function { code: "return {}".to_owned() };
    let page = Page::looking(kind, Direction::Display, None, "Function").await;
    page.runs(RunsState::Awaited).await;
    assert!(page.text().contains("Fetching the history"));
    page.runs(RunsState::Unknown).await;
    assert!(page.text().contains("The server does not tell the history"));
    page.runs(RunsState::Here(Vec::new())).await;
    assert!(page.text().contains("The function has not run yet"));
    let fine = Run {
        at: Timestamp::from_millis(AT),
        value: NONSENSE.to_owned(),
        points: vec![Written { channel: "t".parse().expect("an id"), value: "5.5".to_owned() }],
        console: vec![NONSENSE.to_owned(), "second".to_owned()],
        unlogged: 3,
        troubles: Vec::new(),
        micros: 1_234,
    };
    page.runs(RunsState::Here(vec![fine.clone()])).await;
    assert_eq!(page.text_of("status-x"), "OK");
    assert!(page.text().contains("Wrote 5.5 to t."));
    assert!(page.text().contains(NONSENSE));
    assert!(page.text().contains("And 3 more lines, which are not kept."));
    let failed = Run { troubles: vec![Trouble::Itself], ..fine.clone() };
    page.runs(RunsState::Here(vec![failed, fine])).await;
    assert_eq!(page.text_of("status-x"), "FAILED");
    assert_eq!(page.all("[data-testid='run']").len(), 2);
    // What went wrong is open at once, else what was logged.
    let open = "[role='tabpanel']:not([hidden])";
    let panels: Vec<_> = page.all(open).iter().filter_map(|it| it.text_content()).collect();
    assert!(panels[0].contains("It returned a value for itself."), "{panels:?}");
    assert!(panels[1].contains("second"), "{panels:?}");
    page.click("tab-console").await;
    assert!(page.all(open)[0].text_content().is_some_and(|it| it.contains("second")));
    let ids: std::collections::BTreeSet<_> = page.all("[id]").iter().map(|it| it.id()).collect();
    assert_eq!(ids.len(), page.all("[id]").len(), "ids are unique");
    assert!(page.text().contains("It returned a value for itself."));
    assert!(page.all("b").is_empty());
    page.runs(RunsState::Nowhere).await;
    assert!(page.has("nowhere-x"));
}

#[wasm_bindgen_test]
async fn a_run_that_was_opened_stays_open_while_others_come() {
    let kind = ChannelKind::Function { code: "return {}".to_owned() };
    let page = Page::looking(kind, Direction::Display, None, "Function").await;
    let run = |number: u64| Run {
        at: Timestamp::from_millis(AT + number),
        value: format!("value {number}"),
        points: Vec::new(),
        console: vec![format!("logged {number}")],
        unlogged: 0,
        troubles: Vec::new(),
        micros: 1,
    };
    page.runs(RunsState::Here(vec![run(1)])).await;
    page.all("[data-testid='run'] > summary")[0].unchecked_ref::<HtmlElement>().click();
    page.click("tab-system").await;
    page.runs(RunsState::Here(vec![run(3), run(2), run(1)])).await;
    let runs = page.all("[data-testid='run']");
    let open: Vec<_> = runs.iter().map(|it| it.has_attribute("open")).collect();
    assert_eq!(open, [false, false, true]);
    let panels = page.all("[role='tabpanel']:not([hidden])");
    assert!(panels[2].text_content().is_some_and(|it| it.contains("nothing was written")));
    // The oldest are forgotten.
    page.runs(RunsState::Here(vec![run(4), run(3)])).await;
    assert_eq!(page.all("[data-testid='run'][open]").len(), 0);
    assert_eq!(page.all("[data-testid='run']").len(), 2);
}

#[wasm_bindgen_test]
async fn a_video_says_that_there_is_nothing_to_play() {
    let page = Page::looking(ChannelKind::Video, Direction::Display, None, "Door").await;
    assert!(page.text_of("value-x").starts_with("Disconnected"));
    assert!(page.text_of("value-x").contains("browsers cannot play MPEG1"));
}
