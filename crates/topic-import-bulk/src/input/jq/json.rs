//! Values of jq and of JSON, each made of the other.

use jaq_json::{Map, Num, Rc, Val};
use serde::{Serialize, Serializer};
use serde_json::{Number, Value};

/// A text as a value.
pub(crate) fn text(text: impl Into<String>) -> Val {
    Val::from(text.into())
}

/// The value of a member; `None` where there is none, or where it is null.
pub(crate) fn member<'a>(value: &'a Val, name: &str) -> Option<&'a Val> {
    member_or_null(value, name).filter(|value| !matches!(value, Val::Null))
}

/// The value of a member, null included.
pub(crate) fn member_or_null<'a>(value: &'a Val, name: &str) -> Option<&'a Val> {
    // In more members than these, a hash finds a name sooner, though a key must be made for it.
    const FEW: usize = 32;
    let Val::Obj(members) = value else {
        return None;
    };
    if members.len() > FEW {
        return members.get(&text(name));
    }
    let is_it = |key: &Val| matches!(key, Val::TStr(key) if ***key == *name.as_bytes());
    members
        .iter()
        .find_map(|(key, value)| is_it(key).then_some(value))
}

/// What a text says; bytes that are no UTF-8 are replaced.
pub(crate) fn as_text(value: &Val) -> Option<String> {
    match value {
        Val::TStr(bytes) | Val::BStr(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

/// An object of these members, in this order.
pub(crate) fn object(members: impl IntoIterator<Item = (String, Val)>) -> Val {
    let members = members.into_iter().map(|(name, value)| (text(name), value));
    Val::Obj(Rc::new(members.collect::<Map<Val, Val>>()))
}

/// A value as JSON has it. A number that JSON cannot write is a text, so that it is not taken for nothing.
pub(crate) fn to_json(value: &Val) -> Value {
    match value {
        Val::Null => Value::Null,
        Val::Bool(is_true) => (*is_true).into(),
        Val::Num(number) => number_to_json(number),
        Val::TStr(_) | Val::BStr(_) => as_text(value).into(),
        Val::Arr(items) => items.iter().map(to_json).collect(),
        Val::Obj(members) => members
            .iter()
            .map(|(name, value)| {
                let name = as_text(name).unwrap_or_else(|| name.to_string());
                (name, to_json(value))
            })
            .collect(),
    }
}

/// A value as compact JSON, its members in their order.
pub(crate) fn to_text(value: &Val) -> String {
    serde_json::to_string(&Ordered(value)).unwrap_or_default()
}

/// A value whose members stay in their order.
struct Ordered<'a>(&'a Val);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Val::Arr(items) => serializer.collect_seq(items.iter().map(Ordered)),
            Val::Obj(members) => serializer.collect_map(members.iter().map(|(name, value)| {
                let name = as_text(name).unwrap_or_else(|| name.to_string());
                (name, Ordered(value))
            })),
            other => to_json(other).serialize(serializer),
        }
    }
}

fn number_to_json(number: &Num) -> Value {
    let float = |float: f64, written: String| {
        Number::from_f64(float).map_or_else(|| written.into(), Value::Number)
    };
    let digits = |digits: String| match digits.parse() {
        Ok(number) => float(number, digits),
        Err(_) => digits.into(),
    };
    match number {
        Num::Int(integer) => (*integer).into(),
        Num::Float(number) => float(*number, number.to_string()),
        Num::BigInt(integer) => {
            let integer = integer.to_string();
            match integer.parse::<u64>() {
                Ok(integer) => integer.into(),
                Err(_) => digits(integer),
            }
        }
        Num::Dec(written) => digits(written.to_string()),
    }
}

/// A value of JSON as jq has it.
#[cfg(test)]
pub(crate) fn to_value(json: &Value) -> Val {
    match json {
        Value::Null => Val::Null,
        Value::Bool(is_true) => Val::Bool(*is_true),
        Value::Number(number) => number_to_value(number),
        Value::String(string) => text(string.as_str()),
        Value::Array(items) => items.iter().map(to_value).collect(),
        Value::Object(members) => object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), to_value(value))),
        ),
    }
}

#[cfg(test)]
fn number_to_value(number: &Number) -> Val {
    Val::Num(match (number.as_i64(), number.as_u64()) {
        (Some(integer), _) => Num::from_integral(integer),
        (_, Some(integer)) => Num::from_integral(integer),
        _ => Num::Float(number.as_f64().unwrap_or(f64::NAN)),
    })
}

/// What kind of value it is, in words.
pub(crate) const fn kind(value: &Val) -> &'static str {
    match value {
        Val::Null => "null",
        Val::Bool(_) => "true or false",
        Val::Num(_) => "a number",
        Val::TStr(_) | Val::BStr(_) => "text",
        Val::Arr(_) => "a list",
        Val::Obj(_) => "an object",
    }
}
