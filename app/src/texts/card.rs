//! The cards of channels, and what can be typed in them.

super::texts! { "card"
    // Head
    controller(kind) = "{kind}, controller";
    display(kind) = "{kind}, display";
    kind_switch = "switch";
    kind_category = "category";
    kind_integer = "integer";
    kind_float = "float";
    kind_hex = "hexadecimal";
    kind_string = "text";
    kind_gps = "place";
    kind_gpio = "GPIO";
    kind_pwm = "PWM";
    kind_analog = "analog";
    kind_gamepad = "gamepad";
    kind_image = "pictures";
    kind_function = "function";
    kind_video = "video";
    chart = "Chart";
    chart_of(name) = "Chart of {name}";
    menu = "Menu";
    menu_of(name) = "Menu of {name}";
    shown_as = "Shown as";
    id = "Channel id";
    open_map = "Open the place in OpenStreetMap";
    look_boxes = "Box to type in";
    look_slider = "Slider";
    look_list = "List";
    look_buttons = "Buttons";
    look_word = "Name";
    look_lamps = "Lamps";

    // Value
    no_data = "No data";
    never = "never";
    value_of(name) = "Value of {name}";
    too_low(limits) = "Below the bounds {limits}";
    too_high(limits) = "Above the bounds {limits}";

    // Command
    waits(until) = "waits for the device, until {until}";
    sent = "sent";
    delivered = "delivered";
    unconfirmed = "delivered, no report from the device";
    confirmed = "confirmed";
    elsewhere(at) = "changed at {at}, by the device or by another operator";
    undelivered = "not delivered: the device is away, the server keeps the value";
    failed_value = "failed: this is no value of the channel";
    failed_unconnected = "failed: no connection to the broker";
    failed_offline = "failed: the device is offline";
    failed_expired = "failed: the device was not seen in time";
    failed_forbidden = "failed: you may only look at this device";
    failed_display = "failed: only the device writes this channel";
    failed_not_allowed = "failed: the broker does not allow it";
    failed_refused(code) = "failed: the broker refused it, reason {code}";
    failed_full = "failed: too much waits to be sent. Try again";
    failed_silent = "failed: the broker did not answer";
    failed_other = "failed: another value came, from the device or from another operator";
    asked(value, at) = "{value} at {at}";
    tried(at) = "Tried at {at}";
    drop = "Drop it";

    // Entry
    new_value = "New value";
    new_value_for(name) = "New value for {name}";
    new_text = "New text";
    hex_digits = "Hexadecimal digits";
    value = "Value";
    period = "Period";
    latitude = "Latitude";
    longitude = "Longitude";
    altitude = "Altitude";
    part_for(part, name) = "{part} for {name}";
    choose = "Choose";
    states_of(name) = "States of {name}";
    clear = "Clear";
    send = "Send";
    may_only_look = "You may only look at this device";

    // Limits
    type_value = "Type a value";
    no_value = "The value is empty";
    no_period = "The period is empty";
    no_latitude = "The latitude is empty";
    no_longitude = "The longitude is empty";
    no_altitude = "The altitude is empty";
    no_line_break = "A line break cannot be sent";
    may_whole = "A whole number";
    may_number = "A number";
    may_hex = "Digits 0–9 and A–F";
    may_pwm = "Whole numbers, 0 to 1000 each";
    not_whole = "This is not a whole number";
    not_number = "This is not a number";
    not_hex = "This is not hexadecimal: only 0–9 and A–F are";
    not_value = "This is no value of the channel";
    not_key = "This is no key of the category";
    not_button = "The gamepad has no such button";
    below(range) = "Too low: allowed is {range}";
    above(range) = "Too high: allowed is {range}";
    too_low_part = "A part of it is below what is allowed";
    too_high_part = "A part of it is above what is allowed";
    longer = "Longer than a value may be";
    too_long(limit) = "Longer than {limit} bytes";

    // Gamepad
    pad(name) = "Gamepad {name}: the keys W, A, S, D, comma and full stop work while it has the focus";
    pad_key(name, key) = "{name}, key {key}";
    comma = "comma";
    full_stop = "full stop";
    pad_value = "Current value";
    keys_on = "Hot keys are on: W A S D , .";
    keys_off = "Hot keys W A S D , . work once the pad has the focus";
    use_gamepad = "Use a gamepad";
    press_gamepad = "Press a button on the gamepad";

    // Pictures
    pictures_of(name) = "Pictures of {name}: arrow keys go through them";
    picture_of(when) = "Picture of {when}";
    picture_before = "Picture before";
    picture_after = "Picture after";
    picture_at(when) = "{when}, not the newest";
    picture_damaged = "This picture cannot be shown: its bytes are damaged";
    picture_save = "Save this picture";

    // Places
    place_exact(altitude, exact) = "Altitude {altitude} m, written to within {exact}";
    nearer = "Nearer";
    farther = "Farther";
    track_play = "Play the track";
    track_stop = "Stop the track";
    track_place = "Place on the track";
    map_of(name) = "Map of {name}, north above";

    // While the device is away
    away = "Commands to a device that is away";
    away_refuse = "Refuse them";
    away_wait = "Keep the newest of each channel in this tab, and send it when the device is seen again";
    away_most = "For at most";
    away_send = "Send them all the same: the server keeps the last value, and the broker what a sleeping board will fetch";
    minute = "1 minute";
    minutes_10 = "10 minutes";
    hour = "1 hour";
    hours_12 = "12 hours";
}
