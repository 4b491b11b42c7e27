//! Bodies and parameters of REST from anybody.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_model::rest::{
    Command, CommandAddress, Description, DevicePage, Registration, RetrieveQuery, app_of_body,
    version_of_report,
};

fuzz_target!(|data: (&[u8], Vec<(&str, &str)>)| {
    let (body, parameters) = data;
    let _ = (Description::parse(body), Registration::parse(body));
    let _ = (version_of_report(body), app_of_body(body));
    if let Ok(text) = std::str::from_utf8(body) {
        let _ = Command::parse(text);
        if let Ok(address) = text.parse::<CommandAddress>() {
            assert_eq!(address.to_csv().parse(), Ok(address));
        }
    }
    let _ = RetrieveQuery::parse(parameters.iter().copied());
    if let Ok(page) = DevicePage::parse(parameters.iter().copied()) {
        assert!(page.limit <= DevicePage::MAX);
        let _ = page.skip();
    }
});
