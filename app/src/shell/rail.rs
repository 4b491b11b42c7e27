//! The pages: a rail at the left, a bar at the bottom of narrow screens.

use leptos::prelude::*;
use mcs_view::protocol::RolloutsPlace;

use crate::route::Route;
use crate::store::Store;
use crate::texts::shell as t;
use crate::ui::{Icon, Memo, Symbol};

/// A page in the navigation.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) route: Route,
    pub(super) symbol: Symbol,
    testid: &'static str,
}

/// So many fit at the bottom of a telephone; the others are behind "More".
const AT_THE_BOTTOM: usize = 5;

/// Every page that there is for the operator, in the order of the rail.
pub(super) fn places(has_server: bool) -> Vec<Place> {
    let all = [
        (true, Route::Devices, Symbol::Devices, "nav-devices"),
        (true, Route::Prototypes(None), Symbol::Prototypes, "nav-prototypes"),
        (has_server, Route::Firmware(None), Symbol::Firmware, "nav-firmware"),
        // Without a server the file stays where it is.
        (!has_server, Route::Rollouts(RolloutsPlace::List), Symbol::Firmware, "nav-rollouts"),
        (true, Route::Messages, Symbol::Messages, "nav-messages"),
        (true, Route::Connections, Symbol::Connections, "nav-connections"),
        (true, Route::Settings, Symbol::Settings, "nav-settings"),
    ];
    let shown = all.into_iter().filter(|(is_shown, ..)| *is_shown);
    shown.map(|(_, route, symbol, testid)| Place { route, symbol, testid }).collect()
}

#[component]
pub(super) fn Rail() -> impl IntoView {
    let store = expect_context::<Store>();
    let has_server = Memo::new(move || store.has_server());
    move || {
        let places = places(has_server.get());
        let few = places.len() <= AT_THE_BOTTOM;
        let kept = if few { places.len() } else { AT_THE_BOTTOM };
        let rest = places[kept..].to_vec();
        let entries = places.into_iter().enumerate().map(|(index, place)| {
            view! { <Entry place class=if index < kept { "rail-entry" } else { "rail-entry rest" }/> }
        });
        view! {
            <nav class="rail" aria-label=t::pages()>
                <a class="brand" href="#/devices" aria-label=t::home()>
                    <Icon symbol=Symbol::Chart/><span>"MCS Console"</span>
                </a>
                {entries.collect_view()}
                {(!few).then(|| view! { <More rest/> })}
            </nav>
        }
        .into_any()
    }
}

#[component]
fn Entry(place: Place, class: &'static str) -> impl IntoView {
    let store = expect_context::<Store>();
    let Place { route, symbol, testid } = place;
    let (href, title) = (route.href(), route.title());
    let current = move || (store.route.with(Route::section) == route.section()).then_some("page");
    view! {
        <a class=class href=href data-testid=testid aria-current=current>
            <Icon symbol/><span>{title}</span>
        </a>
    }
    .into_any()
}

/// What finds no room at the bottom.
#[component]
fn More(rest: Vec<Place>) -> impl IntoView {
    let store = expect_context::<Store>();
    let routes: Vec<_> = rest.iter().map(|it| it.route.section()).collect();
    let current = move || routes.contains(&store.route.with(Route::section)).then_some("true");
    let links = rest.into_iter().map(|place| {
        let testid = format!("more-{}", place.testid);
        view! {
            <a class="menu-item" href=place.route.href() data-testid=testid>
                <Icon symbol=place.symbol/><span>{place.route.title()}</span>
            </a>
        }
    });
    view! {
        <button type="button" class="rail-entry more" data-testid="nav-more" popovertarget="more" aria-current=current>
            <Icon symbol=Symbol::More/><span>{t::more()}</span>
        </button>
        <div class="menu-body more-body" id="more" popover="auto" on:click=|_| super::close_popover("more")>
            {links.collect_view()}
        </div>
    }
    .into_any()
}
