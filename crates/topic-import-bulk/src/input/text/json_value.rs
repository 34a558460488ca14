//! A value of a document as a program takes it: of bounded size, and with what is wrong in it.

use std::fmt;

use jaq_json::{Map, Num, Rc, Val};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::input::jq::json::{as_text, text};
use crate::input::text::json_text::At;
use crate::input::text::lines::MAX_LINE_BYTES;

/// What a value counts beside its text: no more than it takes in the document, with what parts it from the next one.
const VALUE_BYTES: usize = 2;

/// What shows while a value is read.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    at: &'a At,
    /// How much more is kept.
    room: usize,
    /// How much of the first list or object is kept at most.
    most: Option<usize>,
    cut_before: u64,
    replaced_before: u64,
    /// The names that stand twice in one object.
    pub(crate) twice: Vec<String>,
    /// The members that were passed over for their size.
    pub(crate) passed_over: Vec<String>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(at: &'a At) -> Self {
        Self::of_size(at, MAX_LINE_BYTES)
    }

    pub(crate) fn of_size(at: &'a At, room: usize) -> Self {
        Self {
            at,
            room,
            most: None,
            cut_before: at.cut(),
            replaced_before: at.replaced(),
            twice: Vec::new(),
            passed_over: Vec::new(),
        }
    }

    /// Whether the value is larger than any row.
    pub(crate) fn is_too_long(&self) -> bool {
        self.room == 0
    }

    /// How many halves of pairs were replaced in what was kept.
    pub(crate) fn replaced(&self) -> u64 {
        self.at.replaced() - self.replaced_before
    }

    /// Keeps a name.
    pub(crate) fn take_name(&mut self, name: &Val) {
        let length = match name {
            Val::TStr(name) => name.len(),
            _ => 0,
        };
        self.take(length);
    }

    /// Reads the value of a member; a list or an object that is larger than `most` is passed over.
    pub(crate) fn member<'de, A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        name: &Val,
        most: usize,
    ) -> Result<Val, A::Error> {
        let mut inner = Reading::of_size(self.at, self.room);
        inner.most = Some(most);
        let value = map.next_value_seed(ValueSeed(&mut inner))?;
        let is_limited = inner.most.is_none() && most < self.room;
        if inner.is_too_long() && is_limited {
            self.replaced_before += inner.replaced();
            self.cut_before = self.at.cut();
            self.passed_over.extend(as_text(name));
            return Ok(Val::Null);
        }
        let room = if is_limited { most } else { self.room };
        self.room = if inner.is_too_long() {
            0
        } else {
            self.room - (room - inner.room)
        };
        self.twice.append(&mut inner.twice);
        Ok(value)
    }

    /// A list or an object begins.
    fn begin(&mut self) {
        if let Some(most) = self.most.take() {
            self.room = self.room.min(most);
        }
        self.take(0);
    }

    fn take(&mut self, bytes: usize) {
        self.room = self.room.saturating_sub(bytes + VALUE_BYTES);
        if self.at.cut() > self.cut_before {
            self.room = 0;
        }
    }

    /// Passes over the value of a member, whatever stands in it.
    pub(crate) fn pass_over<'de, A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let (cut, replaced) = (self.at.cut(), self.at.replaced());
        map.next_value::<IgnoredAny>()?;
        self.cut_before += self.at.cut() - cut;
        self.replaced_before += self.at.replaced() - replaced;
        Ok(())
    }
}

/// A name as a key, if it is one of those that are wanted.
pub(crate) struct Key<W>(pub(crate) W);

impl<'de, W: Fn(&str) -> Option<Val>> DeserializeSeed<'de> for Key<W> {
    type Value = Option<Val>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<W: Fn(&str) -> Option<Val>> Visitor<'_> for Key<W> {
    type Value = Option<Val>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok((self.0)(name))
    }
}

/// Reads a value. Beyond the room that there is, nothing more of it is kept.
pub(crate) struct ValueSeed<'r, 'a>(pub(crate) &'r mut Reading<'a>);

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, '_> {
    type Value = Val;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Val, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_, '_> {
    type Value = Val;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_unit<E>(self) -> Result<Val, E> {
        self.0.take(0);
        Ok(Val::Null)
    }
    fn visit_bool<E>(self, is_true: bool) -> Result<Val, E> {
        self.0.take(0);
        Ok(Val::Bool(is_true))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Val, E> {
        self.0.take(0);
        Ok(Val::Num(Num::from_integral(number)))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Val, E> {
        self.0.take(0);
        Ok(Val::Num(Num::from_integral(number)))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Val, E> {
        self.0.take(0);
        Ok(Val::Num(Num::Float(number)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Val, E> {
        self.0.take(text.len());
        if self.0.is_too_long() {
            return Ok(Val::Null);
        }
        Ok(Val::from(text.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Val, A::Error> {
        self.0.begin();
        let mut items = Vec::new();
        loop {
            if self.0.is_too_long() {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(Vec::new().into_iter().collect());
            }
            match seq.next_element_seed(ValueSeed(self.0))? {
                Some(item) => items.push(item),
                None => return Ok(items.into_iter().collect()),
            }
        }
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Val, A::Error> {
        self.0.begin();
        let mut members = Map::default();
        loop {
            if self.0.is_too_long() {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(Val::Obj(Rc::default()));
            }
            let Some(name) = map.next_key_seed(Key(|name: &str| Some(text(name))))? else {
                return Ok(Val::Obj(Rc::new(members)));
            };
            let name = name.ok_or_else(|| A::Error::custom("a key is missing"))?;
            self.0.take_name(&name);
            let value = map.next_value_seed(ValueSeed(self.0))?;
            insert(&mut members, &mut self.0.twice, name, value);
        }
    }
}

/// Adds a member; of two with the same name the first stays, and that is noted.
pub(crate) fn insert(members: &mut Map<Val, Val>, twice: &mut Vec<String>, name: Val, value: Val) {
    let length = members.len();
    let member = members.entry(name);
    let place = member.index();
    member.or_insert(value);
    if place < length {
        let name = members.get_index(place).and_then(|(name, _)| as_text(name));
        twice.extend(name.filter(|name| !twice.contains(name)));
    }
}
