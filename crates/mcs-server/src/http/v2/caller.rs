//! Who calls `/mcs/v2`: a device by its key, or a program for a user (CONTRACT §4.1).

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use mcs_model::api::{Right, Role};
use mcs_model::rest::{AppCredentials, Failure};
use mcs_model::{DeviceId, DeviceKey};

use super::Format;
use crate::app::App;
use crate::ingest::Author;
use crate::programs;
use crate::registry::{Denied, Device};
use crate::store::SessionRow;

/// Who asks, as far as the request tells: its headers, and where it came from.
pub(in crate::http) struct Asker {
    headers: HeaderMap,
    peer: SocketAddr,
}

/// What the headers prove the caller with. The first that is there decides: a wrong key is not
/// mended by a right application.
pub(super) enum Proof {
    /// `deviceKey`, in any case.
    Key(String),
    /// `appId` and `appSecret`, in headers or in the JSON body of an upload.
    App(AppCredentials),
    /// `Authorization: Bearer`, an API token or that of a session.
    Bearer(String),
}

/// A caller who has proved itself.
pub(super) enum Caller {
    /// The device that the call is about.
    Device,
    /// A program that acts for this user.
    User(SessionRow),
}

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Every request has it, from whoever serves.
        let peer = peer.map_or_else(|| ([0; 4], 0).into(), |ConnectInfo(peer)| *peer);
        Ok(Self { headers: parts.headers.clone(), peer })
    }
}

impl Deref for Asker {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        &self.headers
    }
}

impl Asker {
    fn ip(&self) -> IpAddr {
        self.peer.ip()
    }

    /// Says in the log why it is refused, but not as often as it asks.
    fn log(&self, app: &App, why: &str) {
        if let Some(untold) = app.refusals.tell(self.ip()) {
            let untold = Some(untold).filter(|it| *it > 0);
            tracing::warn!(peer = %self.peer, untold, "refused: {why}");
        }
    }
}

impl Proof {
    /// What the headers say.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| {
            headers.get(name).map(|it| it.to_str().unwrap_or_default().trim().to_owned())
        };
        if let Some(key) = text("devicekey") {
            return Some(Self::Key(key));
        }
        let (id, secret) = (text("appid"), text("appsecret"));
        if id.is_some() || secret.is_some() {
            let (id, secret) = (id.unwrap_or_default(), secret.unwrap_or_default());
            return Some(Self::App(AppCredentials { id, secret }));
        }
        let value = text(header::AUTHORIZATION.as_str())?;
        let (scheme, token) = value.split_once(' ')?;
        // The documents write the token in quotes.
        let token = token.trim().trim_matches('\'').to_owned();
        scheme.eq_ignore_ascii_case("bearer").then_some(Self::Bearer(token))
    }
}

impl Caller {
    /// As whom the caller writes points.
    pub(super) fn author(&self) -> Author {
        match self {
            Self::Device => Author::Device,
            Self::User(_) => Author::User,
        }
    }

    /// The most that the caller may do with the device; `None`: not even know of it.
    pub(super) fn right(&self, app: &App, device: &Device) -> Option<Right> {
        match self {
            Self::Device => Some(Right::Control),
            Self::User(user) => app.registry.snapshot().right(&user.user, device),
        }
    }

    /// What the documents call the caller's rights to the device.
    pub(super) fn privilege(&self, app: &App, device: &Device) -> &'static str {
        match self {
            Self::User(user) if user.role == Role::Admin => "Owner",
            _ if self.right(app, device) == Some(Right::Control) => "Administrator",
            _ => "Viewer",
        }
    }
}

impl Format {
    /// The device of the path and who calls, if that caller may do this much with it.
    ///
    /// Without proof, or with a wrong one, all devices are told the same, whether they exist or
    /// not; a user is told the same of a device that is hidden and of one that does not exist.
    pub(super) async fn device(
        self,
        app: &App,
        id: &str,
        asker: &Asker,
        right: Right,
    ) -> Result<(Arc<Device>, Caller), Response> {
        self.device_for(app, id, asker, Proof::of(asker), right).await
    }

