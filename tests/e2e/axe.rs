//! Accessibility, as axe-core sees it.
//!
//! axe-core is no part of the product and not in the repository: `cargo xtask test` fetches it from
//! npm where there is one. Where it is missing the journeys say so and go on.

use std::fs;
use std::path::PathBuf;
use std::sync::Once;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::output;

/// What axe-core finds serious or critical by WCAG 2.2, levels A and AA, as lines of text.
///
/// The page is looked at from its top: what is scrolled half below a bar that stays in sight can be
/// scrolled out of there.
const RUN: &str = r#"
    const done = arguments[arguments.length - 1];
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const stage = document.getElementById("stage") ?? document.body;
    const place = stage.scrollTop;
    const report = (found) => { stage.scrollTop = place; done(found); };
    stage.scrollTop = 0;
    // What is on its way from one colour to another has neither. A transition of what is not painted any more may
    // never say that it has ended.
    const moving = document.getAnimations().filter((it) => it instanceof CSSTransition);
    const still = Promise.allSettled(moving.map((it) => it.finished));
    const enough = new Promise((done) => setTimeout(done, 2000));
    const look = () => axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    Promise.race([still, enough]).then(look).then(
        ({ violations }) => report(violations
            .filter((it) => it.impact === "serious" || it.impact === "critical")
            .flatMap((it) => it.nodes.map((node) =>
                `${it.id}: ${node.target.join(" ")}: ${node.failureSummary.replaceAll(/\s+/g, " ")}`))),
        (error) => report([`axe-core failed: ${error}`]));
"#;

impl Browser {
    /// An error when axe-core finds something serious on the page as it is.
    pub(crate) async fn accessible(&self, page: &str) -> Result<()> {
        let Some(axe) = source() else { return Ok(()) };
        if self.script("return typeof axe;").await? == "undefined" {
            self.script(&axe).await?;
        }
        let mut found = self.script_later(RUN).await?;
        if found != json!([]) {
            // Something may have begun to move meanwhile.
            found = self.script_later(RUN).await?;
        }
        let found: Vec<_> =
            found.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let report = output().join("axe");
        fs::create_dir_all(&report)?;
        fs::write(report.join(format!("{page}.txt")), found.join("\n"))?;
        ensure!(found.is_empty(), "{page} is not accessible:\n{}", found.join("\n"));
        Ok(())
    }
}

fn source() -> Option<String> {
    static SAID: Once = Once::new();
    let fetched = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/axe/package/axe.min.js");
    let path = std::env::var_os("AXE").map_or_else(|| PathBuf::from(fetched), PathBuf::from);
    let source = fs::read_to_string(path).ok();
    if source.is_none() {
        SAID.call_once(|| eprintln!("axe-core is not here: accessibility was left out"));
    }
    source
}
