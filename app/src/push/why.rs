//! Why a push is where it is, in words.

use leptos::prelude::*;
use mcs_model::DeviceId;
use mcs_model::api::{Objection, Reason, Unreachable};

use crate::store::Store;
use crate::texts::rollouts as t;
use crate::ui::Memo;

/// Of the newest push to a device; nothing where the state says it all.
#[component]
pub(crate) fn Why(
    /// The device.
    id: DeviceId,
    /// What stands before the id in the test id.
    testid: &'static str,
) -> impl IntoView {
    let store = expect_context::<Store>();
    let words = {
        let id = id.clone();
        Memo::new(move || {
            store.order.track();
            let push = store.row(&id).and_then(|row| row.with(|row| row.push.clone()));
            push.map(|it| reason(&it.reason)).unwrap_or_default()
        })
    };
    view! {
        <span class="hint break" class:gone=move || words.with(String::is_empty)
            data-testid=format!("{testid}-{id}")>{move || words.get()}</span>
    }
}

/// Why a device is where it is; empty where the state says it all.
pub(crate) fn reason(reason: &Reason) -> String {
    let plain = match reason {
        Reason::None => "",
        Reason::NotSent(Unreachable::Broken(why)) => return t::why_broken(why),
        Reason::NotSent(Unreachable::Deaf) => t::why_deaf(),
        Reason::NotSent(_) => t::why_away(),
        Reason::Unsure => t::why_unsure(),
        Reason::CameBack(version) => return t::why_came_back(version),
        Reason::StillOld { version, attempts } => return t::why_still_old(version, attempts),
        Reason::WentBack(version) => return t::why_went_back(version),
        Reason::DidNotCome => t::why_did_not_come(),
        Reason::DidNotAnswer => t::why_did_not_answer(),
        Reason::DidNotFetch => t::why_did_not_fetch(),
        Reason::DidNotReport => t::why_did_not_report(),
        Reason::Said(words) => return words.clone(),
        Reason::Objected(it) => objection(*it),
        Reason::Superseded => t::why_superseded(),
        Reason::Removed => t::why_removed(),
        Reason::Stopped => t::why_stopped(),
        Reason::Retried => t::why_retried(),
        Reason::Overridden => t::why_overridden(),
        // A newer server may know more.
        _ => return reason.to_string(),
    };
    plain.to_owned()
}

/// What speaks against a firmware.
pub(crate) fn objection(objection: Objection) -> &'static str {
    match objection {
        Objection::Downgrade => t::against_downgrade(),
        Objection::Model => t::against_model(),
        Objection::Incompatible => t::against_incompatible(),
        Objection::Unverified => t::against_unverified(),
        Objection::Older => t::against_older(),
        _ => t::state_unknown(),
    }
}
