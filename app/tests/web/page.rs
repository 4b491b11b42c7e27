//! A card alone on a page, and hands to use it.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::tick;
use mcs_app::card::ChannelCard;
use mcs_model::{Bounds, Channel, ChannelId, ChannelKind, Direction, Template, Timestamp, Value};
use mcs_view::protocol::{CardState, Control, ControlStage, RunsState, Shown};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlInputElement};

/// When the values came.
pub(crate) const AT: u64 = 1_700_000_000_000;

/// A card alone on a page.
pub(crate) struct Page {
    pub(crate) root: HtmlElement,
    pub(crate) state: RwSignal<CardState>,
    pub(crate) trail: RwSignal<Vec<Shown>>,
    runs: RwSignal<Option<RunsState>>,
    pub(crate) locked: RwSignal<Option<&'static str>>,
    pub(crate) sent: Rc<RefCell<Vec<String>>>,
    pub(crate) dropped: RwSignal<u32>,
}

impl Page {
    pub(crate) async fn open((kind, direction): (ChannelKind, Direction), name: &str) -> Self {
        Self::described((kind, direction), name, "").await
    }

    pub(crate) async fn described(
        (kind, direction): (ChannelKind, Direction),
        name: &str,
        description: &str,
    ) -> Self {
        let template = None;
        let (name, description) = (name.to_owned(), description.to_owned());
        Self::of(Channel { id: id(), name, description, direction, kind, template }).await
    }

    /// With a look that the prototype names.
    pub(crate) async fn looking(
        kind: ChannelKind,
        direction: Direction,
        template: Option<Template>,
        name: &str,
    ) -> Self {
        let (name, description) = (name.to_owned(), String::new());
        Self::of(Channel { id: id(), name, description, direction, kind, template }).await
    }

    async fn of(channel: Channel) -> Self {
        let root: HtmlElement =
            document().create_element("div").expect("an element").unchecked_into();
        document().body().expect("a body").append_child(&root).expect("a place");
        let empty = CardState::empty(channel.id.clone());
        let state = RwSignal::new(empty);
        let locked = RwSignal::new(None);
        let sent = Rc::new(RefCell::new(Vec::new()));
        let record = StoredValue::new_local(sent.clone());
        let on_send = Callback::new(move |text: String| {
            record.with_value(|sent| sent.borrow_mut().push(text));
        });
        let dropped = RwSignal::new(0);
        let on_drop = Callback::new(move |()| dropped.update(|it| *it += 1));
        let trail = RwSignal::new(Vec::new());
        let runs = RwSignal::new(None);
        // A look that one test chooses is not to be seen by another.
        let scope = channel.name.clone();
        let handle = mount_to(root.clone(), move || {
            view! { <ChannelCard channel state trail runs=runs.into() now=AT + 60_000 locked on_send on_drop scope/> }
        });
        // The page stays until the browser closes.
        handle.forget();
        tick().await;
        Self { root, state, trail, runs, locked, sent, dropped }
    }

    pub(crate) async fn says(&self, value: Value) {
        let at = Timestamp::from_millis(AT);
        self.state.update(|state| state.value = Some(Shown { value, at, misfit: None }));
        tick().await;
    }

    pub(crate) async fn shows(&self, shown: Shown) {
        self.state.update(|state| state.value = Some(shown));
        tick().await;
    }

    /// What the function has done.
    pub(crate) async fn runs(&self, runs: RunsState) {
        self.runs.set(Some(runs));
        tick().await;
    }

    /// The channel has so many decimals.
    pub(crate) async fn digits(&self, digits: u8) {
        self.state.update(|state| state.digits = digits);
        tick().await;
    }

    /// How often a waiting command was dropped.
    pub(crate) fn dropped(&self) -> u32 {
        self.dropped.get_untracked()
    }

    pub(crate) async fn asked(&self, value: Value, stage: ControlStage) {
        let sent = Timestamp::from_millis(1_700_000_001_000);
        self.state
            .update(|state| state.control = Some(Control { desired: Some(value), stage, sent }));
        tick().await;
    }

