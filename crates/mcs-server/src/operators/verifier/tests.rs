use futures_util::future::join_all;

use super::*;
use crate::operators::hash_password;

#[tokio::test]
async fn the_right_password_is_told_from_a_wrong_one() {
    let verifier = Verifier::start().unwrap();
    let hash = hash_password("secret").unwrap();
    let verify = async |password: &str| {
        verifier.verify(password.to_owned(), hash.clone()).await.unwrap().unwrap()
    };
    assert!(verify("secret").await);
    assert!(!verify("Secret").await);
    assert!(!verifier.verify("secret".to_owned(), "no hash".to_owned()).await.unwrap().unwrap());
}

#[tokio::test]
async fn only_so_many_passwords_wait() {
    let verifier = Verifier::start().unwrap();
    let hash = hash_password("secret").unwrap();
    let verify = |_| verifier.verify("wrong".to_owned(), hash.clone());
    let verdicts = join_all((0..2 * WAITING).map(verify)).await;
    let busy = verdicts.iter().filter(|it| matches!(it, Ok(Err(Busy)))).count();
    assert!((1..=WAITING).contains(&busy), "{busy}");
    assert!(verifier.verify("secret".to_owned(), hash).await.unwrap().unwrap());
}
