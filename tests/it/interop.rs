//! Our parts against the parts of others: the session with a broker that we did not write, our server beside that
//! broker.

mod client;
mod mosquitto;
mod ours;
mod session;
mod side_by_side;
