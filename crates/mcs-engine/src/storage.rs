//! What the browser keeps for this page: small blobs by name, in IndexedDB, for all tabs.
//!
//! Not `localStorage`: a worker has none.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use mcs_view::protocol::StorageTrouble;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use web_sys::{
    BroadcastChannel, DomException, IdbDatabase, IdbFactory, IdbObjectStore, IdbRequest,
    IdbTransaction, IdbTransactionMode, MessageEvent,
};

use crate::browser::{set_timeout, words};

/// The only object store; its keys are the names.
const BLOBS: &str = "blobs";

/// A browser whose storage says nothing for so long has none for us, in milliseconds.
const PATIENCE: i32 = 4_000;

/// An open database, and the way to the other tabs.
pub struct Storage {
    database: IdbDatabase,
    /// Tells the other tabs which name was written.
    channel: Option<BroadcastChannel>,
    heard: Option<Closure<dyn Fn(MessageEvent)>>,
}

impl Storage {
    /// Opens the database `name`, and makes it if there is none.
    ///
    /// # Errors
    /// The browser keeps nothing for this page.
    pub async fn open(name: &str) -> Result<Self, StorageTrouble> {
        let open = open(name.to_owned());
        let opened = future_to_promise(async move { Ok(open.await?.into()) });
        let tired = Promise::new(&mut |resolve: Function, _| {
            set_timeout(&resolve, PATIENCE);
        });
        let first = Promise::race(&Array::of2(&opened, &tired));
        match JsFuture::from(first).await.and_then(JsValue::dyn_into::<IdbDatabase>) {
            Ok(database) => {
                let channel = BroadcastChannel::new(name).ok();
                Ok(Self { database, channel, heard: None })
            }
            // Whatever a browser says here, it means that it does not want to.
            Err(_) => Err(StorageTrouble::Blocked),
        }
    }

    /// Everything that is kept.
    ///
    /// # Errors
    /// The browser cannot read it.
    pub async fn all(&self) -> Result<Vec<(String, Vec<u8>)>, StorageTrouble> {
        let read = async {
            let store = self.store(IdbTransactionMode::Readonly)?.1;
            let (names, blobs) = (store.get_all_keys()?, store.get_all()?);
            let names = Array::from(&answer(&names).await?);
            Ok((names, Array::from(&answer(&blobs).await?)))
        };
        let (names, blobs) = read.await.map_err(|error| trouble(&error))?;
        let name = |it: JsValue| it.as_string().unwrap_or_default();
        let bytes = |it: JsValue| Uint8Array::new(&it).to_vec();
        Ok(names.iter().map(name).zip(blobs.iter().map(bytes)).collect())
    }

    /// What is kept under a name.
    pub(crate) fn read(&self, name: String, then: impl FnOnce(String, Option<Vec<u8>>) + 'static) {
        let request = self
            .store(IdbTransactionMode::Readonly)
            .and_then(|(_, store)| store.get(&JsValue::from_str(&name)));
        spawn_local(async move {
            let Ok(request) = request else { return };
            // What cannot be read now is read at the next start.
            let Ok(value) = answer(&request).await else { return };
            then(name, value.is_truthy().then(|| Uint8Array::new(&value).to_vec()));
        });
    }

    /// Keeps `bytes` under a name, or nothing; in the order of the calls. Tells the other tabs.
    pub(crate) fn write(
        &self,
        name: String,
        bytes: Option<&[u8]>,
        then: impl FnOnce(String, Result<(), StorageTrouble>) + 'static,
    ) {
        let key = JsValue::from_str(&name);
        let written = self.store(IdbTransactionMode::Readwrite).and_then(|(transaction, store)| {
            match bytes {
                Some(bytes) => store.put_with_key(&Uint8Array::from(bytes), &key)?,
                None => store.delete(&key)?,
            };
            Ok(transaction)
        });
        let channel = self.channel.clone();
        spawn_local(async move {
            let ended = match written {
                Ok(transaction) => committed(&transaction).await,
                Err(error) => Err(error),
            };
            if let (Ok(()), Some(channel)) = (&ended, channel) {
                let _ = channel.post_message(&key);
            }
            then(name, ended.map_err(|error| trouble(&error)));
        });
    }

    /// Keeps nothing any more. Other tabs hear of each name.
    pub(crate) fn wipe(&self) {
        let cleared = self.store(IdbTransactionMode::Readwrite).and_then(|(transaction, store)| {
            let names = store.get_all_keys()?;
            store.clear()?;
            Ok((transaction, names))
        });
        let channel = self.channel.clone();
        spawn_local(async move {
            let (Ok((transaction, names)), Some(channel)) = (cleared, channel) else { return };
            let (Ok(()), Ok(names)) = (committed(&transaction).await, names.result()) else {
                return;
            };
            for name in Array::from(&names).iter() {
                let _ = channel.post_message(&name);
            }
        });
    }

    /// Passes on the names that other tabs write.
    pub(crate) fn listen(&mut self, changed: impl Fn(String) + 'static) {
        let Some(channel) = &self.channel else { return };
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(name) = event.data().as_string() {
                changed(name);
            }
        });
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        self.heard = Some(heard);
    }

    fn store(&self, mode: IdbTransactionMode) -> Result<(IdbTransaction, IdbObjectStore), JsValue> {
        let transaction = self.database.transaction_with_str_and_mode(BLOBS, mode)?;
        let store = transaction.object_store(BLOBS)?;
        Ok((transaction, store))
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.set_onmessage(None);
            channel.close();
        }
        self.database.close();
    }
}

async fn open(name: String) -> Result<IdbDatabase, JsValue> {
    // A browser may have the property and nothing in it.
    let factory = Reflect::get(&js_sys::global(), &JsValue::from_str("indexedDB"))?;
    let factory = factory.dyn_into::<IdbFactory>()?;
    let request = factory.open_with_u32(&name, 1)?;
    let opening = request.clone();
    let upgrade = Closure::once(move || {
        if let Ok(result) = opening.result() {
            // Fails when it is there, which is what we want.
            let _ = result.unchecked_into::<IdbDatabase>().create_object_store(BLOBS);
        }
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database = answer(&request).await?.unchecked_into::<IdbDatabase>();
    // A later version of the console, in another tab, may want to change it.
    let closing = database.clone();
    let close = Closure::once_into_js(move || closing.close());
    database.set_onversionchange(Some(close.unchecked_ref()));
    Ok(database)
}

async fn answer(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let ended = Promise::new(&mut |resolve: Function, reject: Function| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(ended).await {
        Ok(_) => request.result(),
        Err(_) => Err(request.error()?.map_or(JsValue::NULL, Into::into)),
    }
}

async fn committed(transaction: &IdbTransaction) -> Result<(), JsValue> {
    let ended = Promise::new(&mut |resolve: Function, reject: Function| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    match JsFuture::from(ended).await {
        Ok(_) => Ok(()),
        Err(_) => Err(transaction.error().map_or(JsValue::NULL, Into::into)),
    }
}

fn trouble(error: &JsValue) -> StorageTrouble {
    match error.dyn_ref::<DomException>() {
        Some(error) if error.name() == "QuotaExceededError" => StorageTrouble::Full,
        Some(error) => StorageTrouble::Failed(error.message()),
        None => StorageTrouble::Failed(words(error)),
    }
}
