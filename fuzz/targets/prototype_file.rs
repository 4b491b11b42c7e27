//! A prototype file that was taken is written as one that holds the same prototype.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_model::ProductId;
use mcs_model::prototype_file::{export, import};

fuzz_target!(|text: &str| {
    let id: ProductId = "P1".parse().expect("an id");
    let Ok(imported) = import(text, id.clone()) else { return };
    let file = export(&imported.prototype, &imported.carried).to_string();
    let again = import(&file, id).map(|it| it.prototype);
    assert_eq!(again, Ok(imported.prototype), "{file}");
});
