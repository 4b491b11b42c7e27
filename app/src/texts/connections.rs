//! The connections.

super::texts! { "connections"
    // The page
    title = "Connections";
    add = "Add a connection";
    about_static = "No server answers at this address, so the console talks to brokers by itself. Connections and devices are kept in this browser, and nowhere else.";
    about_server = "The devices are those of the server. Other brokers stand beside it for the messages page, and are kept in this browser only.";
    link_secret = "The link held a password or a token. It was not taken, and is gone from the address: type it in.";
    none_yet = "No connection yet.";

    // One connection
    devices_none = "No devices";
    devices(#n) = "{n} device" | "{n} devices";
    connect = "Connect";
    disconnect = "Disconnect";
    change = "Change";
    forget = "Forget";
    forget_name(name) = "Forget {name}";
    forget_sure = "Forget it for good";
    forget_sure_name(name) = "Forget {name} for good";
    this_server = "This server";
    server_remark = "It is connected by signing in, and what may be seen is what the account may see.";
    connected(version) = "Connected, MQTT {version}";
    connecting = "Connecting";
    connecting_attempt(attempt) = "Connecting, attempt {attempt}";
    retry_now = "Trying again now";
    retry_in(span) = "Trying again in {span}";
    failed = "Failed";
    not_connected = "Not connected";
    link = "Link to this form";

    // The form
    new_title = "New connection";
    change_title = "Change the connection";
    kind = "Kind of broker";
    any_kind = "Any: fill the fields";
    name = "Name";
    name_hint = "As you call it";
    host = "Host";
    host_hint = "broker.example, or a whole ws:// address";
    port = "Port";
    path = "Path";
    username = "Username";
    password = "Password";
    none = "None";
    as_it_was = "As it was";
    advanced = "Advanced";
    save_connect = "Save and connect";
    save = "Save";
    cancel = "Cancel";
    version_auto = "5.0, or else 3.1.1";
    version_5 = "5.0 only";
    version_311 = "3.1.1 only";
    client_id = "Client ID";
    client_id_hint = "Made up at each start";
    version = "MQTT version";
    keep_alive = "Keep Alive, seconds";
    connect_timeout = "Connect timeout, seconds";
    reconnect = "Auto reconnect";
    clean_start = "Clean start";
    session_expiry = "Session expiry, seconds (MQTT 5)";
    user_properties = "User properties, one “name: value” a line (MQTT 5)";
    will = "Last will";
    topic = "Topic";
    no_will = "No will";
    payload = "Payload";
    retain = "Retain";

    // What is wrong with a field
    wrong_missing = "Type the broker's name or address.";
    wrong_host = "This is no host: a name such as broker.example, or an address.";
    wrong_scheme = "A browser cannot speak plain MQTT. Use the broker's WebSocket listener: ws:// or wss://.";
    wrong_number(least, most) = "A whole number from {least} to {most}.";
    wrong_path = "A path begins with / and has no spaces and no #.";
    wrong_text = "It is too long, or has signs that MQTT forbids.";
    wrong_mixed = "This page came over https, so the browser opens no ws://. Turn TLS on, or open the console over http.";
    wrong_property(line) = "Line {line} is not “name: value”.";
    wrong_topic = "A topic to publish to has no + and no #.";

    // Devices that are typed in
    add_device = "Add a device";
    connection = "Connection";
    device_id = "Device id";
    device_key = "Device key";
    device_name_hint = "The id";
    channels = "Channels, one a line";
    channels_help(kinds) = "id, kind, controller or display, name, unit, lower..upper. Kinds: {kinds}. A category has its keys in place of the unit: off=0 low=1";
    add_the_device = "Add the device";
    wrong_id(why) = "Device id: {why}";
    wrong_key(why) = "Device key: {why}";
    id_empty = "it is empty.";
    id_long = "it is longer than 64 characters.";
    id_word = "it may hold letters, digits, - and _ only.";
    id_separators = "it may not hold , / + # or $.";
    id_controls = "it holds a control character.";
    id_spaces = "it begins or ends with a space.";
    id_taken = "FOTA is the name of the firmware notice.";
    not_an_id(why) = "The channel's id is wrong: {why}";
    wrong_no_channel = "Name at least one channel.";
    line_twice(line, id) = "Line {line}: {id} is there already.";
    line_wrong(line, why) = "Line {line}: {why}";
    not_a_direction(word) = "“{word}” is neither controller nor display.";
    after_bounds = "There is something after the bounds.";
    kind_missing(kinds) = "The kind is missing: one of {kinds}.";
    not_a_kind(word, kinds) = "“{word}” is no kind: one of {kinds}.";
    not_bounds(text) = "“{text}” are no bounds: write them as 0..100.";
    no_keys = "A category needs its keys: off=0 low=1.";
    known = "Devices";
    known_none = "None yet. Add one, or import a file.";
    backup = "Import and export";
    devices_json = "Devices as JSON";
    or_file = "or from a file";
    import = "Import";
    export = "Export";
    keys_remark = "The file holds the keys of the devices: keep it to yourself.";
    exported_devices = "Exported devices";
    save_file = "Save as a file";

    // Passwords
    passwords = "Passwords";
    vault_none = "A password is forgotten when the page is closed. With a passphrase it is kept in this browser, encrypted.";
    passphrase = "Passphrase";
    protect = "Keep passwords under it";
    vault_locked = "The kept passwords are locked. Connections that need one wait for the passphrase.";
    vault_wrong = "This is not the passphrase.";
    unlock = "Unlock";
    unlocking = "Unlocking…";
    vault_open = "Passwords are kept in this browser under your passphrase. They are locked again when the page is closed.";
    vault_impossible = "This page came over plain http from another machine: there the browser offers no encryption, so passwords stay in memory only. Over https they can be kept under a passphrase.";
    vault_forget = "Forget the kept passwords";
    key_hint = "The key of a device is part of its topics. It is kept as it is, like its name.";
    wipe = "Wipe everything kept here";
    wipe_why = "Connections, devices and everything else that this page keeps in this browser will be gone.";
    wipe_sure = "Wipe it all";

    // Profiles in and out
    transfer = "Import and export connections";
    profiles_file = "A file of this console or of MQTTX (JSON)";
    export_passphrase = "Passphrase for the passwords";
    export_passphrase_hint = "None: no password leaves";
    exported_connections = "Exported connections";
    import_unreadable = "This file holds no connections of this console or of MQTTX.";
    import_wrong = "This is not the passphrase of the file.";
    import_passphrase = "Passphrase of the file";
    import_passphrase_hint = "None: without passwords";
    import_take = "Add the chosen";
    novelty_new_password = "New, with its password.";
    novelty_new = "New.";
    novelty_known = "The same is here already.";
    novelty_beside = "Another one to this broker is here: it stays, and this is added beside it.";
    novelty_not_for_browsers = "No WebSocket, or not complete: a browser cannot use it.";

    // What the browser keeps
    kept_blocked = "This browser keeps nothing for this page: a private window, or a setting that forbids it. Everything works, and is gone when the page is closed. Export what you want to keep.";
    kept_full = "The storage of this browser is full: what changes now is gone when the page is closed. Export it, or make room and load the page again.";
    kept_failed = "This browser could not keep what changed: it is gone when the page is closed. Export what you want to keep.";
    kept_unreadable = "What another version of the console kept here cannot be read by this one. It is not lost: it stays in this browser, apart from what you type in now.";

    // The doctor
    finding_out = "Finding out why…";
    find_again = "Find out why again";
    use_it(what) = "Use {what}";
    open(address) = "Open {address}";
    other_origin = "This is a server of MCS Console, and it answers REST to its own pages only (CORS): from here it takes no name and password of a person.";
    other_origin_next = "Open its own console below and sign in there. A program's user name and MQTT ticket work from here, too.";
    mixed = "This page came over https, so the browser opens no ws:// from it.";
    mixed_next = "Turn TLS on and name the broker's wss:// port, or open the console over http.";
    tcp = "This is a port of MQTT over TCP, which no browser can speak.";
    tcp_next = "Ask for the broker's WebSocket port: often 8083, 9001 or 8000. Client certificates and TCP 1883 or 8883 need another program than a browser.";
    taken_over = "Another client with the same client ID has taken the connection.";
    taken_over_next = "Close the other one, or leave the client ID empty, so that each tab has its own.";
    dismissed = "The broker has ended the connection.";
    broker_word_next = "The reason above is the broker's word; its log says more.";
    invalid = "A setting does not fit into MQTT.";
    invalid_next = "Look for a text that is too long, or a last will with a wildcard in its topic.";
    silent = "The broker stopped answering.";
    silent_next = "The network may be down, or the broker overloaded. It is tried again by itself.";
    wrong_path_found = "Another path takes MQTT, this one does not.";
    wrong_path_next = "Change the path, and connect again.";
    wrong_protocol = "A WebSocket opens there, but not with the sub-protocol “mqtt”.";
    wrong_protocol_next = "The listener is not for MQTT, or does not answer the sub-protocol. Look at the broker's WebSocket settings, or at the proxy before it.";
    not_mqtt = "The WebSocket opens, but what is behind it does not speak MQTT.";
    not_mqtt_next = "Check port and path: another service may listen there.";
    tls_wanted = "This port speaks TLS.";
    tls_wanted_next = "Connect with wss://.";
    plain_wanted = "This port does not speak TLS.";
    plain_wanted_next = "Connect with ws://, or name the port of the broker's TLS listener.";
    certificate = "This browser does not trust the broker's certificate.";
    certificate_next = "Open the address below in a tab and look what the browser says; for a certificate of your own, accept it there, then connect again.";
    certificate_or_nothing = "Nothing answers there by TLS: the certificate is not trusted, or nothing listens. A browser tells no page which of both.";
    certificate_or_nothing_next = "Open the address below in a tab: it says which. A certificate of your own can be accepted there. If nothing answers, check host and port.";
    no_websocket = "A web server answers there, but no WebSocket opens at the usual paths.";
    no_websocket_next = "Check the path, and whether the broker's WebSocket listener is on. A proxy must pass on “Upgrade”.";
    nothing = "Nothing answers at this host and port.";
    nothing_next = "Check both, whether the broker runs with a WebSocket listener, and whether a firewall is between.";
    credentials = "The broker refuses this user name or password.";
    credentials_next = "Type both again. A password is only kept if you said so.";
    not_authorized = "The broker does not let this user connect.";
    not_authorized_next = "It may want a user name and a password, or an administrator has to allow it.";
    bad_client_id = "The broker does not take this client ID.";
    bad_client_id_next = "Leave it empty, or use the one that the broker's administrator gave.";
    bad_version = "The broker does not speak this version of MQTT.";
    bad_version_next = "Choose “5.0, or else 3.1.1” under Advanced.";
    busy = "The broker does not serve at the moment.";
    busy_next = "It is tried again by itself.";
    banned = "The broker has banned this client.";
    banned_next = "Its administrator can tell why; another client ID may help.";
    bad_method = "The broker wants another way to prove who you are than a password.";
    bad_method_next = "This console offers user name and password only.";
    refused = "The broker has refused the connection.";
}
