//! What every card does.

use mcs_model::{ChannelKind, Direction, Value};
use mcs_view::protocol::{ControlFailure, ControlStage, Shown, Unfit, Wrong};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{AT, Page, float};

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

#[wasm_bindgen_test]
async fn markup_in_every_text_of_a_card_stays_text() {
    let markup = "<img src=x onerror=alert(1)>";
    let kind = ChannelKind::Float { unit: markup.to_owned(), bounds: None };
    let page = Page::described((kind, Direction::Controller), markup, markup).await;
    let misfit = Some(Unfit::Unreadable(Wrong::Type));
    let value = Value::String(markup.to_owned());
    let at = mcs_model::Timestamp::from_millis(AT);
    page.shows(Shown { value: value.clone(), at, misfit }).await;
    page.asked(value, ControlStage::Failed(ControlFailure::Refused(0x87))).await;
    assert!(page.root.query_selector("img").expect("a selector").is_none());
    assert!(page.text_of("value-x").contains(markup));
    assert_eq!(page.text_of("misfit-x"), "This is not a number");
    assert_eq!(page.text_of("chip-x"), "failed: the broker does not allow it");
    assert_eq!(page.text_of("description-x"), markup);
}

#[wasm_bindgen_test]
async fn a_value_out_of_bounds_is_shown_as_such() {
    let page = Page::open(float(Direction::Display), "Temperature").await;
    let at = mcs_model::Timestamp::from_millis(AT);
    let value = Value::Float(150.5);
    page.shows(Shown { value, at, misfit: Some(Unfit::TooHigh) }).await;
    assert_eq!(page.text_of("value-x"), "150.5°C");
    assert_eq!(page.text_of("misfit-x"), "Above the bounds −40 to 125");
}

#[wasm_bindgen_test]
async fn a_channels_decimals_do_not_jump() {
    let page = Page::open(float(Direction::Display), "Temperature").await;
    page.digits(2).await;
    page.says(Value::Float(21.0)).await;
    assert_eq!(page.text_of("value-x"), "21.00°C");
}

#[wasm_bindgen_test]
async fn a_command_that_waits_can_be_dropped() {
    let page = Page::open((ChannelKind::Switch, Direction::Controller), "Lamp").await;
    assert!(!page.has("drop-x"));
    let until = mcs_model::Timestamp::from_millis(AT);
    page.asked(Value::Switch(true), ControlStage::Waiting { until }).await;
    assert_eq!(page.stage(), "waiting");
    page.click("drop-x").await;
    assert_eq!(page.dropped(), 1);
}

#[wasm_bindgen_test]
async fn what_another_did_is_said_to_come_from_elsewhere() {
    let page = Page::open((ChannelKind::Switch, Direction::Controller), "Lamp").await;
    page.says(Value::Switch(true)).await;
    page.asked(Value::Switch(true), ControlStage::Elsewhere).await;
    assert_eq!(page.stage(), "elsewhere");
    assert!(page.text_of("chip-x").contains("another operator"));
}
