//! Commanding a device (CONTRACT §4.5).

use std::sync::Arc;

use anyhow::Result;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use mcs_model::api::Right;
use mcs_model::rest::{Command, Failure, command_accepted, no_controller};
use mcs_model::{Direction, Timestamp};

use super::caller::Asker;
use super::{Format, MAX_BODY, answer, json};
use crate::app::App;
use crate::http::effect;
use crate::registry::Device;
use crate::{clock, ingest};

/// Command a device
///
/// The body is text: `1,dataChnId,value` writes to a data channel, `0,words` sends the words as
/// they are behind the time. The answer tells when; `undelivered` in it says that the device was
/// not there. A value for a data channel is stored then, words are not.
#[utoipa::path(
    post,
    path = "/mcs/v2/devices/{id}/commands",
    tag = "Devices",
    request_body(content = String, content_type = "text/plain", example = "1,switch,1"),
    responses((status = 200, body = Object,
        example = json!(command_accepted(Timestamp::from_millis(1_286_705_410_000), false)))),
)]
pub(in crate::http) async fn command(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    asker: Asker,
    body: Body,
) -> Response {
    answer(async {
        let format = Format::Json;
        let (device, caller) = format.device(&app, &id, &asker, Right::Control).await?;
        let author = caller.author();
        let body = format.body(&asker, body, MAX_BODY).await?;
        let text = str::from_utf8(&body).map_err(|_| format.malformed(&"the body is no UTF-8"))?;
        let command = Command::parse(text).map_err(|error| format.malformed(&error))?;
        if let Command::Channel(point) = &command
            && let Some(channel) = device.prototype.channel(&point.channel)
            && channel.direction != Direction::Controller
        {
            return Err(format.fail(Failure::new(400, no_controller(&channel.id))));
        }
        let now = clock::now();
        let send = {
            let app = app.clone();
            async move {
                match command {
                    Command::Channel(point) => {
                        let mut ingested =
                            ingest::upload(&app, &device, vec![Ok(point)], author).await?;
                        Ok(match ingested.refused.pop() {
                            Some(why) => Err(why),
                            None => Ok(!ingested.undelivered.is_empty()),
                        })
                    }
                    Command::Custom(words) => Ok(Ok(!custom(&app, &device, now, &words).await?)),
                }
            }
        };
        match effect::whole(&app, send).await.map_err(|error| format.broken(&error))? {
            Ok(undelivered) => Ok(json(&command_accepted(now, undelivered))),
            Err(why) => Err(format.fail(Failure::new(400, why))),
        }
    })
    .await
}

/// Sends words by the transport that the device is on; whether it is there. By MQTT they go where
/// the subscription to all of its channels hears them, and to no channel.
async fn custom(app: &App, device: &Device, now: Timestamp, words: &str) -> Result<bool> {
    if app.hub.hears_mqtt(&device.id) {
        let topic = format!("mcs/{}/{}/command", device.id, device.key);
        app.bus().publish(&topic, Bytes::from(format!("{now},{words}")), 1, false).await?;
        return Ok(true);
    }
    let line = format!("{},{},{now},{words}", device.id, device.key);
    Ok(app.hub.notice(&device.id, line))
}
