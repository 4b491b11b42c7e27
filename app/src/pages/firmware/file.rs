//! The file at hand: chosen, hashed in the worker, compared, uploaded.

mod ready;

use core::fmt::Display;

use leptos::ev::DragEvent;
use leptos::prelude::*;
use mcs_model::check::MAX_NAME;
use mcs_view::protocol::{ExpectedMd5, FirmwareRequest, JobStage, Request};
use mcs_view::sums;
use web_sys::File as WebFile;

use super::checks::Checks;
use super::dropped::{Part, each, part_of_manifest, read};
use super::left::Left;
use super::{Page, words};
use crate::engine::Dispatch;
use crate::format;
use crate::texts::firmware as t;
use crate::ui::{CopyButton, Icon, Memo, Symbol};
use ready::{Upload, why_not};

/// Choosing, hashing, uploading.
#[component]
pub(crate) fn File(page: Page) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let expected = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let version = RwSignal::new(String::new());
    let note = RwSignal::new(String::new());
    // A list of sums that was dropped.
    let listed = RwSignal::new_local(None::<WebFile>);
    // The name that was taken from a file.
    let of_file = RwSignal::new(String::new());
    // The name of the newest file.
    let chosen = RwSignal::new(None::<String>);
    let choose = move |file: WebFile| {
        if sums::is_list(&file.name()) && file.size() <= f64::from(sums::MOST) {
            return listed.set(Some(file));
        }
        if let Some(part) = part_of_manifest(&file) {
            return read(&file, move |text| {
                let (manifest, signature) = match part {
                    Part::Manifest => (Some(text), None),
                    Part::Signature => (None, Some(text)),
                };
                dispatch.send(Request::Firmware(FirmwareRequest::Vouch { manifest, signature }));
            });
        }
        chosen.set(Some(file.name()));
        let stem = stem(&file.name());
        // What was typed stays.
        if name.with_untracked(|it| it.is_empty() || of_file.with_untracked(|of| it == of)) {
            name.set(stem.clone());
        }
        of_file.set(stem);
        dispatch.send_file(Request::Firmware(FirmwareRequest::Choose), file);
    };
    let expect = move |text: String| {
        expected.set(text.clone());
        dispatch.send(Request::Firmware(FirmwareRequest::Expect(text)));
    };
    // Read once the file is known whose sum is sought, whichever of both came first.
    Effect::new(move |_| {
        let former = || page.job.with(|job| job.file.as_ref().map(|it| it.0.clone()));
        let name = chosen.get().or_else(former);
        if let (Some(list), Some(name)) = (listed.get(), name) {
            listed.set(None);
            read(&list, move |text| {
                // What is none says so where it would have been typed.
                let first = text.lines().next().unwrap_or_default().chars().take(64).collect();
                expect(sums::find(&text, &name).unwrap_or(first));
            });
        }
    });
    let manifest = Memo::new(move || page.job.with(|job| job.manifest.clone()));
    // What is signed is what it is called.
    Effect::new(move |_| {
        if let Some(manifest) = manifest.get() {
            name.set(manifest.name);
            version.set(manifest.version);
        }
    });
    // Once there is something to check.
    let checks = Memo::new(move || {
        page.job.with(|job| match job.file.is_some() || job.manifest.is_some() {
            true => job.checks.clone(),
            false => Vec::new(),
        })
    });
    let fixed = Signal::derive(move || manifest.with(Option::is_some));
    let why = Memo::new(move || {
        let upload = Upload {
            name: &name.get(),
            version: &version.get(),
            locked: page.locked.get(),
            trust: page.trust.get(),
        };
        page.job.with(|job| page.firmwares.with(|stored| why_not(&upload, job, stored)))
    });
    let upload = move |_| {
        if let (None, Some(prototype)) = (why.get_untracked(), page.prototype.get_untracked()) {
            dispatch.send(Request::Firmware(FirmwareRequest::Upload {
                prototype,
                name: name.get_untracked().trim().to_owned(),
                version: version.get_untracked().trim().to_owned(),
                note: note.get_untracked(),
            }));
        }
    };
    view! {
        <section class="panel" aria-labelledby="new-firmware" data-testid="job"
            data-stage=move || page.job.with(|job| stage(&job.stage))>
            <h2 id="new-firmware">{t::new()}</h2>
            <Left page/>
            <Drop choose/>
            <Hashes page/>
            <label class="field">
                <span class="field-name">{t::expected()}</span>
                <input class="input mono" data-testid="expected-md5" autocomplete="off" spellcheck="false" maxlength="64"
                    placeholder=t::expected_hint() aria-describedby="verdict"
                    prop:value=move || expected.get() on:input:target=move |event| expect(event.target().value())/>
            </label>
            <Verdict page/>
            <Checks checks/>
            <Text label=t::name() value=name testid="firmware-name" fixed most=MAX_NAME/>
            <Text label=t::version() value=version testid="firmware-version" fixed/>
            <Text label=t::note() value=note testid="firmware-note"/>
            <div class="actions">
                <button type="button" class="button primary" data-testid="upload" disabled=move || why.get().is_some()
                    aria-describedby="upload-why" on:click=upload><Icon symbol=Symbol::Upload/><span>{t::upload()}</span></button>
                <p class="hint" id="upload-why" data-testid="upload-why">{move || why.get()}</p>
            </div>
            <p class="remark">{t::md5_remark()}</p>
        </section>
    }
}

