//! What the browser keeps, over two loads of the page and in two tabs of it.

use mcs_view::protocol::{ConnectionId, Frame, NewDevice, Request, Setting};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::shell::{Page, start};

fn device(id: &str) -> Request {
    Request::AddDevice(NewDevice {
        id: id.parse().unwrap(),
        key: "key".parse().unwrap(),
        name: id.to_owned(),
        channels: Vec::new(),
        connection: ConnectionId(1),
    })
}

/// A page of the static setting, with what is kept under `database`.
async fn open(database: &str) -> Page {
    let page = Page::new().await;
    page.shell.open_storage(database).await;
    page.send(&start(), None);
    page.until(|it| it.setting == Some(Setting::Static)).await;
    page
}

fn names(frame: &Frame) -> Vec<&str> {
    frame.devices.iter().flatten().map(|it| it.name.as_str()).collect()
}

#[wasm_bindgen_test]
async fn what_was_typed_in_is_there_at_the_next_load() {
    let first = open("reload").await;
    first.send(&device("D1"), None);
    first.send(&device("D2"), None);
    let second = open("reload").await;
    assert_eq!(names(&second.frame()), ["D1", "D2"]);
    assert_eq!(second.frame().keeping.unwrap().trouble, None);
}

#[wasm_bindgen_test]
async fn another_tab_hears_what_is_kept() {
    let (here, there) = (open("tabs").await, open("tabs").await);
    here.send(&device("D1"), None);
    there.until(|it| names(it) == ["D1"]).await;
    there.send(&Request::RemoveDevice("D1".parse().unwrap()), None);
    here.until(|it| names(it).is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_page_that_is_gone_hears_nothing() {
    let (here, there) = (open("gone").await, open("gone").await);
    drop(there);
    here.send(&device("D1"), None);
    here.until(|it| names(it) == ["D1"]).await;
}
