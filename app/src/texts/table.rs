//! The texts of one language, as its file has them: `area.name = text`, a line each.

/// The texts of one language.
pub(crate) struct Table(Vec<(&'static str, &'static str)>);

impl Table {
    /// Reads a file of `app/locales`; empty lines and what begins with `#` say nothing.
    pub(crate) fn read(file: &'static str) -> Self {
        let lines = file.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let mut texts: Vec<_> = lines.filter_map(|line| line.split_once(" = ")).collect();
        mcs_sorted::sort_by(&mut texts, Ord::cmp);
        Self(texts)
    }

    /// The text of `key`.
    pub(crate) fn text(&self, key: &str) -> Option<&'static str> {
        let at = self.0.binary_search_by(|(it, _)| (*it).cmp(key)).ok()?;
        Some(self.0[at].1)
    }

    /// Every key, in order.
    #[cfg(test)]
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(key, _)| *key)
    }
}
