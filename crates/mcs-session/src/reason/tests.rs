use super::*;

#[test]
fn known_codes_read_as_words_and_unknown_ones_as_numbers() {
    assert_eq!(ReasonCode::NOT_AUTHORIZED.to_string(), "not authorized");
    assert_eq!(ReasonCode(0xf3).to_string(), "reason code 0xf3");
}

#[test]
fn return_codes_of_3_1_1_become_reason_codes() {
    assert_eq!(ReasonCode::from_return_code(5), ReasonCode::NOT_AUTHORIZED);
    assert_eq!(ReasonCode::from_return_code(3), ReasonCode::SERVER_UNAVAILABLE);
    assert_eq!(ReasonCode::from_return_code(77), ReasonCode::UNSPECIFIED);
}

#[test]
fn only_problems_of_the_broker_are_worth_another_try() {
    for transient in [ReasonCode::SERVER_BUSY, ReasonCode::SERVER_SHUTTING_DOWN, ReasonCode(0x9f)] {
        assert!(transient.is_transient(), "{transient}");
    }
    for final_ in [ReasonCode::NOT_AUTHORIZED, ReasonCode::SESSION_TAKEN_OVER, ReasonCode(0x9c)] {
        assert!(!final_.is_transient(), "{final_}");
    }
}
