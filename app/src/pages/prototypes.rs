//! Prototypes: the list, and the editor of one.

mod conflict;
mod devices;
mod dialogs;
mod editor;
mod field;
mod file;
mod function;
mod list;
mod made;
mod preview;
mod row;
mod settings;
mod words;

use leptos::prelude::*;
use mcs_model::ProductId;
use mcs_model::api::{Role, SkippedChannel};
use mcs_view::protocol::{OpenPrototype, Outcome, PrototypesView, Setting, Trouble};
use mcs_view::prototypes::Draft;

use crate::route::Route;
use crate::shell;
use crate::store::Store;
use crate::texts::prototypes as t;
use crate::ui::{Empty, Loading, Memo};
use editor::Editor;
use list::List;

/// A draft whose page was left, and how the page stood.
#[derive(Clone, Debug)]
pub(crate) struct Unsaved {
    draft: Draft,
    open: Option<u32>,
    tried: bool,
}

/// What both pages need; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    view: RwSignal<Option<PrototypesView>>,
    /// Why the newest answer is missing.
    trouble: Memo<Option<Trouble>>,
    /// What became of the newest request.
    outcome: Memo<Option<Outcome>>,
    /// A request is under way.
    busy: Signal<bool>,
    /// The operator may change something.
    may_edit: Signal<bool>,
    /// The browser keeps the prototypes.
    is_static: Signal<bool>,
    /// What the last imported file held and was left out.
    skipped: RwSignal<Option<(ProductId, Vec<SkippedChannel>)>>,
}

/// The list, or one of them.
#[component]
pub(crate) fn Prototypes(open: Option<ProductId>) -> impl IntoView {
    let store = expect_context::<Store>();
    let view = store.prototypes;
    let of = move |part: fn(&PrototypesView) -> bool| {
        Signal::derive(move || view.with(|view| view.as_ref().is_some_and(part)))
    };
    let page = Page {
        view,
        trouble: Memo::new(move || view.with(|view| view.as_ref()?.trouble.clone())),
        outcome: Memo::new(move || view.with(|view| view.as_ref()?.outcome.clone())),
        busy: of(|view| view.busy),
        may_edit: Signal::derive(move || {
            matches!(
                store.setting.get(),
                Setting::Static | Setting::SignedIn { role: Role::Admin, .. }
            )
        }),
        is_static: Signal::derive(move || matches!(store.setting.get(), Setting::Static)),
        skipped: store.skipped,
    };
    provide_context(page);
    // What was done before the page was opened was answered then.
    Effect::new(move |former: Option<Option<u32>>| {
        let now = view.with(|view| view.as_ref().map(|view| view.outcomes));
        if former.flatten().is_some_and(|former| Some(former) != now) {
            follow(page);
        }
        now
    });
    match open {
        None => view! { <List page/> }.into_any(),
        Some(id) => view! { <Open page id/> }.into_any(),
    }
}

/// Goes where the outcome leads.
fn follow(page: Page) {
    match page.outcome.get_untracked() {
        Some(Outcome::Created(id)) => shell::open(&Route::Prototypes(Some(id))),
        Some(Outcome::Imported(id, skipped)) => {
            let some = (!skipped.is_empty()).then(|| (id.clone(), skipped));
            page.skipped.set(some);
            shell::open(&Route::Prototypes(Some(id)));
        }
        Some(Outcome::Removed(_)) => shell::open(&Route::Prototypes(None)),
        Some(Outcome::File { name, text }) => file::save(&name, "application/json", &text),
        _ => {}
    }
}

#[component]
fn Open(page: Page, id: ProductId) -> impl IntoView {
    let is_here = {
        let id = id.clone();
        Memo::new(move || {
            page.view.with(|view| match view.as_ref().map(|view| &view.open) {
                Some(OpenPrototype::Here(info)) if info.prototype.id == id => Some(true),
                Some(OpenPrototype::Missing) => Some(false),
                _ => None,
            })
        })
    };
    move || match is_here.get() {
        Some(true) => view! { <Editor page id=id.clone()/> }.into_any(),
        Some(false) => view! { <Missing id=id.clone()/> }.into_any(),
        None => view! {
            <div class="page">
                <words::Failure page/>
                <Loading text=t::fetching_one() testid="prototype-loading"/>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn Missing(id: ProductId) -> impl IntoView {
    view! {
        <div class="page">
            <Empty title=t::missing() testid="prototype-missing">
                <p>{t::missing_why(&id)}</p>
                <a class="button" href="#/prototypes">{t::to_all()}</a>
            </Empty>
        </div>
    }
}
