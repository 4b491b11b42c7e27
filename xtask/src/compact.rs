//! Makes the WebAssembly that wasm-bindgen and wasm-split write shorter, and leaves what it does.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{ImportSection, Module};
use wasmparser::{CustomSectionReader, Import, ImportSectionReader, Parser, Payload};

#[cfg(test)]
mod tests;

/// Shortens a module, and its names in the script that wasm-bindgen wrote for it.
pub(crate) fn bound(wasm: &Path, script: &Path) -> Result<()> {
    let module = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let names = short_names(&module)?;
    let text =
        fs::read_to_string(script).with_context(|| format!("cannot read {}", script.display()))?;
    let text = names.iter().fold(text, |text, (long, short)| text.replace(long, short));
    fs::write(script, text).with_context(|| format!("cannot write {}", script.display()))?;
    write(wasm, &compact(&module, names)?)
}

/// Shortens a module that no script names anything of.
pub(crate) fn part(wasm: &Path) -> Result<()> {
    let module = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    write(wasm, &compact(&module, BTreeMap::new())?)
}

fn write(wasm: &Path, module: &[u8]) -> Result<()> {
    fs::write(wasm, module).with_context(|| format!("cannot write {}", wasm.display()))
}

/// Short names for the imports to which wasm-bindgen gave a hash: so none is a piece of another.
fn short_names(module: &[u8]) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::ImportSection(section) = payload? else { continue };
        for import in section.into_imports() {
            let name = import?.name;
            if has_hash(name) {
                names.insert(name.to_owned(), format!("i{}", names.len()));
            }
        }
    }
    Ok(names)
}

/// Whether it ends like `__wbg_now_81a04b4c1a5db2f9`.
fn has_hash(name: &str) -> bool {
    name.starts_with("__wb")
        && name.rsplit_once('_').is_some_and(|(_, hash)| {
            hash.len() == 16 && hash.bytes().all(|digit| digit.is_ascii_hexdigit())
        })
}

fn compact(module: &[u8], names: BTreeMap<String, String>) -> Result<Vec<u8>> {
    let mut shorter = Module::new();
    Compact { names }
        .parse_core_module(&mut shorter, Parser::new(0), module)
        .map_err(|error| anyhow!("no WebAssembly that could be written anew: {error}"))?;
    Ok(shorter.finish())
}

/// Every number is written anew in as few bytes as it needs: the linker leaves five for each that
/// it may have to change.
struct Compact {
    names: BTreeMap<String, String>,
}

impl Reencode for Compact {
    type Error = Infallible;

    /// Names of functions and the like: no program needs them.
    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: CustomSectionReader<'_>,
    ) -> Result<(), Error> {
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Result<(), Error> {
        for import in section.into_imports() {
            let Import { module, name, ty } = import?;
            let ty = self.entity_type(ty)?;
            imports.import(module, self.names.get(name).map_or(name, String::as_str), ty);
        }
        Ok(())
    }
}
