//! Secrets, sealed and unsealed by the browser.

use std::cell::RefCell;
use std::rc::Rc;

use mcs_engine::vault;
use mcs_view::Unsealed;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::job::turn;

async fn wait<T: 'static>(begin: impl FnOnce(Box<dyn FnOnce(T)>)) -> T {
    let place: Rc<RefCell<Option<T>>> = Rc::default();
    let end = place.clone();
    begin(Box::new(move |value| *end.borrow_mut() = Some(value)));
    for _ in 0..4000 {
        if let Some(value) = place.take() {
            return value;
        }
        turn().await;
    }
    panic!("the browser does not answer");
}

async fn seal(passphrase: &str, bytes: &[u8]) -> Vec<u8> {
    let (passphrase, bytes) = (passphrase.to_owned(), bytes.to_vec());
    wait(|end| vault::seal(passphrase, bytes, end)).await.expect("a page of this machine can")
}

async fn unseal(passphrase: &str, sealed: &[u8]) -> Unsealed {
    let (passphrase, sealed) = (passphrase.to_owned(), sealed.to_vec());
    wait(|end| vault::unseal(passphrase, sealed, end)).await
}

#[wasm_bindgen_test]
async fn only_the_passphrase_opens_what_it_has_sealed() {
    let sealed = seal("correct horse", b"hunter2").await;
    assert!(!sealed.windows(7).any(|it| it == b"hunter2"));
    assert_eq!(unseal("correct horse", &sealed).await, Unsealed::Bytes(b"hunter2".to_vec()));
    assert_eq!(unseal("battery staple", &sealed).await, Unsealed::Wrong);
}

#[wasm_bindgen_test]
async fn the_same_secret_is_sealed_differently_each_time() {
    assert_ne!(seal("a", b"b").await, seal("a", b"b").await);
}

#[wasm_bindgen_test]
async fn what_was_changed_or_cut_off_is_not_opened() {
    let sealed = seal("a", b"hunter2").await;
    let mut changed = sealed.clone();
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(unseal("a", &changed).await, Unsealed::Wrong);
    for length in [0, 1, 10, 28, 30] {
        assert_eq!(unseal("a", &sealed[..length]).await, Unsealed::Wrong);
    }
}
