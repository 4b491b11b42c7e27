//! The place of a key, whether it is there or not.

use crate::Map;

/// The place of a key in a [`Map`].
pub struct Entry<'a, K, V> {
    pub(crate) map: &'a mut Map<K, V>,
    pub(crate) place: Result<usize, usize>,
    pub(crate) key: K,
}

impl<'a, K: Ord, V> Entry<'a, K, V> {
    /// The value, after adding what `make` gives if there is none.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        let place = match self.place {
            Ok(place) => place,
            Err(place) => {
                self.map.entries.insert(place, (self.key, make()));
                place
            }
        };
        &mut self.map.entries[place].1
    }

    /// The value, after adding this one if there is none.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The value, after adding the default one if there is none.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}
