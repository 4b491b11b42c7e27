//! `?`: what the keyboard can do here.

use leptos::prelude::*;

use super::palette::{Dialog, Layer};
use super::top::control;
use crate::route::Route;
use crate::store::Store;
use crate::texts::shell as t;

#[component]
pub(super) fn Help() -> impl IntoView {
    let store = expect_context::<Store>();
    let layer = expect_context::<RwSignal<Layer>>();
    let everywhere = [
        (control("Ctrl K", "⌘ K"), t::help_palette()),
        ("/", t::help_search()),
        ("?", t::help_help()),
        ("Esc", t::help_close()),
    ];
    let here = match store.route.get_untracked() {
        Route::Messages => vec![
            ("Space", t::help_follow()),
            ("↑ ↓ PgUp PgDn Home End", t::help_rows()),
            ("Enter", t::help_open()),
            ("↑ ↓ ← →", t::help_tree()),
            (control("Ctrl Enter", "⌘ Enter"), t::help_publish()),
        ],
        Route::Prototypes(Some(_)) => vec![
            (control("Ctrl S", "⌘ S"), t::help_save()),
            (control("Ctrl Z", "⌘ Z"), t::help_undo()),
        ],
        Route::Device(_) => vec![
            ("Enter", t::help_send()),
            ("← →", t::help_cursor()),
            ("Space", t::help_pause()),
            ("← → Home End", t::help_tabs()),
        ],
        _ => Vec::new(),
    };
    view! {
        <Dialog own=Layer::Help label=t::help() testid="help" class="help">
            <h2>{t::help()}</h2>
            <h3>{t::help_everywhere()}</h3>
            {keys(&everywhere)}
            {(!here.is_empty()).then(|| view! { <h3>{t::help_here()}</h3>{keys(&here)} })}
            <div class="actions end">
                <button type="button" class="button" data-testid="help-close" on:click=move |_| layer.set(Layer::None)>{t::close()}</button>
            </div>
        </Dialog>
    }
    .into_any()
}

fn keys(shortcuts: &[(&'static str, &'static str)]) -> AnyView {
    let rows = shortcuts.iter().map(|(keys, what)| {
        view! { <div><dt><kbd>{*keys}</kbd></dt><dd>{*what}</dd></div> }.into_any()
    });
    view! { <dl class="facts">{rows.collect_view()}</dl> }.into_any()
}
