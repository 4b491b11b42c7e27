//! Times, numbers and values.

super::texts! { "format"
    local_time = "local time";
    now = "now";
    ago(span) = "{span} ago";
    ahead(span) = "{span} ahead";
    seconds(n) = "{n} s";
    minutes(n) = "{n} min";
    hours(n) = "{n} h";
    days(n) = "{n} d";
    on = "On";
    off = "Off";
    high = "High";
    low = "Low";
    button(name, state) = "{name} {state}";
    pressed = "pressed";
    released = "released";
    picture = "picture";
    range(lower, upper) = "{lower} to {upper}";
}
