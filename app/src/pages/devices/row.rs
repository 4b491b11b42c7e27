//! One device in the list.

use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_view::protocol::{Alert, DeviceRow};

use crate::clock;
use crate::format;
use crate::push;
use crate::store::Store;
use crate::texts::devices as t;
use crate::ui::{self, Icon, Memo, OnlineLight, Symbol};

/// A device, with what an operator asks first: is it here, since when, what runs on it.
#[component]
pub(super) fn Row(id: DeviceId) -> impl IntoView {
    let store = expect_context::<Store>();
    let row = store.row(&id)?;
    let online = {
        let row = row.clone();
        Memo::new(move || row.with(|row| row.online))
    };
    let part = {
        let row = row.clone();
        move |part: fn(&DeviceRow) -> String| {
            let row = row.clone();
            let part = Memo::new(move || row.with(part));
            move || part.get()
        }
    };
    let seen = {
        let row = row.clone();
        Memo::new(move || row.with(|row| row.last_seen.map(|at| at.as_millis())))
    };
    let tags = {
        let row = row.clone();
        Memo::new(move || row.with(|row| row.tags.clone()))
    };
    let misfit = Memo::new(move || row.with(|row| row.alert == Some(Alert::Misfit)));
    Some(view! {
        <li class="row" data-testid=format!("device-row-{id}")>
            <span class="row-state"><OnlineLight online testid=format!("online-{id}")/></span>
            <span class="row-name">
                <a href=format!("#/devices/{id}") data-testid=format!("device-link-{id}")>{part(|row| row.name.clone())}</a>
                <span class="row-id">
                    <code>{id.to_string()}</code>
                    {move || tags.get().into_iter().map(|tag| view! { <span class="tag">{tag}</span> }).collect_view()}
                </span>
            </span>
            <Cell label=t::prototype() text=part(prototype)/>
            <Cell label=t::transport() text=part(transports) testid=format!("transport-{id}")/>
            <span class="row-cell"><span class="row-label">{t::last_seen()}</span>
                <time class="number" data-testid=format!("last-seen-{id}")
                    title=move || seen.get().map(|at| clock::local(at).date_and_time()).unwrap_or_default()>
                    {move || seen.get().map_or_else(|| t::never().to_owned(), |at| format::relative(store.now.get(), at))}
                </time></span>
            <span class="row-cell"><span class="row-label">{t::firmware()}</span>
                <span class="row-firmware">
                    <span data-testid=format!("firmware-version-{id}")>{part(firmware)}</span>
                    <push::State id=id.clone() testid="push"/>
                    {move || misfit.get().then(|| view! {
                        <span class="state" data-tone="warning"><Icon symbol=Symbol::Warning/><span>{t::misfit()}</span></span>
                    })}
                </span></span>
        </li>
    })
}

/// A cell; its label is seen where the columns have no heads.
#[component]
fn Cell(
    label: &'static str,
    text: impl Fn() -> String + Send + Sync + 'static,
    #[prop(optional)] testid: Option<String>,
) -> impl IntoView {
    view! {
        <span class="row-cell"><span class="row-label">{label}</span><span data-testid=testid>{text}</span></span>
    }
}

fn prototype(row: &DeviceRow) -> String {
    row.prototype.as_ref().map_or_else(|| t::no_prototype().to_owned(), |it| it.1.clone())
}

fn transports(row: &DeviceRow) -> String {
    let names: Vec<_> = row.transports.iter().map(|it| ui::transport(*it)).collect();
    if names.is_empty() { "–".to_owned() } else { names.join(", ") }
}

fn firmware(row: &DeviceRow) -> String {
    row.firmware_version.clone().unwrap_or_else(|| "–".to_owned())
}
