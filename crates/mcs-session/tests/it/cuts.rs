//! cuts.
