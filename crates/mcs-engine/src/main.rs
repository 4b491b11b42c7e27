//! The Web Worker of the console.

fn main() {
    mcs_engine::run();
}
