//! One rollout as it goes on.

use leptos::html;
use leptos::prelude::*;
use mcs_model::api::Right;
use mcs_view::protocol::{
    Course, Deed, OpenRollout, RolloutDevice, RolloutInfo, RolloutsPlace, RolloutsRequest,
};

use super::audit::Audit;
use super::overrides::Overrides;
use super::table::Table;
use super::waves::{Bar, Waves};
use super::{Failure, KeeperNote, Page, words};
use crate::clock;
use crate::route::Route;
use crate::shell;
use crate::store::Store;
use crate::texts::rollouts as t;
use crate::ui::{CopyButton, Empty, Icon, Loading, Memo, Symbol, Tab, Tabs, panel_id};

/// One rollout.
#[component]
pub(super) fn Live(page: Page, id: String, audit: bool) -> impl IntoView {
    let is_here = {
        let id = id.clone();
        Memo::new(move || {
            page.view.with(|view| match &view.open {
                OpenRollout::Here(info, _) if info.id == id => Some(true),
                OpenRollout::Missing => Some(false),
                _ => None,
            })
        })
    };
    let why = StoredValue::new(t::missing_why(&id));
    move || match is_here.get() {
        Some(true) => view! { <Open page id=id.clone() audit/> }.into_any(),
        Some(false) => view! {
            <div class="page">
                <Empty title=t::missing() testid="rollout-missing">
                    <p>{why.get_value()}</p>
                    <a class="button" href="#/rollouts">{t::to_all()}</a>
                </Empty>
            </div>
        }
        .into_any(),
        None => view! {
            <div class="page">
                <Failure page/>
                <Loading text=t::loading_one() testid="rollout-loading"/>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn Open(page: Page, id: String, audit: bool) -> impl IntoView {
    let info = Memo::new(move || {
        page.view.with(|view| match &view.open {
            OpenRollout::Here(info, _) => Some(RolloutInfo::clone(info)),
            _ => None,
        })
    });
    let devices = Memo::new(move || {
        page.view.with(|view| match &view.open {
            OpenRollout::Here(_, devices) => devices.clone(),
            _ => Vec::new(),
        })
    });
    let tabs =
        vec![Tab { id: "devices", name: t::devices() }, Tab { id: "audit", name: t::audit() }];
    let open = if audit { "audit" } else { "devices" };
    let turn = {
        let id = id.clone();
        Callback::new(move |tab: &'static str| {
            let place = RolloutsPlace::One { id: id.clone(), audit: tab == "audit" };
            shell::open(&Route::Rollouts(place));
        })
    };
    let course = move || info.with(|it| it.as_ref().map(|it| it.course.clone()));
    view! {
        <div class="page rollout-page">
            <Head page id info devices/>
            <KeeperNote page/>
            <Failure page/>
            <div role="status">
                {move || course().as_ref().and_then(words::why_course).map(|why| view! {
                    <p class="note" data-testid="rollout-why">{why}</p>
                })}
            </div>
            {move || info.with(|it| it.as_ref().map(|it| view! { <Bar counts=it.counts/> }))}
            <Tabs label=t::title() tabs open=Signal::stored(open) on_open=turn/>
            <div class="tab-panel" role="tabpanel" id=panel_id(open) aria-labelledby=format!("tab-{open}")>
                {if audit {
                    view! { <Audit page/> }.into_any()
                } else {
                    view! { <Waves info/><Overrides info devices/><Table devices/> }.into_any()
                }}
            </div>
        </div>
    }
    .into_any()
}

/// What it is, how it stands, and what can be done.
#[component]
fn Head(
    page: Page,
    id: String,
    info: Memo<Option<RolloutInfo>>,
    devices: Memo<Vec<RolloutDevice>>,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let may = Memo::new(move || {
        store.order.track();
        devices.with(|all| {
            all.iter().all(|it| {
                store.row(&it.device).is_none_or(|row| row.with(|row| row.right >= Right::Control))
            })
        })
    });
    let course = Memo::new(move || info.with(|it| it.as_ref().map(|it| it.course.clone())));
    let failed = Memo::new(move || {
        info.with(|it| it.as_ref().is_some_and(|it| it.counts.failed + it.counts.missed > 0))
    });
    let dialog = NodeRef::<html::Dialog>::new();
    let act = StoredValue::new(id);
    let act = move |deed: Deed| page.ask(&RolloutsRequest::Act(act.get_value(), deed));
    let locked = move || page.busy().get() || !may.get();
    let is_open = move || matches!(course.get(), Some(Course::Running | Course::Paused(_)));
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let ask = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // Refused only while it is open.
            let _ = dialog.show_modal();
        }
    };
    let buttons = move || {
        let paused = matches!(course.get(), Some(Course::Paused(_)));
        let retry = failed.get()
            && matches!(course.get(), Some(Course::Running | Course::Paused(_) | Course::Finished));
        view! {
            {(is_open() && !paused).then(|| view! {
                <button type="button" class="button" data-testid="rollout-pause" disabled=locked
                    on:click=move |_| act(Deed::Pause)><Icon symbol=Symbol::Pause/><span>{t::pause()}</span></button>
            })}
            {paused.then(|| view! {
                <button type="button" class="button primary" data-testid="rollout-resume" disabled=locked
                    on:click=move |_| act(Deed::Resume)><Icon symbol=Symbol::Play/><span>{t::resume()}</span></button>
            })}
            {retry.then(|| view! {
                <button type="button" class="button" data-testid="rollout-retry" disabled=locked
                    on:click=move |_| act(Deed::RetryFailed)><Icon symbol=Symbol::Reload/><span>{t::retry()}</span></button>
            })}
            {is_open().then(|| view! {
                <button type="button" class="button" data-testid="rollout-cancel" disabled=locked on:click=ask>{t::cancel()}</button>
            })}
        }
    };
    let title = move || info.with(|it| it.as_ref().map(|it| format!("{} {}", it.name, it.version)));
    let facts = move || info.with(|it| it.as_ref().map(facts));
    view! {
        <div class="page-head">
            <h1 class="break">{title}</h1>
            {move || course.get().map(|it| {
                let (name, tone, symbol, word) = words::course(&it);
                view! {
                    <span class="state" role="status" data-testid="rollout-course" data-state=name data-tone=tone>
                        <Icon symbol/><span>{word}</span>
                    </span>
                }
            })}
            <div class="actions rollout-actions">{buttons}</div>
        </div>
        {facts}
        {move || (!may.get()).then(|| view! { <p class="remark">{t::look_only()}</p> })}
        <dialog class="dialog" node_ref=dialog aria-labelledby="rollout-cancel-title">
            <h2 id="rollout-cancel-title">{t::cancel_question()}</h2>
            <p>{t::cancel_consequence()}</p>
            <div class="actions end">
                <button type="button" class="button" on:click=move |_| close()>{t::keep()}</button>
                <button type="button" class="button danger" data-testid="rollout-cancel-confirm"
                    on:click=move |_| { close(); act(Deed::Cancel); }>{t::cancel()}</button>
            </div>
        </dialog>
    }
    .into_any()
}

fn facts(info: &RolloutInfo) -> AnyView {
    let made = words::made(&info.by, &clock::local(info.created.as_millis()).date_and_time());
    let sha256 = info.sha256.clone();
    view! {
        <p class="muted">{made}</p>
        <p class="fact-row"><span class="muted">"SHA-256"</span><code>{sha256.clone()}</code>
            <CopyButton text=Signal::stored(sha256) what="SHA-256" testid="copy-sha256"/></p>
    }
    .into_any()
}
