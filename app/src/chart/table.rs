//! A chart's points as a table: the same numbers, for those who read them.

use std::collections::BTreeMap;

use leptos::prelude::*;
use mcs_view::protocol::Row;

use super::lanes::Scale;
use super::line::Line;
use super::plot::Info;
use crate::clock;

/// Rows at most.
const ROWS: usize = 200;

/// The newest points of all lines, newest first, one row for each time.
#[component]
pub(super) fn Table(
    lines: StoredValue<Vec<Line>>,
    info: RwSignal<Info>,
    testid: String,
) -> impl IntoView {
    let head = lines.with_value(|lines| {
        let head = lines.iter().map(|line| {
            view! { <th scope="col" class="number">{line.channel.name.clone()}</th> }
        });
        head.collect::<Vec<_>>()
    });
    let rows = move || {
        info.with(|info| {
            let mut times: BTreeMap<u64, Vec<Option<Row>>> = BTreeMap::new();
            for (index, line) in info.lines.iter().enumerate() {
                for row in &line.rows {
                    let cells = times.entry(row.at.as_millis());
                    let cells = cells.or_insert_with(|| vec![None; info.lines.len()]);
                    cells[index] = Some(*row);
                }
            }
            lines.with_value(|lines| {
                let newest = times.into_iter().rev().take(ROWS);
                newest.map(|(at, cells)| row(lines, info, at, &cells)).collect::<Vec<_>>()
            })
        })
    };
    view! {
        <div class="table-scroll" data-testid=testid tabindex="0" role="region" aria-label="Newest points">
            <table>
                <thead><tr><th scope="col">"Time"</th>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(lines: &[Line], info: &Info, at: u64, cells: &[Option<Row>]) -> impl IntoView + use<> {
    let cells: Vec<_> = lines
        .iter()
        .zip(&info.lines)
        .zip(cells)
        .map(|((line, info), cell)| {
            let text = match cell {
                Some(row) if line.scale == Scale::Marks => {
                    let mark = info.marks.iter().find(|it| it.at == row.at);
                    mark.map_or_else(|| "…".to_owned(), |it| it.text.clone())
                }
                Some(row) if row.points > 1 => {
                    format!("{} to {}", line.words(row.min), line.words(row.max))
                }
                Some(row) => line.words(row.value),
                None => String::new(),
            };
            view! { <td class="number">{text}</td> }
        })
        .collect();
    view! { <tr><td class="when">{clock::local(at).date_and_time()}</td>{cells}</tr> }
}
