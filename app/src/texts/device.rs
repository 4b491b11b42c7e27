//! The page of a device.

super::texts! { "device"
    views = "Views of the device";
    cards = "Cards";
    chart = "Chart";
    code = "Code";
    details = "Details";
    fetching = "Fetching the device";
    missing = "There is no such device";
    missing_why = "No device has this id, or you may not see it:";
    to_devices = "Go to the devices";
    last_seen(age) = "last seen {age}";
    never_heard = "No device has been heard under this id yet. “Code” has programs for its channels that can be copied and run.";
    offline_refuse = "The device is offline: the values are the last known ones, and commands are refused. The settings can let them wait.";
    offline_wait = "The device is offline: the values are the last known ones, and commands wait in this tab until it is seen.";
    offline_send = "The device is offline: the values are the last known ones. The server keeps a command as the channel’s last value; only a board that has left a lasting session gets it later.";
    locked = "You may look at this device, not control it. An administrator of the server can let you.";
    no_channels = "No channels yet";
    no_channels_next = "The channels of its prototype will be here. Add channels to the prototype.";
    waiting(#n) = "{n} command waits for the device; it is lost when this tab is closed." | "{n} commands wait for the device; they are lost when this tab is closed.";
    drop_all = "Drop all";

    // Code
    code_empty = "Programs for the channels of its prototype will be here.";
    channel = "Channel";
    language = "Language";
    takes = "Takes the commands of this channel and confirms them.";
    reports = "Reports a value on this channel.";
    key_stands(key) = "{key} stands for the device’s key.";
    key_hidden(key) = "{key} stands for the device’s key, which you may not see.";
    put_key = "Put the key in";
    usual_port = "The port is the usual one of MQTT over TCP: a browser cannot know the broker’s.";
    program = "Program";

    // Details
    id = "Device id";
    key = "Device key";
    prototype = "Prototype";
    description = "Description";
    firmware = "Firmware";
    transports = "Transports";
    seen = "Last seen";
    never = "never";
    hidden = "hidden";
    hide = "Hide";
    show = "Show";
}
