//! The messages become a file, piece by piece: to the disk where the browser can, else to a download.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use mcs_view::protocol::{FileFormat, MessagesRequest, Request};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::state::Page;
use crate::engine::Dispatch;
use crate::format;
use crate::texts::messages as t;
use crate::ui::{Icon, Symbol, save_parts};

/// Where the pieces go.
enum Target {
    /// A `FileSystemWritableFileStream`.
    Disk(JsValue),
    /// Collected for a download.
    Memory(Array),
}

/// How far the export is.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Idle,
    Writing { written: u64, left: u64 },
    Done { written: u64, evicted: u64 },
    Failed,
}

/// A button for each format, and how far it is.
#[component]
pub(super) fn Export(page: Page) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let stage = RwSignal::new(Stage::Idle);
    let target = StoredValue::new_local(None::<(Target, FileFormat)>);
    let start = move |kind: FileFormat| {
        if matches!(stage.get_untracked(), Stage::Writing { .. }) {
            return;
        }
        let filter = untrack(|| page.filter());
        spawn_local(async move {
            let Some(place) = choose(kind).await else { return };
            target.set_value(Some((place, kind)));
            stage.set(Stage::Writing { written: 0, left: 0 });
            dispatch.send(Request::Messages(MessagesRequest::Export { format: kind, filter }));
        });
    };
    Effect::new(move |_| {
        let Some(piece) = page.inspector.export.get() else { return };
        page.inspector.export.set(None);
        let Some((place, kind)) = target.try_update_value(Option::take).flatten() else { return };
        spawn_local(async move {
            let written = write(&place, &piece.bytes).await;
            if written.is_err() {
                stage.set(Stage::Failed);
                dispatch.send(Request::Messages(MessagesRequest::ExportStop));
            } else if piece.left > 0 {
                stage.set(Stage::Writing { written: piece.written, left: piece.left });
                target.set_value(Some((place, kind)));
                dispatch.send(Request::Messages(MessagesRequest::ExportNext));
            } else {
                let (written, evicted) = (piece.written, piece.evicted);
                let end = finish(place, kind).await;
                stage.set(if end.is_ok() {
                    Stage::Done { written, evicted }
                } else {
                    Stage::Failed
                });
                dispatch.send(Request::Messages(MessagesRequest::ExportStop));
            }
        });
    });
    on_cleanup(move || dispatch.send(Request::Messages(MessagesRequest::ExportStop)));
    let text = move || match stage.get() {
        Stage::Idle => String::new(),
        Stage::Writing { written, left } => {
            t::export_writing(&format::count(written), &format::count(left))
        }
        Stage::Done { written, evicted: 0 } => t::export_done(written),
        Stage::Done { written, evicted } => t::export_evicted(written, &format::count(evicted)),
        Stage::Failed => t::export_failed().to_owned(),
    };
    let state = move || match stage.get() {
        Stage::Idle => "idle",
        Stage::Writing { .. } => "writing",
        Stage::Done { .. } => "done",
        Stage::Failed => "failed",
    };
    view! {
        <div class="export" role="group" aria-label=t::export()>
            <Icon symbol=Symbol::Upload/>
            <button type="button" class="button quiet" data-testid="export-csv" title=t::export_csv() on:click=move |_| start(FileFormat::Csv)>"CSV"</button>
            <button type="button" class="button quiet" data-testid="export-jsonl" title=t::export_jsonl() on:click=move |_| start(FileFormat::JsonLines)>"JSONL"</button>
            <span class="hint" role="status" data-testid="export-state" data-state=state>{text}</span>
        </div>
    }
}

/// Asks where to; `None`: the operator would rather not.
async fn choose(kind: FileFormat) -> Option<Target> {
    let picker = Reflect::get(&window(), &"showSaveFilePicker".into()).ok();
    let picker = picker.and_then(|it| it.dyn_into::<Function>().ok());
    // Not under a test, where nobody answers.
    let driven =
        Reflect::get(&window().navigator(), &"webdriver".into()).is_ok_and(|it| it.is_truthy());
    let Some(picker) = picker.filter(|_| !driven) else {
        return Some(Target::Memory(Array::new()));
    };
    let options = Object::new();
    // A plain object takes every member.
    let _ = Reflect::set(&options, &"suggestedName".into(), &name(kind).into());
    let handle = picker.call1(&window(), &options).ok()?.dyn_into::<Promise>().ok()?;
    let handle = JsFuture::from(handle).await.ok()?;
    let stream = call(&handle, "createWritable", None).await.ok()?;
    Some(Target::Disk(stream))
}

async fn write(place: &Target, bytes: &[u8]) -> Result<(), JsValue> {
    let bytes = Uint8Array::from(bytes);
    match place {
        Target::Disk(stream) => call(stream, "write", Some(&bytes)).await.map(drop),
        Target::Memory(parts) => {
            parts.push(&bytes);
            Ok(())
        }
    }
}

async fn finish(place: Target, kind: FileFormat) -> Result<(), JsValue> {
    match place {
        Target::Disk(stream) => call(&stream, "close", None).await.map(drop),
        Target::Memory(parts) => {
            let kind_name = match kind {
                FileFormat::Csv => "text/csv",
                FileFormat::JsonLines => "application/jsonl",
            };
            save_parts(name(kind), kind_name, &parts);
            Ok(())
        }
    }
}

/// A method of something that web-sys does not name yet.
async fn call(
    object: &JsValue,
    method: &str,
    argument: Option<&JsValue>,
) -> Result<JsValue, JsValue> {
    let method: Function = Reflect::get(object, &method.into())?.dyn_into()?;
    let promise = match argument {
        Some(argument) => method.call1(object, argument)?,
        None => method.call0(object)?,
    };
    JsFuture::from(promise.dyn_into::<Promise>()?).await
}

fn name(kind: FileFormat) -> &'static str {
    match kind {
        FileFormat::Csv => "messages.csv",
        FileFormat::JsonLines => "messages.jsonl",
    }
}
