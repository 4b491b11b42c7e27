//! Why a broker refuses and how connections end, in words, with the number that the standard gives.

use mcs_view::protocol::Ended;

use crate::texts::reasons as t;

/// A sentence.
pub(crate) fn ended(ended: Ended) -> String {
    match ended {
        Ended::Requested => t::requested().to_owned(),
        Ended::Closed => t::closed().to_owned(),
        Ended::NoAnswer => t::no_answer().to_owned(),
        Ended::Silent => t::silent().to_owned(),
        Ended::Stalled => t::stalled().to_owned(),
        Ended::Refused(it) => t::refused(&code(it)),
        Ended::Dismissed(it) => t::dismissed(&code(it)),
        Ended::Protocol(it) => t::broken(&code(it)),
        Ended::Setting => t::setting().to_owned(),
    }
}

/// A reason code of MQTT 5 §2.4, such as `not authorized (0x87)`.
pub(crate) fn code(code: u8) -> String {
    let number = format!("0x{code:02x}");
    match name(code) {
        Some(name) => t::code(&name, &number),
        None => t::code_unknown(&number),
    }
}

fn name(code: u8) -> Option<&'static str> {
    Some(match code {
        0x00 => t::is_success(),
        0x04 => t::is_with_will(),
        0x10 => t::is_nobody(),
        0x80 => t::is_unspecified(),
        0x81 => t::is_malformed(),
        0x82 => t::is_protocol(),
        0x83 => t::is_specific(),
        0x84 => t::is_version(),
        0x85 => t::is_client_id(),
        0x86 => t::is_password(),
        0x87 => t::is_not_authorized(),
        0x88 => t::is_unavailable(),
        0x89 => t::is_busy(),
        0x8a => t::is_banned(),
        0x8b => t::is_shutting_down(),
        0x8c => t::is_method(),
        0x8d => t::is_keep_alive(),
        0x8e => t::is_taken_over(),
        0x8f => t::is_filter(),
        0x90 => t::is_topic(),
        0x91 => t::is_id_in_use(),
        0x92 => t::is_id_not_found(),
        0x93 => t::is_receive_maximum(),
        0x94 => t::is_alias(),
        0x95 => t::is_too_large(),
        0x96 => t::is_rate(),
        0x97 => t::is_quota(),
        0x98 => t::is_administrative(),
        0x99 => t::is_payload(),
        0x9a => t::is_retain(),
        0x9b => t::is_qos(),
        0x9c => t::is_elsewhere(),
        0x9d => t::is_moved(),
        0x9e => t::is_shared(),
        0x9f => t::is_connection_rate(),
        0xa0 => t::is_connect_time(),
        0xa1 => t::is_subscription_id(),
        0xa2 => t::is_wildcard(),
        _ => return None,
    })
}