    /// The same for a proof that did not come in headers.
    pub(super) async fn device_for(
        self,
        app: &App,
        id: &str,
        asker: &Asker,
        proof: Option<Proof>,
        right: Right,
    ) -> Result<(Arc<Device>, Caller), Response> {
        let found = match proof {
            Some(Proof::Key(key)) => {
                let device = self.device_of_key(app, id, asker, &key).await?;
                // Whatever it wants, it is a sign of life.
                app.hub.heard(&device.id, asker.ip());
                (device, Caller::Device)
            }
            proof => {
                let caller = Caller::User(self.user_for(app, asker, proof).await?);
                (self.device_of_user(app, id, asker, &caller, right).await?, caller)
            }
        };
        // A program that floods takes nothing from the device that it floods. No id holds a space.
        let (device, caller) = (&found.0.id, &found.1);
        let counted = match caller {
            Caller::Device => device.to_string(),
            Caller::User(user) => format!("{device} {}", user.user),
        };
        match self.flooded(app, &counted) {
            None => Ok(found),
            Some(refusal) => Err(refusal),
        }
    }

    /// The user for whom a program calls.
    pub(super) async fn user(self, app: &App, asker: &Asker) -> Result<SessionRow, Response> {
        let user = self.user_for(app, asker, Proof::of(asker)).await?;
        match self.flooded(app, &format!(" {}", user.user)) {
            None => Ok(user),
            Some(refusal) => Err(refusal),
        }
    }

    /// The same, if that user may add and remove devices.
    pub(super) async fn admin(self, app: &App, asker: &Asker) -> Result<SessionRow, Response> {
        let user = self.user(app, asker).await?;
        if user.role == Role::Admin {
            return Ok(user);
        }
        Err(self.forbidden(app, asker, &user.user))
    }

    /// The device with this id, as far as `caller` may do this much with it.
    pub(super) async fn device_of_user(
        self,
        app: &App,
        id: &str,
        asker: &Asker,
        caller: &Caller,
        right: Right,
    ) -> Result<Arc<Device>, Response> {
        let device = match id.parse::<DeviceId>() {
            Ok(id) => app.registry.device(&id).await.map_err(|error| self.broken(&error))?,
            Err(_) => None,
        };
        let device = device.ok_or_else(|| self.no_device())?;
        match caller.right(app, &device) {
            Some(has) if has >= right => Ok(device),
            Some(_) => Err(self.forbidden(app, asker, id)),
            None => Err(self.no_device()),
        }
    }

    /// What a caller may not do although it is somebody.
    pub(super) fn forbidden(self, app: &App, asker: &Asker, what: &str) -> Response {
        asker.log(app, &format!("the user's role does not allow it: {what:?}"));
        self.fail(Failure::new(403, "You don't have permission!"))
    }

    async fn user_for(
        self,
        app: &App,
        asker: &Asker,
        proof: Option<Proof>,
    ) -> Result<SessionRow, Response> {
        let (user, what) = match &proof {
            Some(Proof::App(given)) => (programs::of_app(&app.store, given).await, "application"),
            Some(Proof::Bearer(token)) => (app.user_of_token(token).await, "token"),
            Some(Proof::Key(_)) | None => (Ok(None), "deviceKey, application or token"),
        };
        match user {
            Ok(Some(user)) => {
                // What was changed a moment ago holds for this call.
                app.refresh_registry().await;
                Ok(user)
            }
            Ok(None) => {
                asker.log(app, &format!("the {what} is missing or unknown"));
                Err(self.not_permitted())
            }
            Err(error) => Err(self.broken(&error)),
        }
    }

    async fn device_of_key(
        self,
        app: &App,
        id: &str,
        asker: &Asker,
        key: &str,
    ) -> Result<Arc<Device>, Response> {
        let (Ok(id), Ok(key)) = (id.parse::<DeviceId>(), key.parse::<DeviceKey>()) else {
            asker.log(app, "the device's id or the header deviceKey is malformed");
            return Err(self.not_permitted());
        };
        app.registry.authorize(&id, &key).await.map_err(|denied| match denied {
            Denied::Broken(error) => self.broken(&error),
            denied => {
                asker.log(app, &denied.to_string());
                self.not_permitted()
            }
        })
    }

    fn not_permitted(self) -> Response {
        self.fail(match self {
            Self::Firmware => Failure::firmware_not_permitted(),
            Self::Json | Self::Csv => Failure::not_permitted(),
        })
    }

    fn no_device(self) -> Response {
        self.fail(Failure::new(404, "device not found"))
    }

    /// What a caller is told who calls too often.
    fn flooded(self, app: &App, caller: &str) -> Option<Response> {
        if app.flood.take(caller) {
            return None;
        }
        let mut response = self.fail(Failure::new(429, "Too many requests; wait a second."));
        response.headers_mut().insert(header::RETRY_AFTER, 1.into());
        Some(response)
    }
}