    pub(crate) async fn lock(&self, why: &'static str) {
        self.locked.set(Some(why));
        tick().await;
    }

    pub(crate) async fn click(&self, testid: &str) {
        self.find(testid).unchecked_into::<HtmlElement>().click();
        tick().await;
    }

    pub(crate) async fn type_in(&self, testid: &str, text: &str) {
        let input = self.input(testid);
        input.set_value(text);
        let bubbling = EventInit::new();
        bubbling.set_bubbles(true);
        let event = Event::new_with_event_init_dict("input", &bubbling).expect("an event");
        input.dispatch_event(&event).expect("a listener");
        tick().await;
    }

    /// Puts the focus on an element and presses a key there, or lets it go.
    pub(crate) async fn key(&self, testid: &str, kind: &str, key: &str) {
        let element: HtmlElement = self.find(testid).unchecked_into();
        element.focus().expect("it takes the focus");
        let script = "return new KeyboardEvent(kind, { key, bubbles: true, cancelable: true });";
        let make = js_sys::Function::new_with_args("kind, key", script);
        let event = make.call2(&JsValue::NULL, &kind.into(), &key.into()).expect("an event");
        element.dispatch_event(event.unchecked_ref()).expect("a listener");
        tick().await;
    }

    /// Something happens to an element, with a bubbling event.
    pub(crate) async fn happens(&self, testid: &str, kind: &str) {
        let bubbling = EventInit::new();
        bubbling.set_bubbles(true);
        let event = Event::new_with_event_init_dict(kind, &bubbling).expect("an event");
        self.find(testid).dispatch_event(&event).expect("a listener");
        tick().await;
    }

    /// Whether there is such an element.
    pub(crate) fn has(&self, testid: &str) -> bool {
        self.root.query_selector(&format!("[data-testid='{testid}']")).is_ok_and(|it| it.is_some())
    }

    /// The text of an element.
    pub(crate) fn text_of(&self, testid: &str) -> String {
        self.find(testid).text_content().unwrap_or_default()
    }

    pub(crate) fn find(&self, testid: &str) -> Element {
        let found = self.root.query_selector(&format!("[data-testid='{testid}']"));
        found.ok().flatten().unwrap_or_else(|| panic!("{testid} is on the page"))
    }

    pub(crate) fn input(&self, testid: &str) -> HtmlInputElement {
        self.find(testid).unchecked_into()
    }

    pub(crate) fn stage(&self) -> String {
        self.find("chip-x").get_attribute("data-stage").unwrap_or_default()
    }

    pub(crate) fn sent(&self) -> Vec<String> {
        self.sent.borrow().clone()
    }

    /// The name of the channel.
    pub(crate) fn name(&self) -> String {
        self.root
            .query_selector("h3")
            .ok()
            .flatten()
            .and_then(|it| it.text_content())
            .unwrap_or_default()
    }

    /// What a selector finds.
    pub(crate) fn all(&self, selector: &str) -> Vec<Element> {
        let script = "return [...root.querySelectorAll(selector)];";
        let find = js_sys::Function::new_with_args("root, selector", script);
        let found = find.call2(&JsValue::NULL, &self.root, &selector.into()).expect("a selector");
        found.unchecked_into::<js_sys::Array>().iter().map(JsCast::unchecked_into).collect()
    }

    /// The text that is to be seen, not only to be heard.
    pub(crate) fn seen(&self) -> String {
        let copy: Element = self.root.clone_node_with_deep(true).expect("a copy").unchecked_into();
        while let Ok(Some(hidden)) = copy.query_selector(".sr-only, .gone, option") {
            hidden.remove();
        }
        copy.text_content().unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        self.root.text_content().unwrap_or_default()
    }
}

fn id() -> ChannelId {
    "x".parse().expect("a channel id")
}

pub(crate) fn float(direction: Direction) -> (ChannelKind, Direction) {
    let bounds = Some(Bounds { lower: -40.0, upper: 125.0 });
    (ChannelKind::Float { unit: "°C".to_owned(), bounds }, direction)
}
