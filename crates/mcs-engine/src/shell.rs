//! The run loop: what happens goes in, what comes out is done.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::time::Duration;

use js_sys::{Array, Date, Object, Reflect, Uint8Array};
use mcs_sorted::Map;
use mcs_time::Time;
use mcs_view::protocol::{self, DecodeError, FirstFrame, FirstRequest, Frame, Request};
use mcs_view::{Claim, Console, FileInfo, Input, JobId, Later, Output, SocketId};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

use crate::browser::{clear_timeout, performance_now, set_timeout};
use crate::chart::{Canvases, Lent};
use crate::drift::Drift;
use crate::job::Job;
use crate::later::{self, Missing};
use crate::socket::Socket;
use crate::storage::Storage;
use crate::{claim, download, hash, probe, rest, upload, vault};

/// How soon to look again whether a slow network has room.
const SLOW_NETWORK: Duration = Duration::from_millis(20);

/// How messages reach the page: the message, and what is transferred with it.
pub type Post = Box<dyn Fn(&JsValue, &Array)>;

/// A console and everything that it needs of the browser.
pub struct Shell {
    me: Weak<Self>,
    post: Post,
    state: RefCell<State>,
    wake: Closure<dyn Fn()>,
}

/// What console and shell do after the first page.
pub(crate) struct Rest {
    pub(crate) console: &'static Later,
    pub(crate) perform: fn(&Shell, &mut State, Output),
    pub(crate) lend: fn(&mut Canvases, Lent),
    pub(crate) paint: fn(&mut Canvases, &mut Frame, &[f32]),
}

pub(crate) struct State {
    console: Console,
    rest: Option<&'static Rest>,
    /// Messages of the page for which that part is needed, in their order.
    waiting: Vec<JsValue>,
    drift: Drift,
    /// The browser's timer, and the instant that it is set for.
    timer: Option<(i32, Time)>,
    sockets: Map<SocketId, Socket>,
    /// The file that the page chose last.
    file: Option<File>,
    jobs: Map<JobId, Job>,
    /// Absent when the browser keeps nothing.
    storage: Option<Storage>,
    canvases: Canvases,
}

impl Shell {
    /// A shell whose answers go to `post`.
    pub fn new(post: Post) -> Rc<Self> {
        Rc::new_cyclic(|me: &Weak<Self>| {
            let shell = me.clone();
            let wake = Closure::<dyn Fn()>::new(move || {
                let Some(shell) = shell.upgrade() else { return };
                shell.state.borrow_mut().timer = None;
                shell.input(Input::Timeout);
            });
            let state = State {
                console: Console::first(),
                rest: None,
                waiting: Vec::new(),
                drift: Drift::new(performance_now(), Date::now()),
                timer: None,
                sockets: Map::new(),
                file: None,
                jobs: Map::new(),
                storage: None,
                canvases: Canvases::default(),
            };
            Self { me: me.clone(), post, state: RefCell::new(state), wake }
        })
    }

    /// Opens what the browser keeps and gives it to the console; before the first request.
    pub async fn open_storage(self: &Rc<Self>, name: &str) {
        let opened = async {
            let storage = Storage::open(name).await?;
            let kept = storage.all().await?;
            Ok((storage, kept))
        };
        match opened.await {
            Ok((mut storage, kept)) => {
                let shell = self.me.clone();
                storage.listen(move |name| {
                    if let Some(shell) = shell.upgrade() {
                        shell.changed_elsewhere(name);
                    }
                });
                self.state.borrow_mut().storage = Some(storage);
                self.input(Input::Kept(kept));
            }
            Err(trouble) => self.input(Input::NotKept(trouble)),
        }
    }

    /// Fetches the rest of the engine, and answers what waited for it.
    ///
    /// # Errors
    /// It cannot be had, after several attempts.
    pub async fn complete(&self) -> Result<(), Missing> {
        let rest = later::load().await?;
        let waiting = {
            let mut state = self.state.borrow_mut();
            state.rest = Some(rest);
            core::mem::take(&mut state.waiting)
        };
        self.input(Input::Later(rest.console));
        waiting.iter().for_each(|message| self.receive(message));
        Ok(())
    }

    fn changed_elsewhere(&self, name: String) {
        let shell = self.me.clone();
        if let Some(storage) = &self.state.borrow().storage {
            storage.read(name, move |name, bytes| {
                if let Some(shell) = shell.upgrade() {
                    shell.input(Input::KeptElsewhere(name, bytes));
                }
            });
        }
    }

