use super::*;
use crate::config::Settings;

/// There are ten thousand of them, and most do nothing most of the time.
#[tokio::test]
async fn a_connection_that_waits_is_small() {
    let folder = std::env::temp_dir().join(format!("mcs-command-{}", std::process::id()));
    let settings = Settings { data: Some(folder.clone()), ..Settings::default() };
    crate::store::Store::prepare(&folder).expect("a folder");
    let app = App::open(settings.into_config().expect("settings")).await.expect("an application");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let stream = tokio::net::TcpStream::connect(listener.local_addr().expect("bound")).await;
    let peer = ([127, 0, 0, 1], 1).into();
    let task = connection(stream.expect("a connection"), peer, &app, std::future::pending());
    let bytes = size_of_val(&task);
    assert!(bytes <= 1536, "{bytes} bytes");
    drop(task);
    app.store.close().await;
    std::fs::remove_dir_all(folder).expect("removed");
}
