//! Signing in.

super::texts! { "sign_in"
    title = "Sign in to MCS Console";
    name = "Name";
    password = "Password";
    submit = "Sign in";
    no_account = "No account yet? Ask an administrator of this server. The first account is made where the server runs:";
    busy = "Signing in";
    wrong = "Name or password is wrong. Check both and try again.";
    too_many = "Too many attempts. Wait a minute, then try again.";
    expired = "Your session has ended. Sign in again.";
    unreachable = "The server does not answer. Check that it runs and that you are online.";
    refused(reason) = "The server refused: {reason}";
}
