//! What became of something that was done to an account, in words.

use leptos::prelude::*;
use mcs_view::protocol::{AccountTrouble, Step};

use crate::texts::accounts as t;
use crate::ui::{Icon, Symbol};

/// Says how it went, once it has.
#[component]
pub(super) fn Outcome(
    /// How it goes.
    #[prop(into)]
    step: Signal<Step>,
    /// For tests.
    testid: &'static str,
    /// What is said when it is done; nothing when empty.
    #[prop(optional, into)]
    done: String,
) -> impl IntoView {
    let said = move || {
        match step.get() {
        Step::Failed(trouble) => Some(
            view! {
                <p class="problem" data-testid=testid data-outcome="failed"><Icon symbol=Symbol::Warning/><span>{words(&trouble)}</span></p>
            }
            .into_any(),
        ),
        Step::Done if !done.is_empty() => Some(
            view! {
                <p class="state" data-tone="ok" data-testid=testid data-outcome="done"><Icon symbol=Symbol::Check/><span>{done.clone()}</span></p>
            }
            .into_any(),
        ),
        _ => None,
    }
    };
    view! { <div role="status">{said}</div> }
}

/// What went wrong, why, and what to do.
fn words(trouble: &AccountTrouble) -> String {
    let words = match trouble {
        AccountTrouble::WrongPassword => t::wrong_password(),
        AccountTrouble::TooMany => t::too_many(),
        AccountTrouble::Taken => t::taken(),
        AccountTrouble::Name => t::bad_name(),
        AccountTrouble::Password => t::bad_password(),
        AccountTrouble::OwnAccount => t::own_account(),
        AccountTrouble::LastAdministrator => t::last_administrator(),
        AccountTrouble::NotAllowed => t::not_allowed(),
        AccountTrouble::Gone => t::gone(),
        AccountTrouble::Unreachable => t::unreachable(),
        AccountTrouble::Other(said) => return t::refused(said),
    };
    words.to_owned()
}
