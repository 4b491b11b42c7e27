use super::*;

/// What is exported, imported and exported again.
fn again(file: &Value) -> Value {
    let imported = import(&file.to_string(), id()).unwrap();
    export(&imported.prototype, &imported.carried)
}

#[test]
fn what_mcs_says_and_we_do_not_use_comes_out_again() {
    let mut file = genuine();
    file["triggerActions"] = json!([{"name": "hot", "criteria": []}]);
    let channel = &mut file["dataChannels"][0];
    channel["channelType"] = json!({"dataChnTypeId": 1, "name": "Integer"});
    channel["unitType"] = json!({"unitTypeId": 2, "name": "°C"});
    channel["format"] = json!({"lowerbound": "1", "upperbound": "5", "interval": 0.5});
    channel["isHidden"] = true.into();
    let out = again(&file);
    assert_eq!(out["prototype"]["chipId"], 3);
    assert_eq!(out["triggerActions"], file["triggerActions"]);
    // In the order of the cards.
    assert_eq!(out["dataChannels"][1], file["dataChannels"][0]);
    assert_eq!(out["dataChannels"][0], file["dataChannels"][1]);
    assert_eq!(out["prototype"]["displayConfigs"][1]["displayType"], 6);
    assert_eq!(again(&out), out);
}

#[test]
fn what_was_edited_is_not_undone_by_what_is_carried() {
    let mut file = genuine();
    let channel = &mut file["dataChannels"][0];
    channel["channelType"] = json!({"dataChnTypeId": 1, "name": "Integer"});
    channel["unitType"] = json!({"unitTypeId": 2, "name": "°C"});
    let card = &mut file["prototype"]["displayConfigs"][1];
    card["format"] = json!({"lowerbound": "0", "upperbound": "9"});
    let mut imported = import(&file.to_string(), id()).unwrap();
    let prototype = &mut imported.prototype;
    prototype.description = "new".to_owned();
    prototype.channels[1].kind = ChannelKind::Integer { unit: "K".to_owned(), bounds: None };
    prototype.channels.remove(0);
    let out = export(&imported.prototype, &imported.carried);
    assert_eq!(read(&out), Ok(imported.prototype.clone()));
    // Of another type nothing holds any more.
    imported.prototype.channels[0].kind = ChannelKind::Switch;
    let out = export(&imported.prototype, &imported.carried);
    assert_eq!(out["dataChannels"][0]["streamId"], Value::Null);
    assert_eq!(read(&out), Ok(imported.prototype));
}
