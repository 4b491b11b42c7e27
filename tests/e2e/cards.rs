//! A device with a channel of every kind: each card shows, and each controller sends.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::browser::{Browser, Shape, WIDE};
use crate::process::{Broker, Program, Server};
use crate::{dist, files, output};

const NAME: &str = "cards";
const DEVICE: &str = "Devery01";
const KEY: &str = "everyKindOfCards";
const MARKUP: &str = "<img src=x onerror=alert(1)>";

/// Three small pictures, as PNG.
const PICTURES: [&str; 3] = [
    "iVBORw0KGgoAAAANSUhEUgAAADAAAAAgCAIAAADbtmxLAAAAUUlEQVR42mOImnZnUCGGUQcNJwf9elYBQQPvILhTkNGog/C6hm5uGnXQaKIeIeXQaNUx6qBRB406iI4O0sizGVRo1EGjDhp10KiDRh002B0EACEh5jVLJDKdAAAAAElFTkSuQmCC",
    "iVBORw0KGgoAAAANSUhEUgAAADAAAAAgCAIAAADbtmxLAAAAUElEQVR42mP4MC1qUCGGUQeNNAf9elYBQQPvILhTkNGog/C6hipuGnXQaKIeLYdGq45RB406aNRB1HaQRp7NoEKjDhp10KiDRh006qDB7iAAKzowQPzspgQAAAAASUVORK5CYII=",
    "iVBORw0KGgoAAAANSUhEUgAAADAAAAAgCAIAAADbtmxLAAAAVElEQVR42mOQU3YbVIhh1EGjDsJEv55VQNDAOwjuFGQ06iC8riHoplEHDaCDRhP1UCyHRquOUQeNOmjUQUQ4SCPPZlChUQeNOmjUQaMOGnXQYHcQAEalM7oGGPU4AAAAAElFTkSuQmCC",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_channel_has_a_card_that_shows_and_sends() -> Result<()> {
    let server = Server::start(NAME).await?;
    register(&server).await?;
    report(&server).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_the_cards_work_the_same() -> Result<()> {
    let name = "cards-static";
    let broker = Broker::start(name).await?;
    let site = files::serve(dist()).await?;
    let browser = Browser::start(name).await?;
    let result = walk_alone(&browser, &broker, &format!("http://{site}/")).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    browser.open_device(DEVICE).await?;
    see(browser).await.context("what the cards show")?;
    browser.pictures("cards").await?;
    browser.language("zh-TW").await?;
    see(browser).await.context("what the cards show in Chinese")?;
    browser.pictures("cards-zh-TW").await?;
    browser.language("en").await?;
    browser.see("card-temperature").await?;
    look_back(browser).await.context("places and pictures of the past")?;
    away(browser).await.context("while the device is away")?;
    let board = Program::listen(NAME, server.mqtt, &format!("mcs/{DEVICE}/{KEY}/+"))?;
    here(browser, server).await.context("while the device is here")?;
    browser.pictures("cards-sent").await?;
    whole(browser).await?;
    drop(board);
    tabs(browser).await.context("the tabs")?;
    browser.clean().await
}

/// Pictures that are tall enough for all cards.
async fn whole(browser: &Browser) -> Result<()> {
    for (name, shape) in [
        ("1280-light", Shape { height: 2600, ..WIDE }),
        ("1280-dark", Shape { height: 2600, scheme: "dark", ..WIDE }),
        ("390-light", Shape { width: 390, height: 6000, scheme: "light" }),
    ] {
        browser.shape(shape).await?;
        browser.picture(&format!("gallery/cards-whole-{name}")).await?;
    }
    browser.shape(WIDE).await
}

/// The server has a prototype with all kinds, and a device of it.
async fn register(server: &Server) -> Result<()> {
    let folder = output().join(NAME);
    let prototype = folder.join("every-kind.json");
    fs::write(&prototype, serde_json::to_vec(&every_kind())?)?;
    let path = prototype.to_str().context("the folder has no plain name")?;
    let said = server.admin_says(&["prototype", "import", path], "").await?;
    let said: Value = serde_json::from_str(&said)?;
    let id = said["prodId"].as_str().context("the prototype has no id")?;
    let list = folder.join("devices.csv");
    fs::write(&list, format!("{DEVICE},{KEY},A device with every kind of channel\n"))?;
    let list = list.to_str().context("the folder has no plain name")?;
    server.admin(&["device", "import", id, list], "").await
}

fn every_kind() -> Value {
    let speeds = json!({"options": [
        {"name": "Slow", "value": "1"}, {"name": "Fast", "value": "2"}, {"name": MARKUP, "value": "3"}
    ]});
    let bounds = json!({"lowerbound": "-40", "upperbound": "125"});
    let pad =
        json!({"up": "up", "down": "down", "left": "left", "right": "right", "A": "A", "B": "B"});
    let none = json!({});
    let channel = |id: &str, name: &str, kind: u8, controller: bool, unit: &str, format: &Value| {
        json!({
            "dataChnId": id,
            "name": name,
            "description": "",
            "channelType": {"dataChnTypeId": kind},
            "format": format,
            "isControllable": controller,
            "unitType": {"name": unit},
        })
    };
    let long = "A name that is much longer than any card is wide, as somebody will surely want it";
    let mut text = channel("message", long, 5, true, "", &none);
    text["description"] = json!(format!(
        "{MARKUP} A description of several lines, which the card shows the first two of. {long}. {long}."
    ));
    json!({
        "prototype": {"prodName": "Every kind", "version": "1", "description": "One channel of each kind."},
        "dataChannels": [
            channel("lamp", "Lamp", 7, true, "", &none),
            channel("lamp_now", "Lamp now", 3, false, "", &none),
            channel("speed", "Speed", 10, true, "", &speeds),
            channel("speed_now", "Speed now", 10, false, "", &speeds),
            channel("target", "Target", 1, true, "%", &json!({"lowerbound": "0", "upperbound": "100"})),
            channel("count", "Count", 1, false, MARKUP, &none),
            channel("setpoint", "Set point", 2, true, "°C", &bounds),
            channel("temperature", "Temperature", 2, false, "°C", &bounds),
            channel("mask", "Mask", 4, true, "", &none),
            channel("mask_now", "Mask now", 4, false, "", &none),
            text,
            channel("status", "Status", 5, false, "", &none),
            channel("goto", "Go to", 6, true, "", &none),
            channel("place", "Place", 6, false, "", &none),
            channel("pin", "Pin", 11, true, "", &none),
            channel("pin_now", "Pin now", 11, false, "", &none),
            channel("motor", "Motor", 12, true, "", &none),
            channel("motor_now", "Motor now", 12, false, "", &none),
            channel("level", "Level", 13, true, "", &json!({"lowerbound": "0", "upperbound": "255"})),
            channel("pad", "Pad", 14, true, "", &pad),
            channel("camera", "Camera", 15, false, "", &none),
        ],
    })
}

/// The device tells everything once, and a few things more often.
async fn report(server: &Server) -> Result<()> {
    let long = "a text of the device that goes on and on ".repeat(20);
    let status = format!("status,,{MARKUP} {long}");
    let values = [
        "lamp_now,,1",
        "speed_now,,2",
        "count,,12",
        "temperature,,21.5",
        "temperature,,21.25",
        "mask_now,,00ff",
        &status,
        "pin_now,,1",
        "motor_now,,500,20",
    ];
    for point in values {
        server.upload(DEVICE, KEY, point).await?;
    }
    let start = 1_700_000_000_000_u64;
    for step in 0..40_u32 {
        let (angle, at) = (f64::from(step) / 8.0, start + u64::from(step) * 60_000);
        let (north, east) = (48.2 + angle.sin() / 90.0, 16.37 + angle / 90.0);
        server.upload(DEVICE, KEY, &format!("place,{at},{north:.5},{east:.5},171")).await?;
    }
    for (picture, at) in PICTURES.into_iter().zip([start, start + 3_600_000, start + 7_200_000]) {
        server.upload(DEVICE, KEY, &format!("camera,{at},{picture}")).await?;
    }
    Ok(())
}

async fn see(browser: &Browser) -> Result<()> {
    for (channel, kind, value) in [
        ("lamp_now", "switch", "1"),
        ("speed_now", "category", "2"),
        ("count", "integer", "12"),
        ("temperature", "float", "21.25"),
        ("mask_now", "hex", "00ff"),
        ("pin_now", "gpio", "1"),
        ("motor_now", "pwm", "500,20"),
        ("camera", "image", "image"),
    ] {
        browser.expect(&format!("card-{channel}"), "data-kind", kind).await?;
        browser.expect(&format!("value-{channel}"), "data-value", value).await?;
    }
    let images = "return [...document.querySelectorAll('main img')].map(it => it.src.slice(0, 5));";
    let images = browser.script(images).await?;
    let all = images.as_array().context("a list")?;
    ensure!(all.iter().all(|it| it == "blob:"), "a text has become a picture: {images}");
    Ok(())
}

async fn look_back(browser: &Browser) -> Result<()> {
    browser.number("value-place", "data-places", |it| it >= 40.0).await?;
    let now = browser.text("value-place").await?;
    browser.click("play-place").await?;
    crate::process::until("the track has moved on", async || {
        let text = browser.text("value-place").await?;
        Ok((text != now).then_some(()))
    })
    .await?;
    browser.click("nearer-place").await?;
    browser.click("before-camera").await?;
    let which = browser.text("picture-at-camera").await?;
    ensure!(which.contains("not the newest"), "it says {which:?}");
    browser.click("after-camera").await
}

async fn away(browser: &Browser) -> Result<()> {
    browser.see("device-offline").await?;
    browser.click("input-lamp").await?;
    browser.expect("chip-lamp", "data-stage", "failed").await?;
    browser.click("nav-settings").await?;
    browser.click("away-wait").await?;
    browser.open_device(DEVICE).await?;
    browser.click("input-lamp").await?;
    browser.expect("chip-lamp", "data-stage", "waiting").await?;
    browser.fill("input-target", "40").await?;
    browser.click("send-target").await?;
    browser.see("waiting").await?;
    browser.pictures("cards-waiting").await?;
    browser.click("drop-target").await?;
    browser.expect("chip-target", "data-stage", "none").await
}

async fn here(browser: &Browser, server: &Server) -> Result<()> {
    browser.expect("chip-lamp", "data-stage", "delivered").await?;
    browser.miss("waiting").await?;
    server.upload(DEVICE, KEY, "lamp,,1").await?;
    browser.expect("chip-lamp", "data-stage", "confirmed").await?;
    // Somebody else turns it off.
    server.upload(DEVICE, KEY, "lamp,,0").await?;
    browser.expect("chip-lamp", "data-stage", "elsewhere").await?;
    browser.expect("input-lamp", "aria-checked", "false").await?;

    for (channel, value) in
        [("target", "42"), ("setpoint", "-7.5"), ("mask", "aB1"), ("message", MARKUP)]
    {
        browser.fill(&format!("input-{channel}"), value).await?;
        browser.click(&format!("send-{channel}")).await?;
        browser.expect(&format!("chip-{channel}"), "data-stage", "delivered").await?;
        browser.expect(&format!("value-{channel}"), "data-value", value).await?;
    }
    browser.fill("input-motor", "500").await?;
    ensure!(browser.text("input-error-motor-period").await? == "The period is empty");
    browser.fill("input-motor-period", "20").await?;
    browser.click("send-motor").await?;
    browser.expect("value-motor", "data-value", "500,20").await?;
    browser.send("pad-pad", "w").await?;
    browser.expect("value-pad", "data-value", "up|0").await?;

    // What the cards show is what they show after a reload.
    browser.reload().await?;
    browser.see("card-temperature").await?;
    for (channel, value) in
        [("target", "42"), ("message", MARKUP), ("motor", "500,20"), ("pad", "up|0")]
    {
        browser.expect(&format!("value-{channel}"), "data-value", value).await?;
    }
    browser.click("menu-speed").await?;
    browser.click("template-speed-buttons").await?;
    browser.click("menu-speed").await?;
    browser.click("input-speed-2").await?;
    browser.expect("value-speed", "data-value", "2").await
}

async fn tabs(browser: &Browser) -> Result<()> {
    browser.send("tab-cards", "\u{e014}").await?;
    browser.expect("tab-chart", "aria-selected", "true").await?;
    browser.click("tab-details").await?;
    browser.see("device-id").await?;
    browser.pictures("device-details").await?;
    browser.reload().await?;
    browser.expect("tab-details", "aria-selected", "true").await
}

async fn walk_alone(browser: &Browser, broker: &Broker, site: &str) -> Result<()> {
    browser.open(site).await?;
    browser.click("nav-connections").await?;
    browser.fill("conn-host", &format!("ws://{}/mqtt", broker.ws)).await?;
    browser.click("conn-connect").await?;
    browser.expect("link-state", "data-state", "connected").await?;
    browser.fill("new-id", DEVICE).await?;
    browser.fill("new-key", KEY).await?;
    browser.fill("new-channels", TYPED).await?;
    browser.click("new-add").await?;
    browser.open_device(DEVICE).await?;
    let publish = async |channel: &str, text: &str| {
        let topic = format!("mcs/{DEVICE}/{KEY}/{channel}");
        Program::publish(NAME, broker.mqtt, &topic, &format!(",{channel},{text}")).await
    };
    publish("temperature", "150.5").await?;
    browser.expect("value-temperature", "data-value", "150.5").await?;
    ensure!(browser.text("misfit-temperature").await? == "Above the bounds −40 to 125");
    publish("place", "-33.8568,151.2153,4").await?;
    publish("place", "-33.8523,151.2108,52").await?;
    browser.number("value-place", "data-places", |it| it >= 2.0).await?;
    publish("camera", PICTURES[0]).await?;
    browser.expect("value-camera", "data-value", "image").await?;
    publish("camera", MARKUP).await?;
    browser.see("misfit-camera").await?;
    browser.click("input-lamp").await?;
    browser.expect("chip-lamp", "data-stage", "delivered").await?;
    publish("lamp", "1").await?;
    browser.confirmed("lamp", "1").await?;
    browser.pictures("cards-static").await?;
    browser.clean().await
}

/// What the operator knows of the board.
const TYPED: &str = "temperature, float, display, Temperature, °C, -40..125\n\
    lamp, switch, controller, Lamp\n\
    place, gps, display, Place\n\
    camera, image, display, Camera\n\
    pad, gamepad, controller, Pad";
