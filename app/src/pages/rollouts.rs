//! Rollouts: all of them, one as it goes on, and a new one.

mod audit;
mod draft;
mod list;
mod live;
mod make;
mod plan;
mod preview;
mod table;
mod waves;
mod words;

use leptos::prelude::*;
use mcs_view::protocol::{
    Apart, Request, RolloutOutcome, RolloutsPlace, RolloutsRequest, RolloutsView, Setting,
};

use crate::engine::Dispatch;
use crate::route::Route;
use crate::shell;
use crate::store::Store;
use crate::texts::rollouts as t;
use crate::ui::{Empty, Icon, Symbol};

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
    let view = Memo::new(move |_| {
        store.rollouts.with(|it| it.as_ref().and_then(Apart::open).unwrap_or_default())
    });
    let page = Page { view, dispatch: expect_context::<Dispatch>() };
    // What was done before the page was opened was answered then.
    Effect::new(move |former: Option<Option<u32>>| {
        let now = view.with(|view| store.rollouts.with(Option::is_some).then_some(view.outcomes));
        if former.flatten().is_some_and(|former| Some(former) != now)
            && let Some(RolloutOutcome::Made(id)) = view.with_untracked(|it| it.outcome.clone())
        {
            shell::open(&Route::Rollouts(RolloutsPlace::One { id, audit: false }));
        }
        now
    });
    let is_static = Memo::new(move |_| matches!(store.setting.get(), Setting::Static));
    move || {
        if is_static.get() {
            return view! {
                <div class="page">
                    <Empty title=t::needs_server() testid="rollouts-static"><p>{t::needs_server_why()}</p></Empty>
                </div>
            }
            .into_any();
        }
        match place.clone() {
            RolloutsPlace::List => view! { <list::List page/> }.into_any(),
            RolloutsPlace::One { id, audit } => view! { <live::Live page id audit/> }.into_any(),
            RolloutsPlace::New { firmware, .. } => view! { <make::Make page firmware/> }.into_any(),
        }
    }
}

/// Says what went wrong with the newest request, or with fetching.
#[component]
fn Failure(page: Page) -> impl IntoView {
    let text = Memo::new(move |_| {
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
