//! A prototype while somebody edits it.

use mcs_model::api::{PrototypeDraft, PrototypeEdit, PrototypeInfo, TryFunction};
use mcs_model::check::{self, Fault, Field, Flaw};
use mcs_model::{ChannelId, ChannelKind, Direction, Prototype, Template};

use super::row::{KindName, Row};

/// The most steps that can be taken back.
const MAX_STEPS: usize = 100;

/// A draft of a prototype, and what it began from.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    base: PrototypeInfo,
    began: Fields,
    now: Fields,
    past: Vec<Fields>,
    future: Vec<Fields>,
    /// What the newest step was about: more typing there belongs to it.
    step: Option<(Option<u32>, Field)>,
    last_row: u32,
}

/// Everything that can be edited, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The description.
    pub description: String,
    /// The channels in display order.
    pub rows: Vec<Row>,
}

impl Draft {
    /// A draft that says what the prototype says.
    pub fn new(base: PrototypeInfo) -> Self {
        let Prototype { name, version, description, channels, .. } = &base.prototype;
        let mut last_row = 0;
        let rows = channels.iter().filter_map(|channel| {
            last_row += 1;
            Row::of(last_row, channel)
        });
        let now = Fields {
            rows: rows.collect(),
            name: name.clone(),
            version: version.clone(),
            description: description.clone(),
        };
        let (past, future) = (Vec::new(), Vec::new());
        Self { base, began: now.clone(), now, past, future, step: None, last_row }
    }

    /// What it began from.
    pub fn base(&self) -> &PrototypeInfo {
        &self.base
    }

    /// What it says now.
    pub fn fields(&self) -> &Fields {
        &self.now
    }

    /// The row with this number, wherever it is.
    pub fn row(&self, number: u32) -> Option<&Row> {
        self.now.rows.iter().find(|it| it.number == number)
    }

    /// Whether it says something else than it began from.
    pub fn is_dirty(&self) -> bool {
        self.now != self.began
    }

