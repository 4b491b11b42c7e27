//! What was checked of the file at hand: one line each.

use leptos::prelude::*;
use mcs_view::protocol::{Check, Checked, Fault, Lack, Verdict};

use super::words;
use crate::format;
use crate::texts::firmware as t;
use crate::ui::{Icon, Memo, Symbol};

/// The list, unless it is empty.
#[component]
pub(crate) fn Checks(checks: Memo<Vec<Check>>) -> impl IntoView {
    view! {
        <div class="checks" class:gone=move || checks.with(Vec::is_empty)>
            <h3 id="checks">{t::checks()}</h3>
            <ul aria-labelledby="checks" data-testid="checks">
                {move || checks.get().into_iter().map(line).collect_view()}
            </ul>
        </div>
    }
}

/// A check's name.
pub(crate) fn name(what: Checked) -> &'static str {
    match what {
        Checked::Fetched => t::check_whole(),
        Checked::NoPage => t::check_page(),
        Checked::Size => t::check_size(),
        Checked::Md5 => "MD5",
        Checked::Sha256 => "SHA-256",
        Checked::Signature => t::check_signature(),
        Checked::Model => t::check_model(),
        Checked::Version => t::check_version(),
        Checked::Seq => t::check_seq(),
        Checked::MinVersion => t::check_min(),
        Checked::Unchanged => t::check_unchanged(),
        Checked::Received => t::check_received(),
        Checked::FetchedBack => t::check_fetched(),
    }
}

fn line(Check { what, verdict }: Check) -> impl IntoView {
    let (state, tone, symbol, words) = match verdict {
        Verdict::Waiting => ("waiting", "offline", Symbol::Clock, t::check_waiting().to_owned()),
        Verdict::Passed => ("passed", "ok", Symbol::Check, t::check_passed().to_owned()),
        Verdict::NotPossible(lack) => {
            ("not-possible", "offline", Symbol::Question, missing(lack).to_owned())
        }
        Verdict::Failed(why) => {
            ("failed", "danger", Symbol::Warning, t::check_failed(&fault(&why)))
        }
    };
    let testid = format!("check-{what:?}").to_lowercase();
    view! {
        <li class="state check" data-testid=testid data-verdict=state data-tone=tone>
            <Icon symbol/>
            <span><strong>{name(what)}</strong>" "{words}</span>
        </li>
    }
}

fn missing(lack: Lack) -> &'static str {
    match lack {
        Lack::Expectation => t::lack_expectation(),
        Lack::Manifest => t::lack_manifest(),
        Lack::Signature => t::lack_signature(),
        Lack::Key => t::lack_key(),
    }
}

fn fault(fault: &Fault) -> String {
    match fault {
        Fault::Page => t::fault_page().to_owned(),
        Fault::Empty => t::fault_empty().to_owned(),
        Fault::TooLarge(most) => t::fault_too_large(&format::bytes(*most)),
        Fault::Differs(what) => words::deviation(what),
        Fault::Manifest(why) => t::fault_manifest(why),
        Fault::SignatureForm => t::fault_signature_form().to_owned(),
        Fault::Signature => t::fault_signature().to_owned(),
        Fault::Key => t::fault_key().to_owned(),
        Fault::Model(model) => t::fault_model(model),
        Fault::Version(version) => t::why_exists(version),
        Fault::Seq { seq, newest } => t::fault_seq(seq, newest),
        Fault::MinVersion(version) => t::fault_min(version),
        Fault::Changed => t::fault_changed().to_owned(),
        Fault::NotFetched(why) => t::not_fetched(why),
    }
}
