//! How the list is arranged, as it stands in the address: `?q=pump&state=online&sort=-seen`.

use mcs_view::arrange::{Arrangement, Sort};
use mcs_view::protocol::Online;

use crate::route::Query;
use crate::texts::{Text, devices as t};

/// The columns by which the list can be sorted: word in the address, name, order.
pub(super) const SORTS: [(&str, Text, Sort); 6] = [
    ("state", t::state, Sort::Online),
    ("name", t::name, Sort::Name),
    ("prototype", t::prototype, Sort::Prototype),
    ("seen", t::last_seen, Sort::LastSeen),
    ("firmware", t::firmware, Sort::Firmware),
    ("alert", t::alert, Sort::Alert),
];

/// Whether a device is here: word in the address, name, state.
pub(super) const STATES: [(&str, Text, Online); 3] = [
    ("online", t::online, Online::Yes),
    ("offline", t::offline, Online::No),
    ("unknown", t::unknown, Online::Unknown),
];

/// The arrangement that an address asks for; a word that nobody knows asks for nothing.
pub(super) fn arrangement(query: &Query) -> Arrangement {
    let sort = query.value("sort").unwrap_or_default();
    let column = sort.strip_prefix('-').unwrap_or(sort);
    let state = query.value("state");
    Arrangement {
        text: query.value("q").unwrap_or_default().to_owned(),
        online: STATES.iter().find(|it| Some(it.0) == state).map(|it| it.2),
        prototype: query.value("prototype").and_then(|it| it.parse().ok()),
        tag: query.value("tag").map(str::to_owned),
        alerts: query.value("alerts").is_some(),
        sort: SORTS.iter().find(|it| it.0 == column).map_or(Sort::Name, |it| it.2),
        reversed: sort.starts_with('-'),
    }
}

/// The address when this column is chosen: sorted by it, or turned if it was already.
pub(super) fn sorted_by(query: &Query, column: &str) -> Query {
    let now = query.value("sort").unwrap_or("name");
    let turned = format!("-{column}");
    match (now == column, column) {
        (true, _) => query.with("sort", Some(&turned)),
        (false, "name") => query.with("sort", None),
        (false, _) => query.with("sort", Some(column)),
    }
}

/// The address without anything that narrows the list.
pub(super) fn all(query: &Query) -> Query {
    ["q", "state", "prototype", "tag", "alerts"]
        .iter()
        .fold(query.clone(), |it, name| it.with(name, None))
}
