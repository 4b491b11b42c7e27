//! The messages.

super::texts! { "messages"
    // The page
    views = "Views of the messages";
    tab_all = "All";
    tab_received = "Received";
    tab_sent = "Sent";
    tab_rates = "Rates";
    tab_retained = "Retained";
    tab_trace = "Trace";
    aside = "Subscriptions and topics";
    empty = "No message has come or gone since this page was loaded. Subscribe to a topic to see what comes.";
    none = "No stored message matches the filter.";
    clear_filter = "Clear the filter";

    // What is looked for
    filter = "Filter messages";
    filter_hint = "Filter topics and payloads";
    only_below(path) = "Only below {path}. Show all topics";
    paused(#n) = "Paused: {n} new" | "Paused: {n} new";
    live = "Live";
    key_space = "Space";
    publish = "Publish";
    clear = "Clear";
    clear_hint = "Forget every stored message";
    topics = "Topics";
    help = "How to filter";
    help_words = "Both words, in the topic or in the payload, in any case";
    help_quotes = "A text with a space; without “off”";
    help_topic = "A topic filter of MQTT; a text in the payload";
    help_regex = "A regular expression; also behind topic: or payload:";
    help_fields = "QoS, retained, bytes of the payload";

    // How much there is
    shown(#n, shown) = "{shown} of {n} message" | "{shown} of {n} messages";
    unsearched(#n) = "{n} still to search" | "{n} still to search";
    cut(#n) = "{n} payload searched in its first 256 KiB only" | "{n} payloads searched in their first 256 KiB only";
    evicted(#n) = "{n} oldest evicted" | "{n} oldest evicted";
    forgotten(#n) = "{n} silent topic forgotten" | "{n} silent topics forgotten";

    // Connections
    this_server = "This server";
    connection = "Connection";
    any_connection = "All connections";

    // The log
    time = "Time";
    topic = "Topic";
    size = "Size";
    payload = "Payload";
    log = "Messages";
    marks = "R: retained. D: a duplicate, may have come before";

    // One message
    message = "Message";
    close_message = "Close the message";
    message_evicted = "This message is stored no more: newer ones needed its room.";
    show_as = "Show the payload as";
    as_text = "Text";
    download = "Download";
    publish_again = "Publish again";
    device = "Device";
    flags = "Flags";
    outcome = "Outcome";
    qos_0 = "0, at most once";
    qos_1 = "1, at least once";
    qos_2 = "2, exactly once";
    retained = "Retained";
    duplicate = "Duplicate";
    retained_duplicate = "Retained, duplicate";
    load_all = "Load all";
    payload_empty = "The payload is empty.";
    properties = "Properties";
    property_unknown = "Unknown property";
    first = "The first message on this topic.";
    before_evicted = "The message before on this topic is stored no more.";
    same = "The same as the message before on this topic.";
    incomparable = "Not the same as the message before on this topic, which cannot be compared line by line.";
    since_before = "Since the message before";
    open_it = "Open it";
    difference = "Difference";
    same_lines(#n) = "{n} line is the same" | "{n} lines are the same";
    misfit_text = "The payload is no UTF-8 text: shown as bytes.";
    misfit_json = "The payload is no JSON: shown as text.";
    misfit_cut = "The beginning alone is no JSON: shown as text. Load all of it to see it as JSON.";
    showing(shown, size) = "Showing {shown} of {size}.";

    // What became of a message
    fate_waiting = "Waiting";
    fate_sent = "Sent";
    fate_acknowledged(millis) = "Acknowledged in {millis} ms";
    fate_unheard(millis) = "Acknowledged in {millis} ms; nobody subscribes";
    fate_refused(reason) = "Refused: {reason}";
    fate_timed_out = "Not acknowledged in time";
    fate_not_connected = "Not sent: no connection";

    // What is wrong with a filter
    error_unclosed = "A quote is not closed.";
    error_topic_filter(text) = "“{text}” is no topic filter: + stands for one whole level, # for all that follow and only at the end.";
    error_regex(text, why) = "“{text}” is no regular expression: {why}.";
    error_number(text) = "“{text}” is no number that fits here.";
    error_missing(name) = "Nothing follows {name}: as yet.";

    // Publishing
    written_as = "The payload is written as";
    retain = "Retain";
    handed = "Handed to the connection. The log says what becomes of it.";
    repeat = "Repeat";
    every = "Every, ms";
    times = "Times";
    until_stopped = "until stopped";
    start = "Start";
    stop = "Stop";
    repeat_endless(every, sent) = "every {every} ms, {sent} sent, until stopped";
    repeat_left(every, sent, left) = "every {every} ms, {sent} sent, {left} to go";
    repeat_failed(#n) = "{n} failed" | "{n} failed";
    saved = "Saved commands";
    put_in_form = "Put it into the form";
    forget(name) = "Forget {name}";
    name = "Name";
    name_hint = "Name of this message";
    no_device = "For no device";
    save = "Save";
    history = "History";
    history_empty = "What you publish will be here. This browser keeps it.";
    forget_history = "Forget the history";
    trouble_topic = "Not sent: a topic has at least one character, and neither + nor #.";
    trouble_hex = "Not sent: the payload is no hex. Write two digits for each byte, such as 0a ff.";
    trouble_base64 = "Not sent: the payload is no Base64.";
    trouble_json = "Not sent: the payload is no JSON.";
    trouble_not_connected = "Not sent: there is no connection to the broker.";
    trouble_too_large(size, limit) = "Not sent: the message is {size}, and the broker takes {limit} at most.";
    trouble_queue_full = "Not sent: too many messages wait for the broker.";
    trouble_too_many_repeats = "Eight messages are being repeated: stop one first.";
    trouble_expiry = "Not sent: the expiry is no whole number of seconds.";
    trouble_response_topic = "Not sent: a response topic has neither + nor #.";
    trouble_correlation = "Not sent: the correlation data are no hex, such as 0a ff.";
    trouble_content_type = "Not sent: the content type is too long, or has signs that MQTT forbids.";
    trouble_user_property(line) = "Not sent: line {line} of the user properties is not “name: value”.";
    said_beside = "Properties (MQTT 5)";
    said_hint = "A connection of MQTT 3.1.1 leaves them out.";
    content_type = "Content type";
    response_topic = "Response topic";
    correlation = "Correlation data, hex";
    expiry = "Expiry, seconds";
    user_properties = "User properties, one “name: value” a line";

    // Into a file
    export = "Save what matches as a file";
    export_csv = "Save what matches as CSV";
    export_jsonl = "Save what matches as JSON lines";
    export_writing(written, left) = "{written} written, {left} to go";
    export_done(#n) = "{n} message written" | "{n} messages written";
    export_evicted(#n, evicted) = "{n} message written; {evicted} were evicted meanwhile" | "{n} messages written; {evicted} were evicted meanwhile";
    export_failed = "The file could not be written";

    // Retained messages
    retained_title = "Retained messages";
    look_again = "Look again";
    look_again_hint = "Subscribes again: the broker then sends what it keeps";
    below = "Topic to clear with all below it";
    below_hint = "Topic, with all below it";
    clear_below = "Clear below";
    retained_none = "Retained messages come once, right after subscribing. Subscribe to a topic, or look again.";
    came = "Came";
    actions = "Actions";
    retained_first(shown, all) = "The first {shown} of {all}.";
    clear_one = "Clear the retained message?";
    clear_many(#n) = "Clear {n} retained message?" | "Clear {n} retained messages?";
    clear_all_below = "With it go all topics below it that have come.";
    clear_why = "The broker forgets it for everybody: whoever subscribes later does not get it any more.";
    cancel = "Cancel";
    cleared(done, total) = "Cleared {done} of {total}.";
    cleared_failed(done, total, failed) = "Cleared {done} of {total}; {failed} failed.";
    cleared_refused(done, total, failed, reason) = "Cleared {done} of {total}; {failed} failed, the last because the broker refused: {reason}.";

    // Subscriptions
    subscriptions = "Subscriptions";
    topic_filter = "Topic filter";
    subscribe = "Subscribe";
    subscribe_to_it = "Subscribe to it";
    subscribe_to(filter) = "Subscribe to {filter}";
    remove(filter) = "Remove {filter}";
    another_colour = "Another colour";
    another_colour_for(filter) = "Another colour for {filter}";
    remark_member = "The devices that are granted to you are heard without a subscription. The server refuses every other topic.";
    remark_admin = "You may subscribe to every topic of this server.";
    remark_user = "The server lets you hear all devices: console/v1/points/+/+ and console/v1/devices/+. It refuses other topics.";
    subscribed(#n) = "{n} message" | "{n} messages";
    state_off = "Off";
    state_waiting = "No connection";
    state_asked = "Asked";
    state_refused(reason) = "Refused by the broker: {reason}";
    state_timed_out = "Not answered in time";
    wrong_filter = "This is no topic filter: + stands for one whole level, # for all that follow and only at the end.";
    wrong_twice = "There is a subscription to this filter already.";
    wrong_too_many = "There are 32 subscriptions: remove one first.";
    wrong_shared = "A shared subscription would take messages away from the others in its group.";

    // The topic tree
    tree_empty = "Topics will be here as soon as something came.";
    level_empty = "(empty)";

    // What floods the broker
    message_rate = "Messages/s";
    byte_rate = "Bytes/s";
    bytes = "Bytes";
    loudest = "Loudest topics";
    all_topics = "All topics";
    rates_some(#n, shown) = "The {shown} loudest of {n} topic. Rates are means over the last seconds." | "The {shown} loudest of {n} topics. Rates are means over the last seconds.";
    rates_all(#n) = "{n} topic. Rates are means over the last seconds." | "{n} topics. Rates are means over the last seconds.";

    // Control packets
    control_packets = "Control packets";
    packet = "Packet";
    packet_id = "Id";
    says = "What it says";
    after = "After";
    trace_hint = "Messages themselves stand in the log.";
    trace_evicted(#n) = "{n} older packet is not kept." | "{n} older packets are not kept.";
    session_present = "session present";
    granted(qos) = "granted QoS {qos}";
    disconnection = "normal disconnection";
}
