//! What happened, in words.

use mcs_view::protocol::{
    Failure, Md5Objection, Named, News, NotPushed, NotRemoved, NotUploaded, Sought,
};

use crate::reasons;
use crate::texts::notices as t;

/// What a notice says.
pub(super) fn words(news: &News) -> String {
    match news {
        News::NotFetched(sought, failure) => {
            let why = why(failure);
            match sought {
                Sought::Devices => t::no_devices_fetched(&why),
                Sought::Firmwares => t::no_firmwares_fetched(&why),
                Sought::Key => t::no_key_fetched(&why),
            }
        }
        News::PushFailed(failure) => t::push_failed(&why(failure)),
        News::Misunderstood(why) => t::misunderstood(why),
        News::RoleChanged => t::role_changed().to_owned(),
        News::Lost(who) => of_devices(who, t::lost, t::lost_count),
        News::LookOnly(who) => of_devices(who, t::look_only, t::look_only_count),
        News::Controllable(who) => of_devices(who, t::controllable, t::controllable_count),
        News::NoLiveValues { device, code: Some(code) } => {
            t::no_live_values(device, &reasons::code(*code))
        }
        News::NoLiveValues { device, code: None } => t::no_live_answer(device),
        News::UnknownChannel { device, channel } => t::unknown_channel(device, channel),
        News::Unreadable { device, why } => t::unreadable(device, why),
        News::NotSent(device, channel) => t::not_sent(device, channel),
        News::NoHistory(channel, why) => t::no_history(channel, why),
        News::Imported(devices) => t::imported((*devices).into()),
        News::NotImported(why) => t::not_imported(why),
        News::RegisteredThere => t::registered_there().to_owned(),
        News::ChannelsGiven { prototype, devices } => {
            t::channels_given((*devices).into(), prototype)
        }
        News::NoneWithoutChannels(prototype) => t::none_without(prototype),
        News::FirmwareNeedsServer => t::firmware_server().to_owned(),
        News::FirmwareLookOnly => t::firmware_look_only().to_owned(),
        News::NotUploaded(why) => not_uploaded(why),
        News::NotDescribed(failure) => t::not_described(&self::why(failure)),
        News::Removed(firmware) => t::removed(firmware),
        News::NotRemoved { firmware, why } => match why {
            NotRemoved::RolledOut => t::not_removed_rolled_out(firmware),
            NotRemoved::Needed => t::not_removed_needed(firmware),
            NotRemoved::Failed(failure) => t::not_removed(firmware, &self::why(failure)),
        },
        News::UploadExpired(name) => t::upload_expired(name),
        News::UploadOfOther(name) => t::upload_other(name),
        News::NotPushed { firmware, why } => not_pushed(firmware, why),
        News::DeviceNotPushed(device) => t::push_refused(device),
        News::Pushed(devices) => t::pushed((*devices).into()),
    }
}

fn why(failure: &Failure) -> String {
    match failure {
        Failure::Unreachable => t::unreachable().to_owned(),
        Failure::Refused(why) => t::refused(why),
    }
}

fn of_devices(
    who: &Named,
    one: fn(&dyn core::fmt::Display) -> String,
    several: fn(u64, &dyn core::fmt::Display, &dyn core::fmt::Display) -> String,
) -> String {
    match who {
        Named::One(name) => one(name),
        Named::Several { count, first, last } => several((*count).into(), first, last),
    }
}

fn not_uploaded(why: &NotUploaded) -> String {
    match why {
        NotUploaded::NoFile => t::upload_no_file().to_owned(),
        NotUploaded::Md5(Md5Objection::Differs { found, expected }) => {
            t::upload_md5(found, expected)
        }
        NotUploaded::Md5(Md5Objection::Invalid) => t::upload_md5_invalid().to_owned(),
        NotUploaded::Check(_) => t::upload_check().to_owned(),
        NotUploaded::Unsigned => t::upload_unsigned().to_owned(),
        NotUploaded::Version => t::upload_version().to_owned(),
        NotUploaded::Refused(why) => t::upload_refused(why),
        NotUploaded::Unclear(why) => t::upload_unclear(why),
    }
}

fn not_pushed(firmware: &str, why: &NotPushed) -> String {
    match why {
        NotPushed::NoDevice => t::push_no_device(&firmware),
        NotPushed::Md5(Md5Objection::Differs { found, expected }) => {
            t::push_md5(&firmware, found, expected)
        }
        NotPushed::Md5(Md5Objection::Invalid) => t::push_md5_invalid(&firmware),
        NotPushed::Unsigned => t::push_unsigned(&firmware),
        NotPushed::NotVerified => t::push_not_verified(&firmware),
        NotPushed::Differs => t::push_differs(&firmware),
        NotPushed::NotFetched(why) => t::push_not_fetched(&firmware, why),
    }
}
