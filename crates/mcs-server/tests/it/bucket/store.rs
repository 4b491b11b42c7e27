//! As much of S3 as a firmware needs: one bucket, by path, in memory.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

/// The one who may use the bucket.
pub(crate) const KEY: &str = "AKIDEXAMPLE";
const BUCKET: &str = "firmware";

#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<Kept>>,
}

#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    /// Parts of what is not complete, by upload.
    pub(crate) parts: BTreeMap<String, BTreeMap<u32, Bytes>>,
    /// Answers that there is no answer.
    pub(crate) down: bool,
    begun: u32,
}

impl Store {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let store = Self { address, state: Arc::default() };
        let router = Router::new().fallback(answer).with_state(store.clone());
        let router = router.layer(DefaultBodyLimit::disable());
        tokio::spawn(async move { axum::serve(listener, router).await });
        store
    }

    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(
    State(store): State<Store>,
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let said = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let mut kept = store.kept();
    if kept.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if !said("authorization").contains(&format!("Credential={KEY}/")) {
        return (StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response();
    }
    let hash: String = Sha256::digest(&body).iter().map(|it| format!("{it:02x}")).collect();
    assert_eq!(said("x-amz-content-sha256"), hash, "{method} {uri}");
    let place = uri.path().strip_prefix(&format!("/{BUCKET}")).expect("our bucket");
    let key = place.trim_start_matches('/').to_owned();
    let upload = query.get("uploadId");
    match (method, upload) {
        (Method::GET, _) if key.is_empty() => {
            "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>".into_response()
        }
        (Method::POST, None) if query.contains_key("uploads") => {
            kept.begun += 1;
            let id = format!("upload-{}", kept.begun);
            kept.parts.insert(id.clone(), BTreeMap::new());
            format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>")
                .into_response()
        }
        (Method::PUT, Some(id)) => {
            let number = query["partNumber"].parse().expect("a number");
            kept.parts.get_mut(id).expect("begun").insert(number, body);
            [(header::ETAG, format!("\"{hash}\""))].into_response()
        }
        (Method::POST, Some(id)) => {
            let parts = kept.parts.remove(id).expect("begun");
            let whole = parts.into_values().flat_map(Vec::from).collect();
            kept.objects.insert(key, whole);
            "<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>"
                .into_response()
        }
        (Method::DELETE, Some(id)) => {
            kept.parts.remove(id);
            StatusCode::NO_CONTENT.into_response()
        }
        (Method::DELETE, None) => {
            kept.objects.remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        (Method::GET, None) => match kept.objects.get(&key) {
            Some(object) => part(object, said("range")),
            None => {
                (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response()
            }
        },
        (method, _) => panic!("{method} {uri}"),
    }
}

fn part(object: &[u8], range: &str) -> Response {
    let (first, last) =
        range.strip_prefix("bytes=").and_then(|it| it.split_once('-')).expect("a range");
    let [first, last] = [first, last].map(|it| it.parse::<usize>().expect("a number"));
    let size = object.len();
    let headers = [
        (header::CONTENT_RANGE, format!("bytes {first}-{last}/{size}")),
        (header::ETAG, "\"whole\"".to_owned()),
        (header::LAST_MODIFIED, "Wed, 01 Jan 2020 00:00:00 GMT".to_owned()),
    ];
    (StatusCode::PARTIAL_CONTENT, headers, object[first..=last].to_vec()).into_response()
}
