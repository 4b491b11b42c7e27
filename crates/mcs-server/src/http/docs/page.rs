//! The page for people: the document as HTML. Everything that stands in it is escaped, and the only
//! text from outside is the host that the reader called, if it is one.

use std::fmt::Write as _;

use axum::http::{HeaderMap, header};
use serde_json::Value;

use crate::app::App;
use crate::http::Way;

/// Where the reader's examples go: the address that led here.
pub(super) fn base(app: &App, way: Way, headers: &HeaderMap) -> String {
    if let Some(public) = &app.config.public_url {
        return public.clone();
    }
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b);
    if host.is_empty() || !host.bytes().all(plain) {
        return app.public_url();
    }
    format!("{}://{host}", if way.encrypted { "https" } else { "http" })
}

/// The page. With the demo, its examples name a board that is here.
pub(super) fn render(document: &Value, base: &str, demo: bool) -> String {
    let mut html = String::with_capacity(64 << 10);
    html.push_str(HEAD);
    paragraph(&mut html, text(&document["info"]["description"]));
    proofs(&mut html);
    examples(&mut html, base, demo);
    let tags = document["tags"].as_array();
    for tag in tags.into_iter().flatten() {
        section(&mut html, document, text(&tag["name"]), text(&tag["description"]));
    }
    html.push_str("</main></html>\n");
    html
}

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>API · MCS Console</title>\
    <link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body><header><a href=\"/\">MCS Console</a>\
    <a href=\"/api/openapi.json\">OpenAPI</a></header><main><h1>API</h1>";

const PROOFS: [(&str, &str); 4] = [
    (
        "A device",
        "the header `deviceKey`, in any case. It may do everything with itself and nothing else.",
    ),
    (
        "An application",
        "the headers `appId` and `appSecret`, or the members of that name beside `datapoints` in a JSON upload. Made by `mcs-server app add --user NAME --name WHAT`; it may do what that user may.",
    ),
    (
        "A token",
        "`Authorization: Bearer TOKEN`. Made by `mcs-server token add --user NAME --name WHAT`; it may do what that user may.",
    ),
    ("A page", "of any origin may call `/mcs/v2` with these headers. No cookie counts there."),
];

fn proofs(html: &mut String) {
    html.push_str("<h2 id=\"who\">Who calls</h2><dl>");
    for (who, how) in PROOFS {
        let _ = write!(html, "<dt>{who}</dt><dd>{}</dd>", marked(how));
    }
    html.push_str("</dl>");
}

/// Calls of a device, to be pasted behind their variables.
const BY_DEVICE: &str = r#"
# upload: one dataChnId,timestamp,value a line
curl -H "deviceKey: $KEY" --data-binary "$CHANNEL,,21.5" $MCS/devices/$ID/datapoints.csv

# the same as JSON
curl -H "deviceKey: $KEY" -H 'Content-Type: application/json' \
     -d '{"datapoints":[{"dataChnId":"'$CHANNEL'","values":{"value":21.5}}]}' \
     $MCS/devices/$ID/datapoints

# the newest three points
curl -H "deviceKey: $KEY" "$MCS/devices/$ID/datachannels/$CHANNEL/datapoints?limit=3"

# where the Command Server is
curl -H "deviceKey: $KEY" $MCS/devices/$ID/connections.csv

# which firmwares there are, and which one runs (404 while nobody has uploaded it)
curl -H "deviceKey: $KEY" "$MCS/devices/$ID/firmwares/available?url=true"
curl -X PUT -H "deviceKey: $KEY" -d '{"version":"1.0"}' $MCS/devices/$ID/firmwares
"#;

const BY_PROGRAM: &str = r#"
# the devices that you may see
curl -H "Authorization: Bearer $TOKEN" "$MCS/devices?limit=10&page=1"

# switch something on
curl -H "Authorization: Bearer $TOKEN" -d "1,$CONTROLLER,1" $MCS/devices/$ID/commands
"#;

fn examples(html: &mut String, base: &str, demo: bool) {
    html.push_str("<h2 id=\"try\">Try it</h2>");
    let [id, key, channel, controller] = if demo {
        paragraph(html, "These go to a board of the demo as they are:");
        ["DemoTcp1", "demoTcpKey000001", "temperature", "switch_control"]
    } else {
        paragraph(
            html,
            "Put in a device's id and key, which its page in the console shows, and the \
                         id of one of its data channels:",
        );
        ["DEVICEID", "DEVICEKEY", "CHANNELID", "CHANNELID"]
    };
    let mcs = format!("MCS={base}/mcs/v2\nID={id}\n");
    let named = format!("{mcs}KEY={key}\nCHANNEL={channel}\n");
    let _ = write!(html, "<pre>{}</pre>", escaped(&(named + BY_DEVICE)));
    paragraph(html, "As a program, with a token of `mcs-server token add`:");
    let named = format!("{mcs}CONTROLLER={controller}\nTOKEN=TOKEN\n");
    let _ = write!(html, "<pre>{}</pre>", escaped(&(named + BY_PROGRAM)));
}

