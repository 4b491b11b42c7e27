//! The workspace as a whole, and its parts against the parts of others.

mod architecture;
mod interop;
mod words;
