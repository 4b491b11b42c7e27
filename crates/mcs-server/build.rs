//! Notices when the console's files come, go or change: a release build embeds them.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Other builds read them when they run.
    if std::env::var("PROFILE").is_ok_and(|it| it == "release") {
        println!("cargo::rerun-if-changed=../../dist");
    }
}
