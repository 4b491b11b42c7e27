//! Notices.

super::texts! { "notices"
    no_devices_fetched(why) = "The devices could not be fetched. {why}";
    no_firmwares_fetched(why) = "The firmware could not be fetched. {why}";
    no_key_fetched(why) = "The key of the device could not be fetched. {why}";
    push_failed(why) = "The firmware was not pushed. {why}";
    unreachable = "The server does not answer. Check that it runs and that you are online.";
    refused(why) = "The server says: {why}";
    misunderstood(why) = "An answer of the server cannot be read. Reload the page. ({why})";
    role_changed = "An administrator has changed what you may do.";
    lost(name) = "{name} is gone, or you may not see it any more.";
    lost_count(#n, first, last) = "{n} device, {first} to {last}, is gone, or you may not see it any more." | "{n} devices, {first} to {last}, are gone, or you may not see them any more.";
    look_only(name) = "{name} may only be looked at from now on.";
    look_only_count(#n, first, last) = "{n} device, {first} to {last}, may only be looked at from now on." | "{n} devices, {first} to {last}, may only be looked at from now on.";
    controllable(name) = "{name} may be controlled from now on.";
    controllable_count(#n, first, last) = "{n} device, {first} to {last}, may be controlled from now on." | "{n} devices, {first} to {last}, may be controlled from now on.";
    no_live_values(device, why) = "{device} shows no live values: the broker refuses its topics. ({why})";
    no_live_answer(device) = "{device} shows no live values: the broker did not answer when asked for its topics.";
    unknown_channel(device, channel) = "{device} reports on {channel}, which is no channel of its prototype. Add it there, or correct the program.";
    unreadable(device, why) = "{device} sends what cannot be read. Correct its program. ({why})";
    not_sent(device, channel) = "Not sent: the device {device} has no channel {channel} any more.";
    no_history(channel, why) = "There is no history of {channel}. ({why})";
    imported(#n) = "{n} device imported." | "{n} devices imported.";
    not_imported(why) = "Not imported: the file holds neither devices nor a prototype. ({why})";
    registered_there = "The server keeps its devices. Create them on the page of a prototype.";
    channels_given(#n, prototype) = "{n} device has the channels of {prototype} now." | "{n} devices have the channels of {prototype} now.";
    none_without(prototype) = "Every device has channels. Add one without, then import {prototype} again.";
    firmware_server = "Firmware needs a server. Sign in first.";
    firmware_look_only = "You may look at this firmware, but not change it.";
    upload_no_file = "Choose a file first, and wait until it is hashed.";
    upload_md5(found, expected) = "Not uploaded: the MD5 is {found}, and you expect {expected}.";
    upload_md5_invalid = "Not uploaded: what you expect is no MD5. Correct or clear it.";
    upload_version = "Not uploaded: give it a version without commas.";
    upload_unsigned = "Not uploaded: the server takes signed firmware only. Choose its manifest and .minisig file, too.";
    upload_check = "Not uploaded: a check failed. The list of checks says which.";
    upload_refused(why) = "Not uploaded. The server says: {why}";
    upload_unclear(why) = "The answer to the upload cannot be read. Reload the page and look whether it is there. ({why})";
    push_no_device(firmware) = "{firmware} is not pushed: choose at least one device.";
    push_md5(firmware, found, expected) = "{firmware} is not pushed: its MD5 is {found}, and you expect {expected}.";
    push_md5_invalid(firmware) = "{firmware} is not pushed: what you expect is no MD5. Correct or clear it.";
    push_not_verified(firmware) = "{firmware} is not pushed: verify it first.";
    push_unsigned(firmware) = "{firmware} is not pushed: no trusted key vouches for it. Roll it out and say why.";
    push_differs(firmware) = "{firmware} is not pushed: devices would download something else than what was uploaded. Upload it again.";
    push_not_fetched(firmware, why) = "{firmware} is not pushed: it could not be fetched back. Verify it again. ({why})";
    push_refused(device, why) = "Not pushed to {device}: {why}";
    pushed(#n) = "The notice goes to {n} device. It is updated once it reports the version." | "The notice goes to {n} devices. Each is updated once it reports the version.";
}
