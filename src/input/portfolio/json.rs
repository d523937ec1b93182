//! A portfolio in JSON: every problem of the file at once, each with its pointer and line.

use chrono::NaiveDate;

use super::draft::{CURRENCY, Draft, Entry};
use crate::finding::{Code, Finding, Place};
use crate::input::json_tree::{self, Node, Tree};
use crate::input::source::TextFile;
use crate::market::new_york;
use crate::profile::json_problem::JsonProblem;
use crate::suggestion;
use crate::symbol::Symbol;

/// The keys of a portfolio.
const KEYS: [&str; 8] = [
    "total_equity",
    "as_of",
    "buying_power",
    "cash_balance",
    "positions",
    "metadata",
    "currency",
    "base_currency",
];

/// The keys that name the kind of a security.
pub(super) const SECURITY_TYPES: [&str; 4] = ["sec_type", "asset_type", "asset_class", "security_type"];

/// The other keys of a position.
const POSITION_KEYS: [&str; 6] =
    ["symbol", "quantity", "market_value", "average_cost", "currency", "account_id"];

/// The keys that name the currency of the account.
const CURRENCY_KEYS: [&str; 2] = ["currency", "base_currency"];

/// Reads the text of a file.
///
/// # Errors
/// A finding with the place where the text stops being a JSON object.
pub(super) fn read(file: &TextFile) -> Result<Draft, Box<Finding>> {
    let text = file.text.as_str();
    if text.trim().is_empty() {
        return Err(Box::new(Finding::new(Code::PortfolioInvalid, "the file is empty").file(&file.path)));
    }
    let refuse = |error: serde_json::Error| {
        Box::new(JsonProblem::of(&error, text).finding(Code::PortfolioInvalid, &file.path))
    };
    let Some(root) = json_tree::read(text) else {
        return match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text) {
            Err(error) => Err(refuse(error)),
            Ok(_) => Err(Box::new(
                Finding::new(Code::PortfolioInvalid, "the values are nested too deeply").file(&file.path),
            )),
        };
    };
    let mut reader = Reader { text, draft: Draft::default() };
    reader.read(&root);
    Ok(reader.draft)
}

struct Reader<'t> {
    text: &'t str,
    draft: Draft,
}

