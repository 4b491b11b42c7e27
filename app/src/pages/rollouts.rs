//! Rollouts: all of them, one as it goes on, and a new one.

mod address;
mod audit;
mod draft;
mod list;
mod live;
mod make;
mod overrides;
mod plan;
mod preview;
mod table;
mod trust;
mod waves;
mod words;

use leptos::prelude::*;
use mcs_view::protocol::{
    Apart, Keeper, Request, RolloutOutcome, RolloutsPlace, RolloutsRequest, RolloutsView,
};

use crate::engine::Dispatch;
use crate::route::Route;
use crate::shell;
use crate::store::Store;
use crate::texts::rollouts as t;
use crate::ui::{Icon, Memo, Symbol};

/// What the places share; a handle.
#[derive(Clone, Copy)]
struct Page {
    view: Memo<RolloutsView>,
    dispatch: Dispatch,
}

impl Page {
    fn ask(self, request: &RolloutsRequest) {
        self.dispatch.send(Request::Rollouts(Apart::of(request)));
    }

    fn busy(self) -> Signal<bool> {
        Signal::derive(move || self.view.with(|view| view.busy))
    }
}

/// The list, one of them, or a new one.
#[component]
pub(crate) fn Rollouts(place: RolloutsPlace) -> impl IntoView {
    let store = expect_context::<Store>();
    let view = Memo::new(move || {
        store.rollouts.with(|it| it.as_ref().and_then(Apart::open).unwrap_or_default())
    });
    let page = Page { view, dispatch: expect_context::<Dispatch>() };
    // What was done before the page was opened was answered then.
    Effect::new(move |former: Option<Option<u32>>| {
        let now = view.with(|view| store.rollouts.with(Option::is_some).then_some(view.outcomes));
        if former.flatten().is_some_and(|former| Some(former) != now) {
            match view.with_untracked(|it| it.outcome.clone()) {
                Some(RolloutOutcome::Made(id)) => {
                    shell::open(&Route::Rollouts(RolloutsPlace::One { id, audit: false }));
                }
                Some(RolloutOutcome::Fetched(prototype, firmware)) => {
                    shell::open(&Route::Rollouts(RolloutsPlace::New { prototype, firmware }));
                }
                _ => {}
            }
        }
        now
    });
    match place {
        RolloutsPlace::List => view! { <list::List page/> }.into_any(),
        RolloutsPlace::One { id, audit } => view! { <live::Live page id audit/> }.into_any(),
        RolloutsPlace::New { firmware, .. } => view! { <make::Make page firmware/> }.into_any(),
    }
}

/// Says who runs them, where that is not the server.
#[component]
fn KeeperNote(page: Page) -> impl IntoView {
    let keeper = Memo::new(move || page.view.with(|view| view.keeper));
    let words = move || match keeper.get() {
        Keeper::Server | Keeper::Awaited => None,
        Keeper::Here => Some(("here", "remark", t::keeper_here())),
        Keeper::Elsewhere => Some(("elsewhere", "note", t::keeper_elsewhere())),
        Keeper::Nobody => Some(("nobody", "note", t::keeper_nobody())),
    };
    view! {
        <div role="status">
            {move || words().map(|(name, class, words)| view! {
                <p class=class data-testid="rollouts-keeper" data-state=name>{words}</p>
            })}
        </div>
    }
    .into_any()
}

/// Says what went wrong with the newest request, or with fetching.
#[component]
fn Failure(page: Page) -> impl IntoView {
    let text = Memo::new(move || {
        page.view.with(|view| match &view.outcome {
            Some(RolloutOutcome::Failed(trouble)) => Some(words::trouble(trouble)),
            _ => view.trouble.as_ref().map(words::trouble),
        })
    });
    view! {
        <div role="alert">
            {move || text.get().map(|text| view! {
                <p class="problem" data-testid="rollouts-problem"><Icon symbol=Symbol::Warning/><span>{text}</span></p>
            })}
        </div>
    }
    .into_any()
}
