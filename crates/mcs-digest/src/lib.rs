//! MD5 and SHA-256 of a stream in one pass.
