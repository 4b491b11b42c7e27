//! All points of the charts as a CSV file, gathered piece by piece.

use js_sys::Array;
use leptos::prelude::*;
use mcs_model::{ChannelId, DeviceId, Timestamp};
use mcs_view::protocol::{ChartsRequest, ExportEnd, PointsPiece, Request};
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag};

use super::plot::Timeline;
use super::save;
use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::chart as t;

/// How an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Idle,
    /// So many points are here.
    Running(u64),
    Ended(ExportEnd, u64),
}

/// A button that saves the points of the time that is shown, and stops that again.
#[component]
pub(super) fn Export(
    device: StoredValue<DeviceId>,
    charts: RwSignal<Vec<Vec<ChannelId>>>,
    time: Timeline,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let stage = RwSignal::new(Stage::Idle);
    let parts = StoredValue::new_local(Array::new());
    store.points.set(None);
    Effect::new(move |_| {
        let Some(piece) = store.points.get() else { return };
        if matches!(stage.get_untracked(), Stage::Running(_)) {
            parts.with_value(|parts| take(parts, &piece));
            stage.set(match piece.end {
                None => Stage::Running(piece.points),
                Some(end) => Stage::Ended(end, piece.points),
            });
            if matches!(piece.end, Some(ExportEnd::Whole | ExportEnd::TooLong)) {
                let name = store.row(&device.get_value());
                let name = name.map(|row| row.with_untracked(|row| row.name.clone()));
                let name = save::file_name(&name.unwrap_or_default(), "csv");
                if let Some(file) = parts.with_value(file) {
                    save::download(&file, &name);
                }
                parts.set_value(Array::new());
            }
        }
    });
    let click = move |_| {
        parts.set_value(Array::new());
        if let Stage::Running(_) = stage.get_untracked() {
            dispatch.send(Request::Charts(ChartsRequest::CancelExport));
            return stage.set(Stage::Idle);
        }
        let mut channels: Vec<ChannelId> = Vec::new();
        for id in charts.get_untracked().into_iter().flatten() {
            if !channels.contains(&id) {
                channels.push(id);
            }
        }
        let edges = time.edges();
        stage.set(Stage::Running(0));
        dispatch.send(Request::Charts(ChartsRequest::Export {
            device: device.get_value(),
            channels,
            time: time.by.get_untracked(),
            from: Timestamp::from_millis(edges.start),
            until: Timestamp::from_millis(edges.end),
        }));
    };
    on_cleanup(move || {
        if let Some(Stage::Running(_)) = stage.try_get_untracked() {
            dispatch.send(Request::Charts(ChartsRequest::CancelExport));
        }
    });
    view! {
        <button type="button" class="button" data-testid="save-points" on:click=click>
            {move || match stage.get() {
                Stage::Running(points) => t::stop_after(points),
                Stage::Idle | Stage::Ended(..) => t::save_csv().to_owned(),
            }}
        </button>
        <span class="muted" role="status" data-testid="saved-points">{move || words(stage.get())}</span>
    }
}

fn words(stage: Stage) -> String {
    match stage {
        Stage::Idle | Stage::Running(_) => String::new(),
        Stage::Ended(ExportEnd::Whole, points) => t::saved(points),
        Stage::Ended(ExportEnd::TooLong, points) => t::saved_first(points),
        Stage::Ended(ExportEnd::Failed, _) => t::saved_none().to_owned(),
    }
}

/// Each piece goes where the browser keeps files, not into the memory of the page.
fn take(parts: &Array, piece: &PointsPiece) {
    let text = Array::of1(&JsValue::from_str(&piece.text));
    if let Ok(part) = Blob::new_with_str_sequence(&text) {
        parts.push(&part);
    }
}

fn file(parts: &Array) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    Blob::new_with_blob_sequence_and_options(parts, &options).ok()
}
