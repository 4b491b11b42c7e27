//! Small parts that every page uses.

super::texts! { "ui"
    copy(what) = "Copy: {what}";
    copied(what) = "Copied: {what}";
    online = "Online";
    offline = "Offline";
    unknown = "Unknown";

    // A push to a device
    push_queued(version) = "Waiting for the device: {version}";
    push_initiated(version) = "Notice sent: {version}";
    push_downloading(version) = "Downloading: {version}";
    push_downloaded(version) = "Downloaded: {version}";
    push_updating(version) = "Installing: {version}";
    push_updated(version) = "Updated: {version}";
    push_already(version) = "Already installed: {version}";
    push_failed(version) = "Failed: {version}";
    push_timed_out(version) = "No word in time: {version}";
    push_canceled(version) = "Canceled: {version}";
    push_deferred(version) = "Put off by the device: {version}";
    push_verified(version) = "File checked by the device: {version}";
    push_rebooting(version) = "Restarting: {version}";
    push_confirming(version) = "On trial: {version}";
    push_rolled_back(version) = "Rolled back: {version}";
    push_rejected(version) = "Turned down: {version}";
    push_unknown(version) = "Unknown: {version}";
    push_since(at) = "Since {at}";
}
