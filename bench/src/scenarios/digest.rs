//! Hashes of a file: the console's firmware page beside npm's libraries in the same browser and native `md5sum`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tokio::process::Command;

use crate::browser::{Browser, Page, peers, query};
use crate::figures::{Figure, Round, Unit, bytes, each};
use crate::process::{children_cpu, own_usage};
use crate::report::Section;
use crate::subjects::{Ours, PASSWORD, USER};
use crate::{Options, clock, files};

/// Mebibytes of the files, and whether they are hashed in each round.
const SIZES: [(usize, bool); 3] = [(1, true), (64, true), (1024, false)];

/// Mebibytes of a file that is hashed first, so that every program is warm.
const WARM: usize = 16;

/// What hashes.
#[derive(Clone, Copy)]
enum Hasher {
    /// The console; it always makes both hashes.
    Console,
    /// A page with a library, for both hashes or for MD5 alone.
    Library(&'static str, Hashes),
    /// A program.
    Native(&'static str, Hashes),
}

/// What is made of a file.
#[derive(Clone, Copy, PartialEq)]
enum Hashes {
    Both,
    Md5,
}

/// In each table its first one is what the others are held against.
const HASHERS: [(&str, Hasher); 7] = [
    ("console", Hasher::Console),
    ("hash-wasm", Hasher::Library("hash-wasm", Hashes::Both)),
    ("sha256sum, no MD5", Hasher::Native("sha256sum", Hashes::Both)),
    ("mcs-digest", Hasher::Library("mcs-digest", Hashes::Md5)),
    ("hash-wasm", Hasher::Library("hash-wasm", Hashes::Md5)),
    ("spark-md5", Hasher::Library("spark-md5", Hashes::Md5)),
    ("md5sum", Hasher::Native("md5sum", Hashes::Md5)),
];

impl Hasher {
    const fn hashes(self) -> Hashes {
        match self {
            Self::Console => Hashes::Both,
            Self::Library(_, hashes) | Self::Native(_, hashes) => hashes,
        }
    }
}

impl Hashes {
    const fn title(self) -> &'static str {
        match self {
            Self::Both => "MD5 and SHA-256",
            Self::Md5 => "MD5 alone",
        }
    }
}

/// A file and its MD5.
struct Sample {
    file: PathBuf,
    bytes: usize,
    md5: String,
}

pub(crate) async fn run(options: &Options) -> Result<Section> {
    let mut browser = Browser::start(options, "digest").await?;
    let mut ours = Ours::start(options, "digest", 1).await?;
    let site = format!("http://{}/", files::serve(options.peers.clone()).await?);
    let console = format!("http://{}/", ours.http);
    let mut section = Section::new(
        "digest",
        format!(
            "Hashes of a file, reading included, in {}: by the console's firmware page, which always makes both hashes in \
             one pass, and by libraries in a worker that reads the file in the cheapest way there is ({}, and `mcs-digest` \
             with its loop for MD5 alone, which devices use); and by coreutils. The files are in the system's cache, and every page has hashed {WARM} MiB before. The largest file is hashed \
             in the first round only.",
            browser.version().await?,
            peers(options, &["hash-wasm", "spark-md5"])?
        ),
    );
    let folder = options.folder("digest-files")?;
    let warm = sample(&folder, WARM).await?;
    let mut samples = Vec::new();
    for (size, always) in SIZES {
        samples.push((sample(&folder, size).await?, always));
    }
    for round in 1..=options.rounds {
        println!("── digest: round {round} of {}", options.rounds);
        for (name, hasher) in HASHERS {
            if options.alone
                && !matches!(hasher, Hasher::Console | Hasher::Library("mcs-digest", _))
            {
                continue;
            }
            let page = match hasher {
                Hasher::Console => Some(sign_in(&mut browser, &console).await?),
                Hasher::Library(library, hashes) => {
                    let both = if hashes == Hashes::Both { "1" } else { "" };
                    let url = format!("{site}digest.html?library={library}&both={both}");
                    Some(browser.open(&url).await?)
                }
                Hasher::Native(..) => None,
            };
            if let Some(page) = &page {
                hash(&mut browser, page, hasher, &warm).await.context("warming up")?;
            }
            for (sample, _) in samples.iter().filter(|it| it.1 || round == 1) {
                let figures = match (&page, hasher) {
                    (Some(page), _) => hash(&mut browser, page, hasher, sample).await,
                    (None, Hasher::Native(program, _)) => native(program, sample).await,
                    (None, _) => continue,
                };
                let title = format!("{} MiB, {}", sample.bytes >> 20, hasher.hashes().title());
                let figures = figures.with_context(|| format!("{title}: {name}"))?;
                section.record(&title, name, figures);
            }
            if let Some(page) = &page {
                browser.close(page).await?;
            }
        }
    }
    fs::remove_dir_all(folder)?;
    section.process("mcs-server", ours.broker.process.usage()?);
    section.process("whoever asks", own_usage()?);
    ours.broker.process.stop().await?;
    browser.end().await?;
    Ok(section)
}

/// One file in a page.
async fn hash(
    browser: &mut Browser,
    page: &Page,
    hasher: Hasher,
    sample: &Sample,
) -> Result<Round> {
    let (chooser, shown) = match hasher {
        Hasher::Console => (query("firmware-file"), query("md5")),
        _ => ["file", "md5"].map(|id| format!("document.getElementById('{id}')")).into(),
    };
    let look = browser.look();
    let start = clock::now();
    browser.choose(page, &chooser, &sample.file).await?;
    let stands = format!("{shown}?.textContent.trim() == {}", json!(sample.md5));
    browser.until(page, &stands).await?;
    let wall = start.elapsed();
    let used = browser.used(page, &look);
    let memory = page.usage()?.resident as f64;
    let mib = (sample.bytes >> 20) as u64;
    Ok(vec![
        ("CPU of the worker a MiB", each(used.workers, mib)),
        ("CPU of the page's thread a MiB", each(used.page, mib)),
        ("CPU of all processes a MiB", each(used.all, mib)),
        ("by wall", per_second(sample.bytes, wall.as_secs_f64())),
        ("memory of the page's process", bytes(memory)),
    ])
}

/// The same by a program; a small file several times in one run, for the system's clock of CPU time is a coarse one.
async fn native(program: &str, sample: &Sample) -> Result<Round> {
    let times = ((64 << 20) / sample.bytes).max(1);
    let before = children_cpu()?;
    let start = clock::now();
    let files = std::iter::repeat_n(&sample.file, times);
    let output = Command::new(program).args(files).output().await?;
    let wall = start.elapsed();
    ensure!(output.status.success(), "{program} failed");
    let cpu = children_cpu()? - before;
    let size = sample.bytes * times;
    Ok(vec![
        ("CPU of all processes a MiB", each(cpu, (size >> 20) as u64)),
        ("by wall", per_second(size, wall.as_secs_f64())),
    ])
}

fn per_second(size: usize, seconds: f64) -> Figure {
    Figure { value: size as f64 / seconds, unit: Unit::Throughput }
}

/// The console's firmware page, as an administrator sees it.
pub(super) async fn sign_in(browser: &mut Browser, console: &str) -> Result<Page> {
    let page = browser.open(console).await?;
    browser.fill(&page, "login-name", USER).await?;
    browser.fill(&page, "login-password", PASSWORD).await?;
    browser.click(&page, "login-submit").await?;
    browser.click(&page, "nav-firmware").await?;
    Ok(page)
}

/// A file that is nowhere the same, in the system's cache.
async fn sample(folder: &Path, size: usize) -> Result<Sample> {
    let path = folder.join(format!("{size}.bin"));
    let mut file = fs::File::create(&path)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ size as u64;
    let mut block = vec![0; 1 << 20];
    for _ in 0..size {
        for word in block.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block)?;
    }
    let output = Command::new("md5sum").arg(&path).output().await?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let md5 = text.split(' ').next().context("no MD5")?.to_owned();
    Ok(Sample { file: path.canonicalize()?, bytes: size << 20, md5 })
}
