//! Programs that act for a user: applications, which prove themselves with `appId` and `appSecret`,
//! and holders of an API token (CONTRACT §4.1). They may do what their user may.

use anyhow::{Result, ensure};
use mcs_model::rest::AppCredentials;
use subtle::ConstantTimeEq as _;

use crate::random::{self, digest};
use crate::store::{ProgramKind, SessionRow, Store};

/// A program that was just made.
pub(crate) struct NewProgram {
    /// The appId; of a token only a name to revoke it by.
    pub(crate) id: String,
    /// The secret, which nobody can read again.
    pub(crate) secret: String,
}

/// Letters and digits of an appId (CONTRACT §0.3).
const APP_ID: usize = 20;
/// Letters and digits of a token's name.
const TOKEN_ID: usize = 8;
/// Letters and digits of an appSecret (CONTRACT §0.3) and of a token: 238 random bits.
const SECRET: usize = 40;
/// Letters and digits of an activation code (CONTRACT §0.3).
const CODE: usize = 12;

/// Makes a program that acts for `user`.
pub(crate) async fn add(
    store: &Store,
    kind: ProgramKind,
    user: &str,
    name: &str,
) -> Result<NewProgram> {
    let name = name.trim();
    ensure!((1..=200).contains(&name.chars().count()), "the name has 1 to 200 characters");
    let length = match kind {
        ProgramKind::App => APP_ID,
        ProgramKind::Token => TOKEN_ID,
    };
    let program = NewProgram { id: random::id("", length)?, secret: random::id("", SECRET)? };
    store.add_program(kind, &program.id, &digest(program.secret.as_bytes()), user, name).await?;
    Ok(program)
}

/// For whom an application acts, if that is its secret.
pub(crate) async fn of_app(store: &Store, app: &AppCredentials) -> Result<Option<SessionRow>> {
    let found = store.app(&app.id).await?;
    let given = digest(app.secret.as_bytes());
    Ok(found.filter(|(hash, _)| hash.ct_eq(&given).into()).map(|(_, user)| user))
}

/// For whom the holder of an API token acts.
pub(crate) async fn of_token(store: &Store, token: &str) -> Result<Option<SessionRow>> {
    store.token(&digest(token.as_bytes())).await
}

/// A new activation code.
pub(crate) fn activation_code() -> Result<String> {
    random::id("", CODE)
}
