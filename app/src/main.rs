//! The page's entry point.

fn main() {
    mcs_app::start();
}
