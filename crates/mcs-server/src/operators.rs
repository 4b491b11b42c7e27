//! People who sign in: passwords, sessions, MQTT tickets, and the brake on guessing.

mod brake;
mod verifier;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use argon2::Argon2;
use argon2::password_hash::PasswordHasher as _;
use mcs_model::Timestamp;
use mcs_model::api::Role;

use crate::bus::ConnectionId;
use crate::clock;
use crate::random::{self, digest};
use crate::store::{Mistake, NewSession, OwnSessionRow, SessionRow, Store, UserRow};

use brake::Brake;
use verifier::{Busy, Verifier};

/// A session stays valid this long after its login.
pub(crate) const SESSION_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Letters and digits of a session's id, which opens nothing.
const SESSION_ID: usize = 16;

/// The most characters that are kept of what a program calls itself.
const MAX_PROGRAM: usize = 200;

/// A successful login.
pub(crate) struct SignedIn {
    /// Whose it is.
    pub(crate) user: String,
    /// What that user may do.
    pub(crate) role: Role,
    /// The secret of the session.
    pub(crate) token: String,
}

/// Why nobody was signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoginError {
    /// No such user, or not that password.
    Wrong,
    /// Too many wrong passwords from there; try again after this long.
    TooMany(Duration),
    /// Too many people sign in at this moment.
    Busy,
}

/// The people who may sign in.
pub(crate) struct Operators {
    store: Store,
    brake: Brake,
    verifier: Verifier,
    hashing: tokio::sync::Mutex<()>,
    // Connections that a ticket let in.
    admitted: Mutex<BTreeMap<ConnectionId, Admitted>>,
    // When sessions were used, since that was kept in the store.
    seen: Mutex<BTreeMap<String, Timestamp>>,
    // Verified in place of an unknown user's, so that the time tells nothing.
    decoy: String,
}

/// Whom a ticket let in.
struct Admitted {
    user: String,
    /// The id of the session.
    session: Option<String>,
    /// The ticket's hash.
    ticket: Vec<u8>,
}

/// Where somebody signs in from.
pub(crate) struct Whence {
    /// The address.
    pub(crate) peer: IpAddr,
    /// What the browser or program calls itself; its start is kept.
    pub(crate) program: String,
}

/// A session, as its user is told of it.
pub(crate) struct OwnSession {
    /// What is stored of it; `seen` is up to date.
    pub(crate) row: OwnSessionRow,
    /// A console of it is connected now.
    pub(crate) is_connected: bool,
}

impl Operators {
    /// Nobody is signed in but those whose session is in the store.
    pub(crate) fn new(store: Store) -> Result<Self> {
        let decoy = hash_password(&random::token()?)?;
        Ok(Self {
            store,
            brake: Brake::default(),
            verifier: Verifier::start()?,
            hashing: tokio::sync::Mutex::default(),
            admitted: Mutex::default(),
            seen: Mutex::default(),
            decoy,
        })
    }

    /// Checks a password and opens a session.
    pub(crate) async fn sign_in(
        &self,
        name: &str,
        password: String,
        Whence { peer, program }: Whence,
    ) -> Result<Result<SignedIn, LoginError>> {
        let user = match self.check(name, password, peer).await? {
            Ok(user) => user,
            Err(error) => return Ok(Err(error)),
        };
        let token = random::token()?;
        let expires = Timestamp::from_millis(
            clock::now().as_millis() + u64::try_from(SESSION_LIFE.as_millis())?,
        );
        let session = NewSession {
            id: random::id("", SESSION_ID)?,
            user: user.name.clone(),
            token: digest(token.as_bytes()),
            ticket: digest(ticket(&token).as_bytes()),
            expires,
            address: peer.to_canonical().to_string(),
            program: program.chars().take(MAX_PROGRAM).collect(),
        };
        self.store.add_session(&session).await?;
        tracing::info!(%peer, user = name, "signed in");
        Ok(Ok(SignedIn { user: user.name, role: user.role, token }))
    }

    /// The user with this name, if that is the password.
    pub(crate) async fn check(
        &self,
        name: &str,
        password: String,
        peer: IpAddr,
    ) -> Result<Result<UserRow, LoginError>> {
        let user = self.store.user(name).await?;
        let hash = user.as_ref().map_or(&self.decoy, |user| &user.password).clone();
        // Counted before it is known to be wrong: others may be guessed at the same time.
        if let Err(wait) = self.brake.attempt(peer) {
            tracing::warn!(%peer, "password refused: too many wrong ones");
            return Ok(Err(LoginError::TooMany(wait)));
        }
        let right = match self.verifier.verify(password, hash).await? {
            Ok(right) => right,
            Err(Busy) => {
                self.brake.withdraw(peer);
                tracing::warn!(%peer, "password refused: too many at this moment");
                return Ok(Err(LoginError::Busy));
            }
        };
        let Some(user) = user.filter(|_| right) else {
            tracing::warn!(%peer, user = ?name, "login refused: unknown user or wrong password");
            return Ok(Err(LoginError::Wrong));
        };
        self.brake.right(peer);
        Ok(Ok(user))
    }

    /// What is stored of a new password. One at a time: each takes memory and time.
    pub(crate) async fn hash(&self, password: String) -> Result<String> {
        let _one = self.hashing.lock().await;
        tokio::task::spawn_blocking(move || hash_password(&password)).await?
    }

    /// Gives a user another password, as it is stored, and ends all sessions but the one with this token.
    pub(crate) async fn change_password(
        &self,
        user: &str,
        password: &str,
        token: &str,
    ) -> Result<()> {
        self.store.set_password(user, password, Some(&digest(token.as_bytes()))).await
    }

