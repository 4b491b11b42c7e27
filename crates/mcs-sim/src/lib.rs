//! The simulated world for tests: a clock that jumps, links that break on
//! command, and a broker that does as it is told. No thread, no socket, no
//! sleep; the same seed gives the same transcript.
//!
//! - [`World`] joins one [`Session`](mcs_session::Session) to one [`Broker`]
//!   over a [`Net`], and checks while it runs what must always hold.
//! - [`Broker`] is an MQTT broker without I/O; [`Script`] makes it refuse, go
//!   mute, hold back, or speak 3.1.1 only.
//! - [`Net`] carries bytes with a latency and in chunks, and cuts a link after
//!   any byte in either direction.
//!
//! ```
//! use std::time::Duration;
//! use mcs_session::{Config, Offline, Outcome, Publish, Qos};
//! use mcs_sim::{Direction, World};
//!
//! let mut world = World::new(Config::new("lamp", 7));
//! world.net.cut_after(Direction::ToBroker, 30); // dies inside the PUBLISH
//! world.connect();
//! let keep = Offline::Keep { ttl: Duration::from_secs(60) };
//! let request = world.publish(Publish::new("a", "1").qos(Qos::AtLeastOnce).offline(keep));
//! world.run_for(Duration::from_secs(10));
//! assert_eq!(world.outcome(request), Some(Outcome::Acknowledged));
//! assert_eq!(world.broker.received("a"), ["1"]);
//! ```

mod broker;
mod net;
mod world;

pub use broker::{Broker, BrokerOutput, OldBroker, Script};
pub use net::{Chunks, Direction, Net};
pub use world::World;