impl Reader<'_> {
    fn read(&mut self, root: &Node) {
        let Some(entries) = self.object("", root, &KEYS) else {
            self.draft.has_lost_its_shape = true;
            return;
        };
        for (key, _, node) in entries {
            let pointer = format!("/{key}");
            match key.as_str() {
                "total_equity" => self.draft.total_equity = self.number(&pointer, node),
                "buying_power" => self.draft.buying_power = self.number(&pointer, node),
                "cash_balance" => self.draft.cash_balance = self.number(&pointer, node),
                "as_of" => self.draft.as_of = self.date(&pointer, node),
                "positions" => self.positions(node),
                "metadata" => self.metadata(node),
                "currency" | "base_currency" => self.check_currency(&pointer, node),
                _ => {}
            }
        }
    }

    fn place(&self, node: &Node) -> Place {
        node.place(self.text)
    }

    fn refuse(&mut self, pointer: &str, node: &Node, message: String, observed: &str, hint: &str) {
        let place = self.place(node);
        self.draft.refuse(pointer, place, message, observed, hint);
    }

    /// Refuses a value of another kind than is expected; nothing is known then.
    fn refuse_kind<T>(&mut self, pointer: &str, node: &Node, expected: &str, hint: &str) -> Option<T> {
        let message = format!("expected {expected}, found {}", node.value.kind());
        self.refuse(pointer, node, message, "", hint);
        None
    }

    /// The entries of an object; unknown and repeated keys are refused.
    fn object<'n>(
        &mut self,
        pointer: &str,
        node: &'n Node,
        known: &[&str],
    ) -> Option<&'n Vec<(String, usize, Node)>> {
        let Tree::Object(entries) = &node.value else {
            let pointer = if pointer.is_empty() { "/" } else { pointer };
            return self.refuse_kind(pointer, node, "an object", super::SHAPE);
        };
        for (index, (key, at, _)) in entries.iter().enumerate() {
            let place = crate::input::json::place_of_byte(self.text, *at);
            let pointer = format!("{pointer}/{key}");
            if !known.contains(&key.as_str()) {
                let nearest = suggestion::nearest(key, known.iter().copied());
                let hint = suggestion::question(&nearest)
                    .unwrap_or_else(|| format!("the keys are {}", known.join(", ")));
                self.draft.refuse(&pointer, place, format!("unknown key `{key}`"), "", &hint);
            } else if entries.iter().take(index).any(|(earlier, ..)| earlier == key) {
                self.draft.refuse(
                    &pointer,
                    place,
                    format!("the key `{key}` appears twice"),
                    "",
                    "keep one of them",
                );
            }
        }
        Some(entries)
    }

    /// A number, or a text that holds one; `None` of null and of anything else, which is refused.
    fn number(&mut self, pointer: &str, node: &Node) -> Option<f64> {
        let hint = "write a plain number, such as 1500.25, or null";
        let written = match &node.value {
            Tree::Null => return None,
            Tree::NotJson(word) => {
                let message = format!("`{word}` is not a JSON number");
                self.refuse(pointer, node, message, "", "write null where a number is not known");
                return None;
            }
            Tree::Number(text) | Tree::Text(text) => text.trim(),
            _ => return self.refuse_kind(pointer, node, "a number", hint),
        };
        let number = written.parse::<f64>();
        if let Some(number) = number.as_ref().ok().filter(|number| number.is_finite()) {
            let place = self.place(node);
            return self.draft.of_possible_size(pointer, place, *number);
        }
        let is_word = !written.contains(|character: char| character.is_ascii_digit());
        let message =
            if number.is_err() || is_word { "the text is not a number" } else { "the number is too large" };
        self.refuse(pointer, node, message.to_owned(), written, hint);
        None
    }

    fn text(&mut self, pointer: &str, node: &Node) -> Option<String> {
        match &node.value {
            Tree::Null => None,
            Tree::Text(text) => Some(text.clone()),
            _ => self.refuse_kind(pointer, node, "text", "write text in double quotes, or null"),
        }
    }

    fn date(&mut self, pointer: &str, node: &Node) -> Option<NaiveDate> {
        let written = self.text(pointer, node)?;
        match new_york::read_date(written.trim()) {
            Ok(reading) => Some(reading.new_york()),
            Err(error) => {
                self.refuse(pointer, node, error.to_string(), &written, "write the date as `YYYY-MM-DD`");
                None
            }
        }
    }

    fn metadata(&mut self, node: &Node) {
        if let Tree::Object(entries) = &node.value {
            for (key, _, value) in entries.iter().filter(|(key, ..)| CURRENCY_KEYS.contains(&key.as_str())) {
                self.check_currency(&format!("/metadata/{key}"), value);
            }
        }
        self.draft.labels = Some(node.to_json()).filter(|labels| !labels.is_null());
    }

    /// The account must be one in US dollars.
    fn check_currency(&mut self, pointer: &str, node: &Node) {
        let Tree::Text(currency) = &node.value else { return };
        let written = currency.trim();
        if !written.is_empty() && !written.eq_ignore_ascii_case(CURRENCY) {
            let message = "the account is not in US dollars".to_owned();
            self.refuse(pointer, node, message, written, "give equity, cash and values in US dollars");
        }
    }

    fn positions(&mut self, node: &Node) {
        let items = match &node.value {
            Tree::Null => return,
            Tree::List(items) => items,
            _ => {
                self.refuse_kind::<()>("/positions", node, "a list", super::SHAPE);
                return;
            }
        };
        for (index, item) in items.iter().enumerate() {
            if let Some(entry) = self.position(format!("/positions/{index}"), item) {
                self.draft.entries.push(entry);
            }
        }
    }

    /// A position; `None` where a number that it must have is not there.
    fn position(&mut self, pointer: String, item: &Node) -> Option<Entry> {
        let known: Vec<&str> = POSITION_KEYS.into_iter().chain(SECURITY_TYPES).collect();
        let entries = self.object(&pointer, item, &known)?;
        let find = |name: &str| entries.iter().find(|(key, ..)| key == name).map(|(_, _, node)| node);
        let mut entry = Entry { line: self.place(item).line, ..Entry::default() };
        for name in ["symbol", "quantity", "market_value"] {
            if find(name).is_none_or(|node| matches!(node.value, Tree::Null)) {
                let hint = "a position has `symbol`, `quantity` and `market_value`";
                self.refuse(&format!("{pointer}/{name}"), item, format!("there is no `{name}`"), "", hint);
            }
        }
        let of = |name: &str| (format!("{pointer}/{name}"), find(name));
        let mut text = |name: &str| {
            let (pointer, node) = of(name);
            node.and_then(|node| self.text(&pointer, node))
        };
        entry.symbol = text("symbol").as_deref().and_then(Symbol::parse);
        entry.currency = text("currency");
        entry.account_id = text("account_id").map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        entry.security_type = SECURITY_TYPES.into_iter().find_map(text);
        let mut number = |name: &str| {
            let (pointer, node) = of(name);
            node.and_then(|node| self.number(&pointer, node))
        };
        entry.quantity = number("quantity");
        entry.market_value = number("market_value");
        entry.average_cost = number("average_cost");
        entry.pointer = pointer;
        Some(entry)
    }
}
