//! Work in turns: whatever the operator does meanwhile is heard between them.

use leptos::prelude::*;

use super::Memo;

#[cfg(test)]
mod tests;

/// Runs `step`, and again when what it read has changed; but not twice in one animation frame, as long as it says
/// that it did something.
pub(crate) fn by_frame(step: impl Fn() -> bool + Send + Sync + 'static) {
    let frame = RwSignal::new(());
    let rests = StoredValue::new(false);
    Effect::new(move |_| {
        frame.track();
        // While it rests it listens to nothing else.
        if rests.get_value() || !step() {
            return;
        }
        rests.set_value(true);
        request_animation_frame(move || {
            // The page may have been left.
            if rests.try_update_value(|rests| *rests = false).is_some() {
                frame.set(());
            }
        });
    });
}

/// What `list` holds, with at most `most` new ones in each animation frame: those that are still missing come in the
/// next ones.
pub(crate) fn in_turn<T>(
    list: impl Fn() -> Vec<T> + Send + Sync + 'static,
    most: usize,
) -> Signal<Vec<T>>
where
    T: Clone + Ord + Send + Sync + 'static,
{
    let there = RwSignal::new(Vec::new());
    by_frame(move || {
        let wanted = list();
        let next = there.with_untracked(|there| next(there, wanted, most));
        let differs = there.with_untracked(|there| *there != next);
        if differs {
            there.set(next);
        }
        differs
    });
    there.into()
}

/// What is there next: of what is `wanted` all that is there already, and `most` others.
fn next<T: Clone + Ord>(there: &[T], mut wanted: Vec<T>, most: usize) -> Vec<T> {
    let there: mcs_sorted::Set<_> = there.iter().collect();
    let mut fresh = 0;
    wanted.retain(|it| {
        let is_there = there.contains(it);
        fresh += usize::from(!is_there);
        is_there || fresh <= most
    });
    wanted
}

/// Follows `value`, at most once in an animation frame.
pub(crate) fn settled<T>(value: Memo<T>) -> Signal<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let followed = RwSignal::new(value.get_untracked());
    by_frame(move || {
        let value = value.get();
        let differs = followed.with_untracked(|followed| *followed != value);
        if differs {
            followed.set(value);
        }
        differs
    });
    followed.into()
}
