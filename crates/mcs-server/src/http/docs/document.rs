//! What the functions do not say of themselves: what every call has in common.

use axum::http::StatusCode;
use mcs_model::rest::Failure;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

const ABOUT: &str = "Calls of devices and apps are those of MediaTek Cloud Sandbox; programs written \
    for it work with only the host changed, and `/v2` is good for `/mcs/v2`. Calls below `/api` \
    belong to the console of the same version.";

const TAGS: [(&str, &str); 8] = [
    (
        "Data points",
        "Uploading and retrieving. Upload and retrieve take `.csv` behind the path for CSV instead of JSON; the suffix decides, not the content type.",
    ),
    ("Devices", "What devices there are, how they come and go, and commanding one."),
    ("Command Server", "The way of commands to devices that do not speak MQTT."),
    ("Firmware", "A device's side of updates over the air."),
    ("Prototypes", "What kinds of devices there are, and what is said about their firmware."),
    ("What this server has not", "Calls of MCS that are answered with 501 and the reason."),
    (
        "Console",
        "The console's own calls: the session's cookie together with the header `X-Requested-With: mcs-console`, or a bearer token.",
    ),
    ("Documentation", "What you read, for people and for programs."),
];

/// The places in paths.
const PLACES: [(&str, &str); 10] = [
    ("user", "The user's name."),
    ("id", "The device's id."),
    ("channel", "The data channel's id."),
    ("product", "The prototype's id."),
    ("firmware", "The firmware's id."),
    ("upload", "The upload's id."),
    ("version", "A firmware's version, or its id."),
    ("code", "The activation code."),
    ("mobile", "The mobile's id."),
    ("criterion", "The criterion's id."),
];

/// Calls that need no proof.
const OPEN: [&str; 6] = [
    "/mcs/v2/devices/activate/{code}",
    "/api/login",
    "/api/",
    "/api/docs",
    "/api/docs.css",
    "/api/openapi.json",
];

/// The whole document.
pub(super) fn complete(calls: OpenApi) -> Value {
    // The library's own type: JSON can write it.
    let mut document = serde_json::to_value(calls).unwrap_or_default();
    document["info"] = json!({
        "title": "MCS Console",
        "version": env!("CARGO_PKG_VERSION"),
        "description": ABOUT,
        "license": { "name": "Apache-2.0 OR MIT" },
    });
    document["servers"] = json!([{ "url": "/" }]);
    document["tags"] =
        TAGS.map(|(name, about)| json!({ "name": name, "description": about })).into();
    // What the bodies say of themselves, and what every call has in common.
    for (kind, members) in components().as_object().into_iter().flatten() {
        for (name, member) in members.as_object().into_iter().flatten() {
            document["components"][kind][name] = member.clone();
        }
    }
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            operation["operationId"] = name(method, path).into();
            finish(path, operation);
        }
    }
    document
}

fn components() -> Value {
    let failure = |status, message: &str| Failure::new(status, message).to_json();
    let header = |name: &str, about: &str| json!({ "type": "apiKey", "in": "header", "name": name, "description": about });
    let refusal = |about: &str, example: Value| {
        json!({ "description": about, "content": { "application/json": {
            "schema": { "$ref": "#/components/schemas/Failure" }, "example": example } } })
    };
    json!({
        "securitySchemes": {
            "deviceKey": header("deviceKey", "The device's key."),
            "appId": header("appId", "The application, together with `appSecret`."),
            "appSecret": header("appSecret", "The application's secret."),
            "bearer": { "type": "http", "scheme": "bearer",
                "description": "An API token (`mcs-server token add`), or a session's token." },
        },
        "schemas": { "Failure": {
            "type": "object",
            "description": "Every refusal of `/mcs/v2`; as CSV, `code,message`.",
            "required": ["apiVersion", "code", "message", "statusCode"],
            "properties": {
                "apiVersion": { "type": "string" },
                "code": { "type": "integer" },
                "message": { "type": "string" },
                "errors": { "type": "array", "items": { "type": "object" } },
                "results": {},
                "descriptions": { "type": "array", "items": { "type": "string" } },
                "statusCode": { "type": "integer" },
                "options": { "type": "object" },
            },
        } },
        "responses": {
            "Unauthorized": refusal("The caller is nobody that may call.",
                Failure::not_permitted().to_json()),
            "Malformed": refusal("The body is not what it should be.",
                failure(400, "the body is no JSON object")),
            "NotFound": refusal("There is no such thing.", failure(404, "channel not found")),
            "Refused": { "description": "A refusal, with a word for programs and a sentence for people.",
                "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/ApiError" } } } },
            "TooMany": refusal("More calls than the server allows; `Retry-After` says when to go on.",
                failure(429, "Too many requests; wait a second.")),
        },
    })
}

/// A name that no other call has: handlers of different modules may be called the same.
fn name(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|it| !it.is_empty());
    words.fold(method.to_owned(), |name, word| format!("{name}_{word}"))
}

fn finish(path: &str, operation: &mut Value) {
    let named: Vec<_> = operation["parameters"].as_array().cloned().unwrap_or_default();
    let places = path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'));
    let places = places.map(|place| {
        let about = PLACES.iter().find(|(name, _)| *name == place).map_or("", |(_, about)| about);
        json!({ "name": place, "in": "path", "required": true, "description": about,
                "schema": { "type": "string" } })
    });
    let parameters: Vec<_> = places.chain(named).collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    for (status, reply) in operation["responses"].as_object_mut().into_iter().flatten() {
        if reply.get("description").is_none() {
            let status = status.parse().ok().and_then(|it: StatusCode| it.canonical_reason());
            reply["description"] = status.unwrap_or_default().into();
        }
    }
    let of_devices = path.starts_with("/mcs/");
    if operation["tags"] == json!(["Console"]) {
        operation["responses"]["4XX"] = json!({ "$ref": "#/components/responses/Refused" });
    }
    if !OPEN.contains(&path) {
        operation["security"] = if of_devices {
            json!([{ "deviceKey": [] }, { "appId": [], "appSecret": [] }, { "bearer": [] }])
        } else {
            json!([{ "bearer": [] }])
        };
        let takes_body = operation.get("requestBody").is_some();
        for (status, name) in
            [("400", "Malformed"), ("401", "Unauthorized"), ("404", "NotFound"), ("429", "TooMany")]
        {
            let applies = of_devices && (status != "400" || takes_body);
            if applies && operation["responses"].get(status).is_none() {
                operation["responses"][status] =
                    json!({ "$ref": format!("#/components/responses/{name}") });
            }
        }
    }
}
