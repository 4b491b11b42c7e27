//! Both ends of the Command Server's protocol against a peer that says anything, cut anywhere.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_command::{Input, Output, device, server};
use mcs_time::Time;

const LOGIN: &[u8] = b"D1,key1,";

fuzz_target!(|pieces: Vec<(u8, &[u8])>| {
    serve(&pieces);
    listen(&pieces);
});

fn serve(pieces: &[(u8, &[u8])]) {
    let mut now = Time::ZERO;
    let mut peer = server::Peer::new(server::Config::default(), now);
    let mut closed = 0;
    for (what, bytes) in pieces {
        let input = step(&mut now, *what, bytes);
        peer.handle_input(now, input);
        let _ = peer.send("D1,key1,1,led,1");
        loop {
            match peer.poll_output() {
                Output::Event(server::Event::Login { device, .. }) => {
                    let known = device.as_str() == "D1";
                    let verdict =
                        if known { server::Verdict::Accepted } else { server::Verdict::Refused };
                    peer.authorize(now, verdict);
                }
                Output::Event(server::Event::Closed(_)) => closed += 1,
                Output::Timeout(at) => {
                    assert!(at.is_none_or(|at| at > now), "a timeout in the past");
                    break;
                }
                _ => {}
            }
        }
    }
    assert!(closed <= 1, "it closed {closed} times");
}

fn listen(pieces: &[(u8, &[u8])]) {
    let mut now = Time::ZERO;
    let (id, key) = ("D1".parse().expect("an id"), "key1".parse().expect("a key"));
    let mut board = device::Board::new(device::Config::new(id, key), now);
    let mut closed = 0;
    for (what, bytes) in pieces {
        let input = step(&mut now, *what, bytes);
        board.handle_input(now, input);
        loop {
            match board.poll_output() {
                Output::Event(device::Event::Closed(_)) => closed += 1,
                Output::Timeout(at) => {
                    assert!(at.is_none_or(|at| at > now), "a timeout in the past");
                    break;
                }
                _ => {}
            }
        }
    }
    assert!(closed <= 1, "it closed {closed} times");
}

/// Most of the time the peer talks, and now and then says who it is.
fn step<'a>(now: &mut Time, what: u8, bytes: &'a [u8]) -> Input<'a> {
    match what {
        0..=0x3f => Input::Received(LOGIN),
        0x40..=0xdf => Input::Received(bytes),
        0xe0..=0xfe => {
            *now += core::time::Duration::from_millis(1 << (what % 18));
            Input::Timeout
        }
        0xff => Input::Closed,
    }
}
