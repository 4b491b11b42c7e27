//! Splits the WebAssembly of page and engine: what the first page does not need comes afterwards.
//!
//! trunk cannot do this: it would have to happen between cargo and wasm-bindgen. So trunk builds
//! both whole, and this replaces the two files of each by a folder.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

use crate::{compact, shell};

/// The page's crate, and the names of its files.
const APP: &str = "mcs-app";

/// The engine's.
const ENGINE: &str = "mcs-engine";

/// Tells the build scripts of page and engine that they will be split.
pub(crate) const VARIABLE: &str = "MCS_SPLIT";

/// Replaces the WebAssembly of page and engine in `dist` by its parts.
pub(crate) fn run(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let mut page = fs::read_to_string(&index)?;

    let folder = split(dist, APP)?;
    let former = hash(dist)?;
    for end in [".js", "_bg.wasm"] {
        let old = format!("{APP}-{former}{end}");
        page = page.replace(&old, &format!("{folder}/{APP}{end}"));
        remove(dist, &old)?;
    }

    let folder = split(dist, ENGINE)?;
    for end in [".js", "_bg.wasm"] {
        remove(dist, &format!("{ENGINE}{end}"))?;
    }
    let loader = format!("import init from './{folder}/{ENGINE}.js';await init();");
    fs::write(dist.join(format!("{ENGINE}_loader.js")), loader)?;
    // What the worker loads, the page does not see: this is how it knows (app/boot.js).
    let files = files(&dist.join(&folder))?;
    let files: Vec<_> = files.iter().map(|it| format!("{folder}/{it}")).collect();
    let files = files.join(" ");
    page = page.replace(META, &format!("{META} data-engine=\"{files}\""));

    fs::write(&index, page)?;
    Ok(())
}

/// How the element of the page begins that names its files (Trunk.toml).
const META: &str = "<meta name=\"mcs-app\"";

/// Puts the parts of a program into a folder of `dist`, and gives its name.
fn split(dist: &Path, program: &str) -> Result<String> {
    let whole = shell::target().join(format!("wasm32-unknown-unknown/wasm-release/{program}.wasm"));
    let whole = fs::read(&whole).with_context(|| format!("cannot read {}", whole.display()))?;
    // Named after its content, like every file of trunk: an old page finds its old parts or none.
    let mut hasher = DefaultHasher::new();
    hasher.write(&whole);
    let name = format!("{:016x}", hasher.finish());
    let folder = dist.join(&name);
    let main = shell::target().join(format!("{program}-main.wasm"));
    let module = format!("./{program}.js");
    let mut options = Options::new(&whole);
    options.output_dir = &folder;
    options.main_out_path = &main;
    options.main_module = &module;
    let parts = transform(options).map_err(|error| anyhow!("cannot split {program}: {error:#}"))?;
    parts.split_modules.iter().try_for_each(|part| compact::part(part))?;
    let mut bindgen = shell::command("wasm-bindgen");
    // The parts import what the linker names.
    bindgen.args(["--target=web", "--no-typescript", "--keep-lld-exports"]);
    bindgen.arg("--out-name").arg(program).arg("--out-dir").arg(&folder).arg(&main);
    shell::run(&mut bindgen)?;
    let (wasm, script) = (format!("{program}_bg.wasm"), format!("{program}.js"));
    compact::bound(&folder.join(wasm), &folder.join(script))?;
    println!("── Split {program} into {} parts", parts.split_modules.len() + 1);
    Ok(name)
}

/// What trunk put into the names of the page's files.
fn hash(dist: &Path) -> Result<String> {
    let found = files(dist)?.into_iter().find_map(|name| {
        Some(name.strip_prefix(APP)?.strip_prefix('-')?.strip_suffix(".js")?.to_owned())
    });
    found.with_context(|| format!("{} holds no page", dist.display()))
}

/// The names of the files in a folder, sorted.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn remove(dist: &Path, name: &str) -> Result<()> {
    fs::remove_file(dist.join(name)).with_context(|| format!("there is no {name}"))
}
