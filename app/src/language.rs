//! The languages of the page: as the browser prefers, unless the operator chose.

#[cfg(test)]
mod tests;

use js_sys::JsString;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::storage;
use crate::texts::{self, Table};

/// Where the choice is kept.
pub(crate) const KEY: &str = "mcs.language";

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// Compiled in.
    English,
    /// As in Taiwan and Hong Kong.
    TraditionalChinese,
    /// As in China and Singapore.
    SimplifiedChinese,
    /// Japanese.
    Japanese,
}

impl Language {
    /// All, in the order of the menu.
    pub(crate) const ALL: [Self; 4] =
        [Self::English, Self::TraditionalChinese, Self::SimplifiedChinese, Self::Japanese];

    /// As the `lang` attribute has it.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::TraditionalChinese => "zh-TW",
            Self::SimplifiedChinese => "zh-CN",
            Self::Japanese => "ja",
        }
    }

    /// As those who read it call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::TraditionalChinese => "繁體中文",
            Self::SimplifiedChinese => "简体中文",
            Self::Japanese => "日本語",
        }
    }

    /// The language with exactly this tag.
    pub(crate) fn of(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.tag() == tag)
    }

    /// The first of `tags`, such as `zh-Hant-HK`, that is one of ours, or else English.
    pub(crate) fn preferred<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().find_map(Self::nearest).unwrap_or(Self::English)
    }

    /// What was chosen, or else what the browser prefers.
    pub(crate) fn load() -> Self {
        let chosen = storage::item(KEY);
        chosen.as_deref().and_then(Self::of).unwrap_or_else(|| {
            let tags = window().navigator().languages();
            let tags: Vec<String> = tags.iter().filter_map(|it| it.as_string()).collect();
            Self::preferred(tags.iter().map(String::as_str))
        })
    }

    /// Makes the texts those of this language, fetching them first; the page has to be painted anew.
    ///
    /// # Errors
    /// They could not be fetched: everything stays as it is.
    pub(crate) async fn speak(self) -> Result<(), JsValue> {
        let table = match self {
            Self::English => None,
            other => Some(other.fetch().await?),
        };
        texts::speak(table);
        if let Some(root) = document().document_element() {
            // Fails only on names that are none.
            let _ = root.set_attribute("lang", self.tag());
        }
        Ok(())
    }

    /// Its texts. They are kept for as long as the page lives.
    async fn fetch(self) -> Result<&'static Table, JsValue> {
        let address = format!("locales/{}.txt", self.tag());
        let response = JsFuture::from(window().fetch_with_str(&address)).await?;
        let response: Response = response.unchecked_into();
        if !response.ok() {
            return Err(JsValue::from_f64(response.status().into()));
        }
        let text = JsFuture::from(response.text()?).await?;
        let text: String = text.unchecked_into::<JsString>().into();
        Ok(Box::leak(Box::new(Table::read(text.leak()))))
    }

    fn nearest(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase();
        let mut parts = tag.split(['-', '_']);
        match parts.next()? {
            "en" => Some(Self::English),
            "ja" => Some(Self::Japanese),
            "zh" => Some(match parts.next() {
                Some("hant" | "tw" | "hk" | "mo") => Self::TraditionalChinese,
                _ => Self::SimplifiedChinese,
            }),
            _ => None,
        }
    }
}
