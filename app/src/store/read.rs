//! What only further pages show of a frame: it is read by their parts.

use leptos::prelude::*;
use mcs_view::protocol::{self, DecodeError, Frame, Trail, View};

use super::Store;
use crate::engine::Question;

/// Takes what a frame in `bytes` says of further pages.
///
/// # Errors
/// They are no frame of this version.
pub(crate) fn read(store: Store, question: &Question, bytes: &[u8]) -> Result<(), DecodeError> {
    let mut frame: Frame = protocol::decode(bytes)?;
    for chart in core::mem::take(&mut frame.charts) {
        let plot = usize::try_from(chart.index).ok().and_then(|at| question.plots.get(at));
        if let Some(plot) = plot {
            plot.take(chart);
        }
    }
    store.apply_further(frame, &question.view);
    Ok(())
}

impl Store {
    /// `asked` is the page that the engine was asked for.
    fn apply_further(self, frame: Frame, asked: &View) {
        if *asked == self.route.read_untracked().view() {
            if let Some(device) = frame.device {
                self.device.set(Some(device));
            }
            for card in frame.cards {
                self.card(&card.channel).set(card);
            }
            for trail in frame.trails {
                self.apply_trail(trail);
            }
            for runs in frame.runs {
                self.runs(&runs.channel).set(Some(runs.state));
            }
            if let Some(prototypes) = frame.prototypes {
                self.prototypes.set(Some(prototypes));
            }
            if let Some(rollouts) = frame.rollouts {
                self.rollouts.set(Some(rollouts));
            }
            if let Some(firmware) = frame.firmware {
                self.firmware.set(Some(firmware));
            }
            if let Some(messages) = frame.messages {
                self.messages.apply(messages);
            }
            if let Some(credentials) = frame.credentials {
                self.credentials.set(Some(credentials));
            }
        }
        if let Some(accounts) = frame.accounts {
            self.accounts.set(accounts);
        }
        if let Some(points) = frame.points {
            self.points.set(Some(points));
        }
        if let Some(export) = frame.export {
            self.export.set(Some(export));
        }
    }

    fn apply_trail(self, Trail { channel, fresh, points, len }: Trail) {
        self.trail(&channel).update(|trail| {
            if fresh {
                trail.clear();
            }
            trail.extend(points);
            let most = usize::try_from(len).unwrap_or(usize::MAX);
            trail.drain(..trail.len().saturating_sub(most));
        });
    }
}
