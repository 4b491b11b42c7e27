//! `GET /fw/:token`: a firmware file, for devices and for the console that checks it.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;

use super::effect;
use super::error::Error;
use crate::app::App;

/// Streams the file, or the one range that is asked for.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    method: Method,
    asked: HeaderMap,
) -> Result<Response, Error> {
    let Some(firmware) = app.firmware.of_token(&token).await? else {
        return Ok((StatusCode::NOT_FOUND, "not found").into_response());
    };
    let etag = format!("\"{}\"", firmware.sha256);
    let matches = |name: header::HeaderName| asked.get(name).is_some_and(|it| *it == etag);
    if matches(header::IF_NONE_MATCH) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let current = !asked.contains_key(header::IF_RANGE) || matches(header::IF_RANGE);
    let range = match asked.get(header::RANGE).and_then(|it| it.to_str().ok()) {
        Some(range) if current => parse(range, firmware.size),
        _ => Asked::Everything,
    };
    let (status, range) = match range {
        Asked::Everything => (StatusCode::OK, 0..firmware.size),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Asked::Nothing => {
            let size = HeaderValue::from_str(&format!("bytes */{}", firmware.size))?;
            let status = StatusCode::RANGE_NOT_SATISFIABLE;
            return Ok((status, [(header::CONTENT_RANGE, size)]).into_response());
        }
    };
    let length = range.end - range.start;
    let content_range = format!("bytes {}-{}/{}", range.start, range.end - 1, firmware.size);
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        let began = {
            let (app, token) = (app.clone(), token.clone());
            async move {
                app.firmware.download_began(&app, &token).await;
                Ok(())
            }
        };
        effect::whole(&app, began).await?;
        let mut at = range.start;
        let stream = app.firmware.files().read(&firmware.id, range).await?;
        let app = app.clone();
        Body::from_stream(stream.then(move |piece| {
            let sent = at..at + piece.as_ref().map_or(0, |piece| piece.len() as u64);
            at = sent.end;
            let fetched = app.firmware.download_goes_on(&token, &sent);
            let (app, token) = (app.clone(), token.clone());
            async move {
                if let Some(fetched) = fetched {
                    let told = {
                        let app = app.clone();
                        async move {
                            app.firmware.download_is_at(&app, &token, fetched).await;
                            Ok(())
                        }
                    };
                    effect::whole(&app, told).await.map_err(io::Error::other)?;
                }
                Ok::<_, io::Error>(piece?)
            }
        }))
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, length.into());
    headers.insert(header::ETAG, HeaderValue::from_str(&etag)?);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // Whoever knows the address may read it: so may the page of another console.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if status == StatusCode::PARTIAL_CONTENT {
        headers.insert(header::CONTENT_RANGE, HeaderValue::from_str(&content_range)?);
    }
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Everything,
    Part(Range<u64>),
    Nothing,
}

/// One range; a list of ranges or what cannot be read means everything, as RFC 9110 allows.
fn parse(range: &str, size: u64) -> Asked {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|it| it.split_once('-')) else {
        return Asked::Everything;
    };
    let range = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.trim().is_empty() => first..size,
        (Err(_), Ok(suffix)) if first.trim().is_empty() => size.saturating_sub(suffix)..size,
        _ => return Asked::Everything,
    };
    if range.is_empty() { Asked::Nothing } else { Asked::Part(range) }
}
