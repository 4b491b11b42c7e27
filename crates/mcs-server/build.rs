//! Notices when the console's files come, go or change: a build that embeds them must see them all.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_EMBED_CONSOLE").is_some() {
        println!("cargo::rerun-if-changed=../../dist");
    }
}
