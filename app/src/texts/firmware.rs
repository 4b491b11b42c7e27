//! Firmware.

super::texts! { "firmware"
    title = "Firmware";
    rollouts = "Rollouts";
    roll_out = "Roll out";
    needs_server = "A broker keeps no files";
    needs_server_why = "Without mcs-server an image has to stand behind an address that the devices reach, too. It can be checked and rolled out from there.";
    to_rollouts = "Go to the rollouts";
    loading = "Fetching the firmware";
    no_prototypes = "No firmware without a device";
    no_prototypes_why = "Firmware belongs to a prototype that has devices. Make a prototype and a device of it first.";
    to_prototypes = "Go to the prototypes";
    prototype = "Prototype";
    look_only = "You may only look at this firmware.";

    // The file at hand
    new = "New firmware";
    choose = "Choose a file, or drop it here; with it its .md5 file, or its manifest.json and .minisig";
    expected = "Expected MD5, from whoever built the file (optional)";
    expected_hint = "32 hexadecimal digits";
    name = "Name";
    version = "Version, as the device will report it";
    note = "Note";
    upload = "Upload";
    md5_remark = "MD5 proves integrity, not authenticity: it shows that the file arrived unchanged, not who made it.";
    cancel = "Cancel";
    forget = "Forget";
    hashing(percent) = "Hashing {percent} %";
    uploading(percent) = "Uploading {percent} %";
    storing = "All of it is there. The server checks and stores it.";
    md5_invalid = "This is no MD5: it has 32 hexadecimal digits.";
    md5_waiting = "It will be compared once a file is hashed.";
    md5_match = "The file has the expected MD5.";
    md5_mismatch = "The file's MD5 is not the expected one. It is another file or a damaged one: it cannot be uploaded.";

    // Its checks
    held = "The server does not answer. The upload goes on by itself from where it was.";
    left(name, percent) = "The upload of {name} stopped at {percent} %. Choose the same file to go on.";
    left_discard = "Discard";
    pace(rate, left) = "{rate} a second, {left} left";
    checks = "Checks";
    check_whole = "Fetched whole";
    check_page = "Not a web page";
    check_size = "Size";
    check_signature = "Signature";
    check_model = "Model";
    check_version = "New version";
    check_seq = "Sequence number (seq)";
    check_min = "Oldest version (min_version)";
    check_unchanged = "File unchanged since it was verified";
    check_received = "Sums of the server";
    check_fetched = "Download fetched back";
    check_passed = "Passed";
    check_waiting = "Not yet";
    check_failed(why) = "Failed. {why}";
    lack_expectation = "Not possible: no MD5 is expected. Type it, or drop its .md5 file.";
    lack_manifest = "Not possible: there is no manifest.";
    lack_signature = "Not possible: drop the .minisig file of the manifest, too.";
    lack_key = "Not possible: no key is trusted here.";
    fault_page = "It is a web page, such as servers send instead of a file that is not there.";
    fault_empty = "It is empty.";
    fault_too_large(most) = "The server takes files of up to {most}.";
    fault_manifest(why) = "The manifest cannot be read. ({why})";
    fault_signature_form = "The signature is no .minisig file.";
    fault_signature = "The manifest or its signature was changed.";
    fault_key = "It was signed with a key that is not trusted here.";
    fault_model(model) = "The manifest is for the model {model}.";
    fault_seq(seq, newest) = "Its seq is {seq}, and {newest} was taken before: it is an older manifest.";
    fault_min(version) = "It asks for the version {version}, which is newer than its own.";
    fault_changed = "The file was changed after it was verified. Choose it again.";
    why_check(check) = "A check failed: {check}.";
    why_unsigned = "Only signed firmware is taken for this prototype. Drop the manifest and its .minisig file, too.";
    why_roll_out = "No trusted key vouches for it. Roll it out and say why.";
    why_refused = "No trusted key vouches for it, and only signed firmware is pushed to this prototype.";
    signed_by(key, seq) = "Signed by {key}, seq {seq}";
    signed_once(key, seq) = "Signed by {key}, seq {seq}. This key is not trusted here any more.";
    unsigned = "Unsigned";

    // Why nothing is uploaded yet
    why_choose = "Choose a file first.";
    why_hashing = "Wait until the file is hashed.";
    why_uploading = "Uploading.";
    why_uploaded = "Uploaded. Choose another file to go on.";
    why_mismatch = "The MD5 is not the expected one.";
    why_invalid = "The expected MD5 is none: correct or clear it.";
    why_name = "Give it a name.";
    why_version = "Give it a version.";
    why_comma = "A version has no commas: devices read it between commas.";
    why_exists(version) = "Version {version} is there already.";

    // What went wrong with the file
    job_empty = "The file is empty. Choose another.";
    job_too_large(most) = "The server takes files of up to {most}, and this one is larger. Choose another.";
    job_changed(read, wanted) = "The file changed while it was read: {read} bytes, not {wanted}. Choose it again.";
    job_page = "This is a web page and no firmware, such as servers send instead of a file that is not there. Choose another.";
    job_changed_since = "The file was changed after it was verified, and is not sent. Choose it again.";
    job_read(why) = "The file could not be read. Choose it again. ({why})";
    job_received(difference) = "What the server received is not this file. {difference} Upload it again.";
    differs_size(found, wanted) = "Its size is {found} bytes and should be {wanted}.";
    differs_md5(found, wanted) = "Its MD5 is {found} and should be {wanted}.";
    differs_sha256(found, wanted) = "Its SHA-256 is {found} and should be {wanted}.";

    // On the server
    stored = "On the server";
    stored_none = "Nothing yet. Choose a file under “New firmware” and upload it.";
    md5_server = "MD5 by the server";
    verify = "Verify";
    edit = "Edit";
    edit_title(version) = "Version {version}";
    edit_save = "Save";
    edit_back = "Back";
    for_whom = "For which devices";
    for_any = "All, whatever they run";
    for_some = "Only those that run one of these versions";
    for_nothing = "There is no other version.";
    only_for(versions) = "Only for devices that run {versions}";
    remove = "Remove";
    remove_question(version) = "Remove version {version} from the server?";
    remove_consequence = "Its file is deleted, and no device can fetch it any more. What its rollouts did stays on record.";
    remove_seq(seq) = "Its seq {seq} stays taken: to upload it again, sign it anew with a higher one.";
    keep = "Keep it";
    not_verified = "Not verified yet";
    fetching_back(done, total) = "Fetching back {done} of {total}";
    verified = "The download is what was uploaded";
    differs(difference) = "Devices would download something else. {difference}";
    not_fetched(why) = "It could not be fetched back. Try again. ({why})";

    // Pushing
    devices = "Devices";
    no_devices = "No device of this prototype yet.";
    all_devices = "All devices of the prototype";
    push = "Push";
    push_to(#n, version) = "Push {version} to {n} device" | "Push {version} to {n} devices";
    push_question(#n, version) = "Push {version} to {n} device?" | "Push {version} to {n} devices?";
    push_what(name, version, size) = "“{name}”, version {version}, {size}.";
    push_consequence = "Each device is told to download the file, and restarts with it.";
    reported(version) = "Firmware: {version}";
    not_reported = "Firmware: not reported";
    why_look_only = "You may only look at these devices.";
    why_firmware = "Choose a firmware above.";
    why_verify = "Verify the firmware first.";
    why_verifying = "Wait until the firmware is verified.";
    why_not_verified = "The firmware could not be verified: it is not pushed.";
    why_device = "Choose at least one device.";
}
