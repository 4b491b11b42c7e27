//! Pictures by time: the newest, or the one that the operator looks at.

use js_sys::{Array, Uint8Array};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use mcs_model::{Channel, Timestamp, Value};
use mcs_view::protocol::Shown;
use web_sys::{Blob, BlobPropertyBag, Url};

use crate::clock;
use crate::texts::card as t;
use crate::ui::{Icon, Memo, Symbol};

/// A picture of the gallery.
#[derive(Clone, PartialEq)]
struct Picture {
    at: Timestamp,
    base64: String,
}

/// The pictures of a channel.
#[component]
pub(crate) fn Pictures(
    channel: Channel,
    shown: Signal<Option<Shown>>,
    trail: Signal<Vec<Shown>>,
) -> impl IntoView {
    let id = channel.id.to_string();
    let name = channel.name.clone();
    // Without a trail, as in a preview, there is the last one.
    let pictures = Memo::new(move || {
        let mut all: Vec<_> = trail.with(|trail| trail.iter().filter_map(picture).collect());
        let last = shown.with(|it| it.as_ref().and_then(picture));
        all.extend(last.filter(|last| all.is_empty() || all.iter().all(|it| it.at < last.at)));
        all
    });
    // The time of the one that is looked at; none: the newest.
    let chosen = RwSignal::new(None::<Timestamp>);
    let place = Memo::new(move || {
        pictures.with(|all| {
            let chosen = chosen.get();
            let found = all.iter().position(|it| Some(it.at) == chosen);
            found.or_else(|| all.len().checked_sub(1))
        })
    });
    let current = Memo::new(move || pictures.with(|all| all.get(place.get()?).cloned()));
    let go = move |place: usize| {
        pictures.with_untracked(|all| {
            let is_newest = place + 1 >= all.len();
            chosen.set(all.get(place).map(|it| it.at).filter(|_| !is_newest));
        });
    };
    let step = move |back: bool| {
        let Some(here) = place.get_untracked() else { return };
        go(if back { here.saturating_sub(1) } else { here + 1 });
    };
    let key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowLeft" => step(true),
            "ArrowRight" => step(false),
            _ => return,
        }
        event.prevent_default();
    };
    let is_first = move || place.get().is_none_or(|it| it == 0);
    let is_newest = move || pictures.with(|all| place.get().is_none_or(|it| it + 1 == all.len()));
    // The newest is no picture: it is shown as it came, above the pictures that were.
    let foreign = move || {
        shown.with(|it| {
            it.as_ref().filter(|it| picture(it).is_none()).map(|it| it.value.to_string())
        })
    };
    let raw = move || if current.with(Option::is_some) { "image" } else { "" };
    let file = name.clone();
    let label = t::pictures_of(&name);
    view! {
        <div class="pictures" role="group" aria-label=label tabindex="0"
            data-testid=format!("value-{id}") data-value=raw on:keydown=key>
            {move || foreign().map(|text| view! { <p class="value foreign">{text}</p> })}
            {move || match current.get() {
                Some(Picture { at, base64 }) => {
                    let when = clock::local(at.as_millis()).date_and_time();
                    view! {
                        <figure class="picture">
                            <Shot base64 alt=format!("{name}, {when}")/>
                        </figure>
                    }.into_any()
                }
                None if foreign().is_some() => ().into_any(),
                None => view! { <p class="value missing">{t::no_data()}</p> }.into_any(),
            }}
            <div class="entry-row" class:gone=move || current.with(Option::is_none)>
                <button type="button" class="button quiet icon-only" aria-label=t::picture_before() title=t::picture_before()
                    data-testid=format!("before-{id}") disabled=is_first on:click=move |_| step(true)><Icon symbol=Symbol::ArrowLeft/></button>
                <span class="number muted picture-time" data-testid=format!("picture-at-{id}")>
                    {move || current.with(|it| it.as_ref().map(|it| {
                        let when = clock::local(it.at.as_millis()).date_and_time();
                        if is_newest() { when } else { t::picture_at(&when) }
                    }))}
                </span>
                <button type="button" class="button quiet icon-only" aria-label=t::picture_after() title=t::picture_after()
                    data-testid=format!("after-{id}") disabled=is_newest on:click=move |_| step(false)><Icon symbol=Symbol::ArrowRight/></button>
                <Save current file/>
            </div>
            <ul class="shots" class:gone=move || pictures.with(|all| all.len() < 2)>
                <For each=move || pictures.get() key=|it| it.at let(it)>
                    {
                        let Picture { at, base64 } = it;
                        let when = clock::local(at.as_millis()).date_and_time();
                        let is_here = move || current.with(|it| it.as_ref().is_some_and(|it| it.at == at));
                        let open = move |_| {
                            let found = pictures.with_untracked(|all| all.iter().position(|it| it.at == at));
                            if let Some(place) = found {
                                go(place);
                            }
                        };
                        view! {
                            <li><button type="button" class="shot" aria-label=t::picture_of(&when) title=when.clone()
                                aria-pressed=move || is_here().to_string() on:click=open><Shot base64 alt=String::new()/></button></li>
                        }
                    }
                </For>
            </ul>
        </div>
    }
}

/// One picture, or that the browser cannot show it.
#[component]
fn Shot(base64: String, alt: String) -> impl IntoView {
    let broken = RwSignal::new(false);
    let url = blob_url(&base64);
    let source = url.clone();
    on_cleanup(move || {
        if let Some(url) = &url {
            // Only what is no address of a blob cannot be revoked.
            let _ = Url::revoke_object_url(url);
        }
    });
    view! {
        {move || {
            let source = source.clone().filter(|_| !broken.get());
            match source {
                Some(source) => view! { <img src=source alt=alt.clone() on:error=move |_| broken.set(true)/> }.into_any(),
                None => view! { <span class="broken">{t::picture_damaged()}</span> }.into_any(),
            }
        }}
    }
}

/// Saves the picture that is looked at.
#[component]
fn Save(current: Memo<Option<Picture>>, file: String) -> impl IntoView {
    let save = move |_| {
        let Some(Picture { at, base64 }) = current.get_untracked() else { return };
        let Some(url) = blob_url(&base64) else { return };
        let stamp = clock::local(at.as_millis()).date_and_time().replace([' ', ':'], "-");
        let name: String =
            file.chars().map(|it| if it.is_alphanumeric() { it } else { '-' }).collect();
        crate::ui::download(&url, &format!("{name}-{stamp}.{}", kind(&base64)));
    };
    view! {
        <button type="button" class="button quiet icon-only save" aria-label=t::picture_save() title=t::picture_save()
            on:click=save><Icon symbol=Symbol::Download/></button>
    }
}

fn picture(shown: &Shown) -> Option<Picture> {
    match &shown.value {
        Value::Image(base64) => Some(Picture { at: shown.at, base64: base64.clone() }),
        _ => None,
    }
}

/// PNG or JPEG: the model lets nothing else pass for a picture, and the browser is told what it is.
fn kind(base64: &str) -> &'static str {
    if base64.starts_with("/9j/") { "jpeg" } else { "png" }
}

/// An address of the picture within this page; `None` when the base64 is damaged.
fn blob_url(base64: &str) -> Option<String> {
    let binary = window().atob(base64).ok()?;
    // Each character of `atob` is one byte.
    let bytes: Option<Vec<u8>> =
        binary.chars().map(|it| u8::try_from(u32::from(it)).ok()).collect();
    let parts = Array::of1(&Uint8Array::from(bytes?.as_slice()));
    let options = BlobPropertyBag::new();
    options.set_type(&format!("image/{}", kind(base64)));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}