fn section(html: &mut String, document: &Value, tag: &str, about: &str) {
    let _ = write!(html, "<h2 id=\"{}\">{}</h2>", anchor(tag), escaped(tag));
    paragraph(html, about);
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let tags = operation["tags"].as_array().into_iter().flatten();
            if tags.into_iter().any(|it| it == tag) {
                call(html, document, path, method, operation);
            }
        }
    }
}

fn call(html: &mut String, document: &Value, path: &str, method: &str, operation: &Value) {
    let method = method.to_uppercase();
    let _ = write!(
        html,
        "<details><summary><span class=\"method {method}\">{method}</span> <code>{}</code> \
         <span class=\"what\">{}</span></summary>",
        breakable(path),
        marked(text(&operation["summary"]))
    );
    paragraph(html, text(&operation["description"]));
    let parameters = operation["parameters"].as_array();
    if let Some(parameters) = parameters.filter(|it| !it.is_empty()) {
        html.push_str("<h4>Parameters</h4><dl>");
        for it in parameters {
            let needed = it["required"] == true && it["in"] != "path";
            let _ = write!(
                html,
                "<dt><code>{}</code>{}</dt><dd>{}</dd>",
                escaped(text(&it["name"])),
                if needed { " required" } else { "" },
                marked(text(&it["description"]))
            );
        }
        html.push_str("</dl>");
    }
    content(html, document, "Body", &operation["requestBody"]["content"]);
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        if response.get("$ref").is_none() {
            let title = format!("Answer {status}");
            let about = text(&response["description"]);
            if response["content"].as_object().is_none_or(|it| it.is_empty()) || !about.is_empty() {
                let _ = write!(html, "<h4>{title}</h4>");
                paragraph(html, about);
                content(html, document, "", &response["content"]);
            } else {
                content(html, document, &title, &response["content"]);
            }
        }
    }
    html.push_str("</details>");
}

fn content(html: &mut String, document: &Value, title: &str, content: &Value) {
    for (kind, media) in content.as_object().into_iter().flatten() {
        if !title.is_empty() {
            let _ = write!(html, "<h4>{title} <span>{}</span></h4>", escaped(kind));
        }
        match &media["example"] {
            Value::Null => members(html, document, &media["schema"]),
            Value::String(text) => {
                let _ = write!(html, "<pre>{}</pre>", escaped(text));
            }
            json => {
                let text = serde_json::to_string_pretty(json).unwrap_or_default();
                let _ = write!(html, "<pre>{}</pre>", escaped(&text));
            }
        }
    }
}

/// The members of a body that has no example, or of each entry where it is a list.
fn members(html: &mut String, document: &Value, schema: &Value) {
    let schema = schema.get("items").unwrap_or(schema);
    let named = schema["$ref"].as_str().and_then(|it| document.pointer(it.strip_prefix('#')?));
    let members = named.and_then(|it| it["properties"].as_object());
    if let Some(members) = members {
        html.push_str("<dl>");
        for (name, member) in members {
            // What may be absent is described in the one form that is not null.
            let of_itself = &member["description"];
            let about =
                if of_itself.is_null() { &member["oneOf"][0]["description"] } else { of_itself };
            let about = marked(text(about));
            let _ = write!(html, "<dt><code>{}</code></dt><dd>{about}</dd>", escaped(name));
        }
        html.push_str("</dl>");
    }
}

fn paragraph(html: &mut String, about: &str) {
    for part in about.split("\n\n").filter(|it| !it.trim().is_empty()) {
        let _ = write!(html, "<p>{}</p>", marked(part));
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn anchor(tag: &str) -> String {
    tag.to_lowercase().replace(' ', "-")
}

/// A path that may break behind its slashes, on narrow screens.
fn breakable(path: &str) -> String {
    escaped(path).replace('/', "/<wbr>")
}

/// Text in which words between backticks are code.
fn marked(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 32);
    for (index, part) in text.split('`').enumerate() {
        let part = escaped(part);
        if index % 2 == 0 {
            html.push_str(&part);
        } else {
            let _ = write!(html, "<code>{part}</code>");
        }
    }
    html
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}
