//! Functions and videos: cards, history, and trying code.

super::texts! { "function"
    status = "Last data point status";
    ok = "OK";
    failed = "FAILED";
    not_run = "No run yet";
    history = "History";
    history_none = "The function has not run yet. It runs when a device uploads a value to this channel.";
    history_fetching = "Fetching the history";
    history_unknown = "The server does not tell the history at present. It is asked again with the next value.";
    nowhere = "Functions run on a server. Without one this card shows the values that come and works nothing out.";
    run_at(value, time) = "{value}, {time}";
    point_value = "Data point value";
    logs = "Logs of the run";
    console_log = "Console log";
    console_none = "Nothing was logged.";
    console_more(#n) = "And {n} more line, which is not kept." | "And {n} more lines, which are not kept.";
    system_log = "System log";
    took(millis) = "It worked for {millis} ms.";
    wrote(channel, value) = "Wrote {value} to {channel}.";
    would_write(channel, value) = "Would write {value} to {channel}.";
    wrote_nothing = "It returned no channel, so nothing was written.";

    trouble_time(millis) = "Stopped: it worked longer than {millis} ms on one value. Make it do less, or end its loops.";
    trouble_memory = "Stopped: it used more memory than a function has. Keep less at one time.";
    trouble_exception(message) = "The code failed: {message}";
    trouble_exception_line(message, line) = "The code failed in line {line}: {message}";
    trouble_flag = "It returned true or false. Return an object of channel ids and values.";
    trouble_number = "It returned a number. Return an object of channel ids and values.";
    trouble_text = "It returned a text. Return an object of channel ids and values.";
    trouble_list = "It returned a list. Return an object of channel ids and values.";
    trouble_function = "It returned a function. Return an object of channel ids and values.";
    trouble_promise = "It returned a promise, and nothing waits for it. Return an object of channel ids and values.";
    trouble_broken = "It returned a text that is no valid Unicode.";
    trouble_much = "It returned more than is taken of one value. Return fewer channels or shorter texts.";
    trouble_unknown(channel) = "There is no data channel {channel}. Name one of this prototype by its id.";
    trouble_itself = "It returned a value for itself. Return values for other channels.";
    trouble_other(channel) = "{channel} is a function, too. A function writes channels that are none.";
    refused_state(channel, value) = "{channel} takes 0 or 1, but {value} was returned for it.";
    refused_whole(channel, value) = "{channel} takes a whole number, but {value} was returned for it.";
    refused_number(channel, value) = "{channel} takes a number, but {value} was returned for it.";
    refused_hex(channel, value) = "{channel} takes the digits 0–9 and A–F, but {value} was returned for it.";
    refused_text(channel, value) = "{channel} takes a text or a number, but {value} was returned for it.";
    refused_numbers(channel, value) = "{channel} takes several numbers with commas between them, but {value} was returned for it.";
    refused_picture(channel) = "{channel} takes a PNG or JPEG picture as base64, but something else was returned for it.";
    refused_key(channel, value) = "{channel} takes one of the keys of its category, but {value} was returned for it.";
    refused_button(channel, value) = "{channel} takes a button of its gamepad and 1 or 0, such as up|1, but {value} was returned for it.";
    refused_bounds(channel, range, value) = "{channel} takes numbers within {range}, but {value} was returned for it.";
    refused_bytes(channel, size) = "{channel} takes at most {size}, but more was returned for it. Return less.";
    refused_points(channel) = "{channel} is a video, which takes no values. Name another channel.";
    trouble_busy = "It did not run: too many values of this device waited already. Send them more slowly.";
    trouble_aside = "It did not run: its code could not be stopped in time before and is set aside for a minute. Make it do less.";
    trouble_process = "It did not run: the server has no process to run it in. The log of the server says why.";
    trouble_store = "It ran, but what it returned could not be stored.";

    code = "Code";
    language = "JavaScript. It runs on the server for every value that a device uploads.";
    code_count(used, most) = "{used} of {most} characters";
    code_rules(millis) = "At most {millis} ms for each value, no library. Values go to other channels of the same device, with the time of the value that came in; not to this channel, and not to another function.";
    try_it = "Try it";
    try_value = "Value to try";
    try_hint = "What a device would upload, such as 42. Nothing is stored.";
    trying = "Running";
    try_nowhere = "Functions run on a server, so nothing can be tried here. What is written is kept with the prototype, and its export can be imported on a server.";
    try_wrong = "The code has to be there, and short enough, before it can be tried.";

    video_what = "A stream of MPEG1 pictures is no data point, and browsers cannot play MPEG1: nothing is shown here. Devices can keep their setting; this server takes no stream yet.";
    video_limits = "MPEG1, at most 320 × 240, at most 30 pictures a second";
    video_state = "Disconnected";
}
