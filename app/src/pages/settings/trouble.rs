//! What became of something that was done to an account, in words.

use leptos::prelude::*;
use mcs_view::protocol::{AccountTrouble, Step};

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
    #[prop(optional)]
    done: &'static str,
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
                <p class="state" data-tone="ok" data-testid=testid data-outcome="done"><Icon symbol=Symbol::Check/><span>{done}</span></p>
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
        AccountTrouble::WrongPassword => {
            "That is not your current password. Check it and try again."
        }
        AccountTrouble::TooMany => "Too many attempts. Wait a minute, then try again.",
        AccountTrouble::Taken => "Somebody has that name already. Choose another.",
        AccountTrouble::Name => {
            "That is no name for an account. Use 1 to 64 letters and digits, or - _ . @ between them."
        }
        AccountTrouble::Password => {
            "The server does not take that password. It needs at least one character and has at most 1024 bytes."
        }
        AccountTrouble::OwnAccount => {
            "Nobody does that to the own account, so that there is always an administrator. Ask another one."
        }
        AccountTrouble::NotAllowed => {
            "Only an administrator may do that, and you are none any more. Reload the page."
        }
        AccountTrouble::Gone => {
            "Somebody else was faster: the account, the grant or what it is on is gone. The list is up to date again."
        }
        AccountTrouble::Unreachable => {
            "The server does not answer. Check that you are online, then try again."
        }
        AccountTrouble::Other(said) => return format!("The server refused: {said}"),
    };
    words.to_owned()
}
