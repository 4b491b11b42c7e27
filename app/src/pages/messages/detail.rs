//! One message: its payload in four forms, its properties, what changed since the one before.

use leptos::prelude::*;
use mcs_view::protocol::{
    Body, DetailView, DiffLine, Difference, Draft, Format, MessagesRequest, Property, Request,
};

use super::beside;
use super::state::Page;
use super::words::{self, formats};
use crate::clock;
use crate::engine::Dispatch;
use crate::format;
use crate::texts::device::channel;
use crate::texts::messages as t;
use crate::ui::{CopyButton, Icon, Memo, Symbol, save};

/// The open row.
#[component]
pub(super) fn MessageDetail(page: Page) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    // A payload that was asked for goes to a file as soon as it is here.
    Effect::new(move |_| {
        let Some(file) = page.inspector.payload.get() else { return };
        page.inspector.payload.set(None);
        if let Some(bytes) = file.bytes {
            save(&format!("message-{}.bin", file.row), "application/octet-stream", &bytes);
        }
    });
    let detail = page.inspector.detail;
    let head = Memo::new(move || detail.with(|it| it.as_ref().map(Option::is_some)));
    let download = move |_| {
        if let Some(row) = page.open.get_untracked() {
            dispatch.send(Request::Messages(MessagesRequest::Payload(row)));
        }
    };
    // What is shown goes into the form: the operator looks at it before it is sent.
    let again = move |_| {
        let shown = detail.with_untracked(|it| it.clone().flatten());
        let Some(DetailView { row, body, properties, .. }) = shown else { return };
        let mut draft = Draft {
            connection: row.connection,
            topic: row.topic,
            payload: body.text,
            format: body.format,
            qos: row.qos,
            retain: row.retained,
            properties: beside::again(&properties),
        };
        if body.format == Format::Hex {
            draft.payload = digits(&draft.payload);
        }
        page.write(draft);
    };
    view! {
        <section class="message-detail" aria-label=t::message() data-testid="message-detail">
            <header class="message-head">
                <h2>{t::message()}</h2>
                <button type="button" class="button quiet icon-only" aria-label=t::close_message() data-testid="message-close"
                    on:click=move |_| page.close()><Icon symbol=Symbol::Close/></button>
            </header>
            {move || match head.get() {
                None => ().into_any(),
                Some(false) => view! {
                    <p class="remark" data-testid="message-evicted">{t::message_evicted()}</p>
                }.into_any(),
                Some(true) => view! {
                    <Facts page/>
                    <div class="message-form">
                        <div class="segments" role="group" aria-label=t::show_as()>
                            {formats().map(|(form, name, id)| view! {
                                <button type="button" class="segment" data-testid=format!("message-as-{id}")
                                    aria-pressed=move || (page.format.get() == form).to_string()
                                    on:click=move |_| page.format.set(form)>{name}</button>
                            })}
                        </div>
                        <CopyButton text=body(page, |body| body.text.clone()) what=t::payload() testid="copy-payload"/>
                        <button type="button" class="button quiet" data-testid="message-download" on:click=download>{t::download()}</button>
                        <button type="button" class="button quiet" data-testid="publish-again" on:click=again>{t::publish_again()}</button>
                    </div>
                    <Payload page/>
                    <Properties page/>
                    <Change page/>
                }.into_any(),
            }}
        </section>
    }
}

/// The digits of a dump, without offsets and characters.
fn digits(dump: &str) -> String {
    let lines: Vec<_> = dump.lines().filter_map(|line| line.get(10..59)).map(str::trim).collect();
    lines.join("\n")
}

fn part<T: Clone + Default + PartialEq + Send + Sync + 'static>(
    page: Page,
    part: fn(&DetailView) -> T,
) -> Signal<T> {
    let detail = page.inspector.detail;
    let memo = Memo::new(move || {
        detail.with(|it| it.as_ref().and_then(Option::as_ref).map(part).unwrap_or_default())
    });
    memo.into()
}

fn body<T: Clone + Default + PartialEq + Send + Sync + 'static>(
    page: Page,
    part: fn(&Body) -> T,
) -> Signal<T> {
    let detail = page.inspector.detail;
    let memo = Memo::new(move || {
        detail.with(|it| {
            it.as_ref().and_then(Option::as_ref).map(|it| part(&it.body)).unwrap_or_default()
        })
    });
    memo.into()
}

