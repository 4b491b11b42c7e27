//! The frame around the pages.

super::texts! { "shell"
    // Start
    starting_engine = "Starting the engine";
    looking_for_server = "Looking for a server";
    stopped = "The console has stopped";
    stopped_why(reason) = "Its engine, which holds the connection, does not run: {reason}.";
    engine_incomplete = "a part of it could not be loaded";
    engine_missing(file) = "{file} could not be loaded";
    engine_build(page, engine) = "page and engine are of different builds ({page} and {engine})";
    engine_unclear = "the page does not understand its answer";
    engine_refused(why) = "the browser starts no worker ({why})";
    stopped_next = "Reload the page to start it again. Nothing on the server is lost.";
    reload = "Reload";

    // Navigation
    skip = "Skip to the content";
    title(page) = "{page} – MCS Console";
    pages = "Pages";
    home = "MCS Console, devices";
    devices = "Devices";
    prototypes = "Prototypes";
    firmware = "Firmware";
    rollouts = "Rollouts";
    messages = "Messages";
    connections = "Connections";
    settings = "Settings";
    more = "More";
    not_found = "Not found";
    no_such_page = "There is no such page";
    no_such_page_why = "Nothing is at this address:";
    to_devices = "Go to the devices";
    loading_page = "Loading the page";
    page_failed = "This page could not be loaded";
    page_failed_why = "The server does not answer, or has a newer version of the console.";

    // Top bar
    search = "Search";
    language = "Language";
    theme_is(theme) = "Theme: {theme}. Change it";
    user(name) = "User {name}";
    sign_out = "Sign out";
    sign_out_everywhere = "Sign out everywhere";
    link_idle = "Not connected";
    link_connecting = "Connecting";
    link_connected = "Connected";
    link_waiting = "Connection lost";
    link_stopped = "Disconnected";
    link_version(broker, version) = "{broker}, MQTT {version}";

    // Status bar
    rate(rate) = "{rate} messages/s";
    message_count(#n) = "{n} message" | "{n} messages";
    point_count(#n) = "{n} point kept" | "{n} points kept";
    memory(used, budget) = "{used} of {budget}";
    evicted_count(#n) = "{n} evicted" | "{n} evicted";
    evicted_why = "Points that made room for newer ones";
    clock_is(zone) = "Times are of {zone}. Change it";

    // Banners
    no_connection = "No connection to the broker.";
    connecting_again = "Connecting again.";
    attempt(attempt) = "Attempt {attempt}.";
    next_try(span) = "Next try in {span}.";
    next_try_now = "Next try now.";
    check_connection = "Check the connection";
    try_now = "Try now";
    new_version = "A new version of the console is on the server.";
    new_version_next = "This page still works with the old one. Reload it when nothing is half typed.";
    offline = "The server cannot be reached.";
    offline_next = "This is the console as it was loaded last; nothing in it is live until the server is back.";
    away_held(#n, span) = "Away for {span}. The connection held; {n} message was counted meanwhile and is filled in." | "Away for {span}. The connection held; {n} messages were counted meanwhile and are filled in.";
    away_back(#n, span, at) = "Away for {span}. The connection was lost and is back since {at}; {n} message was counted meanwhile." | "Away for {span}. The connection was lost and is back since {at}; {n} messages were counted meanwhile.";
    away_lost(#n, span) = "Away for {span}. {n} message was counted until the connection was lost." | "Away for {span}. {n} messages were counted until the connection was lost.";

    // Notices
    dismiss = "Dismiss";

    // Palette
    palette = "Search pages, devices and actions";
    palette_hint = "Name, id or prototype of a device, a page, an action";
    palette_nothing(sought) = "Nothing has “{sought}” in its name.";
    palette_found(#n) = "{n} result" | "{n} results";
    kind_page = "Page";
    kind_device = "Device";
    kind_action = "Action";
    act_theme(theme) = "Theme: {theme}";
    act_language(language) = "Language: {language}";
    act_clock_local(zone) = "Times of {zone}";
    act_clock_utc = "Times in UTC";
    act_help = "Show the keyboard shortcuts";
    act_copy_link = "Copy the link to this view";
    act_reload = "Reload the page";

    // Help
    help = "Keyboard shortcuts";
    help_everywhere = "On every page";
    help_here = "On this page";
    help_palette = "Search pages, devices and actions";
    help_search = "Search this page, or everything";
    help_help = "Show this list";
    help_close = "Close what lies on top";
    help_send = "Send what is typed in a card";
    help_cursor = "Move the cursor of the focused chart";
    help_pause = "Pause the focused chart";
    help_tabs = "Move between the tabs";
    help_follow = "Pause the log, or follow it";
    help_rows = "Move through the log, by rows, screens or to its ends";
    help_open = "Open the message under the cursor";
    help_tree = "Move through the topics, open and close them";
    help_publish = "Publish what is typed";
    help_save = "Save the prototype";
    help_undo = "Take the last step back; with Shift, do it again";
    close = "Close";
}
