//! Firmware: hash a file, upload it, verify what devices will download, push it.

mod checks;
mod dropped;
mod edit;
mod file;
mod left;
mod push;
mod remove;
mod stored;
mod words;

use leptos::prelude::*;
use mcs_model::{FirmwareId, ProductId};
use mcs_view::protocol::{FirmwareJob, FirmwareView, JobStage, Setting, StoredFirmware, Trust};

use crate::route::Route;
use crate::shell::open;
use crate::store::Store;
use crate::texts::firmware as t;
use crate::ui::{Empty, Loading, Memo};
use file::File;
use push::Push;
use stored::Stored;

pub(super) use checks::{Checks, name as check_name};
pub(super) use dropped::{Part, each, part_of_manifest, read};
pub(super) use stored::look;
pub(super) use words::signed;

/// What the parts of the page share; a handle.
#[derive(Clone, Copy)]
struct Page {
    prototype: Memo<Option<ProductId>>,
    job: Memo<FirmwareJob>,
    firmwares: Memo<Vec<StoredFirmware>>,
    /// Which one the operator chose to push.
    picked: RwSignal<Option<FirmwareId>>,
    /// Whose signatures count.
    trust: Memo<Trust>,
    /// Why nothing may be uploaded, if so.
    locked: Memo<Option<&'static str>>,
}

impl Page {
    fn new(store: Store) -> Self {
        let part = move |view: &FirmwareView| view.prototype.clone();
        Self {
            prototype: Memo::new(move || store.firmware.with(|it| it.as_ref().and_then(part))),
            job: Memo::new(move || {
                store.firmware.with(|it| it.as_ref().map(|it| it.job.clone()).unwrap_or_default())
            }),
            firmwares: Memo::new(move || {
                store
                    .firmware
                    .with(|it| it.as_ref().map(|it| it.firmwares.clone()).unwrap_or_default())
            }),
            picked: RwSignal::new(None),
            trust: Memo::new(move || {
                store.firmware.with(|it| it.as_ref().map(|it| it.trust).unwrap_or_default())
            }),
            locked: Memo::new(move || {
                let may = store.firmware.with(|it| it.as_ref().is_none_or(|it| it.may_upload));
                (!may).then(t::look_only)
            }),
        }
    }

    /// The firmware to push: the one that the operator chose, or else the one just uploaded.
    fn chosen(self) -> Option<StoredFirmware> {
        let uploaded = self.job.with(|job| match &job.stage {
            JobStage::Uploaded { firmware, .. } => Some(firmware.clone()),
            _ => None,
        });
        let id = self.picked.get().or(uploaded)?;
        self.firmwares.with(|all| all.iter().find(|it| it.info.id == id).cloned())
    }
}

/// The firmware page.
#[component]
pub(crate) fn Firmware() -> impl IntoView {
    let store = expect_context::<Store>();
    let is_static = Memo::new(move || matches!(store.setting.get(), Setting::Static));
    let state = Memo::new(move || {
        store.firmware.with(|view| view.as_ref().map(|view| view.prototypes.is_empty()))
    });
    move || match (is_static.get(), state.get()) {
        (true, _) => view! {
            <div class="page">
                <Empty title=t::needs_server() testid="firmware-static">
                    <p>{t::needs_server_why()}</p>
                    <a class="button primary" href="#/rollouts">{t::to_rollouts()}</a>
                </Empty>
            </div>
        }
        .into_any(),
        (false, None) => {
            view! { <div class="page"><Loading text=t::loading() testid="firmware-loading"/></div> }
                .into_any()
        }
        (false, Some(true)) => view! {
            <div class="page">
                <Empty title=t::no_prototypes() testid="firmware-empty">
                    <p>{t::no_prototypes_why()}</p>
                    <a class="button primary" href="#/prototypes">{t::to_prototypes()}</a>
                </Empty>
            </div>
        }
        .into_any(),
        (false, Some(false)) => view! { <Open/> }.into_any(),
    }
}

#[component]
fn Open() -> impl IntoView {
    let store = expect_context::<Store>();
    let page = Page::new(store);
    let prototypes = Memo::new(move || {
        store
            .firmware
            .with(|view| view.as_ref().map(|view| view.prototypes.clone()).unwrap_or_default())
    });
    let choose = move |id: String| {
        if let Ok(id) = id.parse() {
            page.picked.set(None);
            open(&Route::Firmware(Some(id)));
        }
    };
    let options = move || {
        prototypes
            .get()
            .into_iter()
            .map(|(id, name)| {
                let is_this = page.prototype.get().as_ref() == Some(&id);
                view! { <option value=id.to_string() selected=is_this>{name}</option> }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <div class="page">
            <div class="page-head">
                <h1>{t::title()}</h1>
                <a class="button" href="#/rollouts" data-testid="to-rollouts">{t::rollouts()}</a>
                <label class="field inline">
                    <span class="field-name">{t::prototype()}</span>
                    <select class="input" data-testid="prototype-select" on:change:target=move |event| choose(event.target().value())>{options}</select>
                </label>
            </div>
            <div class="columns">
                <File page/>
                <div class="column">
                    <Stored page/>
                    <Push page/>
                </div>
            </div>
        </div>
    }
}
