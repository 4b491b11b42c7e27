//! Programs that nobody here wrote: for each device family of CONTRACT §2.4, §2.5, §3.3 and §3.4 the bytes that it
//! sends over real sockets, and the bytes that it must get, read back the way that family reads them.

mod app;
mod arduino;
mod c_library;
#[path = "../common/command_line.rs"]
mod command_line;
#[path = "../common/folder.rs"]
mod folder;
mod heartbeats;
mod http;
mod linkit_one;
mod mcsjs;
mod mqtt;
mod mt7681;
mod notation;
mod public;
mod python;
mod site;
mod transcript;
mod wild;

use site::Site;
use transcript::{Socket, Transcript};
