//! The own account, and everybody's.

super::texts! { "accounts"
    // The own account
    title = "Account";
    name = "Name";
    role = "Role";
    password = "Password";
    current = "Current password";
    new = "New password";
    again = "New password again";
    password_hint = "A sentence of several words is hard to guess and easy to keep in mind. You are signed out everywhere else.";
    differs = "The new password was typed in two ways. Type it again.";
    changed = "The password is changed, and you are signed out everywhere else.";
    change = "Change the password";
    changing = "Changing the password";

    // Sessions
    sessions = "Where you are signed in";
    sessions_what = "Sign out what you do not know, and change the password.";
    sessions_loading = "Asking where you are signed in";
    session_on(browser, system) = "{browser} on {system}";
    session_unknown = "An unknown program";
    session_here = "This session";
    session_connected = "Connected now";
    session_opened(time) = "Signed in {time}";
    session_seen(time) = "Last used {time}";
    session_end_of(program) = "Sign out {program}";
    session_ended = "That session is signed out.";

    // People
    people = "People";
    people_what = "Who may sign in, and what they may do. A change holds at once.";
    roles = "What each role may do";
    grants_add = "A grant adds to the role: a viewer may be let to control one device.";
    admin = "Administrator";
    operator = "Operator";
    viewer = "Viewer";
    member = "Member";
    admin_may = "Everything: devices, prototypes, firmware, and the people on this page.";
    operator_may = "Sees and controls every device, looks at keys, and pushes firmware.";
    viewer_may = "Sees every device, and controls none.";
    member_may = "Sees and controls only what is granted, device by device or by prototype.";
    people_loading = "Asking who there is";
    people_alone = "Only you so far. Add the people who work with you.";
    you = "(you)";
    own_row = "Nobody changes the role of the own account or removes it: so there is always an administrator. Another administrator can.";
    role_of(name) = "Role of {name}";

    // A new account
    add = "Add somebody";
    add_first = "First password";
    add_hint = "Letters and digits, or - _ . @ between them. Tell the password in person; it can be changed in the settings.";
    added = "Added. The account can sign in now.";
    add_submit = "Add the account";

    // Another password
    reset = "Reset password";
    reset_of(name) = "Reset the password of {name}";
    reset_title(name) = "Another password for {name}";
    reset_what = "All sessions of this account end. Tell the new password in person.";
    reset_submit = "Set the password";
    reset_done(name) = "{name} has another password, and is signed out everywhere.";
    cancel = "Cancel";

    // Removing
    remove = "Remove";
    remove_of(name) = "Remove {name}";
    remove_title(name) = "Remove {name}?";
    remove_what = "The account cannot sign in any more. Its grants, its applications and its API tokens go with it. Devices and their history stay.";
    remove_submit = "Remove the account";

    // Grants
    no_grants = "No grants";
    grant_count(#n) = "{n} grant" | "{n} grants";
    grant_device(title) = "Device {title}";
    grant_prototype(title) = "All devices of {title}";
    may_see = "May see";
    may_control = "May see and control";
    revoke = "Take back";
    revoke_of(title) = "Take back the grant on {title}";
    grant_to(name) = "Grant something to {name}";
    grant_on = "Device or prototype";
    grant_id = "Its id";
    right = "Right";
    see = "See";
    control = "See and control";
    grant = "Grant";
    grant_unknown = "There is no device or prototype with that id. Choose one from the list.";

    // What went wrong
    wrong_password = "That is not your current password. Check it and try again.";
    too_many = "Too many attempts. Wait a minute, then try again.";
    taken = "Somebody has that name already. Choose another.";
    bad_name = "That is no name for an account. Use 1 to 64 letters and digits, or - _ . @ between them.";
    bad_password = "The server does not take that password. It needs at least one character and has at most 1024 bytes.";
    last_administrator = "That is the only administrator. Make somebody else one first.";
    own_account = "Nobody does that to the own account, so that there is always an administrator. Ask another one.";
    not_allowed = "Only an administrator may do that, and you are none any more. Reload the page.";
    gone = "Somebody else was faster: the account, the grant or what it is on is gone. The list is up to date again.";
    unreachable = "The server does not answer. Check that you are online, then try again.";
    refused(why) = "The server refused: {why}";
}