    /// What is kept under the name is read anew first: who held it may have written until the end.
    fn claimed(&self, name: &'static str, claim: Claim) {
        let shell = self.me.clone();
        let tell = move |kept: Option<Option<Vec<u8>>>| {
            let Some(shell) = shell.upgrade() else { return };
            if let Some(bytes) = kept {
                shell.input(Input::KeptElsewhere(name.to_owned(), bytes));
            }
            shell.input(Input::Claimed(name, claim));
        };
        if claim == Claim::Ours
            && let Some(storage) = &self.state.borrow().storage
        {
            return storage.read(name.to_owned(), move |_, bytes| tell(Some(bytes)));
        }
        tell(None);
    }

    /// A message of the page: `{ bytes: ArrayBuffer, file?: File }` is a request, and
    /// `{ chart: number, look?: ArrayBuffer, canvas?: OffscreenCanvas }` is about a canvas.
    pub fn receive(&self, message: &JsValue) {
        let member =
            |name| Reflect::get(message, &JsValue::from_str(name)).unwrap_or(JsValue::NULL);
        let rest = self.state.borrow().rest;
        if let Some(chart) = member("chart").as_f64() {
            return self.receive_canvas(rest, chart, message);
        }
        let bytes = Uint8Array::new(&member("bytes")).to_vec();
        let request = match rest {
            Some(rest) => rest.console.read(&bytes),
            None => protocol::decode::<FirstRequest>(&bytes).map(Request::from),
        };
        let request = match request {
            Ok(request) => request,
            Err(DecodeError::Malformed) if rest.is_none() => {
                self.state.borrow_mut().waiting.push(message.clone());
                return;
            }
            Err(_) => {
                // The page is of another build: from the version of any frame it will know.
                self.post_frame(&FirstFrame::default().encode());
                return;
            }
        };
        match member("file").dyn_into::<File>() {
            Ok(file) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "bytes"
                )]
                let info = FileInfo { name: file.name(), size: file.size() as u64 };
                self.state.borrow_mut().file = Some(file);
                self.input(Input::RequestWithFile(request, info));
            }
            Err(_) => self.input(Input::Request(request)),
        }
    }

    fn receive_canvas(&self, rest: Option<&'static Rest>, chart: f64, message: &JsValue) {
        let mut state = self.state.borrow_mut();
        let Some(rest) = rest else {
            state.waiting.push(message.clone());
            return;
        };
        let member =
            |name| Reflect::get(message, &JsValue::from_str(name)).unwrap_or(JsValue::NULL);
        let look = member("look");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number")]
        let lent = Lent {
            id: chart as u32,
            canvas: member("canvas").dyn_into().ok(),
            look: look.is_object().then(|| Uint8Array::new(&look)),
        };
        (rest.lend)(&mut state.canvases, lent);
    }

    /// Something happened: tells the console, and does what it wants done.
    pub(crate) fn input(&self, input: Input<'_>) {
        // Nothing that is done below calls back before it returns: handlers of what is closed
        // are taken off first, and everything else reports later.
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let (now, wall) = state.drift.read(performance_now(), Date::now());
        if let Some(wall) = wall {
            state.console.handle_input(now, Input::Clock(wall));
        }
        if let Input::Closed(id) = input {
            state.sockets.remove(&id);
        }
        state.console.handle_input(now, input);
        loop {
            match state.console.poll_output() {
                Output::Timeout(at) => {
                    self.set_timer(state, now, at);
                    return;
                }
                output => self.perform(state, output),
            }
        }
    }

    /// A job is over.
    pub(crate) fn job_ended(&self, id: JobId) {
        self.state.borrow_mut().jobs.remove(&id);
    }

    fn perform(&self, state: &mut State, output: Output) {
        match output {
            Output::Open { socket, url } => self.open(state, socket, &url),
            Output::Transmit(id, bytes) => {
                if let Some(socket) = state.sockets.get_mut(&id) {
                    socket.send(bytes);
                }
            }
            Output::Close(id) => {
                state.sockets.remove(&id);
            }
            Output::Fetch { id, method, path, headers, body } => {
                let shell = self.me.clone();
                rest::start(rest::Call { method, path, headers, body }, move |fetched| {
                    if let Some(shell) = shell.upgrade() {
                        shell.input(Input::Fetched(id, fetched));
                    }
                });
            }
            Output::Wipe => {
                if let Some(storage) = &state.storage {
                    storage.wipe();
                }
            }
            Output::Abort(id) => {
                if let Some(job) = state.jobs.remove(&id) {
                    job.stop();
                }
            }
            Output::Keep { name, bytes } => {
                let shell = self.me.clone();
                if let Some(storage) = &state.storage {
                    storage.write(name, bytes.as_deref(), move |name, written| {
                        if let Some(shell) = shell.upgrade() {
                            shell.input(match written {
                                Ok(()) => Input::Settled(name),
                                Err(trouble) => Input::NotKept(trouble),
                            });
                        }
                    });
                }
            }
            Output::Frame(mut frame, floats) => {
                let bytes = match state.rest {
                    Some(rest) => {
                        (rest.paint)(&mut state.canvases, &mut frame, &floats);
                        rest.console.write(&frame)
                    }
                    None => FirstFrame::from(*frame).encode(),
                };
                self.post_frame(&bytes);
            }
            Output::Timeout(_) => {}
            output => {
                if let Some(rest) = state.rest {
                    (rest.perform)(self, state, output);
                }
            }
        }
    }

    /// What only the rest of the console wants done.
    pub(crate) fn perform_rest(&self, state: &mut State, output: Output) {
        match output {
            Output::Seal { id, passphrase, bytes } => {
                let shell = self.me.clone();
                vault::seal(passphrase.0, bytes, move |sealed| {
                    if let Some(shell) = shell.upgrade() {
                        shell.input(Input::Sealed(id, sealed));
                    }
                });
            }
            Output::Unseal { id, passphrase, bytes } => {
                let shell = self.me.clone();
                vault::unseal(passphrase.0, bytes, move |unsealed| {
                    if let Some(shell) = shell.upgrade() {
                        shell.input(Input::Unsealed(id, unsealed));
                    }
                });
            }
            Output::Probe(id, what) => {
                let shell = self.me.clone();
                probe::start(what, move |yes| {
                    if let Some(shell) = shell.upgrade() {
                        shell.input(Input::Probed(id, yes));
                    }
                });
            }
            Output::Hash(id) => {
                let job = self.job(state, id);
                hash::start(chosen(state), job);
            }
            Output::Upload { job: id, from, path, headers } => {
                let job = self.job(state, id);
                upload::start(chosen(state), from, &path, &headers, job);
            }
            Output::Claim(name) => {
                let shell = self.me.clone();
                claim::start(name, move |claim| {
                    let shell = shell.clone();
                    // Not from within what the console wants done.
                    spawn_local(async move {
                        if let Some(shell) = shell.upgrade() {
                            shell.claimed(name, claim);
                        }
                    });
                });
            }
            Output::Download { job: id, url } => download::start(url, self.job(state, id)),
            _ => {}
        }
    }

    fn open(&self, state: &mut State, id: SocketId, url: &str) {
        match Socket::open(&self.me, id, url) {
            Ok(socket) => {
                state.sockets.insert(id, socket);
            }
            Err(error) => {
                // Not a URL, or one that a page on https may not open.
                web_sys::console::warn_1(&error);
                let shell = self.me.clone();
                spawn_local(async move {
                    if let Some(shell) = shell.upgrade() {
                        shell.input(Input::Closed(id));
                    }
                });
            }
        }
    }

    fn job(&self, state: &mut State, id: JobId) -> Job {
        let job = Job::of(&self.me, id);
        state.jobs.insert(id, job.clone());
        job
    }

    /// A timer that is early does no harm, so a later instant leaves it as it is.
    fn set_timer(&self, state: &mut State, now: Time, at: Option<Time>) {
        let waiting = state.sockets.values_mut().map(Socket::flush).filter(|waits| *waits).count();
        let slow = (waiting > 0).then(|| now + SLOW_NETWORK);
        let Some(at) = at.into_iter().chain(slow).min() else { return };
        match state.timer {
            Some((_, armed)) if armed <= at => return,
            Some((timer, _)) => clear_timeout(timer),
            None => {}
        }
        let wait = i32::try_from(at.since(now).as_millis()).unwrap_or(i32::MAX);
        let timer = set_timeout(self.wake.as_ref().unchecked_ref(), wait);
        state.timer = Some((timer, at));
    }

    fn post_frame(&self, bytes: &[u8]) {
        let bytes = Uint8Array::from(bytes).buffer();
        let message = Object::new();
        set(&message, "bytes", &bytes);
        (self.post)(&message, &Array::of1(&bytes));
    }
}

/// The file of a job; an empty one when the page sent none, which the hashes will show.
fn chosen(state: &State) -> Blob {
    match &state.file {
        Some(file) => file.clone().into(),
        None => Blob::new().unwrap_or_else(|_| JsValue::NULL.unchecked_into()),
    }
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // Cannot fail on a plain object.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}
