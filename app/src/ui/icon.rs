//! Icons: lines of 1.5 on a square of 20.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    /// A board.
    Devices,
    /// A sheet with a plan on it.
    Prototypes,
    /// A chip with an arrow.
    Firmware,
    /// A sheet with lines and an arrow.
    Messages,
    /// A plug.
    Connections,
    /// Sliders.
    Settings,
    /// Two sheets.
    Copy,
    /// A tick.
    Check,
    /// A cross.
    Close,
    /// A clock.
    Clock,
    /// A triangle.
    Warning,
    /// A circle with a letter.
    Info,
    /// A curve.
    Chart,
    /// Rows and columns.
    Table,
    /// A triangle to the right.
    Play,
    /// Two bars.
    Pause,
    /// A sun.
    Light,
    /// A moon.
    Dark,
    /// A half-filled circle.
    System,
    /// A person.
    User,
    /// A magnifying glass.
    Search,
    /// An arrow up to a line.
    Upload,
    /// An arrow to the right.
    Send,
    /// Two ticks.
    Delivered,
    /// A question mark.
    Question,
    /// A globe.
    Language,
    /// A turning arrow.
    Reload,
    /// A crossed-out flash.
    Unlinked,
    /// On and off.
    Switch,
    /// A list of dots.
    Category,
    /// Digits.
    Number,
    /// Letters.
    Text,
    /// A hash.
    Hex,
    /// A pin on a map.
    Place,
    /// A step.
    Gpio,
    /// Pulses.
    Pwm,
    /// A slider.
    Analog,
    /// A cross of keys.
    Gamepad,
    /// A picture.
    Image,
    /// Three dots.
    More,
    /// A plus.
    Plus,
    /// A minus.
    Minus,
    /// An arrow down to a line.
    Download,
    /// An arrow head.
    ArrowUp,
    /// An arrow head.
    ArrowLeft,
    /// An arrow head.
    ArrowRight,
    /// An arrow head.
    ArrowDown,
}

/// An icon beside a word; it says nothing to a screen reader.
#[component]
pub(crate) fn Icon(
    /// What it shows.
    symbol: Symbol,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <path d=path(symbol)></path>
        </svg>
    }
}

fn path(symbol: Symbol) -> &'static str {
    match symbol {
        Symbol::Devices => "M4 5h12v10H4zM7 8h6v4H7zM7 5V3m6 2V3M7 17v-2m6 2v-2",
        Symbol::Prototypes => "M4 3h12v14H4zM7 7h2m2 0h2M7 10.5h6M7 14h4",
        Symbol::Firmware => {
            "M5 5h10v10H5zM10 12V8m-2 2 2-2 2 2M8 5V3m4 2V3M8 17v-2m4 2v-2M5 8H3m2 4H3m14-4h-2m2 4h-2"
        }
        Symbol::Messages => "M3 4h14v9H9l-4 3.5V13H3zM6.5 7.5h7m-7 2.5h4",
        Symbol::Connections => "M7 3v4m6-4v4M5 7h10v3a5 5 0 0 1-10 0zM10 15v3",
        Symbol::Settings => "M3 6h8m4 0h2M3 14h2m4 0h8M11 4h4v4h-4zM5 12h4v4H5z",
        Symbol::Copy => "M7 7h9v9H7zM4 13V4h9",
        Symbol::Check => "m4 10.5 4 4 8-9",
        Symbol::Close => "m5 5 10 10M15 5 5 15",
        Symbol::Clock => "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4l3 2",
        Symbol::Warning => "M10 3 2.5 16.5h15zM10 8v4m0 2v.5",
        Symbol::Info => "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 9v5m0-8v.5",
        Symbol::Chart => "M3 3v14h14M6 12l3-4 3 3 4-6",
        Symbol::Table => "M3 4h14v12H3zM3 8h14M3 12h14M9 4v12",
        Symbol::Play => "M6 4v12l10-6z",
        Symbol::Pause => "M7 4v12M13 4v12",
        Symbol::Light => {
            "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 2v2m0 12v2M2 10h2m12 0h2M4.3 4.3l1.5 1.5m8.4 8.4 1.5 1.5m0-11.4-1.5 1.5m-8.4 8.4-1.5 1.5"
        }
        Symbol::Dark => "M16 12.5A7 7 0 0 1 7.5 4 7 7 0 1 0 16 12.5z",
        Symbol::System => "M3 4h14v9H3zM7 17h6m-3-4v4",
        Symbol::User => "M10 3a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM3.5 17a6.5 6.5 0 0 1 13 0",
        Symbol::Search => "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4",
        Symbol::Upload => "M10 13V4m-4 4 4-4 4 4M3 16h14",
        Symbol::Send => "M3 10h13m-5-5 5 5-5 5",
        Symbol::Delivered => "m2 10.5 4 4 7-9M10 13.5l1.5 1.5L18 6",
        Symbol::Question => "M7 7.5a3 3 0 1 1 4.2 2.7c-.9.4-1.2 1-1.2 1.8v.5m0 2.5v.5",
        Symbol::Language => {
            "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM3 10h14M10 3c-5 4-5 10 0 14M10 3c5 4 5 10 0 14"
        }
        Symbol::Reload => "M16 10a6 6 0 1 1-2-4.5M16 3v3.5h-3.5",
        Symbol::Unlinked => "M11 2 4 11h5l-1 7 8-10h-5zM3 3l14 14",
        Symbol::Switch => {
            "M7 6h6a4 4 0 0 1 0 8H7a4 4 0 0 1 0-8zM13 8.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z"
        }
        Symbol::Category => "M4 5.5h.5M4 10h.5M4 14.5h.5M8 5.5h9M8 10h9M8 14.5h9",
        Symbol::Number => "M4 7l2-1.5V15M9.5 7.5a2 2 0 1 1 3.4 1.4L9.5 15h4M16.5 15v.1",
        Symbol::Text => "M4 5h12M10 5v11M7 16h6",
        Symbol::Hex => "M8 3 6 17m8-14-2 14M3.5 7.5h13m-13.5 5h13",
        Symbol::Place => {
            "M10 18s-5.5-5.2-5.5-9.5a5.5 5.5 0 0 1 11 0C15.5 12.8 10 18 10 18zM10 7a1.7 1.7 0 1 0 0 3.4A1.7 1.7 0 0 0 10 7z"
        }
        Symbol::Gpio => "M3 15h5V5h5v10h4",
        Symbol::Pwm => "M2 15h2V5h5v10h3V5h2v10h4",
        Symbol::Analog => "M3 10h14M12 6v8",
        Symbol::Gamepad => "M8 3h4v5h5v4h-5v5H8v-5H3V8h5z",
        Symbol::More => "M10 4.5v.1M10 10v.1M10 15.5v.1",
        Symbol::Plus => "M10 4v12M4 10h12",
        Symbol::Minus => "M4 10h12",
        Symbol::Download => "M10 3v10m-4-4 4 4 4-4M3 16h14",
        Symbol::ArrowUp => "m5 12 5-5 5 5",
        Symbol::ArrowLeft => "m12 5-5 5 5 5",
        Symbol::ArrowRight => "m8 5 5 5-5 5",
        Symbol::ArrowDown => "m5 8 5 5 5-5",
        Symbol::Image => "M3 4h14v12H3zM3 14l4-4 3 3 3-3 4 4M13 7v.5",
    }
}
