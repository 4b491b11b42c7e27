//! JSON is indented without being understood: numbers and strings stand as they were received.

/// Deeper JSON stays as it is: the indentation would be longer than the rest.
const DEEPEST: usize = 128;

/// `text` with a line for each member and element; `None` when it is no JSON.
pub(crate) fn pretty(text: &str) -> Option<String> {
    let mut writer = Writer { rest: text, out: String::with_capacity(text.len() * 2), depth: 0 };
    writer.value()?;
    writer.skip_space();
    writer.rest.is_empty().then_some(writer.out)
}

struct Writer<'a> {
    rest: &'a str,
    out: String,
    depth: usize,
}

impl<'a> Writer<'a> {
    fn value(&mut self) -> Option<()> {
        self.skip_space();
        match self.rest.as_bytes().first()? {
            b'{' => self.list('{', '}', |it| {
                it.skip_space();
                it.string()?;
                it.skip_space();
                it.take(':')?;
                it.out.push_str(": ");
                it.value()
            }),
            b'[' => self.list('[', ']', Self::value),
            b'"' => self.string(),
            _ => self.word(),
        }
    }

    /// Between brackets, parted by commas.
    fn list(
        &mut self,
        open: char,
        close: char,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        self.out.push(open);
        self.skip_space();
        if self.take(close).is_some() {
            self.out.push(close);
            return Some(());
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        loop {
            self.line();
            item(self)?;
            self.skip_space();
            if self.take(',').is_none() {
                break;
            }
            self.out.push(',');
        }
        self.take(close)?;
        self.depth -= 1;
        self.line();
        self.out.push(close);
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        let bytes = self.rest.as_bytes();
        if bytes.first() != Some(&b'"') {
            return None;
        }
        let mut escaped = false;
        let end = bytes.iter().skip(1).position(|byte| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        })?;
        let string = self.rest.get(..end + 2)?;
        let plain = string.bytes().all(|it| it >= 0x20);
        plain.then(|| self.copy(string))
    }

    /// A number, `true`, `false`, `null`.
    fn word(&mut self) -> Option<()> {
        let ends = |c: char| matches!(c, ',' | ']' | '}' | ':') || c.is_ascii_whitespace();
        let word = self.rest.split(ends).next()?;
        (matches!(word, "true" | "false" | "null") || is_number(word)).then(|| self.copy(word))
    }

    fn copy(&mut self, token: &'a str) {
        self.out.push_str(token);
        self.rest = self.rest.get(token.len()..).unwrap_or_default();
    }

    fn take(&mut self, c: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(c)?;
        Some(())
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(core::iter::repeat_n("  ", self.depth));
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }
}

/// `-? int frac? exp?` [RFC 8259 §6]
fn is_number(word: &str) -> bool {
    let word = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (word, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let unsigned = |text: &'_ str| digits(text.strip_prefix(['+', '-']).unwrap_or(text));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(unsigned)
}
