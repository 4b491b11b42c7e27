//! Who calls, where no header says it: `appId` and `appSecret` as members of an upload (CONTRACT
//! §4.1).

use core::fmt;

use serde::Deserialize;

/// What an application proves itself with.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct AppCredentials {
    /// The public name.
    #[serde(rename = "appId")]
    pub id: String,
    /// The secret.
    #[serde(rename = "appSecret")]
    pub secret: String,
}

/// Hides the secret.
impl fmt::Debug for AppCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AppCredentials({}, …)", self.id)
    }
}

/// The application that the JSON body of an upload names; other members do not matter.
pub fn app_of_body(body: &[u8]) -> Option<AppCredentials> {
    serde_json::from_slice(body).ok()
}