#[component]
fn Text(
    label: &'static str,
    value: RwSignal<String>,
    testid: &'static str,
    #[prop(optional, into)] fixed: Signal<bool>,
    #[prop(optional)] most: Option<usize>,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field-name">{label}</span>
            <input class="input" data-testid=testid autocomplete="off" readonly=fixed maxlength=most prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())/>
        </label>
    }
}

/// Where a file is dropped or chosen.
#[component]
fn Drop(choose: impl Fn(WebFile) + Copy + Send + 'static) -> impl IntoView {
    let over = RwSignal::new(false);
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(files) = event.data_transfer().and_then(|it| it.files()) {
            each(&files, choose);
        }
    };
    view! {
        <label class="drop" class:over=move || over.get()
            on:dragover=move |event: DragEvent| { event.prevent_default(); over.set(true); }
            on:dragleave=move |_| over.set(false) on:drop=dropped>
            <Icon symbol=Symbol::Upload/>
            <span>{t::choose()}</span>
            <input type="file" multiple class="sr-only" data-testid="firmware-file" on:change:target=move |event| {
                let field = event.target();
                if let Some(files) = field.files() {
                    each(&files, choose);
                }
                // So that the same file can be chosen again.
                field.set_value("");
            }/>
        </label>
    }
}

/// The file, how far hashing or uploading is, and the hashes.
#[component]
fn Hashes(page: Page) -> impl IntoView {
    let dispatch = expect_context::<Dispatch>();
    let file = Memo::new(move || page.job.with(|job| job.file.clone()));
    let progress = Memo::new(move || page.job.with(|job| progress(&job.stage)));
    let hashes = Memo::new(move || page.job.with(|job| hashes(&job.stage)));
    let failed = Memo::new(move || {
        page.job.with(|job| match &job.stage {
            JobStage::Failed(failure) => Some(words::failure(failure)),
            _ => None,
        })
    });
    let kind = Memo::new(move || progress.get().map(|it| (it.0, it.1)));
    let share = move || progress.get().map_or(0.0, |(_, _, done, total)| ratio(done, total));
    let pace = Memo::new(move || page.job.with(|job| job.pace));
    let held = Memo::new(move || page.job.with(|job| job.held));
    let cancel = move |_| dispatch.send(Request::Firmware(FirmwareRequest::Cancel));
    view! {
        {move || file.get().map(|(name, size)| view! {
            <div class="file">
                <p class="grow"><strong class="break">{name}</strong><br/><span class="muted number">{format::bytes(size)}</span></p>
                <button type="button" class="button quiet" data-testid="job-cancel" on:click=cancel>
                    {move || if kind.get().is_some() { t::cancel() } else { t::forget() }}
                </button>
            </div>
        })}
        {move || kind.get().map(|(testid, words)| view! {
            <label class="progress">
                <span class="number">{move || words(&format!("{:.0}", share() * 100.0))}</span>
                <progress max="1" data-testid=testid prop:value=share></progress>
            </label>
        })}
        {move || pace.get().map(|it| view! {
            <p class="hint number" data-testid="job-pace">
                {t::pace(&format::bytes(it.rate), &format::span(it.left * 1000))}
            </p>
        })}
        <p class="state" role="status" data-tone="pending" data-testid="job-held" class:gone=move || !held.get()>
            <Icon symbol=Symbol::Clock/><span>{t::held()}</span>
        </p>
        {move || hashes.get().map(|(md5, sha256)| view! {
            <dl class="hashes">
                <div><dt>"MD5"</dt><dd><code data-testid="md5">{md5.clone()}</code>
                    <CopyButton text=Signal::stored(md5) what="MD5" testid="copy-md5"/></dd></div>
                <div><dt>"SHA-256"</dt><dd><code data-testid="sha256">{sha256.clone()}</code>
                    <CopyButton text=Signal::stored(sha256) what="SHA-256" testid="copy-sha256"/></dd></div>
            </dl>
        })}
        <div role="alert">{move || failed.get().map(|why| view! {
            <p class="problem" data-testid="job-error"><Icon symbol=Symbol::Warning/><span>{why}</span></p>
        })}</div>
    }
}

