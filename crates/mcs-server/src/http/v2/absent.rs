//! Calls of MCS for what this server has not. They answer so, in the envelope: a program that goes
//! on without them shall be able to, and its author shall see why (CONTRACT §4.6, §4.8).

use axum::response::Response;
use mcs_model::rest::Failure;

use super::Format;

macro_rules! absent {
    ($($name:ident $method:ident $path:literal: $what:literal;)*) => {$(
        /// Not here
        ///
        /// This server has no such thing: the answer is always 501.
        #[utoipa::path(
            $method,
            path = $path,
            tag = "What this server has not",
            responses((status = 501, body = Object)),
        )]
        pub(in crate::http) async fn $name() -> Response {
            refuse($what)
        }
    )*};
}

absent! {
    triggers get "/mcs/v2/devices/{id}/criterions": "triggers";
    trigger put "/mcs/v2/devices/{id}/product/criterions/{criterion}": "triggers";
    mobiles post "/mcs/v2/mobiles": "mobile push";
    mobile delete "/mcs/v2/mobiles/{mobile}": "mobile push";
    link_mobile post "/mcs/v2/devices/{id}/mobiles/{mobile}": "mobile push";
    unlink_mobile delete "/mcs/v2/devices/{id}/mobiles/{mobile}": "mobile push";
    images post "/mcs/v2/images": "picture upload";
    remove_channel delete "/mcs/v2/products/{product}/datachannels/{channel}": "prototype editing";
}

fn refuse(what: &str) -> Response {
    Format::Json.fail(Failure::new(501, format!("This server has no {what}.")))
}
