//! What the operator looks for, as typed.
//!
//! Terms stand side by side and all of them have to hold; `-` before one means that it must not.
//! A term is a text (in the topic or in the payload), `"a text with spaces"`, `/a regular
//! expression/`, or one of these behind `topic:` or `payload:`. `topic:` with a wildcard is a topic
//! filter of MQTT. Further there are `qos:1`, `retained:yes`, `size:>1000`. Texts are compared
//! without regard to ASCII case.

use std::borrow::Cow;

use mcs_session::TopicFilter;
use regex_lite::{Regex, RegexBuilder};

use super::log::Stored;
use crate::protocol::QueryError;

/// Bytes of a payload that are searched; what is longer is counted as cut.
pub(crate) const SEARCHED: usize = 256 * 1024;

/// Bytes that a compiled expression may take.
const REGEX_SIZE: usize = 64 * 1024;

/// How deep groups of an expression may nest.
const REGEX_DEPTH: u32 = 32;

/// Conditions that all have to hold.
#[derive(Debug, Default)]
pub(crate) struct Query {
    terms: Vec<Term>,
}

#[derive(Debug)]
struct Term {
    negated: bool,
    condition: Condition,
}

#[derive(Debug)]
enum Condition {
    Topic(Pattern),
    Payload(Pattern),
    Anywhere(Pattern),
    Qos(u8),
    Retained(bool),
    Size(Compare, u64),
}

#[derive(Debug)]
enum Pattern {
    /// In lower case.
    Text(Vec<u8>),
    Regex(Regex),
    Filter(TopicFilter),
}

#[derive(Clone, Copy, Debug)]
enum Compare {
    Above,
    Below,
    Equal,
}

/// What a topic alone says of its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All match.
    Yes,
    /// None does.
    No,
    /// It depends.
    Maybe,
}

impl Query {
    /// Reads what was typed.
    pub(crate) fn parse(text: &str) -> Result<Self, QueryError> {
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (term, after) = Term::parse(rest)?;
            terms.push(term);
            rest = after.trim_start();
        }
        Ok(Self { terms })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether payloads have to be read.
    pub(crate) fn reads_payloads(&self) -> bool {
        let reads =
            |it: &Term| matches!(it.condition, Condition::Payload(_) | Condition::Anywhere(_));
        self.terms.iter().any(reads)
    }

    /// What a topic alone decides.
    pub(crate) fn of_topic(&self, topic: &str) -> Verdict {
        let mut verdict = Verdict::Yes;
        for term in &self.terms {
            let holds = match &term.condition {
                Condition::Topic(pattern) => Some(pattern.is_in_topic(topic)),
                Condition::Anywhere(pattern) if pattern.is_in_topic(topic) => Some(true),
                _ => None,
            };
            match holds {
                Some(holds) if holds == term.negated => return Verdict::No,
                Some(_) => {}
                None => verdict = Verdict::Maybe,
            }
        }
        verdict
    }

    /// Whether a message matches, on a topic for which [`Self::of_topic`] said [`Verdict::Maybe`].
    pub(crate) fn matches(&self, topic: &str, message: &Stored<'_>) -> bool {
        let payload = message.payload.get(..SEARCHED).unwrap_or(message.payload);
        self.terms.iter().all(|term| {
            let holds = match &term.condition {
                Condition::Topic(pattern) => pattern.is_in_topic(topic),
                Condition::Payload(pattern) => pattern.is_in(payload),
                Condition::Anywhere(pattern) => {
                    pattern.is_in_topic(topic) || pattern.is_in(payload)
                }
                Condition::Qos(qos) => message.row.qos == *qos,
                Condition::Retained(retained) => message.row.retained == *retained,
                Condition::Size(compare, size) => {
                    compare.holds(message.payload.len() as u64, *size)
                }
            };
            holds != term.negated
        })
    }
}

impl Term {
    /// The first term of `text`, and what follows it.
    fn parse(text: &str) -> Result<(Self, &str), QueryError> {
        let (negated, text) = match text.strip_prefix('-') {
            Some(rest) if !rest.is_empty() && !rest.starts_with(char::is_whitespace) => {
                (true, rest)
            }
            _ => (false, text),
        };
        let names = ["topic", "payload", "qos", "retained", "size"];
        let named = names
            .into_iter()
            .find_map(|name| Some((name, text.strip_prefix(name)?.strip_prefix(':')?)));
        let (name, value) = named.unwrap_or(("", text));
        let (word, rest) = Word::parse(value)?;
        if word.is_empty() && !name.is_empty() {
            return Err(QueryError::Missing(name.to_owned()));
        }
        let condition = match name {
            "topic" => Condition::Topic(word.topic()?),
            "payload" => Condition::Payload(word.pattern()?),
            "qos" => match word.text() {
                "0" => Condition::Qos(0),
                "1" => Condition::Qos(1),
                "2" => Condition::Qos(2),
                other => return Err(QueryError::Number(other.to_owned())),
            },
            "retained" => Condition::Retained(!matches!(word.text(), "no" | "false" | "0")),
            "size" => size(word.text())?,
            _ => Condition::Anywhere(word.pattern()?),
        };
        Ok((Self { negated, condition }, rest))
    }
}

