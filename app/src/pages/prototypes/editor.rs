//! The editor of one prototype.

use leptos::ev;
use leptos::prelude::*;
use mcs_model::api::PrototypeInfo;
use mcs_model::check::{Fault, Field, Flaw};
use mcs_model::{ChannelId, Direction, ProductId};
use mcs_view::protocol::{OpenPrototype, Outcome, PrototypesRequest, Request};
use mcs_view::prototypes::{Draft, KindName, Row};

use super::conflict::{Conflict, HideDialog};
use super::devices::Devices;
use super::dialogs::{CloneDialog, RemoveDialog};
use super::field::{Line, Place};
use super::made::MakeDialog;
use super::row::ChannelRow;
use super::{Page, Unsaved, words};
use crate::clock;
use crate::engine::Dispatch;
use crate::store::Store;
use crate::texts::prototypes as t;
use crate::ui::{CopyButton, Empty, Memo};

/// The draft while it is on the page; a handle.
#[derive(Clone, Copy)]
pub(super) struct Edited {
    pub(super) draft: RwSignal<Draft>,
    pub(super) faults: Memo<Vec<Fault>>,
    /// Saving was tried: what is empty is wrong now, too.
    pub(super) tried: RwSignal<bool>,
    /// The row that is open.
    pub(super) open: RwSignal<Option<u32>>,
    /// For screen readers: what a move has come to.
    pub(super) said: RwSignal<String>,
}

impl Edited {
    fn new(Unsaved { draft, open, tried }: Unsaved) -> Self {
        let draft = RwSignal::new(draft);
        Self {
            draft,
            faults: Memo::new(move || draft.with(Draft::faults)),
            tried: RwSignal::new(tried),
            open: RwSignal::new(open),
            said: RwSignal::new(String::new()),
        }
    }

    /// What stands in a field.
    pub(super) fn text(self, (row, field): Place) -> String {
        self.draft.with(|draft| match row {
            Some(number) => draft.row(number).map(|row| of_row(row, field)).unwrap_or_default(),
            None => match field {
                Field::Version => draft.fields().version.clone(),
                Field::Description => draft.fields().description.clone(),
                _ => draft.fields().name.clone(),
            },
        })
    }

    /// Types into a field.
    pub(super) fn set(self, (row, field): Place, text: String) {
        self.draft.update(|draft| match row {
            Some(number) => draft.set_row(number, field, text),
            None => draft.set(field, text),
        });
    }

    /// What is wrong with a field, as far as it is to be shown.
    pub(super) fn flaw(self, (row, field): Place) -> Option<Flaw> {
        let at = row.map(|number| self.draft.with(|draft| draft.place(number)));
        if at == Some(None) {
            return None;
        }
        let flaw = self.faults.with(|faults| {
            let fault = faults.iter().find(|it| it.channel == at.flatten() && it.field == field)?;
            Some(fault.flaw)
        })?;
        (flaw != Flaw::Empty || self.tried.get()).then_some(flaw)
    }

    /// Whether something is wrong with a channel, as far as it is to be shown.
    pub(super) fn is_wrong(self, number: u32) -> bool {
        let Some(at) = self.draft.with(|draft| draft.place(number)) else { return false };
        let tried = self.tried.get();
        let shown = |it: &Fault| it.channel == Some(at) && (tried || it.flaw != Flaw::Empty);
        self.faults.with(|faults| faults.iter().any(shown))
    }

    /// Moves a row by keyboard or pointer, and says so.
    pub(super) fn move_to(self, number: u32, to: usize) {
        self.draft.update(|draft| draft.move_to(number, to));
        let (place, all) = self.draft.with(|it| (it.place(number), it.fields().rows.len()));
        self.said.set(t::placed(&(place.unwrap_or_default() + 1), &all));
    }
}

fn of_row(row: &Row, field: Field) -> String {
    match field {
        Field::Id => row.id.clone(),
        Field::Description => row.description.clone(),
        Field::Unit => row.unit.clone(),
        Field::Lower => row.lower.clone(),
        Field::Upper => row.upper.clone(),
        Field::OptionName(at) => row.options.get(at).map(|it| it.0.clone()).unwrap_or_default(),
        Field::OptionValue(at) => row.options.get(at).map(|it| it.1.clone()).unwrap_or_default(),
        Field::Code => row.code.clone(),
        Field::Button(at) => row.buttons.get(at).cloned().unwrap_or_default(),
        _ => row.name.clone(),
    }
}

