//! What a new rollout would do.

use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_view::protocol::{Keeper, Objection, Online, RolloutDevice, RolloutPreview};

use super::draft::Draft;
use super::{Page, words};
use crate::store::Store;
use crate::texts::rollouts as t;
use crate::ui::{Icon, Memo, Symbol};

/// Waves, who is away, and what speaks against it.
#[component]
pub(super) fn PreviewPanel(page: Page, draft: Draft, version: String) -> impl IntoView {
    let store = expect_context::<Store>();
    let devices = devices(page);
    let state = Memo::new(move || {
        page.view.with(|view| match &view.preview {
            RolloutPreview::None => Some(t::preview_none().to_owned()),
            RolloutPreview::Awaited => Some(t::preview_asking().to_owned()),
            RolloutPreview::Failed(trouble) => Some(words::trouble(trouble)),
            RolloutPreview::Here(..) => None,
        })
    });
    let waves = move || {
        let counts = devices.with(|all| {
            let waves = all.iter().map(|it| it.wave + 1).max().unwrap_or(0);
            let of = |wave| all.iter().filter(|it| it.wave == wave).count();
            (0..waves).map(|wave| (wave, of(wave))).collect::<Vec<_>>()
        });
        let line = |(wave, count): (u32, usize)| {
            let words = t::preview_wave(count as u64, &(wave + 1));
            view! { <li data-testid=format!("preview-wave-{wave}") data-count=count.to_string()>{words}</li> }
        };
        counts.into_iter().map(line).collect_view()
    };
    let count = move |which: &dyn Fn(&DeviceId) -> bool| {
        devices.with(|all| all.iter().filter(|it| which(&it.device)).count() as u64)
    };
    let is_away = move |id: &DeviceId| {
        store.row(id).is_some_and(|row| row.with(|row| row.online == Online::No))
    };
    let runs = move |id: &DeviceId| {
        let has = |row: &mcs_view::protocol::DeviceRow| {
            row.firmware_version.as_deref() == Some(version.as_str())
        };
        store.row(id).is_some_and(|row| row.with(has))
    };
    let away = move || Some(count(&is_away)).filter(|it| *it > 0).map(t::preview_asleep);
    let installed = move || Some(count(&runs)).filter(|it| *it > 0).map(t::preview_installed);
    view! {
        <section class="panel" aria-labelledby="preview" data-testid="rollout-preview"
            data-devices=move || devices.with(Vec::len).to_string()>
            <h2 id="preview">{t::preview()}</h2>
            <p class="muted" role="status">{move || state.get()}</p>
            <ol class="preview-waves">{waves}</ol>
            <p class="hint">{away}</p>
            <p class="hint">{installed}</p>
            <Objections page draft/>
        </section>
    }
    .into_any()
}

/// What speaks against it, for how many devices, and whether it is overridden.
#[component]
fn Objections(page: Page, draft: Draft) -> impl IntoView {
    let devices = devices(page);
    let found = Memo::new(move || {
        let all = [
            Objection::Downgrade,
            Objection::Model,
            Objection::Incompatible,
            Objection::Unverified,
            Objection::Older,
        ];
        let count = |it: &Objection| {
            devices.with(|all| all.iter().filter(|one| one.objections.contains(it)).count())
        };
        let counted = all.into_iter().map(|it| (it, count(&it)));
        counted.filter(|(_, count)| *count > 0).collect::<Vec<_>>()
    });
    // Without a server and without keys an expected MD5 would do.
    let unchecked = Memo::new(move || {
        page.view.with(|it| it.keeper != Keeper::Server && it.believed.keys.trim().is_empty())
    });
    // What nothing is known of any more is not overridden.
    Effect::new(move |_| {
        let found = found.get();
        draft.overrides.update(|it| it.retain(|(one, _)| found.iter().any(|it| it.0 == *one)));
    });
    move || {
        let found = found.get();
        (!found.is_empty()).then(|| view! {
            <h3>{t::objections()}</h3>
            <ul class="list">{found.into_iter().map(|(it, count)| {
                let why = (it == Objection::Unverified && unchecked.get()).then(t::unverified_why);
                objection(draft, it, count, why)
            }).collect_view()}</ul>
        })
    }
}

fn objection(draft: Draft, it: Objection, count: usize, why: Option<&'static str>) -> AnyView {
    let reason = move || {
        draft.overrides.with(|all| all.iter().find(|(one, _)| *one == it).map(|it| it.1.clone()))
    };
    let is_overridden = move || reason().is_some();
    let id = format!("{it:?}").to_lowercase();
    let toggle = move |_| {
        draft.overrides.update(|all| {
            let before = all.len();
            all.retain(|(one, _)| *one != it);
            if all.len() == before {
                all.push((it, String::new()));
            }
        });
    };
    let type_it = move |text: String| {
        draft.overrides.update(|all| {
            if let Some(one) = all.iter_mut().find(|(one, _)| *one == it) {
                one.1 = text;
            }
        });
    };
    view! {
        <li class="objection" data-testid=format!("objection-{id}") data-count=count.to_string()>
            <p class="state" data-tone="warning"><Icon symbol=Symbol::Warning/><span>{words::objection(it)}" "{t::objection_count(count as u64)}</span></p>
            {why.map(|it| view! { <p class="hint">{it}</p> })}
            <label class="choice">
                <input type="checkbox" data-testid=format!("override-{id}") prop:checked=is_overridden on:change=toggle/>
                <span>{t::override_it()}</span>
            </label>
            <label class="field" class:gone=move || !is_overridden()>
                <span class="field-name">{t::override_reason()}</span>
                <input class="input" maxlength="1000" autocomplete="off" data-testid=format!("override-reason-{id}")
                    prop:value=move || reason().unwrap_or_default()
                    on:input:target=move |event| type_it(event.target().value())/>
            </label>
        </li>
    }
    .into_any()
}

/// The devices of the preview.
pub(super) fn devices(page: Page) -> Memo<Vec<RolloutDevice>> {
    Memo::new(move || {
        page.view.with(|view| match &view.preview {
            RolloutPreview::Here(_, devices) => devices.clone(),
            _ => Vec::new(),
        })
    })
}
