//! A file of connections from anybody, ours or MQTTX's: previewed and taken.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_time::Time;
use mcs_view::protocol::{ConnectionsRequest, Request};
use mcs_view::{Console, Input, Output};

fuzz_target!(|text: &str| {
    let mut console = Console::new();
    let import = ConnectionsRequest::Import { take: (0..8).collect(), passphrase: None };
    for request in [ConnectionsRequest::Preview(text.to_owned()), import] {
        console.handle_input(Time::ZERO, Input::Request(Request::Connections(request)));
        while !matches!(console.poll_output(), Output::Timeout(_)) {}
    }
});