#[component]
fn Verdict(page: Page) -> impl IntoView {
    let verdict = Memo::new(move || page.job.with(|job| job.expected));
    let look = move || match verdict.get() {
        ExpectedMd5::None => ("none", "none", None, ""),
        ExpectedMd5::Invalid => ("invalid", "warning", Some(Symbol::Warning), t::md5_invalid()),
        ExpectedMd5::Waiting => ("waiting", "pending", Some(Symbol::Clock), t::md5_waiting()),
        ExpectedMd5::Match => ("match", "ok", Some(Symbol::Check), t::md5_match()),
        ExpectedMd5::Mismatch => ("mismatch", "danger", Some(Symbol::Warning), t::md5_mismatch()),
    };
    view! {
        <p class="state verdict" id="verdict" role="status" data-testid="expected-verdict"
            data-verdict=move || look().0 data-tone=move || look().1>
            {move || look().2.map(|symbol| view! { <Icon symbol/> })}
            <span>{move || look().3}</span>
        </p>
    }
}

/// What a file is called without its ending, as far as a firmware may be called so.
fn stem(file: &str) -> String {
    file.rsplit_once('.').map_or(file, |it| it.0).chars().take(MAX_NAME).collect()
}

fn stage(stage: &JobStage) -> &'static str {
    match stage {
        JobStage::Empty => "empty",
        JobStage::Hashing { .. } => "hashing",
        JobStage::Hashed { .. } => "hashed",
        JobStage::Uploading { .. } => "uploading",
        JobStage::Uploaded { .. } => "uploaded",
        JobStage::Failed(_) => "failed",
    }
}

/// Says how far something is, in percent.
type Percent = fn(&dyn Display) -> String;

fn progress(stage: &JobStage) -> Option<(&'static str, Percent, u64, u64)> {
    match stage {
        JobStage::Hashing { done, total } => Some(("hash-progress", t::hashing, *done, *total)),
        JobStage::Uploading { done, total, .. } if done < total => {
            Some(("upload-progress", t::uploading, *done, *total))
        }
        JobStage::Uploading { total, .. } => {
            Some(("upload-progress", |_| t::storing().to_owned(), *total, *total))
        }
        _ => None,
    }
}

fn hashes(stage: &JobStage) -> Option<(String, String)> {
    match stage {
        JobStage::Hashed { md5, sha256 }
        | JobStage::Uploading { md5, sha256, .. }
        | JobStage::Uploaded { md5, sha256, .. } => Some((md5.clone(), sha256.clone())),
        JobStage::Empty | JobStage::Hashing { .. } | JobStage::Failed(_) => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of a bar")]
fn ratio(done: u64, total: u64) -> f64 {
    if total == 0 { 0.0 } else { (done as f64 / total as f64).min(1.0) }
}
