//! Prepares the engine for being split: `cargo xtask` does that, and says so by `MCS_SPLIT`.

fn main() {
    println!("cargo::rerun-if-env-changed=MCS_SPLIT");
    println!("cargo::rustc-check-cfg=cfg(split)");
    if std::env::var_os("MCS_SPLIT").is_some() {
        println!("cargo::rustc-cfg=split");
        // What is moved has to be found.
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
