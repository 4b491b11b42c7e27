//! What outlives the page: the choice of charts, and pictures of them.

use std::rc::Rc;

use leptos::prelude::*;
use mcs_model::{ChannelId, DeviceId};
use mcs_view::protocol::PointTime;
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, CanvasRenderingContext2d as Context, HtmlAnchorElement, HtmlCanvasElement, Url,
};

use super::choice::{self, Choice};
use super::palette::Palette;
use super::plot::{Plot, Timeline};
use super::words;
use crate::clock;
use crate::route::Query;

/// Around what a picture shows, in CSS pixels.
const MARGIN: f64 = 16.0;
const LINE: f64 = 22.0;

/// Keeps a choice under a name. A browser that keeps nothing shows the charts all the same.
pub(super) fn remember(key: &str, choice: &Choice) {
    if let Some(storage) = window().local_storage().ok().flatten() {
        let mut choice = choice.clone();
        // A time of the past is no place to begin with another day.
        choice.span.end = None;
        let _ = storage.set_item(key, &choice.write(&Query::default()).to_string());
    }
}

/// The choice that was kept, as far as the device has such channels.
pub(super) fn recall(key: &str, known: &[ChannelId]) -> Option<Choice> {
    let storage = window().local_storage().ok().flatten()?;
    let choice = Choice::read(&Query::parse(&storage.get_item(key).ok().flatten()?), known)?;
    choice.charts.iter().any(|it| !it.is_empty()).then_some(choice)
}

/// Under which name the choice of a device's charts is kept.
pub(super) fn key(device: &DeviceId) -> String {
    format!("mcs.charts.{device}")
}

/// By which of their times the device's charts were drawn last.
pub(super) fn recall_by(device: &DeviceId) -> PointTime {
    let storage = window().local_storage().ok().flatten();
    let kept = storage.and_then(|it| it.get_item(&key(device)).ok().flatten());
    choice::by(&Query::parse(&kept.unwrap_or_default()))
}

/// Keeps which charts are open among a device's cards.
pub(crate) fn remember_open(device: &DeviceId, open: &mcs_sorted::Set<ChannelId>) {
    if let Some(storage) = window().local_storage().ok().flatten() {
        let open: Vec<_> = open.iter().map(ChannelId::as_str).collect();
        let _ = storage.set_item(&format!("mcs.open.{device}"), &open.join(","));
    }
}

/// The charts that were open; `None` when nobody has chosen yet.
pub(crate) fn recall_open(device: &DeviceId) -> Option<mcs_sorted::Set<ChannelId>> {
    let storage = window().local_storage().ok().flatten()?;
    let open = storage.get_item(&format!("mcs.open.{device}")).ok().flatten()?;
    Some(open.split(',').filter_map(|id| id.parse().ok()).collect())
}

/// Hands a picture of the charts to the operator: title, time, legend, lines.
pub(super) fn picture(title: &str, plots: Vec<Rc<Plot>>, timeline: Timeline) {
    let shown: Vec<_> = plots
        .into_iter()
        .filter_map(|plot| plot.canvas().filter(|it| it.is_connected()).map(|it| (plot, it)))
        .collect();
    let Some(canvas) = compose(title, &shown, timeline) else { return };
    let name = file_name(title, "png");
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            download(&blob, &name);
        }
    });
    // Refused only for a canvas with pictures of other sites.
    let _ = canvas.to_blob(done.unchecked_ref());
}

/// A file's name from what people call a thing.
pub(super) fn file_name(title: &str, ending: &str) -> String {
    let plain: String =
        title.chars().map(|it| if it.is_alphanumeric() { it } else { '-' }).take(60).collect();
    let plain = plain.trim_matches('-');
    let plain = if plain.is_empty() { "chart" } else { plain };
    let at = clock::local(clock::now()).date_and_time().replace([' ', ':'], "-");
    format!("{plain}-{at}.{ending}")
}

/// Saves a file under a name.
pub(super) fn download(blob: &Blob, name: &str) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else { return };
    if let Ok(link) = document().create_element("a") {
        let link: HtmlAnchorElement = link.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    let _ = Url::revoke_object_url(&url);
}

fn compose(
    title: &str,
    shown: &[(Rc<Plot>, HtmlCanvasElement)],
    timeline: Timeline,
) -> Option<HtmlCanvasElement> {
    let (_, first) = shown.first()?;
    let palette = Palette::of(first)?;
    let ratio = window().device_pixel_ratio();
    let width = shown.iter().map(|(plot, _)| plot.size().0).fold(0.0, f64::max);
    let legend = |plot: &Plot| LINE * rows(plot, width);
    let heights = shown.iter().map(|(plot, _)| plot.size().1 + legend(plot) + MARGIN);
    let total = heights.sum::<f64>() + 2.0 * MARGIN + 2.0 * LINE;
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.unchecked_into();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen's size")]
    let pixels = |size: f64| (size * ratio).round() as u32;
    canvas.set_width(pixels(width + 2.0 * MARGIN));
    canvas.set_height(pixels(total));
    let context: Context = canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
    context.scale(ratio, ratio).ok()?;
    context.set_fill_style_str(&palette.surface);
    context.fill_rect(0.0, 0.0, width + 2.0 * MARGIN, total);
    context.set_fill_style_str(&palette.ink.text);
    context.set_font(&format!("600 16px {}", palette.ink.font));
    context.set_text_baseline("middle");
    context.fill_text_with_max_width(title, MARGIN, MARGIN + LINE / 2.0, width).ok()?;
    context.set_font(&format!("12px {}", palette.ink.font));
    context.set_fill_style_str(&palette.ink.label);
    let time = |at| clock::local(at).date_and_time();
    let edges = timeline.edges();
    let range = format!("{} – {}", time(edges.start), time(edges.end));
    let range = words::at(timeline.by.get_untracked(), &range);
    context.fill_text(&range, MARGIN, MARGIN + LINE * 1.4).ok()?;
    let mut y = MARGIN + 2.0 * LINE;
    for (plot, source) in shown {
        let mut x = MARGIN;
        for line in &plot.lines {
            let name = context.measure_text(&line.channel.name).ok()?.width();
            if x > MARGIN && x + name + 20.0 > width {
                x = MARGIN;
                y += LINE;
            }
            context.set_fill_style_str(palette.series(line.colour));
            context.fill_rect(x, y + LINE / 2.0 - 1.5, 14.0, 3.0);
            context.set_fill_style_str(&palette.ink.text);
            context.fill_text(&line.channel.name, x + 20.0, y + LINE / 2.0).ok()?;
            x += name + 40.0;
        }
        y += LINE;
        let (wide, high) = plot.size();
        context
            .draw_image_with_html_canvas_element_and_dw_and_dh(source, MARGIN, y, wide, high)
            .ok()?;
        y += high + MARGIN;
    }
    Some(canvas)
}

/// How many lines of text a legend may need: a character is 8 pixels at most.
fn rows(plot: &Plot, width: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let wide: f64 =
        plot.lines.iter().map(|it| it.channel.name.chars().count() as f64 * 8.0 + 40.0).sum();
    (wide / width.max(1.0)).ceil().max(1.0)
}
