//! The card of a channel as it will look; what is done on it goes nowhere.

use leptos::prelude::*;
use mcs_model::{Channel, ChannelKind, RawValue, Timestamp, Value};
use mcs_view::protocol::{CardState, Shown};
use mcs_view::prototypes::Row;

use crate::card::ChannelCard;
use crate::store::Store;
use crate::texts::prototypes as t;
use crate::ui::Memo;

/// The card.
#[component]
pub(super) fn Preview(row: Memo<Option<Row>>) -> impl IntoView {
    let channel =
        Memo::new(move || row.with(|row| row.as_ref().map(|row| row.preview(t::new_channel()))));
    view! {
        <div class="preview" data-testid="preview">
            <p class="hint">{t::preview()}</p>
            {move || channel.get().map(|channel| view! { <Card channel/> })}
        </div>
    }
}

#[component]
fn Card(channel: Channel) -> impl IntoView {
    let store = expect_context::<Store>();
    let now = store.now.get_untracked();
    let first = match channel.kind.initial() {
        // There is no picture to show, and no key yet.
        Value::Image(_) => None,
        Value::Category(key) if key.is_empty() => None,
        // Nothing has come to them.
        _ if matches!(channel.kind, ChannelKind::Function { .. } | ChannelKind::Video) => None,
        value => Some(value),
    };
    let shown =
        move |value: Value, at: u64| Shown { value, at: Timestamp::from_millis(at), misfit: None };
    let first = first.map(|value| shown(value, now));
    let state = RwSignal::new(CardState { value: first, ..CardState::empty(channel.id.clone()) });
    let kind = channel.kind.clone();
    let send = Callback::new(move |text: String| {
        if let Ok(value) = kind.parse(&RawValue::Csv(text)) {
            let now = store.now.get_untracked();
            state.update(|state| state.value = Some(shown(value, now)));
        }
    });
    let open = Signal::stored(None::<&'static str>);
    view! { <ChannelCard channel state now=store.now locked=open on_send=send chart=None/> }
}
