//! A chart's points as a table: the same numbers, for those who read them.

#[cfg(test)]
mod tests;

use leptos::prelude::*;
use mcs_chart::Scale;
use mcs_view::protocol::{PointTime, Row};

use super::line::Line;
use super::plot::{Info, Timeline};
use crate::clock;
use crate::texts::chart as t;

/// Rows at most.
const ROWS: usize = 200;

/// A row of the table: its time, and what each line has there.
type Cells = (u64, Vec<Option<Row>>);

/// The newest points of all lines, newest first.
#[component]
pub(super) fn Table(
    lines: StoredValue<Vec<Line>>,
    info: RwSignal<Info>,
    time: Timeline,
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
            let merged = merge(info.lines.iter().map(|it| it.rows.as_slice()));
            lines.with_value(|lines| {
                let newest = merged.iter().take(ROWS);
                newest.map(|(at, cells)| row(lines, info, *at, cells)).collect::<Vec<_>>()
            })
        })
    };
    view! {
        <div class="table-scroll" data-testid=testid tabindex="0" role="region" aria-label=t::newest()>
            <table>
                <thead><tr><th scope="col">{move || match time.by.get() {
                    PointTime::Device => t::device_time(),
                    PointTime::Arrival => t::arrival_time(),
                }}</th>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// The points of all lines in rows, newest first. Points of one second share a row, which says no
/// more than the second; a line's own second point of it has another row.
fn merge<'a>(lines: impl ExactSizeIterator<Item = &'a [Row]>) -> Vec<Cells> {
    let many = lines.len();
    let of_line = |(line, rows): (usize, &'a [Row])| rows.iter().map(move |row| (line, *row));
    let mut points: Vec<_> = lines.enumerate().flat_map(of_line).collect();
    points.sort_by_key(|(line, row)| (core::cmp::Reverse(row.at), *line));
    let mut merged: Vec<Cells> = Vec::new();
    for (line, row) in points {
        let second = row.at.as_millis() / 1000;
        let open =
            merged.last_mut().filter(|(at, cells)| at / 1000 == second && cells[line].is_none());
        match open {
            Some((_, cells)) => cells[line] = Some(row),
            None => {
                let mut cells = vec![None; many];
                cells[line] = Some(row);
                merged.push((row.at.as_millis(), cells));
            }
        }
    }
    merged
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
                    t::from_to(&line.words(row.min), &line.words(row.max))
                }
                Some(row) => line.words(row.value),
                None => String::new(),
            };
            view! { <td class="number">{text}</td> }
        })
        .collect();
    view! { <tr><td class="when">{clock::local(at).date_and_time()}</td>{cells}</tr> }
}