/// The editor.
#[component]
pub(super) fn Editor(page: Page, id: ProductId) -> impl IntoView {
    let store = expect_context::<Store>();
    let dispatch = expect_context::<Dispatch>();
    let info = {
        let id = id.clone();
        Memo::new(move || {
            page.view.with(|view| match &view.as_ref()?.open {
                OpenPrototype::Here(info) if info.prototype.id == id => Some((**info).clone()),
                _ => None,
            })
        })
    };
    let first = info.get_untracked()?;
    // What was left unsaved is there again.
    let left = store.drafts.try_update_value(|drafts| drafts.remove(&id)).flatten();
    let came_back = left.is_some();
    let new = || Unsaved { draft: Draft::new(first), open: None, tried: false };
    let edited = Edited::new(left.unwrap_or_else(new));
    let newer = RwSignal::new(None::<PrototypeInfo>);
    let hides = RwSignal::new(None);
    take_over(edited, info, newer);
    answer(page, edited, newer, hides);
    keep(store, edited, id.clone());
    let dirty = Memo::new(move || edited.draft.with(Draft::is_dirty));
    let save = {
        let id = id.clone();
        Callback::new(move |hide: Vec<ChannelId>| {
            edited.tried.set(true);
            match edited.draft.with_untracked(|draft| draft.edit(hide)) {
                Some(edit) => {
                    let save = PrototypesRequest::Save(id.clone(), edit);
                    dispatch.send(Request::Prototypes(save));
                }
                None => open_first_fault(edited),
            }
        })
    };
    let locked = Signal::derive(move || !page.may_edit.get());
    let asked_for = RwSignal::new(0);
    let is_ready = Signal::derive(move || {
        let channels = edited.draft.with(|it| !it.base().prototype.channels.is_empty());
        page.may_edit.get() && channels && !dirty.get()
    });
    Some(view! {
        <div class="page prototype-page" on:keydown=move |event| shortcut(&event, edited, save)>
            <Head page edited info dirty save asked_for/>
            <words::Locked page/>
            <words::Failure page/>
            <Skipped page id=id.clone()/>
            {(came_back).then(|| view! {
                <p class="remark" data-testid="prototype-unsaved">{t::unsaved()}</p>
            })}
            <Conflict edited newer/>
            <fieldset class="stack" disabled=move || locked.get()>
                <section class="panel" aria-label=t::about()>
                    <div class="prototype-fields">
                        <Line edited place=(None, Field::Name) label=t::name() testid="prototype-name"/>
                        <Line edited place=(None, Field::Version) label=t::version() testid="prototype-version"/>
                        <Line edited place=(None, Field::Description) label=t::description() testid="prototype-description" lines=true class="whole"/>
                    </div>
                </section>
                <Channels edited/>
            </fieldset>
            <Devices page is_ready asked_for/>
            <HideDialog hides save/>
            <p class="sr-only" role="status">{move || edited.said.get()}</p>
        </div>
    })
}

/// The server's newer state: taken where nothing is lost, or else offered.
fn take_over(
    edited: Edited,
    info: Memo<Option<PrototypeInfo>>,
    newer: RwSignal<Option<PrototypeInfo>>,
) {
    Effect::new(move |_| {
        let Some(info) = info.get() else { return };
        let (revision, dirty) =
            edited.draft.with_untracked(|it| (it.base().revision, it.is_dirty()));
        if info.revision == revision {
            return;
        }
        if dirty {
            newer.set(Some(info));
        } else {
            edited.draft.set(Draft::new(info));
        }
    });
}

