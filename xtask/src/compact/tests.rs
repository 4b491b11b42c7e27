use std::collections::BTreeMap;

use wasm_encoder::{
    CodeSection, CustomSection, EntityType, Function, FunctionSection, ImportSection, Module,
    TypeSection,
};

use super::{compact, has_hash, short_names};

const HASHED: &str = "__wbg_now_81a04b4c1a5db2f9";

/// A module that imports two functions and calls the second with a number of five bytes.
fn module() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    imports.import("./page.js", HASHED, EntityType::Function(0));
    imports.import("./page.js", "memory_of_page", EntityType::Function(0));
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut body = Function::new([]);
    body.raw([0x10, 0x81, 0x80, 0x80, 0x80, 0x00, 0x0b]);
    let mut code = CodeSection::new();
    code.function(&body);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&code);
    module.section(&CustomSection { name: "name".into(), data: (&[][..]).into() });
    module.finish()
}

#[test]
fn only_names_with_a_hash_become_short() {
    let short = BTreeMap::from([(HASHED.to_owned(), "i0".to_owned())]);
    assert_eq!(short_names(&module()).unwrap(), short);
    assert!(!has_hash("__wbg_now"));
    assert!(!has_hash("__wbindgen_externref_table"));
    assert!(!has_hash("page_81a04b4c1a5db2f9"));
}

#[test]
fn a_module_loses_its_padding_its_names_and_nothing_else() {
    let module = module();
    let shorter = compact(&module, short_names(&module).unwrap()).unwrap();
    let padding = 4;
    let name_section = 2 + 5;
    let renamed = HASHED.len() - "i0".len();
    assert_eq!(shorter.len(), module.len() - padding - name_section - renamed);
    assert_eq!(compact(&shorter, BTreeMap::new()).unwrap(), shorter);
}

#[test]
fn what_is_no_module_is_an_error() {
    assert!(compact(b"hello", BTreeMap::new()).is_err());
    assert!(short_names(b"hello").is_err());
}
