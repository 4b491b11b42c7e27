//! What the widget of each kind shows and sends.

use leptos::prelude::*;
use leptos::task::tick;
use mcs_model::{Bounds, CategoryOption, ChannelKind, Direction, GamepadButtons, Timestamp, Value};
use mcs_view::protocol::Shown;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::{AT, Page, float};

/// The smallest PNG.
pub(crate) const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn controller(kind: ChannelKind) -> (ChannelKind, Direction) {
    (kind, Direction::Controller)
}

fn display(kind: ChannelKind) -> (ChannelKind, Direction) {
    (kind, Direction::Display)
}

fn speeds() -> ChannelKind {
    let option =
        |name: &str, value: &str| CategoryOption { name: name.into(), value: value.into() };
    ChannelKind::Category { options: vec![option("Slow", "1"), option("Fast <b>", "2")] }
}

fn place(latitude: f64, longitude: f64) -> Value {
    Value::Gps { latitude, longitude, altitude: 170.0 }
}

async fn trail(page: &Page, values: Vec<Value>) {
    let point =
        |(n, value)| Shown { value, at: Timestamp::from_millis(AT + n as u64), misfit: None };
    page.trail.set(values.into_iter().enumerate().map(point).collect());
    tick().await;
}

#[wasm_bindgen_test]
async fn a_switch_that_is_shown_has_a_lamp_and_nothing_to_press() {
    let page = Page::open(display(ChannelKind::Switch), "Lamp").await;
    page.says(Value::Switch(true)).await;
    assert_eq!(page.text_of("value-x"), "On");
    assert!(!page.has("input-x"));
}

#[wasm_bindgen_test]
async fn a_gpio_is_low_or_high() {
    let page = Page::open(controller(ChannelKind::Gpio), "Pin").await;
    page.says(Value::Gpio(false)).await;
    assert!(page.text_of("input-x").contains("Low"));
    page.click("input-x").await;
    assert_eq!(page.sent(), ["1"]);
}

#[wasm_bindgen_test]
async fn a_category_shows_the_name_and_sends_the_key() {
    let page = Page::open(display(speeds()), "Speed").await;
    page.says(Value::Category("2".to_owned())).await;
    assert_eq!(page.text_of("value-x"), "Fast <b>");
    page.click("template-x-lamps").await;
    assert_eq!(page.find("value-x").get_attribute("data-value").as_deref(), Some("2"));
    page.click("template-x-word").await;

    let page = Page::open(controller(speeds()), "Speed").await;
    page.click("template-x-buttons").await;
    page.click("input-x-2").await;
    assert_eq!(page.sent(), ["2"]);
    page.click("template-x-list").await;
}

#[wasm_bindgen_test]
async fn the_chosen_look_is_remembered() {
    let page = Page::open(float(Direction::Controller), "Set point").await;
    page.click("template-x-slider").await;
    assert_eq!(page.find("input-x").get_attribute("type").as_deref(), Some("range"));
    let page = Page::open(float(Direction::Controller), "Set point").await;
    assert_eq!(page.find("input-x").get_attribute("type").as_deref(), Some("range"));
    page.click("template-x-boxes").await;
    assert_eq!(page.find("input-x").get_attribute("type").as_deref(), Some("text"));
}

#[wasm_bindgen_test]
async fn a_slider_sends_when_it_is_let_go_and_not_before() {
    let bounds = Bounds { lower: 0.0, upper: 255.0 };
    let page = Page::open(controller(ChannelKind::Analog { bounds }), "Level").await;
    page.says(Value::Analog(10)).await;
    leptos::task::tick().await;
    assert_eq!(page.input("input-x").value(), "10");
    page.happens("input-x", "pointerdown").await;
    page.type_in("input-x", "128").await;
    assert!(page.sent().is_empty());
    page.happens("input-x", "change").await;
    assert_eq!(page.sent(), ["128"]);
}

#[wasm_bindgen_test]
async fn a_slider_that_is_moved_by_keys_waits_for_enter() {
    let bounds = Bounds { lower: 0.0, upper: 255.0 };
    let page = Page::open(controller(ChannelKind::Analog { bounds }), "Level").await;
    page.key("input-x", "keydown", "ArrowRight").await;
    page.type_in("input-x", "11").await;
    page.happens("input-x", "change").await;
    assert!(page.sent().is_empty());
    page.key("input-x", "keydown", "Enter").await;
    assert_eq!(page.sent(), ["11"]);
}

#[wasm_bindgen_test]
async fn a_pwm_says_which_field_is_empty_or_wrong() {
    let page = Page::open(controller(ChannelKind::Pwm), "Motor").await;
    page.type_in("input-x", "500").await;
    assert_eq!(page.text_of("input-error-x"), "");
    assert_eq!(page.text_of("input-error-x-period"), "The period is empty");
    page.type_in("input-x-period", "2000").await;
    assert_eq!(page.text_of("input-error-x-period"), "Too high: allowed is 0 to 1000");
    page.click("send-x").await;
    assert!(page.sent().is_empty());
    page.type_in("input-x-period", "20").await;
    page.click("send-x").await;
    assert_eq!(page.sent(), ["500,20"]);
}

