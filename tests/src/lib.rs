//! The built product, tested from outside: everything is in the folders `it` and `e2e`.