/// What became of saving.
fn answer(
    page: Page,
    edited: Edited,
    newer: RwSignal<Option<PrototypeInfo>>,
    hides: RwSignal<Option<Vec<mcs_model::api::HiddenHistory>>>,
) {
    Effect::new(move |former: Option<Option<u32>>| {
        let now = page.view.with(|view| view.as_ref().map(|view| view.outcomes));
        if former.flatten().is_some_and(|former| Some(former) != now) {
            match page.outcome.get_untracked() {
                Some(Outcome::Saved(info)) => {
                    let open = edited.open.get_untracked();
                    let place = edited.draft.with_untracked(|it| it.place(open?));
                    edited.draft.set(Draft::new(*info));
                    let rows = |draft: &Draft| Some(draft.fields().rows.get(place?)?.number);
                    edited.open.set(edited.draft.with_untracked(rows));
                    edited.tried.set(false);
                    newer.set(None);
                    hides.set(None);
                    edited.said.set(t::saved().to_owned());
                }
                Some(Outcome::Outdated(info)) => newer.set(Some(*info)),
                Some(Outcome::Hides(list)) => hides.set(Some(list)),
                _ => {}
            }
        }
        now
    });
}

/// Whoever leaves the page finds the draft again; whoever closes it is asked first.
fn keep(store: Store, edited: Edited, id: ProductId) {
    let asks = window_event_listener(ev::beforeunload, move |event| {
        if edited.draft.with_untracked(Draft::is_dirty) {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        asks.remove();
        let draft = edited.draft.get_untracked();
        if draft.is_dirty() {
            let (open, tried) = (edited.open.get_untracked(), edited.tried.get_untracked());
            store.drafts.update_value(|drafts| {
                drafts.insert(id.clone(), Unsaved { draft, open, tried });
            });
        }
    });
}

fn open_first_fault(edited: Edited) {
    let at = edited.faults.with_untracked(|it| it.iter().find_map(|it| it.channel));
    let row = at.and_then(|at| {
        edited.draft.with_untracked(|it| it.fields().rows.get(at).map(|it| it.number))
    });
    if row.is_some() {
        edited.open.set(row);
    }
}

/// Ctrl+S saves; Ctrl+Z and Ctrl+Shift+Z outside of fields take steps back and again.
fn shortcut(event: &ev::KeyboardEvent, edited: Edited, save: Callback<Vec<ChannelId>>) {
    if !(event.ctrl_key() || event.meta_key()) {
        return;
    }
    match event.key().to_ascii_lowercase().as_str() {
        "s" => save.run(Vec::new()),
        "z" if event.shift_key() => edited.draft.update(Draft::redo),
        "z" => edited.draft.update(Draft::undo),
        _ => return,
    }
    event.prevent_default();
}

/// Name, id, and what can be done with the whole.
#[component]
fn Head(
    page: Page,
    edited: Edited,
    info: Memo<Option<PrototypeInfo>>,
    dirty: Memo<bool>,
    save: Callback<Vec<ChannelId>>,
    asked_for: RwSignal<u32>,
) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let id = edited.draft.with_untracked(|draft| draft.base().prototype.id.clone());
    let name = move || edited.draft.with(|draft| draft.base().prototype.name.clone());
    let devices = Memo::new(move || info.with(|it| it.as_ref().map_or(0, |it| it.devices)));
    let state = move || match (dirty.get(), edited.faults.with(Vec::len)) {
        (false, _) => info.with(|it| {
            let at = it.as_ref()?.edited?.as_millis();
            let who = it.as_ref().map(|it| it.edited_by.clone()).unwrap_or_default();
            let at = clock::local(at).date_and_time();
            Some(if who.is_empty() { t::saved_at(&at) } else { t::saved_by(&at, &who) })
        }),
        (true, faults) if edited.tried.get() && faults > 0 => Some(t::faults(faults as u64)),
        (true, _) => Some(t::not_saved().to_owned()),
    };
    let can = move |what: fn(&Draft) -> bool| move || !edited.draft.with(what);
    let export = {
        let id = id.clone();
        move |_| dispatch.send(Request::Prototypes(PrototypesRequest::Export(id.clone())))
    };
    let text = id.to_string();
    view! {
        <div class="page-head">
            <a class="button quiet" href="#/prototypes">{t::all()}</a>
            <h1 data-testid="prototype-title">{name}</h1>
            <span class="fact-row"><code data-testid="prototype-id">{text.clone()}</code>
                <CopyButton text=Signal::stored(text) what=t::prototype_id() testid="copy-prototype-id"/></span>
            <a class="muted" href="#/devices" data-testid="prototype-devices">{move || t::device_count(devices.get().into())}</a>
        </div>
        <div class="prototype-bar">
            <span class="state prototype-state" role="status" data-testid="prototype-state"
                data-dirty=move || dirty.get().to_string() data-tone=move || if dirty.get() { "warning" } else { "offline" }>{state}</span>
            <div class="actions">
                <button type="button" class="button quiet" data-testid="prototype-undo" disabled=can(Draft::can_undo)
                    on:click=move |_| edited.draft.update(Draft::undo)>{t::undo()}</button>
                <button type="button" class="button quiet" data-testid="prototype-redo" disabled=can(Draft::can_redo)
                    on:click=move |_| edited.draft.update(Draft::redo)>{t::redo()}</button>
                <button type="button" class="button quiet" data-testid="prototype-discard" disabled=move || !dirty.get()
                    on:click=move |_| edited.draft.update(Draft::discard)>{t::discard()}</button>
                <button type="button" class="button primary" data-testid="prototype-save"
                    disabled=move || !dirty.get() || page.busy.get() || !page.may_edit.get()
                    on:click=move |_| save.run(Vec::new())>{t::save()}</button>
            </div>
            <div class="actions">
                <MakeDialog page id=id.clone() edited dirty asked_for/>
                <CloneDialog page id=id.clone() edited/>
                <button type="button" class="button" data-testid="prototype-export" disabled=move || page.busy.get() on:click=export>{t::export()}</button>
                <RemoveDialog page id devices/>
            </div>
        </div>
    }
}

