//! The results as Markdown: one section a scenario, one table a case.

use std::fmt::Write as _;

use crate::figures::{Figure, Round, Spread, three_digits};
use crate::process::Usage;

/// What a scenario found.
#[derive(Default)]
pub(crate) struct Section {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// What was done, in a few sentences.
    pub(crate) about: String,
    /// Its cases, in the order in which they came up.
    cases: Vec<Case>,
    /// Facts that are no comparison.
    notes: Vec<String>,
    /// What each program used.
    processes: Vec<(&'static str, Usage)>,
}

struct Case {
    title: String,
    subjects: Vec<(&'static str, Vec<Round>)>,
}

impl Section {
    /// Nothing yet.
    pub(crate) fn new(name: &'static str, about: impl Into<String>) -> Self {
        Self { name, about: about.into(), ..Self::default() }
    }

    /// Another round of a subject in a case. The first subject of a case is what the others are held against.
    pub(crate) fn record(&mut self, title: &str, subject: &'static str, round: Round) {
        let case = match self.cases.iter().position(|it| it.title == title) {
            Some(index) => &mut self.cases[index],
            None => {
                self.cases.push(Case { title: title.to_owned(), subjects: Vec::new() });
                let last = self.cases.len() - 1;
                &mut self.cases[last]
            }
        };
        let figures: Vec<_> =
            round.iter().map(|(name, figure)| format!("{name} {figure}")).collect();
        println!("   {title} · {subject}: {}", figures.join(", "));
        match case.subjects.iter_mut().find(|(name, _)| *name == subject) {
            Some((_, rounds)) => rounds.push(round),
            None => case.subjects.push((subject, vec![round])),
        }
    }

    /// A sentence below the tables.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        println!("   {note}");
        self.notes.push(note);
    }

    /// What a process used. Processes of one name are added up: one may be started anew for each round.
    pub(crate) fn process(&mut self, name: &'static str, usage: Usage) {
        match self.processes.iter_mut().find(|(it, _)| *it == name) {
            Some((_, sum)) => {
                sum.cpu += usage.cpu;
                sum.peak = sum.peak.max(usage.peak);
            }
            None => self.processes.push((name, usage)),
        }
    }

    /// The section as Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut out = format!("## {}\n\n{}\n", self.name, self.about);
        for case in &self.cases {
            // Writing to a String cannot fail, here and below.
            let _ = write!(out, "\n### {}\n\n{}", case.title, case.markdown());
        }
        if !self.notes.is_empty() {
            out.push('\n');
        }
        for note in &self.notes {
            let _ = writeln!(out, "- {note}");
        }
        out.push_str("\n| process | CPU time | most memory |\n|---|---:|---:|\n");
        for (name, usage) in &self.processes {
            let (cpu, peak) = (usage.cpu.as_secs_f64(), usage.peak as f64 / 1048576.0);
            let _ = writeln!(out, "| {name} | {cpu:.1} s | {peak:.0} MiB |");
        }
        out
    }
}

impl Case {
    fn markdown(&self) -> String {
        let mut head = String::from("| |");
        let mut line = String::from("|---|");
        for (index, (name, _)) in self.subjects.iter().enumerate() {
            let _ = write!(head, " {name} |{}", if index > 0 { " ratio |" } else { "" });
            line.push_str(if index > 0 { "---:|---:|" } else { "---:|" });
        }
        let mut out = format!("{head}\n{line}\n");
        for name in self.metrics() {
            let _ = write!(out, "| {name} |");
            let ours = self.subjects.first().map(|(_, rounds)| values(rounds, name));
            let ours = ours.unwrap_or_default();
            for (index, (_, rounds)) in self.subjects.iter().enumerate() {
                let theirs = values(rounds, name);
                let _ = write!(out, " {} |", cell(&theirs));
                if index > 0 {
                    let _ = write!(out, " {} |", ratio(&ours, &theirs));
                }
            }
            out.push('\n');
        }
        out
    }

    /// Names of all figures, in the order in which they came up.
    fn metrics(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for (name, _) in self.subjects.iter().flat_map(|(_, rounds)| rounds.iter().flatten()) {
            if !names.contains(name) {
                names.push(*name);
            }
        }
        names
    }
}

/// The figure `name` of each round that has it.
fn values(rounds: &[Round], name: &str) -> Vec<Figure> {
    let named = rounds.iter().flatten().filter(|(it, _)| *it == name);
    named.map(|(_, figure)| *figure).collect()
}

/// Median, and the ends if there are several rounds.
fn cell(figures: &[Figure]) -> String {
    let Some(first) = figures.first() else { return "–".to_owned() };
    let spread = Spread::of(figures.iter().map(|it| it.value).collect());
    let [median, min, max] = [spread.median, spread.min, spread.max]
        .map(|value| Figure { value, unit: first.unit }.to_string());
    match figures.len() {
        1 => median,
        _ => format!("**{median}** ({min} to {max})"),
    }
}

/// The median of the ratios of rounds that ran one after the other.
fn ratio(ours: &[Figure], theirs: &[Figure]) -> String {
    let pairs = ours.iter().zip(theirs).filter(|(_, theirs)| theirs.value > 0.0);
    let ratios: Vec<_> = pairs.map(|(ours, theirs)| ours.value / theirs.value).collect();
    if ratios.is_empty() {
        return String::new();
    }
    three_digits(Spread::of(ratios).median)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::time;

    #[test]
    fn a_case_is_a_table_with_the_median_of_the_rounds_ratios() {
        let mut section = Section::new("demo", "What it is.");
        for (ours, theirs) in [(1.0, 2.0), (3.0, 4.0), (9.0, 9.0)] {
            section.record("case", "ours", vec![("took", time(ours)), ("own", time(1.0))]);
            section.record("case", "theirs", vec![("took", time(theirs))]);
        }
        let text = section.markdown();
        let took =
            "| took | **3.00 s** (1.00 s to 9.00 s) | **4.00 s** (2.00 s to 9.00 s) | 0.75 |";
        assert!(text.contains("| | ours | theirs | ratio |\n|---|---:|---:|---:|\n"), "{text}");
        assert!(text.contains(took), "{text}");
        assert!(text.contains("| own | **1.00 s** (1.00 s to 1.00 s) | – |  |"), "{text}");
    }
}
