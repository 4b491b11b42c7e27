//! The charts of a device.

super::texts! { "chart"
    // Time
    tools = "Time of the charts";
    length = "Length of time";
    show_minute = "Show the last minute";
    show_5_minutes = "Show 5 minutes";
    show_15_minutes = "Show 15 minutes";
    show_hour = "Show an hour";
    show_6_hours = "Show 6 hours";
    show_24_hours = "Show 24 hours";
    show_7_days = "Show 7 days";
    show_30_days = "Show 30 days";
    earlier = "Earlier";
    later = "Later";
    zoom_in = "Zoom in";
    zoom_out = "Zoom out";
    live = "Live";
    paused = "Paused";
    paused_new(#n) = "Paused, {n} new" | "Paused, {n} new";
    compare = "Compare with";
    compare_nothing = "Compare with nothing";
    compare_day = "Compare with a day before";
    compare_week = "Compare with a week before";
    point_time = "Which time of a point counts";
    device_time = "Device time";
    arrival_time = "Arrival time";
    table = "Table";

    // Charts
    number(n) = "Chart {n}";
    channels = "Channels";
    channels_here = "Channels of this chart";
    choose = "Choose the channels of this chart.";
    most(most) = "A chart has at most {most} lines.";
    take_out = "Take it out of the chart";
    take_out_of(name) = "Take {name} out of the chart";
    split = "Split";
    merge = "Merge into one chart";
    add = "Add a chart";
    remove = "Remove this chart";
    remove_number(n) = "Remove chart {n}";
    open = "Open";
    close(name) = "Close the chart of {name}";
    nothing = "Nothing to draw";
    nothing_why = "Channels with numbers, states, options or texts can be drawn. This device has none.";

    // Plot
    plot = "Chart: arrow keys move in time, plus and minus zoom, Shift and an arrow move the cursor, Space pauses, 0 resets, T shows a table";
    of(names) = "Chart of {names}";
    hint = "Ctrl and the wheel zoom, Shift and the wheel move";
    at_device_time(time) = "Device time {time}";
    at_arrival_time(time) = "Arrival {time}";
    before(value) = "before {value}";
    loading = "Loading";
    loading_history = "Loading history";
    empty = "No points in this time";

    // Summary
    points(#n) = "{n} point" | "{n} points";
    says_none(name) = "{name}: no points";
    says_points(name, points) = "{name}: {points}";
    says_constant(name, value) = "{name}: {value} all the time";
    says_last(name, last, points) = "{name}: last {last}, {points}";
    says_range(name, last, lowest, highest, points) = "{name}: last {last}, lowest {lowest}, highest {highest}, {points}";
    says_before(name, lowest, highest, points) = "{name} before: lowest {lowest}, highest {highest}, {points}";
    says_none_before(name) = "{name} before: no points";
    by_arrival = "Each point is where it arrived: at the server, or at this console where there is none. A point whose arrival was not kept is at its device time.";
    condensed(each) = "Condensed: lowest and highest of each {each}.";
    unnamed(#n) = "{n} mark is too close to show its text." | "{n} marks are too close to show their texts.";
    more_loading = "More history is loading.";

    // Table
    newest = "Newest points";
    from_to(lowest, highest) = "{lowest} to {highest}";

    // Files
    save_picture = "Save as a picture";
    save_csv = "Save as CSV";
    stop_after(#n) = "Stop after {n} point" | "Stop after {n} points";
    saved(#n) = "{n} point is saved." | "{n} points are saved.";
    saved_first(#n) = "The first {n} point is saved, and there are more. Choose a shorter time." | "The first {n} points are saved, and there are more. Choose a shorter time.";
    saved_none = "Nothing is saved: the server did not give all points. Try again later.";
}