#[component]
fn Skipped(page: Page, id: ProductId) -> impl IntoView {
    move || {
        let (_, skipped) = page.skipped.get().filter(|it| it.0 == id)?;
        let items = skipped.into_iter().map(|it| {
            view! { <li><code>{it.channel}</code>": "{it.kind}</li> }
        });
        Some(view! {
            <div class="note" role="status" data-testid="prototype-skipped">
                <p>{t::skipped()}</p>
                <ul class="targets">{items.collect::<Vec<_>>()}</ul>
                <button type="button" class="button quiet" on:click=move |_| page.skipped.set(None)>{t::close()}</button>
            </div>
        })
    }
}

/// The channels, in display order.
#[component]
fn Channels(edited: Edited) -> impl IntoView {
    let rows = Memo::new(move || {
        edited.draft.with(|it| it.fields().rows.iter().map(|it| it.number).collect::<Vec<_>>())
    });
    let kind = RwSignal::new(KindName::Switch);
    let add = move |_| {
        let number =
            edited.draft.try_update(|it| it.add(kind.get_untracked(), Direction::Controller));
        edited.open.set(number);
    };
    let kinds = KindName::ALL.map(|it| {
        view! { <option value=format!("{it:?}") selected=move || kind.get() == it>{words::kind(it)}</option> }
    });
    let choose = move |name: String| {
        if let Some(it) = KindName::ALL.into_iter().find(|it| format!("{it:?}") == name) {
            kind.set(it);
        }
    };
    view! {
        <section class="stack" aria-labelledby="channels">
            <h2 id="channels">{t::channels()}" "<span class="muted number">{move || rows.with(Vec::len)}</span></h2>
            {move || rows.with(Vec::is_empty).then(|| view! {
                <Empty title=t::no_channels() testid="prototype-no-channels">
                    <p>{t::no_channels_what()}</p>
                </Empty>
            })}
            <ol class="channel-rows" data-testid="channel-rows">
                <For each=move || rows.get() key=|it| *it let:number><ChannelRow edited number/></For>
            </ol>
            <div class="actions">
                <label class="field inline">
                    <span class="field-name">{t::kind()}</span>
                    <select class="input" data-testid="new-kind" on:change:target=move |event| choose(event.target().value())>{kinds}</select>
                </label>
                <button type="button" class="button" data-testid="add-channel" on:click=add>{t::add_channel()}</button>
                <span class="hint">{move || words::kind_about(kind.get())}</span>
            </div>
        </section>
    }
}
