//! An upload that a former page has left: the same file goes on with it.

use leptos::prelude::*;
use mcs_view::protocol::{FirmwareRequest, JobStage, Request};

use super::Page;
use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::firmware as t;
use crate::ui::{Icon, Memo, Symbol};

/// Says so, and lets it be given up.
#[component]
pub(super) fn Left(page: Page) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let store = expect_context::<Store>();
    let left =
        Memo::new(move || store.firmware.with(|view| view.as_ref().and_then(|it| it.left.clone())));
    // A file that is on its way, or whose hashes are, says enough itself.
    let is_busy = Memo::new(move || {
        page.job
            .with(|job| matches!(job.stage, JobStage::Hashing { .. } | JobStage::Uploading { .. }))
    });
    let discard = move |_| dispatch.send(Request::Firmware(FirmwareRequest::Discard));
    move || {
        let left = left.get().filter(|_| !is_busy.get())?;
        let percent = (left.done.saturating_mul(100)).checked_div(left.total).unwrap_or_default();
        Some(view! {
            <div class="file" data-testid="left-upload">
                <p class="state grow" role="status" data-tone="warning">
                    <Icon symbol=Symbol::Warning/><span class="break">{t::left(&left.file, &percent)}</span>
                </p>
                <button type="button" class="button quiet" data-testid="left-discard" on:click=discard>{t::left_discard()}</button>
            </div>
        })
    }
}
