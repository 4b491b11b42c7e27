//! One run of a function's code, in an engine of its own that knows nothing but the language.
//!
//! There are no modules, files, sockets or timers to reach. The engine is made for the run and thrown
//! away with it: nothing is left for the next one.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use mcs_model::function::{MAX_LINES, MAX_MILLIS, Other, Trouble, context_value, excerpt};
use rquickjs::context::{EvalOptions, intrinsic};
use rquickjs::prelude::{Coerced, Rest};
use rquickjs::{CatchResultExt as _, CaughtError, Context, Ctx, Function, Object, Runtime, Value};
use serde::{Deserialize, Serialize};

use crate::clock;

/// What became of a run.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ran {
    /// What it returned, as JSON; `Null` for nothing.
    pub(crate) returned: Result<serde_json::Value, Trouble>,
    /// What it logged.
    pub(crate) console: Vec<String>,
    /// How many lines more.
    pub(crate) unlogged: u32,
    /// How long it worked.
    pub(crate) took: Duration,
}

/// Bytes for all that the code makes, and for the engine itself.
const MEMORY: usize = 2 << 20;
/// Bytes of calls within calls. Any stack has room for it and for the engine's own.
const CALLS: usize = 256 << 10;
/// Most bytes of what is returned, as JSON.
const MAX_RETURNED: usize = 256 << 10;
/// Names the code where the engine tells a place.
const FILE: &str = "code";

type Intrinsics = (
    intrinsic::Date,
    intrinsic::Eval,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::TypedArrays,
    intrinsic::Promise,
    intrinsic::WeakRef,
);

#[derive(Default)]
struct Log {
    lines: Vec<String>,
    unlogged: u32,
}

/// Runs the code on a point's value. Takes the thread that calls it for as long as that takes.
pub(crate) fn run(code: &str, text: &str) -> Ran {
    let log = Rc::new(RefCell::new(Log::default()));
    let started = clock::worked();
    let returned = match engine(started) {
        Ok((_runtime, context)) => context.with(|ctx| call(&ctx, code, text, &log)),
        Err(_) => Err(Trouble::Memory),
    };
    let took = clock::worked().saturating_sub(started);
    let returned = if took > LIMIT { Err(Trouble::TimeLimit) } else { returned };
    let Log { lines: console, unlogged } = log.take();
    Ran { returned, console, unlogged, took }
}

const LIMIT: Duration = Duration::from_millis(MAX_MILLIS as u64);

fn engine(started: Duration) -> rquickjs::Result<(Runtime, Context)> {
    let runtime = Runtime::new()?;
    runtime.set_memory_limit(MEMORY);
    runtime.set_max_stack_size(CALLS);
    runtime.set_interrupt_handler(Some(Box::new(move || clock::worked() > started + LIMIT)));
    let context = Context::custom::<Intrinsics>(&runtime)?;
    Ok((runtime, context))
}

fn call(
    ctx: &Ctx<'_>,
    code: &str,
    text: &str,
    log: &Rc<RefCell<Log>>,
) -> Result<serde_json::Value, Trouble> {
    let json = evaluate(ctx, code, text, log).catch(ctx).map_err(|it| trouble(ctx, it))??;
    let Some(json) = json else { return Ok(serde_json::Value::Null) };
    if json.len() > MAX_RETURNED {
        return Err(Trouble::TooMuch);
    }
    // Half of a character is no JSON.
    serde_json::from_str(&json).map_err(|_| Trouble::Returned(Other::Broken))
}

/// What the code returns, as JSON; `None` for nothing.
fn evaluate<'js>(
    ctx: &Ctx<'js>,
    code: &str,
    text: &str,
    log: &Rc<RefCell<Log>>,
) -> rquickjs::Result<Result<Option<String>, Trouble>> {
    ctx.globals().set("console", console(ctx, log)?)?;
    let given = Object::new(ctx.clone())?;
    given.set("value", ctx.json_parse(context_value(text).to_string())?)?;
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(FILE.to_owned());
    // The code begins on the first line, so that the engine's lines are those of the author.
    let function: Function<'js> =
        ctx.eval_with_options(format!("(function (context) {{{code}\n}})"), options)?;
    let returned: Value<'js> = function.call((given,))?;
    if returned.is_undefined() || returned.is_null() {
        return Ok(Ok(None));
    }
    if returned.is_promise() {
        return Ok(Err(Trouble::Returned(Other::Promise)));
    }
    if returned.is_function() {
        return Ok(Err(Trouble::Returned(Other::Function)));
    }
    let json = ctx.json_stringify(returned)?.map(|it| it.to_string()).transpose()?;
    Ok(Ok(json))
}

fn console<'js>(ctx: &Ctx<'js>, log: &Rc<RefCell<Log>>) -> rquickjs::Result<Object<'js>> {
    let console = Object::new(ctx.clone())?;
    for name in ["log", "info", "warn", "error", "debug"] {
        let log = Rc::clone(log);
        let write = move |ctx: Ctx<'js>, parts: Rest<Value<'js>>| -> rquickjs::Result<()> {
            if log.borrow().lines.len() >= MAX_LINES {
                let mut log = log.borrow_mut();
                log.unlogged = log.unlogged.saturating_add(1);
                return Ok(());
            }
            let mut words = Vec::new();
            for part in parts.0.iter() {
                words.push(word(&ctx, part)?);
            }
            log.borrow_mut().lines.push(excerpt(&words.join(" ")));
            Ok(())
        };
        console.set(name, Function::new(ctx.clone(), write)?)?;
    }
    Ok(console)
}

/// A value as the log shows it: texts as they are, objects as JSON.
fn word<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> rquickjs::Result<String> {
    let is_data = value.is_object() && !value.is_error() && !value.is_function();
    if is_data && let Some(json) = ctx.json_stringify(value.clone())? {
        return Ok(excerpt(&json.to_string()?));
    }
    Ok(excerpt(&value.get::<Coerced<String>>()?.0))
}

fn trouble(ctx: &Ctx<'_>, error: CaughtError<'_>) -> Trouble {
    let (value, stack) = match error {
        CaughtError::Exception(exception) => {
            let stack = exception.stack().unwrap_or_default();
            (exception.into_value(), stack)
        }
        CaughtError::Value(value) => (value, String::new()),
        // Half of a character, where a text was wanted.
        CaughtError::Error(error) => {
            return Trouble::Exception { message: excerpt(&error.to_string()), line: None };
        }
    };
    let message = value.get::<Coerced<String>>().catch(ctx).map(|it| it.0);
    match message {
        Ok(message) if message.contains("out of memory") => Trouble::Memory,
        Ok(_) if value.is_null() => Trouble::Memory,
        Ok(message) => Trouble::Exception { message: excerpt(&message), line: line_of(&stack) },
        Err(_) => Trouble::Exception { message: "?".to_owned(), line: line_of(&stack) },
    }
}

/// The uppermost line of the author's code in a stack such as `at f (code:3:5)`.
fn line_of(stack: &str) -> Option<u32> {
    let (_, place) = stack.split_once(&format!("{FILE}:"))?;
    place.split(|it: char| !it.is_ascii_digit()).next()?.parse().ok()
}
