//! The settings.

super::texts! { "settings"
    title = "Settings";
    theme = "Theme";
    theme_system = "As the system";
    theme_light = "Light";
    theme_dark = "Dark";
    language = "Language";
    language_failed = "The language could not be fetched. Check the connection, then choose it again.";
    clock = "Time";
    clock_local(zone) = "Local time ({zone})";
    clock_utc = "Universal time (UTC)";
    storage = "Storage of this browser";
    storage_used(used, quota) = "{used} of {quota} that the browser allows";
    storage_unknown = "The browser does not say";
    about = "About";
    console = "Console";
    server = "Server";
    broker = "Broker";
    user = "User";
    none = "none";
    no_user = "none, this is a static site";
    user_role(name, role) = "{name} ({role})";
    api = "API documentation of this server";
    licence_text = "MCS Console is free software under the Apache License 2.0 or the MIT licence.";
    role_admin = "Administrator: everything";
    role_operator = "Operator: see and control every device";
    role_viewer = "Viewer: see every device";
    role_member = "Member: see what is granted";
    keyboard_show = "Show the keyboard shortcuts";
}