/// One word of a query.
enum Word<'a> {
    Plain(&'a str),
    Quoted(&'a str),
    Regex(Cow<'a, str>),
}

impl<'a> Word<'a> {
    /// The first word of `text`, and what follows it.
    fn parse(text: &'a str) -> Result<(Self, &'a str), QueryError> {
        if let Some(rest) = text.strip_prefix('"') {
            let (word, rest) = rest.split_once('"').ok_or(QueryError::Unclosed)?;
            return Ok((Self::Quoted(word), rest));
        }
        // `/finance` is the beginning of a topic, `/a b/` an expression: it ends with a slash that
        // nothing follows.
        if let Some(rest) = text.strip_prefix('/')
            && let Some(end) = end_of_regex(rest)
        {
            let expression = rest.get(..end).unwrap_or_default();
            let after = rest.get(end + 1..).unwrap_or_default();
            return Ok((Self::Regex(expression.replace("\\/", "/").into()), after));
        }
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        Ok((Self::Plain(word), rest))
    }

    fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Quoted(text) => text,
            Self::Regex(text) => text,
        }
    }

    fn pattern(&self) -> Result<Pattern, QueryError> {
        match self {
            Self::Plain(text) | Self::Quoted(text) => {
                Ok(Pattern::Text(text.to_ascii_lowercase().into_bytes()))
            }
            Self::Regex(text) => regex(text).map(Pattern::Regex),
        }
    }

    fn topic(&self) -> Result<Pattern, QueryError> {
        match self {
            Self::Plain(text) if text.contains(['+', '#']) => TopicFilter::new(*text)
                .map(Pattern::Filter)
                .map_err(|_| QueryError::TopicFilter((*text).to_owned())),
            _ => self.pattern(),
        }
    }
}

/// Where an expression ends: at a slash that is not escaped and before a space or the end.
fn end_of_regex(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        let ends = || text.get(at + 1..).is_none_or(|it| it.is_empty() || it.starts_with(' '));
        if c == '/' && !escaped && at > 0 && ends() {
            return Some(at);
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

fn regex(text: &str) -> Result<Regex, QueryError> {
    RegexBuilder::new(text)
        .size_limit(REGEX_SIZE)
        .nest_limit(REGEX_DEPTH)
        .build()
        .map_err(|error| QueryError::Regex(text.to_owned(), error.to_string()))
}

fn size(text: &str) -> Result<Condition, QueryError> {
    let (compare, number) = match text.split_at_checked(1) {
        Some((">", number)) => (Compare::Above, number),
        Some(("<", number)) => (Compare::Below, number),
        _ => (Compare::Equal, text),
    };
    let number = number.parse().map_err(|_| QueryError::Number(text.to_owned()))?;
    Ok(Condition::Size(compare, number))
}

impl Compare {
    fn holds(self, size: u64, limit: u64) -> bool {
        match self {
            Self::Above => size > limit,
            Self::Below => size < limit,
            Self::Equal => size == limit,
        }
    }
}

impl Pattern {
    fn is_in_topic(&self, topic: &str) -> bool {
        match self {
            Self::Text(text) => contains(topic.as_bytes(), text),
            Self::Regex(regex) => regex.is_match(topic),
            Self::Filter(filter) => filter.matches(topic),
        }
    }

    fn is_in(&self, payload: &[u8]) -> bool {
        match self {
            Self::Text(text) => contains(payload, text),
            // What is no text is searched as far as it looks like one.
            Self::Regex(regex) => regex.is_match(&String::from_utf8_lossy(payload)),
            Self::Filter(_) => false,
        }
    }
}

/// Whether `text`, which is in lower case, is in `bytes`.
fn contains(bytes: &[u8], text: &[u8]) -> bool {
    let Some((&first, rest)) = text.split_first() else { return true };
    let upper = first.to_ascii_uppercase();
    let Some(last) = bytes.len().checked_sub(text.len()) else { return false };
    bytes.iter().take(last + 1).enumerate().any(|(at, &byte)| {
        (byte == first || byte == upper)
            && bytes.get(at + 1..=at + rest.len()).is_some_and(|it| it.eq_ignore_ascii_case(rest))
    })
}
