//! Bounded time series and their decimation to pixel columns.
