//! Prototypes.

super::texts! { "prototypes"
    // The list
    title = "Prototypes";
    found_of(found, total) = "{found} of {total}";
    search = "Search prototypes";
    search_hint = "Name, id or description";
    fetching_all = "Fetching the prototypes";
    none = "No prototypes yet";
    none_what = "A prototype says which channels a kind of device has. Devices are made from it, and every change of it holds for all of them.";
    none_made = "Make the first prototype";
    no_match = "No prototype matches";
    no_match_why(sought) = "Nothing has “{sought}” in its name, id, version or description.";
    show_all = "Show all prototypes";
    version = "Version";
    channel_count(#n) = "{n} channel" | "{n} channels";
    device_count(#n) = "{n} device" | "{n} devices";
    import = "Import";
    new = "New prototype";
    name = "Name";
    new_hint = "Such as the kind of board. Channels come next.";
    cancel = "Cancel";
    create = "Create";
    everything = "Everything in this browser";
    everything_what = "Prototypes, devices and connections are kept by this browser only. The file holds them all, with the keys of the devices but without passwords: keep it to yourself.";
    export_everything = "Export everything";
    import_everything = "Import everything";
    restored(prototypes, devices, profiles) = "Imported: prototypes {prototypes}, devices {devices}, connections {profiles}.";

    // One that is not here
    fetching_one = "Fetching the prototype";
    missing = "There is no such prototype";
    missing_why(id) = "No prototype has the id {id}, or you may not see it.";
    to_all = "Go to the prototypes";

    // The editor
    all = "All prototypes";
    prototype_id = "prototype id";
    unsaved = "These are your changes from before. They are not saved yet.";
    about = "About the prototype";
    description = "Description";
    saved = "Saved.";
    saved_at(at) = "Saved {at}";
    saved_by(at, who) = "Saved {at} by {who}";
    faults(#n) = "{n} field needs another look" | "{n} fields need another look";
    not_saved = "Not saved yet";
    undo = "Undo";
    redo = "Redo";
    discard = "Discard changes";
    save = "Save";
    export = "Export";
    skipped = "These channels of the file have a type that is not supported here, and were left out:";
    close = "Close";
    channels = "Channels";
    no_channels = "No channels yet";
    no_channels_what = "A channel is one thing that a device reports or takes: a temperature, a lamp, a text. Choose a type and add the first.";
    kind = "Type";
    add_channel = "Add a channel";
    next_devices = "The prototype is ready. Next, create a device of it: it gets an id and a key to connect with.";

    // A channel
    new_channel = "New channel";
    about_controller(kind) = "{kind}, controller";
    about_display(kind) = "{kind}, display";
    flawed = "Needs another look";
    move_it(name) = "Move {name}: arrow up, arrow down";
    move_hint = "Drag, or press arrow up and down";
    move_up(name) = "Move {name} up";
    move_down(name) = "Move {name} down";
    copy(name) = "Copy {name}";
    remove(name) = "Remove {name}";
    up = "Up";
    down = "Down";
    copy_it = "Copy";
    remove_it = "Remove";
    placed(place, all) = "Place {place} of {all}.";
    id_fixed = "The id is known to devices and does not change any more.";
    channel_id = "Channel id";
    channel_id_hint = "Devices use it on the wire. It cannot be changed once it is saved.";
    direction = "Direction";
    controller = "Controller";
    controller_about = "from you to the device";
    display = "Display";
    display_about = "from the device to you";
    preview = "Preview. What you try here goes to no device.";

    // What a type asks for
    lower = "Least value";
    upper = "Greatest value";
    lower_hint = "Empty for none. What is less is refused.";
    upper_hint = "Empty for none. What is more is refused.";
    left_end = "The left end of the slider.";
    right_end = "The right end of the slider.";
    unit = "Unit";
    unit_hint = "Shown behind the value. May be empty.";
    keys = "Keys";
    key_name = "Shown as";
    key_value = "Value on the wire";
    key_remove(n) = "Remove key {n}";
    key_add = "Add a key";
    buttons = "Names of the buttons on the wire";
    button_up = "Up (W)";
    button_down = "Down (S)";
    button_left = "Left (A)";
    button_right = "Right (D)";
    button_a = "Button A (,)";
    button_b = "Button B (.)";
    button_none = "Empty for none.";

    // Types
    kind_switch = "On/Off";
    kind_category = "Category";
    kind_integer = "Integer";
    kind_float = "Float";
    kind_analog = "Analog";
    kind_string = "String";
    kind_hex = "Hex";
    kind_gamepad = "Gamepad";
    kind_image = "Image";
    kind_video = "Video stream";
    kind_function = "Function";
    about_switch = "On or off: 1 or 0.";
    about_category = "One of a list of keys.";
    about_integer = "A whole number.";
    about_float = "A decimal number.";
    about_analog = "A whole number from a slider.";
    about_pwm = "A value and a period, both 0 to 1000.";
    about_gpio = "High or low: 1 or 0.";
    about_string = "Any text of one line.";
    about_hex = "Digits 0–9 and A–F.";
    about_gps = "Latitude, longitude, altitude.";
    about_gamepad = "Buttons that are pressed and released.";
    about_image = "A JPEG or PNG picture, base64 on the wire.";
    about_video = "Moving pictures, which are no data points. The card says what can be done with them.";
    about_function = "JavaScript on the server works out other channels from what the device uploads.";
    template = "Template";
    template_hint = "How the card looks. Operators may choose another look in their browser.";

    // What is wrong with a field
    wrong_id_empty = "Type an id: devices use it on the wire.";
    wrong_id_twice = "Another channel has this id.";
    wrong_no_keys = "Add at least one key.";
    wrong_key_twice = "Another key has this value.";
    wrong_button_twice = "Another button has this name.";
    wrong_empty = "This is needed.";
    wrong_long(most) = "At most {most} characters.";
    wrong_many(most) = "At most {most}.";
    wrong_space = "No space at the beginning or end.";
    wrong_control = "One line only.";
    wrong_separator(character) = "The character {character} has a meaning on the wire and cannot be used.";
    wrong_twice = "This is there already.";
    wrong_reserved = "FOTA is the name of the firmware notice.";
    wrong_number = "Type a number.";
    wrong_below = "Less than the least value.";

    // Troubles
    locked = "You may look at prototypes. Only an administrator of the server may change them.";
    in_use = "Devices are made from this prototype. Remove them first.";
    unreachable = "The server does not answer. Nothing was changed; try again when it is back.";
    not_allowed = "Only an administrator may do that.";
    gone = "This prototype does not exist any more.";
    id_exists = "There is a device with one of these ids already. No device was made.";
    too_many = "There are too many prototypes. Remove some first.";
    too_large(limit) = "The file is too large: at most {limit} are read.";
    refused(why) = "This was not taken: {why}.";
    file_refused(why) = "The file cannot be read: {why}. Choose an export of a prototype.";
    no_backup = "The file is no export of everything from this console. Nothing was changed.";
    later_version = "A later version of the console wrote the file. Use that version to read it.";
    unclear(why) = "The answer cannot be understood; reload the page. ({why})";

    // Somebody else was faster
    conflict = "This prototype was changed elsewhere while you were editing it.";
    conflict_by(who) = "{who} has changed this prototype while you were editing it.";
    keep_mine = "Go on with mine";
    take_theirs = "Take theirs, drop mine";
    conflict_hint = "If you go on with yours, saving replaces what is listed here.";
    changed_name(name) = "The name is “{name}” now.";
    changed_no_version = "There is no version now.";
    changed_version(version) = "The version is “{version}” now.";
    changed_description = "The description is another one.";
    changed_added(id) = "The channel {id} is new.";
    changed_removed(id) = "The channel {id} is gone.";
    changed_retyped(id) = "The channel {id} has another type.";
    changed_edited(id) = "The channel {id} was edited.";
    changed_order = "The channels are in another order.";
    hide = "Hide history?";
    hide_what = "These channels go or get another type, and have history:";
    hide_on(#n, id) = "{id}, on {n} device" | "{id}, on {n} devices";
    hide_kept = "The history is kept, and shown again with a channel of the same id and type.";
    hide_save = "Save and hide it";

    // Cloning and deleting
    clone = "Clone";
    clone_title = "Clone the prototype";
    clone_name = "Name of the new one";
    clone_default(name) = "{name} (copy)";
    clone_hint = "It gets the channels as they were saved last, and no devices or firmware.";
    delete = "Delete";
    delete_title = "Delete the prototype?";
    delete_static = "The prototype is gone for good.";
    delete_server = "The prototype and its firmware are gone for good.";
    delete_not(#n) = "{n} device is made from this prototype. Remove it first." | "{n} devices are made from this prototype. Remove them first.";

    // Making devices
    make = "Create devices";
    make_count(#n) = "Create {n} device" | "Create {n} devices";
    make_names = "Names, one a line";
    make_dirty = "Devices are made from what was saved last. Your changes are not saved yet, and hold for the devices once they are.";
    make_empty = "The prototype has no channels yet. Add some later: they hold for its devices at once.";
    make_most(most) = "At most {most} at once.";
    made = "Ids and keys";
    made_what = "A device proves itself with its id and key. Who may control a device finds them on its page again.";
    device_id = "Device id";
    device_key = "Device key";
    made_next = "What next";
    made_next_what = "Let the device report: its Code tab has a program for each channel, with its id and key, ready to paste, in Python, Arduino, Node, curl and Rust.";
    made_code = "Get the code for it";
    made_open = "Open the device";
    made_connect = "Name a broker first, so that this browser can hear the device.";
    made_to_connections = "Set up a connection";
    copy_all = "Copy all";
    ids_and_keys = "ids and keys";
    download_csv = "Download CSV";
    done = "Done";

    // Its devices
    devices = "Devices";
    no_devices = "None is made from this prototype yet, or you may see none of them.";
    manage = "Manage";
    manage_it(name) = "Manage {name}";
    tags = "Tags, with commas between them";
    rekey = "Another key";
    rekey_what = "Connections with the present key end at once. The device needs the new one.";
    rekey_make = "Make another key";
    remove_device = "Remove the device";
    remove_device_sure = "Remove it for good";
    remove_history = "Remove its history too. Otherwise it is kept for a device with the same id.";
}
