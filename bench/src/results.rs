//! The file of all results: what the reader has to know, then a section for each scenario.

/// Everything that is written.
#[derive(Debug, PartialEq)]
pub(crate) struct Results {
    preamble: String,
    sections: Vec<(String, String)>,
}

impl Results {
    /// With no section yet.
    pub(crate) fn new(preamble: String) -> Self {
        Self { preamble, sections: Vec::new() }
    }

    /// Adds a section that begins with `## name`.
    pub(crate) fn add(&mut self, name: &str, markdown: String) {
        self.sections.push((name.to_owned(), markdown));
    }

    /// The former results with these sections in place of their own, in the order of `names`.
    pub(crate) fn within(self, former: &str, names: &[&str]) -> Self {
        let mut parts = former.split("\n## ");
        let preamble = parts.next().filter(|it| !it.is_empty());
        let kept = parts.map(|it| {
            let name = it.lines().next().unwrap_or_default().to_owned();
            (name, format!("## {it}"))
        });
        let is_new = |name: &str| self.sections.iter().any(|it| it.0 == name);
        let mut sections: Vec<_> = kept.filter(|it| !is_new(&it.0)).collect();
        let preamble = preamble.map_or(self.preamble.clone(), str::to_owned);
        sections.extend(self.sections);
        sections.sort_by_key(|it| names.iter().position(|name| *name == it.0));
        Self { preamble, sections }
    }

    /// As Markdown.
    pub(crate) fn text(&self) -> String {
        let parts = self.sections.iter().map(|it| &it.1);
        let parts: Vec<_> =
            std::iter::once(&self.preamble).chain(parts).map(|it| it.trim_end()).collect();
        parts.join("\n\n") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["a", "b", "c"];

    #[test]
    fn a_section_takes_the_place_of_its_former_self() {
        let former = "# Results\n\nold\n\n## a\n\none\n\n## b\n\n### case\n\ntwo\n";
        let mut results = Results::new("# Results\n\nnew\n".to_owned());
        results.add("b", "## b\n\nthree\n".to_owned());
        let text = results.within(former, &NAMES).text();
        assert_eq!(text, "# Results\n\nold\n\n## a\n\none\n\n## b\n\nthree\n");
    }

    #[test]
    fn a_section_that_is_new_finds_its_place() {
        let mut results = Results::new("# Results\n".to_owned());
        results.add("b", "## b\n\ntwo\n".to_owned());
        let text = results.within("# Results\n\n## a\n\none\n\n## c\n\nthree\n", &NAMES).text();
        assert_eq!(text, "# Results\n\n## a\n\none\n\n## b\n\ntwo\n\n## c\n\nthree\n");
        let mut results = Results::new("# Results\n".to_owned());
        results.add("a", "## a\n\none\n".to_owned());
        assert_eq!(results.within("", &NAMES).text(), "# Results\n\n## a\n\none\n");
    }
}
