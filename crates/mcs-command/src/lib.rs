//! A sans-IO Command Server protocol: both ends of a connection.