#[component]
fn Facts(page: Page) -> impl IntoView {
    let topic = part(page, |it| it.row.topic.clone());
    let place = part(page, |it| it.row.place.clone());
    let at = part(page, |it| it.row.at.as_millis());
    let sizes = part(page, |it| match it.row.size {
        size @ 0..1024 => format::bytes(size),
        size => format!("{} ({} B)", format::bytes(size), format::count(size)),
    });
    let qos = part(page, |it| match it.row.qos {
        0 => t::qos_0(),
        1 => t::qos_1(),
        _ => t::qos_2(),
    });
    let marks = part(page, |it| match (it.row.retained, it.row.duplicate) {
        (true, true) => t::retained_duplicate(),
        (true, false) => t::retained(),
        (false, true) => t::duplicate(),
        (false, false) => "",
    });
    let fate = part(page, |it| it.row.fate.as_ref().map(words::fate));
    view! {
        <dl class="facts">
            <div><dt>{t::topic()}</dt><dd><div class="fact-row"><code class="break" data-testid="detail-topic">{topic}</code>
                <CopyButton text=topic what=t::topic() testid="copy-topic"/></div></dd></div>
            {move || place.get().map(|place| view! {
                <div><dt>{t::device()}</dt><dd data-testid="detail-device">{place.device}</dd></div>
                {place.channel.map(|it| view! { <div><dt>{channel()}</dt><dd>{it}</dd></div> })}
            })}
            <div><dt>{t::time()}</dt><dd class="number">{move || {
                let at = at.get();
                format!("{}.{:03}", clock::local(at).date_and_time(), at % 1000)
            }}</dd></div>
            <div><dt>"QoS"</dt><dd>{qos}</dd></div>
            <div><dt>{t::size()}</dt><dd class="number">{sizes}</dd></div>
            <div class:gone=move || marks.with(|it| it.is_empty())><dt>{t::flags()}</dt><dd>{marks}</dd></div>
            {move || fate.get().map(|(tone, text)| view! {
                <div><dt>{t::outcome()}</dt><dd><span class="state" data-tone=tone data-testid="detail-fate">{text}</span></dd></div>
            })}
        </dl>
    }
}

#[component]
fn Payload(page: Page) -> impl IntoView {
    let text = body(page, |body| body.text.clone());
    let misfit = body(page, |body| body.misfit);
    let shown = body(page, |body| body.shown);
    let size = part(page, |it| it.row.size);
    view! {
        {move || misfit.get().map(|it| view! { <p class="remark">{words::misfit(it)}</p> })}
        {move || (shown.get() < size.get()).then(|| view! {
            <p class="remark message-cut" data-testid="payload-cut">
                <span>{words::shown(shown.get(), size.get())}</span>
                <button type="button" class="button" data-testid="payload-all" on:click=move |_| page.whole.set(true)>{t::load_all()}</button>
            </p>
        })}
        {move || if size.get() == 0 {
            view! { <p class="remark" data-testid="payload-empty">{t::payload_empty()}</p> }.into_any()
        } else {
            view! { <pre class="message-payload" tabindex="0" aria-label=t::payload() data-testid="payload">{text}</pre> }.into_any()
        }}
    }
}

#[component]
fn Properties(page: Page) -> impl IntoView {
    let properties = part(page, |it| it.properties.clone());
    let row = |property: Property| {
        let name = if property.key.is_empty() {
            words::property(property.id).to_owned()
        } else {
            property.key
        };
        view! { <div><dt class="break">{name}</dt><dd class="break">{property.value}</dd></div> }
    };
    move || {
        let properties = properties.get();
        (!properties.is_empty()).then(|| {
            view! {
                <h3>{t::properties()}</h3>
                <dl class="facts" data-testid="detail-properties">{properties.into_iter().map(row).collect::<Vec<_>>()}</dl>
            }
        })
    }
}

#[component]
fn Change(page: Page) -> impl IntoView {
    let change = part(page, |it| Some(it.difference.clone()));
    let before = move |row: u64| {
        view! {
            <button type="button" class="button quiet" data-testid="open-before" on:click=move |_| page.show(row)>{t::open_it()}</button>
        }
    };
    move || {
        change.get().map(|change| match change {
            Difference::First => {
                view! { <p class="remark">{t::first()}</p> }.into_any()
            }
            Difference::Evicted => view! {
                <p class="remark">{t::before_evicted()}</p>
            }
            .into_any(),
            Difference::Same { before: row } => view! {
                <p class="remark" data-testid="diff-same">{t::same()}" "{before(row)}</p>
            }
            .into_any(),
            Difference::Incomparable { before: row } => view! {
                <p class="remark">{t::incomparable()}" "{before(row)}</p>
            }
            .into_any(),
            Difference::Lines { before: row, lines } => view! {
                <h3>{t::since_before()}" "{before(row)}</h3>
                <pre class="message-diff" tabindex="0" aria-label=t::difference() data-testid="diff">{lines.into_iter().map(line).collect::<Vec<_>>()}</pre>
            }
            .into_any(),
        })
    }
}

fn line(line: DiffLine) -> impl IntoView {
    let (kind, sign, text) = match line {
        DiffLine::Same(text) => ("same", " ", text),
        DiffLine::Removed(text) => ("removed", "−", text),
        DiffLine::Added(text) => ("added", "+", text),
        DiffLine::Skipped(count) => ("skipped", "…", t::same_lines(count.into())),
    };
    view! { <span class="diff-line" data-kind=kind>{sign}" "{text}"\n"</span> }
}
