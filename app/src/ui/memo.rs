//! Values that follow others.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::{Get, GetUntracked, Signal, Track};

/// What leptos' own `Memo` is: a value computed anew when what it read has changed, told on only when it is
/// another then. Values of all types go through one instantiation of that one, which would be two kilobytes for
/// each.
pub(crate) struct Memo<T> {
    erased: leptos::prelude::Memo<Erased>,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Memo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Memo<T> {}

impl<T: PartialEq + Clone + Send + Sync + 'static> Memo<T> {
    pub(crate) fn new(compute: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self::erase(Box::new(move |_| Erased(Arc::new(compute()))))
    }

    /// One that is told what it was before.
    pub(crate) fn following(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self {
        Self::erase(Box::new(move |former| Erased(Arc::new(compute(former.map(Erased::of))))))
    }

    fn erase(compute: Compute) -> Self {
        Self { erased: leptos::prelude::Memo::new(compute), value: PhantomData }
    }

    pub(crate) fn get(self) -> T {
        self.erased.get().of::<T>().clone()
    }

    pub(crate) fn get_untracked(self) -> T {
        self.erased.get_untracked().of::<T>().clone()
    }

    pub(crate) fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(self.erased.get().of())
    }

    pub(crate) fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(self.erased.get_untracked().of())
    }

    pub(crate) fn track(self) {
        self.erased.track();
    }
}

impl<T: PartialEq + Clone + Send + Sync + 'static> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::derive(move || memo.get())
    }
}

type Compute = Box<dyn Fn(Option<&Erased>) -> Erased + Send + Sync>;

#[derive(Clone)]
struct Erased(Arc<dyn Value>);

trait Value: Any + Send + Sync {
    fn is(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + Send + Sync + 'static> Value for T {
    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}

impl Erased {
    fn of<T: 'static>(&self) -> &T {
        let value: &dyn Any = &*self.0;
        // `Memo<T>` is only made with values of `T`.
        let Some(value) = value.downcast_ref() else { unreachable!() };
        value
    }
}

impl PartialEq for Erased {
    fn eq(&self, other: &Self) -> bool {
        self.0.is(&*other.0)
    }
}
