//! The simulated world for tests.
