//! Who calls `/api`: the session cookie, or a bearer token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, header};
use mcs_model::api::{Right, Role};
use mcs_model::{ChannelId, ProductId};

use super::Way;
use super::error::Error;
use crate::access::Access;
use crate::app::App;
use crate::registry::Device;

/// A signed-in caller.
pub(super) struct Operator {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) token: String,
    /// Which session it is; programs have none.
    pub(super) session: Option<String>,
}

impl Operator {
    /// The device with this id, if the caller may do so much with it. Whoever may not even see it is told no
    /// different from an unknown id.
    pub(super) async fn device(
        &self,
        app: &App,
        id: &str,
        wanted: Right,
    ) -> Result<Arc<Device>, Error> {
        let unknown = || Error::not_found("device", id);
        let device = app.registry.device(&id.parse().map_err(|_| unknown())?).await?;
        let device = device.ok_or_else(unknown)?;
        match app.registry.snapshot().right(&self.name, &device) {
            Some(right) if right >= wanted => Ok(device),
            Some(_) => Err(self.only_sees(&format!("the device {id}"))),
            None => Err(unknown()),
        }
    }

    /// A data channel whose history the caller may see, and its device.
    pub(super) async fn channel(
        &self,
        app: &App,
        device: &str,
        channel: &str,
    ) -> Result<(Arc<Device>, ChannelId), Error> {
        let device = self.device(app, device, Right::See).await?;
        let id = channel.parse().ok().filter(|it| device.prototype.channel(it).is_some());
        Ok((device, id.ok_or_else(|| Error::not_found("channel", channel))?))
    }

    /// The prototype with this id, if the caller may do so much with its firmware. Who sees one of its devices
    /// sees its firmware.
    pub(super) fn prototype(&self, app: &App, id: &str, wanted: Right) -> Result<ProductId, Error> {
        let unknown = || Error::not_found("prototype", id);
        let snapshot = app.registry.snapshot();
        let prototype = id.parse().map_err(|_| unknown())?;
        match snapshot.right_to_prototype(&self.name, &prototype) {
            _ if !snapshot.prototypes.contains_key(&prototype) => Err(unknown()),
            Some(right) if right >= wanted => Ok(prototype),
            Some(_) => Err(self.only_sees(&format!("the firmware of {id}"))),
            None => Err(unknown()),
        }
    }

    /// That the caller may edit prototypes, and make and remove devices.
    pub(super) fn administers(&self, app: &App) -> Result<(), Error> {
        let snapshot = app.registry.snapshot();
        if snapshot.access(&self.name).is_some_and(Access::administers) {
            return Ok(());
        }
        let message = format!("Only an administrator may do that, and {} is none.", self.name);
        Err(Error::Refused(StatusCode::FORBIDDEN, "not-allowed", message))
    }

    fn only_sees(&self, what: &str) -> Error {
        let message = format!("{} may see {what}, and change nothing.", self.name);
        Error::Refused(StatusCode::FORBIDDEN, "not-allowed", message)
    }
}

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let token = match bearer(&parts.headers) {
            Some(token) => token,
            None => {
                let token = session_of(app, parts).ok_or_else(Error::signed_out)?;
                check_origin(parts)?;
                token
            }
        };
        // What was changed a moment ago holds for this call.
        app.refresh_registry().await;
        let session = app.user_of_token(token).await?.ok_or_else(Error::signed_out)?;
        let token = token.to_owned();
        Ok(Self { name: session.user, role: session.role, token, session: session.id })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The cookie's name. Browsers keep cookies by host and not by port: the port in the name, as the browser
/// sees it, keeps two servers of one host from signing each other's people out. A browser leaves out the port that
/// goes without saying.
pub(super) fn cookie(headers: &HeaderMap, encrypted: bool) -> String {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    let port = host.and_then(|it| it.parse::<Authority>().ok()?.port_u16());
    format!("mcs_session_{}", port.unwrap_or(if encrypted { 443 } else { 80 }))
}

/// Whether the caller came by TLS, here or at a proxy before us.
pub(super) fn encrypted(app: &App, way: Way) -> bool {
    way.encrypted || app.public_url().starts_with("https://")
}

fn session_of<'a>(app: &App, parts: &'a Parts) -> Option<&'a str> {
    let way = parts.extensions.get::<Way>()?;
    let headers = &parts.headers;
    let name = cookie(headers, encrypted(app, *way));
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';'));
    cookies.find_map(|it| it.trim().strip_prefix(&*name)?.strip_prefix('='))
}

/// A browser sends the cookie with other sites' forms too, but never this header.
fn check_origin(parts: &Parts) -> Result<(), Error> {
    let safe = [Method::GET, Method::HEAD].contains(&parts.method);
    if safe || parts.headers.get("x-requested-with").is_some_and(|it| it == "mcs-console") {
        return Ok(());
    }
    let message = "The header X-Requested-With: mcs-console is missing.".to_owned();
    Err(Error::Refused(StatusCode::FORBIDDEN, "wrong-origin", message))
}
