//! What code may not do to the server, and what it can do for its author.

use std::time::Duration;

use mcs_model::function::{MAX_LINE, MAX_LINES, Other, Trouble};
use serde_json::json;

use super::sandbox::{Ran, run};

/// Longer than this no run may hold its thread, though it be stopped late.
const SOON: Duration = Duration::from_millis(300);

fn on(code: &str, text: &str) -> Ran {
    let ran = run(code, text);
    assert!(ran.took < SOON, "{:?}", ran.took);
    ran
}

fn returns(code: &str, text: &str) -> serde_json::Value {
    on(code, text).returned.unwrap()
}

fn fails(code: &str) -> Trouble {
    on(code, "1").returned.unwrap_err()
}

#[test]
fn code_works_out_other_channels_from_the_value() {
    let code = "return { temp_cel: (context.value - 32) / 1.8 };";
    assert_eq!(returns(code, "42"), json!({ "temp_cel": (42.0 - 32.0) / 1.8 }));
    assert_eq!(returns("return { t: typeof context.value }", "a,b"), json!({ "t": "string" }));
    assert_eq!(returns("", "1"), json!(null));
    assert_eq!(returns("return {} // the end", "1"), json!({}));
    assert_eq!(returns("return { a: undefined, b: NaN }", "1"), json!({ "b": null }));
}

#[test]
fn what_it_logs_is_kept_and_counted() {
    let ran =
        on("console.log('a', 1, { b: [2] }, null, undefined); console.warn(new Error('x'))", "1");
    assert_eq!(ran.console, ["a 1 {\"b\":[2]} null undefined", "Error: x"]);
    let ran = on("for (let i = 0; i < 60; i++) console.log('x'.repeat(9999))", "1");
    assert_eq!((ran.console.len(), ran.unlogged), (MAX_LINES, 60 - 50));
    assert!(ran.console.iter().all(|it| it.chars().count() <= MAX_LINE + 1));
}

#[test]
fn an_exception_says_what_and_in_which_line() {
    let exception = |message: &str, line| Trouble::Exception { message: message.to_owned(), line };
    let code = "let a = 1;\n\nnull.x;";
    assert_eq!(fails(code), exception("TypeError: cannot read property 'x' of null", Some(3)));
    assert_eq!(fails("throw 'no'"), exception("no", None));
    assert!(matches!(fails("let a =\n= 2"), Trouble::Exception { line: Some(2), .. }));
    assert!(matches!(fails("import('fs'); return x"), Trouble::Exception { .. }));
    let within = "function f() {\n  throw new Error('in')\n}\nf()";
    assert_eq!(fails(within), exception("Error: in", Some(2)));
}

#[test]
fn a_promise_or_a_function_is_no_object_of_channels() {
    assert_eq!(fails("return (async () => ({ a: 1 }))()"), Trouble::Returned(Other::Promise));
    assert_eq!(fails("return () => 1"), Trouble::Returned(Other::Function));
}

#[test]
fn a_loop_without_an_end_is_stopped() {
    for code in [
        "while (true) {}",
        "for (;;) { try { for (;;) {} } catch {} finally {} }",
        "return { get a() { while (true) {} } }",
        "return { a: { toString() { while (true) {} }, toJSON() { while (true) {} } } }",
        "console.log({ toJSON() { while (true) {} } })",
        "throw { toString() { while (true) {} } }",
        "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { for (;;) {} } }); throw e",
        "return new Proxy({}, { ownKeys() { for (;;) {} } })",
        "(function f() { return Promise.resolve().then(f) })(); while (1) {}",
        "}), (() => { while (1) {} })(), (function () {",
        "[1, 2, 3].sort(() => { while (1) {} })",
    ] {
        assert_eq!(fails(code), Trouble::TimeLimit, "{code}");
    }
}

#[test]
fn a_catastrophic_expression_is_stopped() {
    assert_eq!(fails("/^(a+)+$/.test('a'.repeat(40) + 'b')"), Trouble::TimeLimit);
    assert_eq!(fails("'x'.repeat(30000).replace(/(x+x+)+y/g, '')"), Trouble::TimeLimit);
}

#[test]
fn a_hunger_for_memory_is_stopped() {
    for code in [
        "const all = []; for (;;) all.push(new Array(1000).fill(1.5))",
        "let s = 'x'; for (;;) s += s",
        "return { a: 'x'.repeat(1 << 29) }",
        "new Uint8Array(1 << 30)",
        "new SharedArrayBuffer(1 << 30)",
        "new Array(1 << 28).fill(1)",
        "'x'.padEnd(1 << 29)",
        "JSON.stringify(new Array(1 << 26))",
    ] {
        let trouble = fails(code);
        let stopped = matches!(&trouble, Trouble::Memory | Trouble::TimeLimit)
            || matches!(&trouble, Trouble::Exception { message, .. } if message.contains("length") || message.contains("too long"));
        assert!(stopped, "{code}: {trouble:?}");
    }
}

#[test]
fn calls_within_calls_are_stopped() {
    for code in [
        "(function f() { f() })()",
        "let o = {}; for (let i = 0; i < 50000; i++) o = { o }; return o",
        "const f = { toJSON() { return JSON.stringify(f) } }; return f",
        "let s = '['.repeat(100000); JSON.parse(s)",
        "new RegExp('('.repeat(100000))",
        "eval('('.repeat(100000))",
        "let a = []; a[0] = a; a.toString(); let b = []; for (let i = 0; i < 50000; i++) b = [b]; b.toString()",
    ] {
        assert!(on(code, "1").returned.is_err(), "{code}");
    }
}

#[test]
fn a_run_knows_nothing_of_the_one_before() {
    let spoil = "Object.prototype.spoilt = 1; Array.prototype.map = 1; JSON.stringify = () => '{\"x\":1}'; \
                 globalThis.kept = 1; return {}";
    assert_eq!(returns(spoil, "1"), json!({}));
    let look = "return { spoilt: typeof ({}).spoilt, map: typeof [].map, kept: typeof kept }";
    let clean = json!({ "spoilt": "undefined", "map": "function", "kept": "undefined" });
    assert_eq!(returns(look, "1"), clean);
}

#[test]
fn nothing_of_the_machine_is_in_reach() {
    let code = "return { names: ['require', 'process', 'fetch', 'XMLHttpRequest', 'std', 'os', 'Worker', \
                'setTimeout', 'importScripts', 'load', 'print', 'scriptArgs'] \
                .filter(it => typeof globalThis[it] !== 'undefined').join() }";
    assert_eq!(returns(code, "1"), json!({ "names": "" }));
}

#[test]
fn half_of_a_character_is_no_text() {
    assert!(on("return { a: '\\ud800' }", "1").returned.is_err());
    // Logged it costs no more than itself.
    let _ = on("console.log('\\ud800')", "1");
}

#[test]
fn too_much_is_not_returned() {
    assert_eq!(fails("return { a: 'x'.repeat(300000) }"), Trouble::TooMuch);
}