    /// Everything that is wrong with it; a channel is named by its place.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut channels = Vec::with_capacity(self.now.rows.len());
        for (at, row) in self.now.rows.iter().enumerate() {
            let (channel, unreadable) = row.channel();
            let fault = |(field, flaw)| Fault { channel: Some(at), field, flaw };
            faults.extend(unreadable.into_iter().map(fault));
            let id = row.id.trim();
            let twice = self.now.rows.iter().take(at).any(|it| it.id.trim() == id);
            if twice && !id.is_empty() {
                faults.push(fault((Field::Id, Flaw::Twice)));
            }
            channels.push(channel);
        }
        let prototype = self.said(channels).with_id(self.base.prototype.id.clone());
        // Of ids everything is said, and some of these were made up.
        faults.extend(check::faults(&prototype).into_iter().filter(|it| it.field != Field::Id));
        mcs_sorted::sort_by(&mut faults, |a, b| (a.channel, a.field).cmp(&(b.channel, b.field)));
        faults
    }

    /// What to send; `None` while something is wrong.
    pub fn edit(&self, hide: Vec<ChannelId>) -> Option<PrototypeEdit> {
        if !self.faults().is_empty() {
            return None;
        }
        let channels = self.now.rows.iter().map(|row| row.channel().0).collect();
        Some(PrototypeEdit { revision: self.base.revision, draft: self.said(channels), hide })
    }

    fn said(&self, channels: Vec<mcs_model::Channel>) -> PrototypeDraft {
        PrototypeDraft {
            name: self.now.name.trim().to_owned(),
            version: self.now.version.trim().to_owned(),
            description: self.now.description.trim().to_owned(),
            channels,
        }
    }

    /// Types into a field of the prototype itself.
    pub fn set(&mut self, field: Field, text: String) {
        self.step((None, field));
        match field {
            Field::Version => self.now.version = text,
            Field::Description => self.now.description = text,
            _ => self.now.name = text,
        }
    }

    /// Types into a field of a channel. The id of one that is kept does not change.
    pub fn set_row(&mut self, number: u32, field: Field, text: String) {
        self.change_row(number, field, |row| match field {
            Field::Name => row.set_name(text),
            Field::Id if !row.kept => row.set_id(text),
            Field::Description => row.description = text,
            Field::Unit => row.unit = text,
            Field::Code => row.code = text,
            Field::Lower => row.lower = text,
            Field::Upper => row.upper = text,
            Field::OptionName(at) => {
                if let Some(option) = row.options.get_mut(at) {
                    option.0 = text;
                }
            }
            Field::OptionValue(at) => {
                if let Some(option) = row.options.get_mut(at) {
                    option.1 = text;
                }
            }
            Field::Button(at) => {
                if let Some(button) = row.buttons.get_mut(at) {
                    *button = text;
                }
            }
            _ => {}
        });
    }

    /// Gives a channel another type; settings that both have stay.
    pub fn set_kind(&mut self, number: u32, kind: KindName) {
        self.step = None;
        self.change_row(number, Field::Channels, |row| row.set_kind(kind));
        self.step = None;
    }

    /// Says who writes a channel, as far as its type allows.
    pub fn set_direction(&mut self, number: u32, direction: Direction) {
        self.step = None;
        self.change_row(number, Field::Channels, |row| {
            if row.kind.directions().contains(&direction) {
                row.direction = direction;
            }
        });
        self.step = None;
    }

    /// Chooses the look of a channel's widget.
    pub fn set_template(&mut self, number: u32, template: Template) {
        self.step = None;
        self.change_row(number, Field::Channels, |row| row.template = Some(template));
        self.step = None;
    }

    /// What to send to try the code of a function on a value; `None` while its code cannot be kept.
    pub fn trial(&self, number: u32, value: String) -> Option<TryFunction> {
        let rows = self.now.rows.iter();
        let channels: Vec<_> = rows.map(|it| it.channel().0).collect();
        let channel = channels.get(self.place(number)?)?.clone();
        let ChannelKind::Function { code } = &channel.kind else { return None };
        if check::code(code).is_some() {
            return None;
        }
        Some(TryFunction { draft: self.said(channels), channel: channel.id, value })
    }

    /// Adds an empty key to a category.
    pub fn add_option(&mut self, number: u32) {
        self.step = None;
        self.change_row(number, Field::Options, |row| {
            row.options.push((String::new(), String::new()));
        });
        self.step = None;
    }

    /// Removes a key of a category.
    pub fn remove_option(&mut self, number: u32, at: usize) {
        self.step = None;
        self.change_row(number, Field::Options, |row| {
            if at < row.options.len() {
                row.options.remove(at);
            }
        });
        self.step = None;
    }

    /// Adds a channel at the end; its number.
    pub fn add(&mut self, kind: KindName, direction: Direction) -> u32 {
        self.step_whole();
        self.last_row += 1;
        self.now.rows.push(Row::new(self.last_row, kind, direction));
        self.last_row
    }

    /// Adds a channel like another one behind it, without its id; its number.
    pub fn duplicate(&mut self, number: u32) -> Option<u32> {
        let at = self.place(number)?;
        self.step_whole();
        self.last_row += 1;
        let former = self.now.rows[at].clone();
        let id = String::new();
        let copy = Row { number: self.last_row, kept: false, id, follows: true, ..former };
        self.now.rows.insert(at + 1, copy);
        Some(self.last_row)
    }

    /// Removes a channel.
    pub fn remove(&mut self, number: u32) {
        if let Some(at) = self.place(number) {
            self.step_whole();
            self.now.rows.remove(at);
        }
    }

    /// Moves a channel to a place, from 0; behind the last one if there is no such place.
    pub fn move_to(&mut self, number: u32, to: usize) {
        let to = to.min(self.now.rows.len().saturating_sub(1));
        if let Some(at) = self.place(number).filter(|at| *at != to) {
            self.step_whole();
            let row = self.now.rows.remove(at);
            self.now.rows.insert(to, row);
        }
    }

    /// The place of a channel, from 0.
    pub fn place(&self, number: u32) -> Option<usize> {
        self.now.rows.iter().position(|it| it.number == number)
    }

    /// Whether a step can be taken back.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether a step that was taken back can be taken again.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Takes the newest step back.
    pub fn undo(&mut self) {
        if let Some(fields) = self.past.pop() {
            self.future.push(core::mem::replace(&mut self.now, fields));
            self.step = None;
        }
    }

    /// Takes a step again that was taken back.
    pub fn redo(&mut self) {
        if let Some(fields) = self.future.pop() {
            self.past.push(core::mem::replace(&mut self.now, fields));
            self.step = None;
        }
    }

    /// Says again what it began from; a step like others.
    pub fn discard(&mut self) {
        if self.is_dirty() {
            self.step_whole();
            self.now = self.began.clone();
        }
    }

    /// Goes on from another state of the prototype with what it says now: the next edit replaces that state.
    pub fn rebase(&mut self, base: PrototypeInfo) {
        let mut other = Self::new(base);
        let mut fields = self.now.clone();
        for row in &mut fields.rows {
            let id = row.id.trim();
            row.kept = other.base.prototype.channels.iter().any(|it| it.id.as_str() == id);
        }
        // Numbers of the new base must not meet those of rows that were added here.
        let shift = self.last_row.max(other.last_row);
        for row in &mut other.began.rows {
            let same = fields.rows.iter().find(|it| it.kept && it.id.trim() == row.id);
            row.number = same.map_or(row.number + shift, |it| it.number);
        }
        other.last_row += shift;
        other.now = fields;
        *self = other;
    }

    fn change_row(&mut self, number: u32, field: Field, change: impl FnOnce(&mut Row)) {
        let Some(at) = self.place(number) else { return };
        let mut row = self.now.rows[at].clone();
        change(&mut row);
        if row != self.now.rows[at] {
            self.step((Some(number), field));
            self.now.rows[at] = row;
        }
    }

    /// A step that is one by itself.
    fn step_whole(&mut self) {
        self.step = None;
        self.keep_step();
    }

    fn step(&mut self, about: (Option<u32>, Field)) {
        if self.step != Some(about) {
            self.keep_step();
            self.step = Some(about);
        }
    }

    fn keep_step(&mut self) {
        if self.past.len() == MAX_STEPS {
            self.past.remove(0);
        }
        self.past.push(self.now.clone());
        self.future.clear();
    }
}
