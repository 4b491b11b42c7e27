//! Cards in a real browser: what they show, what they send, what they refuse.

#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;
use std::rc::Rc;

use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::tick;
use mcs_app::card::ChannelCard;
use mcs_model::{Bounds, Channel, ChannelKind, Direction, Timestamp, Value};
use mcs_view::protocol::{CardState, Control, ControlFailure, ControlStage, Shown};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn a_card_shows_its_value_with_name_unit_and_time() {
    let page = Page::open(float(Direction::Display), "Temperature").await;
    page.says(Value::Float(21.5)).await;
    assert_eq!(page.find("value-x").text_content().as_deref(), Some("21.5°C"));
    assert_eq!(page.find("value-x").get_attribute("data-value").as_deref(), Some("21.5"));
    assert_eq!(page.find("at-x").get_attribute("data-at").as_deref(), Some("1700000000000"));
    assert!(page.text().contains("Temperature"));
}

#[wasm_bindgen_test]
async fn a_card_without_a_point_says_so() {
    let page = Page::open(float(Direction::Display), "Temperature").await;
    assert!(page.find("value-x").text_content().is_some_and(|text| text.starts_with("No data")));
    assert_eq!(page.find("value-x").get_attribute("data-value").as_deref(), Some(""));
}

#[wasm_bindgen_test]
async fn a_click_on_a_switch_asks_for_the_other_state() {
    let page = Page::open((ChannelKind::Switch, Direction::Controller), "Lamp").await;
    page.says(Value::Switch(true)).await;
    page.click("input-x").await;
    assert_eq!(page.sent(), ["0"]);
}

#[wasm_bindgen_test]
async fn a_switch_shows_what_was_asked_until_it_failed_and_then_the_truth() {
    let page = Page::open((ChannelKind::Switch, Direction::Controller), "Lamp").await;
    page.says(Value::Switch(false)).await;
    page.asked(Value::Switch(true), ControlStage::Sent).await;
    assert_eq!(page.find("input-x").get_attribute("aria-checked").as_deref(), Some("true"));
    assert_eq!(page.stage(), "sent");
    page.asked(Value::Switch(true), ControlStage::Failed(ControlFailure::DeviceOffline)).await;
    assert_eq!(page.find("input-x").get_attribute("aria-checked").as_deref(), Some("false"));
    assert_eq!(page.stage(), "failed");
    assert!(page.find("chip-x").text_content().is_some_and(|text| text.contains("offline")));
}

#[wasm_bindgen_test]
async fn editing_sends_nothing_until_it_is_sent() {
    let page = Page::open(float(Direction::Controller), "Set point").await;
    page.type_in("input-x", "22.25").await;
    assert!(page.sent().is_empty());
    page.click("send-x").await;
    assert_eq!(page.sent(), ["22.25"]);
    assert_eq!(page.input("input-x").value(), "");
}

#[wasm_bindgen_test]
async fn a_number_out_of_bounds_cannot_be_sent_and_says_why() {
    let page = Page::open(float(Direction::Controller), "Set point").await;
    page.type_in("input-x", "200").await;
    page.click("send-x").await;
    assert!(page.sent().is_empty());
    let why = page.find("input-error-x").text_content().unwrap_or_default();
    assert_eq!(why, "Too high: allowed is −40 to 125");
}

#[wasm_bindgen_test]
async fn nothing_is_sent_where_sending_is_not_allowed() {
    let page = Page::open((ChannelKind::Switch, Direction::Controller), "Lamp").await;
    page.lock("Your role may only see").await;
    page.click("input-x").await;
    assert!(page.sent().is_empty());
}

#[wasm_bindgen_test]
async fn markup_in_a_payload_or_a_name_stays_text() {
    let markup = "<img src=x onerror=alert(1)><b>bold</b>";
    let page = Page::open((ChannelKind::String, Direction::Display), markup).await;
    page.says(Value::String(markup.to_owned())).await;
    assert_eq!(page.find("value-x").text_content().as_deref(), Some(markup));
    assert!(page.root.query_selector("img, b").expect("a selector").is_none());
}

/// A card alone on a page.
struct Page {
    root: HtmlElement,
    state: RwSignal<CardState>,
    locked: RwSignal<Option<&'static str>>,
    sent: Rc<RefCell<Vec<String>>>,
}

impl Page {
    async fn open((kind, direction): (ChannelKind, Direction), name: &str) -> Self {
        let channel = Channel {
            id: "x".parse().expect("a channel id"),
            name: name.to_owned(),
            description: String::new(),
            direction,
            kind,
        };
        let root: HtmlElement =
            document().create_element("div").expect("an element").unchecked_into();
        document().body().expect("a body").append_child(&root).expect("a place");
        let empty = CardState { channel: channel.id.clone(), value: None, control: None };
        let state = RwSignal::new(empty);
        let locked = RwSignal::new(None);
        let sent = Rc::new(RefCell::new(Vec::new()));
        let record = StoredValue::new_local(sent.clone());
        let on_send = Callback::new(move |text: String| {
            record.with_value(|sent| sent.borrow_mut().push(text));
        });
        let handle = mount_to(root.clone(), move || {
            view! { <ChannelCard channel state now=1_700_000_060_000_u64 locked on_send/> }
        });
        // The page stays until the browser closes.
        handle.forget();
        tick().await;
        Self { root, state, locked, sent }
    }

    async fn says(&self, value: Value) {
        let at = Timestamp::from_millis(1_700_000_000_000);
        self.state.update(|state| state.value = Some(Shown { value, at, misfit: None }));
        tick().await;
    }

    async fn asked(&self, value: Value, stage: ControlStage) {
        let sent = Timestamp::from_millis(1_700_000_001_000);
        self.state
            .update(|state| state.control = Some(Control { desired: Some(value), stage, sent }));
        tick().await;
    }

    async fn lock(&self, why: &'static str) {
        self.locked.set(Some(why));
        tick().await;
    }

    async fn click(&self, testid: &str) {
        self.find(testid).unchecked_into::<HtmlElement>().click();
        tick().await;
    }

    async fn type_in(&self, testid: &str, text: &str) {
        let input = self.input(testid);
        input.set_value(text);
        let bubbling = EventInit::new();
        bubbling.set_bubbles(true);
        let event = Event::new_with_event_init_dict("input", &bubbling).expect("an event");
        input.dispatch_event(&event).expect("a listener");
        tick().await;
    }

    fn find(&self, testid: &str) -> Element {
        let found = self.root.query_selector(&format!("[data-testid='{testid}']"));
        found.ok().flatten().unwrap_or_else(|| panic!("{testid} is on the page"))
    }

    fn input(&self, testid: &str) -> HtmlInputElement {
        self.find(testid).unchecked_into()
    }

    fn stage(&self) -> String {
        self.find("chip-x").get_attribute("data-stage").unwrap_or_default()
    }

    fn sent(&self) -> Vec<String> {
        self.sent.borrow().clone()
    }

    fn text(&self) -> String {
        self.root.text_content().unwrap_or_default()
    }
}

fn float(direction: Direction) -> (ChannelKind, Direction) {
    let bounds = Some(Bounds { lower: -40.0, upper: 125.0 });
    (ChannelKind::Float { unit: "°C".to_owned(), bounds }, direction)
}
