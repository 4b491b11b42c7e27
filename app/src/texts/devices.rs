//! The list of devices.

super::texts! { "devices"
    title = "Devices";
    found(found, total) = "{found} of {total}";
    search = "Search devices";
    search_hint = "Name, id, prototype, tag or firmware";
    fetching = "Fetching the devices";
    no_match = "No device matches";
    no_match_why = "No device has all that is looked for.";
    show_all_devices = "Show all devices";
    none = "No devices yet";
    none_static = "Name a broker, then add a device by its id and key.";
    open_connections = "Open connections";
    none_granted = "The devices that are granted to you will be here. Ask an administrator of the server to let you see one:";
    none_made = "The devices of the server will be here. Create the first one from a prototype.";
    open_prototypes = "Open prototypes";

    // Filters
    filters = "Filters";
    state = "State";
    any_state = "Any state";
    online = "Online";
    offline = "Offline";
    unknown = "Unknown";
    prototype = "Prototype";
    any_prototype = "Any prototype";
    tag = "Tag";
    any_tag = "Any tag";
    with_alerts(count) = "With alerts ({count})";
    show_all = "Show all";

    // Order
    sort = "Sort by";
    order = "Order";
    sort_by(name) = "Sort by {name}";
    sorted_by(name) = "Sorted by {name}; press to turn the order";
    sorted_back(name) = "Sorted by {name}, last first; press to turn the order";
    name = "Name";
    device = "Device";
    transport = "Transport";
    last_seen = "Last seen";
    firmware = "Firmware";
    alert = "Alert";
    never = "never";
    no_prototype = "none";
    misfit = "A value does not fit";
}
