use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;

struct Parser {
    text: &str, //~ E0106
    words: Vec<&'_ str>, //~ E0106
    hook: Box<dyn Fn(&str) -> &str>,
    iter: std::str::Chars, //~ E0106
}

struct View<'a> {
    text: &'a str,
    map: HashMap<&'static str, fn(&u8, &u8) -> &u8>, //~ E0106
}

enum Token {
    Word(&str), //~ E0106
    Number { text: &mut [u8] }, //~ E0106
}

type Alias = &u8; //~ E0106
type Fine<'a> = &'a u8;

static NAMES: &[&str] = &["a"];
const FIRST: Option<&str> = None;

fn longest(a: &str, b: &str) -> &str { //~ E0106
    if a.len() > b.len() { a } else { b }
}

fn none() -> &str { //~ E0106
    ""
}

fn both<'a>(a: &'a str, b: &str) -> Option<&str> { //~ E0106
    Some(a)
}

fn one(a: &str, n: usize) -> Vec<&str> {
    vec![&a[n..]]
}

fn named<'a>(a: &'a str, b: &'a str) -> &str { //~ E0106
    if a.is_empty() { b } else { a }
}

fn hidden(view: View) -> View {
    view
}

fn two_hidden(view: View, other: View) -> View { //~ E0106
    view
}

fn make(f: impl Fn(&str) -> &str, g: fn(&str) -> usize) -> impl Fn(&str) -> usize {
    move |s| g(f(s))
}

impl View { //~ E0726
    fn nothing() {}
}

impl<'a> View<'a> {
    fn text(&self, other: &str) -> &str {
        let _ = other;
        self.text
    }
    fn pinned(self: Pin<&mut Self>, _: &u8) -> &str {
        ""
    }
    fn shared(self: Rc<Self>, a: &u8, b: &u8) -> &u8 { //~ E0106
        a
    }
    fn whole(self, word: &str) -> &str {
        word
    }
}

impl fmt::Display for View { //~ E0726
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl PartialEq for View<'_> {
    fn eq(&self, other: &View) -> bool {
        self.text == other.text
    }
}

impl PartialEq<&str> for View<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

trait Lines {
    fn lines(&self) -> Vec<&str>;
    fn pick(a: &str, b: &str) -> &str; //~ E0106
}

impl Iterator for Token {
    type Item = &u8; //~ ERROR associated type
    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}

fn main() {}
