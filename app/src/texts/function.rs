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
    trouble_value(channel, why) = "The value for {channel} was refused: it {why}.";
    trouble_busy = "It did not run: too many values of this device waited already. Send them more slowly.";
    trouble_aside = "It did not run: its code could not be stopped in time before and is set aside for a minute. Make it do less.";
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