    /// Whose session this token opens.
    pub(crate) async fn session(&self, token: &str) -> Result<Option<SessionRow>> {
        let session = self.store.session(&digest(token.as_bytes())).await?;
        self.note(session.as_ref());
        Ok(session)
    }

    /// Whose session this MQTT password belongs to, if `user` is that user. The session's end will
    /// be the end of `connection`.
    pub(crate) async fn admit(
        &self,
        connection: ConnectionId,
        user: &str,
        ticket: &[u8],
    ) -> Result<Option<SessionRow>> {
        let hash = digest(ticket);
        let session = self.store.session_of_ticket(&hash).await?;
        let session = session.filter(|session| session.user == user);
        if let Some(session) = &session {
            let id = session.id.clone();
            let admitted = Admitted { user: user.to_owned(), session: id, ticket: hash };
            self.admitted().insert(connection, admitted);
        }
        self.note(session.as_ref());
        Ok(session)
    }

    /// An MQTT connection is over.
    pub(crate) fn left(&self, connection: ConnectionId) {
        self.admitted().remove(&connection);
    }

    /// Ends a session. Answers the connections that have to end with it.
    pub(crate) async fn sign_out(&self, token: &str) -> Result<Vec<ConnectionId>> {
        self.store.remove_session(&digest(token.as_bytes())).await?;
        let hash = digest(ticket(token).as_bytes());
        Ok(self.connections(|it| it.ticket == hash))
    }

    /// Ends every session of a user. Answers the connections that have to end with them.
    pub(crate) async fn sign_out_everywhere(&self, user: &str) -> Result<Vec<ConnectionId>> {
        self.store.remove_sessions(user).await?;
        Ok(self.connections_of(user))
    }

    /// Ends the session of a user that has this id. Answers the connections that have to end with it; `None` when the
    /// user has no such session.
    pub(crate) async fn end_session(
        &self,
        user: &str,
        id: &str,
    ) -> Result<Option<Vec<ConnectionId>>> {
        let was_there = self.store.remove_own_session(user, id).await?;
        Ok(was_there.then(|| self.connections(|it| it.session.as_deref() == Some(id))))
    }

    /// The sessions of a user, those used last first.
    pub(crate) async fn sessions_of(&self, user: &str) -> Result<Vec<OwnSession>> {
        let rows = self.store.own_sessions(user).await?;
        let (seen, admitted) = (self.seen().clone(), self.admitted());
        let told = |mut row: OwnSessionRow| {
            let noted = seen.get(&row.id).and_then(|it| i64::try_from(it.as_millis()).ok());
            row.seen = row.seen.max(noted.unwrap_or_default());
            let is_it = |it: &Admitted| it.session.as_deref() == Some(&*row.id);
            OwnSession { is_connected: admitted.values().any(is_it), row }
        };
        let mut sessions: Vec<_> = rows.into_iter().map(told).collect();
        sessions.sort_by(|a, b| (b.row.seen, &b.row.id).cmp(&(a.row.seen, &a.row.id)));
        Ok(sessions)
    }

    /// Keeps when sessions were used last.
    pub(crate) async fn keep_seen(&self) -> Result<()> {
        let seen: Vec<_> = std::mem::take(&mut *self.seen()).into_iter().collect();
        self.store.set_sessions_seen(&seen).await
    }

    /// The connections that a user has now.
    pub(crate) fn connections_of(&self, user: &str) -> Vec<ConnectionId> {
        self.connections(|it| it.user == user)
    }

    /// Connections whose session has expired since they were admitted.
    pub(crate) async fn expired(&self) -> Result<Vec<ConnectionId>> {
        let admitted: Vec<_> =
            self.admitted().iter().map(|(id, it)| (*id, it.ticket.clone())).collect();
        let mut expired = Vec::new();
        for (connection, hash) in admitted {
            let session = self.store.session_of_ticket(&hash).await?;
            // Who is connected uses the session all the time.
            self.note(session.as_ref());
            if session.is_none() {
                self.left(connection);
                expired.push(connection);
            }
        }
        Ok(expired)
    }

    /// A session is used now.
    fn note(&self, session: Option<&SessionRow>) {
        if let Some(id) = session.and_then(|it| it.id.clone()) {
            self.seen().insert(id, clock::now());
        }
    }

    fn seen(&self) -> MutexGuard<'_, BTreeMap<String, Timestamp>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connections(&self, wanted: impl Fn(&Admitted) -> bool) -> Vec<ConnectionId> {
        self.admitted().iter().filter(|(_, it)| wanted(it)).map(|(id, _)| *id).collect()
    }

    fn admitted(&self) -> MutexGuard<'_, BTreeMap<ConnectionId, Admitted>> {
        self.admitted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The MQTT password of the session with this token. It does not give the token away.
pub(crate) fn ticket(token: &str) -> String {
    hex(&digest(format!("mqtt ticket of {token}").as_bytes()))
}

/// Makes a user.
pub(crate) fn new_user(name: &str, role: Role, password: &str) -> Result<UserRow> {
    check_name(name)?;
    Ok(UserRow { name: name.to_owned(), password: hash_password(password)?, role })
}

/// Names are short and plain, so that they can stand in an MQTT CONNECT and in a log.
pub(crate) fn check_name(name: &str) -> Result<(), Mistake> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.@".contains(&b);
    match (1..=64).contains(&name.len()) && name.bytes().all(plain) {
        true => Ok(()),
        false => Err(Mistake::Name),
    }
}

/// What is stored of a password.
pub(crate) fn hash_password(password: &str) -> Result<String> {
    ensure!(!password.is_empty(), Mistake::Password("the password is empty"));
    let short = password.len() <= 1024;
    ensure!(short, Mistake::Password("the password is longer than 1024 bytes"));
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(hash.ok().context("the password cannot be hashed")?.to_string())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