#[wasm_bindgen_test]
async fn a_slider_of_a_pwm_leaves_the_other_where_it_stands() {
    let page = Page::open(controller(ChannelKind::Pwm), "Motor").await;
    page.says(Value::Pwm { value: 100, period: 20 }).await;
    page.click("template-x-slider").await;
    page.happens("input-x", "pointerdown").await;
    page.type_in("input-x", "300").await;
    page.happens("input-x", "change").await;
    assert_eq!(page.sent(), ["300,20"]);
    page.click("template-x-boxes").await;
}

#[wasm_bindgen_test]
async fn hexadecimal_is_held_to_its_digits() {
    let page = Page::open(controller(ChannelKind::Hex), "Mask").await;
    page.type_in("input-x", "12G").await;
    assert!(page.text_of("input-error-x").contains("0–9 and A–F"));
    page.type_in("input-x", "ab12").await;
    page.click("send-x").await;
    assert_eq!(page.sent(), ["ab12"]);
}

#[wasm_bindgen_test]
async fn enter_sends_a_text() {
    let page = Page::open(controller(ChannelKind::String), "Message").await;
    page.type_in("input-x", "one, two").await;
    page.key("input-x", "keydown", "Enter").await;
    assert_eq!(page.sent(), ["one, two"]);
}

#[wasm_bindgen_test]
async fn a_button_of_a_gamepad_is_pressed_as_long_as_it_is_held() {
    let buttons = GamepadButtons { a: None, ..GamepadButtons::default() };
    let page = Page::open(controller(ChannelKind::Gamepad { buttons }), "Car").await;
    assert!(!page.has("input-x-a"));
    page.happens("input-x-up", "pointerdown").await;
    assert_eq!(page.sent(), ["up|1"]);
    page.happens("input-x-up", "pointerup").await;
    page.happens("input-x-up", "pointerleave").await;
    assert_eq!(page.sent(), ["up|1", "up|0"]);
}

#[wasm_bindgen_test]
async fn the_hot_keys_work_while_the_pad_has_the_focus_and_what_is_held_is_let_go_with_it() {
    let buttons = GamepadButtons::default();
    let page = Page::open(controller(ChannelKind::Gamepad { buttons }), "Car").await;
    assert!(!page.text_of("keys-x").contains("are on"));
    for key in ["w", "w", "D", ",", "x"] {
        page.key("pad-x", "keydown", key).await;
    }
    assert!(page.text_of("keys-x").contains("are on"));
    page.key("pad-x", "keyup", "w").await;
    assert_eq!(page.sent(), ["up|1", "right|1", "A|1", "up|0"]);
    page.happens("pad-x", "focusout").await;
    assert_eq!(page.sent()[4..], ["right|0", "A|0"]);
}

#[wasm_bindgen_test]
async fn a_gamepad_that_may_not_be_used_sends_nothing() {
    let buttons = GamepadButtons::default();
    let page = Page::open(controller(ChannelKind::Gamepad { buttons }), "Car").await;
    page.lock("You may only look").await;
    page.key("pad-x", "keydown", "w").await;
    page.happens("input-x-up", "pointerdown").await;
    assert!(page.sent().is_empty());
}

#[wasm_bindgen_test]
async fn a_place_has_coordinates_a_map_and_a_track_to_play() {
    let page = Page::open(display(ChannelKind::Gps), "Boat").await;
    page.digits(4).await;
    trail(&page, vec![place(48.1, 16.3), place(48.15, 16.35), place(48.2082, 16.3738)]).await;
    assert!(page.text_of("value-x").contains("48.2082° N, 16.3738° E"));
    assert!(page.text_of("value-x").contains("to within 11 m"));
    page.type_in("track-x", "0").await;
    assert!(page.text_of("value-x").contains("48.1000° N"));
    // The newest is followed again.
    page.type_in("track-x", "2").await;
    trail(&page, vec![place(48.1, 16.3), place(48.2, 16.4), place(48.3, 16.5), place(-1.0, 2.0)])
        .await;
    assert!(page.text_of("value-x").contains("1.0000° S"));
}

#[wasm_bindgen_test]
async fn a_place_is_sent_as_three_numbers() {
    let page = Page::open(controller(ChannelKind::Gps), "Go to").await;
    page.type_in("input-x", "48.2").await;
    page.type_in("input-x-longitude", "200").await;
    assert_eq!(page.text_of("input-error-x-longitude"), "Too high: allowed is −180 to 180");
    assert_eq!(page.text_of("input-error-x-altitude"), "The altitude is empty");
    page.type_in("input-x-longitude", "16.3").await;
    page.type_in("input-x-altitude", "0").await;
    page.click("send-x").await;
    assert_eq!(page.sent(), ["48.2,16.3,0"]);
}

#[wasm_bindgen_test]
async fn pictures_are_gone_through_by_time() {
    let page = Page::open(display(ChannelKind::Image), "Camera").await;
    assert_eq!(page.find("value-x").get_attribute("data-value").as_deref(), Some(""));
    let picture = || Value::Image(PNG.to_owned());
    trail(&page, vec![picture(), picture()]).await;
    let image = page.root.query_selector("figure img").expect("a selector").expect("a picture");
    assert!(image.get_attribute("src").is_some_and(|it| it.starts_with("blob:")));
    assert!(!page.text_of("picture-at-x").contains("not the newest"));
    page.key("value-x", "keydown", "ArrowLeft").await;
    assert!(page.text_of("picture-at-x").contains("not the newest"));
    page.click("after-x").await;
    assert!(!page.text_of("picture-at-x").contains("not the newest"));
}
