//! What the positions of an account say against its quantities, the profile's symbols and the newest closes.

use chrono::NaiveDate;

use crate::account::{Account, Position};
use crate::check::day::holdings::named;
use crate::finding::{Code, Finding, Severity, quoted};
use crate::lookalike::Spellings;
use crate::market::window::Window;
use crate::symbol::Symbol;
use crate::visible::shell_word;

/// How far the value of a share may be off the newest close, as a ratio of it: an account valued some days ago.
const LARGEST_OFF: f64 = 0.20;

/// How near a value and a quantity times a price are one number, as a ratio.
const SAME_VALUE: f64 = 0.0005;

/// So many positions must be valued at one earlier session: a single one may be so by chance.
const FEWEST_LAGGING: usize = 2;

/// The held spellings that look like a managed symbol, each with it.
pub type Pairs = Vec<(Symbol, Symbol)>;

/// Returns the holdings that the profile does not manage and that look like one of the symbols that it does.
pub fn lookalikes(account: &Account, is_managed: impl Fn(&Symbol) -> bool, managed: &[Symbol]) -> Pairs {
    let unmanaged: Vec<&Symbol> = account.holdings.iter().filter(|symbol| !is_managed(symbol)).collect();
    if unmanaged.is_empty() {
        return Vec::new();
    }
    let spellings = Spellings::new(managed);
    unmanaged
        .into_iter()
        .filter_map(|held| {
            let name = spellings.find(held.as_str())?;
            Some((held.clone(), name.clone()))
        })
        .collect()
}

/// Finds holdings that are spelled otherwise than the profile spells them: it would buy them once more.
pub fn holding_looks_managed(pairs: &Pairs) -> Option<Finding> {
    let (held, name) = pairs.first()?;
    let listed: Vec<String> = pairs.iter().map(|(held, name)| format!("`{held}` for `{name}`")).collect();
    Some(
        Finding::new(
            Code::HoldingLooksManaged,
            format!("the account seems to spell symbols of the profile differently: {}", listed.join(", ")),
        )
        .symbol(held)
        .observed(held)
        .expected(name)
        .hint(format!(
            "write `{name}` in the portfolio, or say what is meant with `--alias {}`; `--allow {}` reads each pair as one \
             symbol",
            shell_word(&format!("{held}={name}")),
            Code::HoldingLooksManaged
        )),
    )
}

/// Reads a holding under another spelling: its quantity, value and cost added to those already there.
pub fn rename(account: &mut Account, held: &Symbol, name: &Symbol) {
    let cost = account.average_costs.remove(held);
    if let Some(position) = account.positions.remove(held) {
        let nothing = Position { quantity: 0.0, market_value_usd: 0.0 };
        let sum = account.positions.entry(name.clone()).or_insert(nothing);
        let known = account.average_costs.remove(name).or((sum.quantity == 0.0).then_some(0.0));
        let cost = cost.zip(known).map(|(cost, known)| cost * position.quantity + known * sum.quantity);
        sum.quantity += position.quantity;
        sum.market_value_usd += position.market_value_usd;
        if let Some(cost) = cost.filter(|_| sum.quantity != 0.0) {
            account.average_costs.insert(name.clone(), cost / sum.quantity);
        }
    }
    if let Some(currency) = account.foreign.remove(held) {
        account.foreign.insert(name.clone(), currency);
    }
    if account.holdings.remove(held) {
        account.holdings.insert(name.clone());
    }
}

/// Finds managed positions of no share that have a value: one of the two numbers is wrong.
pub fn valued_without_shares(account: &Account, is_managed: impl Fn(&Symbol) -> bool) -> Option<Finding> {
    let is_valued = |position: &Position| {
        position.quantity == 0.0 && position.market_value_usd.abs() > SMALLEST_VALUE_USD
    };
    let valued =
        account.positions.iter().filter(|(symbol, position)| is_managed(symbol) && is_valued(position));
    let names: Vec<&Symbol> = valued.map(|(symbol, _)| symbol).collect();
    (!names.is_empty()).then(|| {
        Finding::new(Code::PortfolioInvalid, format!("0 shares of {} have a value", quoted(&names)))
            .column("quantity")
            .observed(0)
            .expected("the number of shares, or a value of 0")
            .hint("correct the quantity, or leave the position out")
    })
}

/// What shows as less than a cent is no value.
const SMALLEST_VALUE_USD: f64 = 0.005;

/// A held position beside the closes of its symbol.
struct Marked<'a> {
    symbol: &'a Symbol,
    position: Position,
    closes: Window<'a>,
    newest: f64,
}

impl Marked<'_> {
    fn is_worth(&self, price: f64) -> bool {
        let value = self.position.quantity * price;
        (self.position.market_value_usd - value).abs() <= SAME_VALUE * value.abs()
    }

    fn usd_a_share(&self) -> f64 {
        self.position.market_value_usd / self.position.quantity
    }
}

fn marked<'a>(
    account: &'a Account,
    is_managed: impl Fn(&Symbol) -> bool,
    closes_of: impl Fn(&Symbol) -> Option<Window<'a>>,
) -> Vec<Marked<'a>> {
    let held =
        account.positions.iter().filter(|(symbol, position)| position.quantity != 0.0 && is_managed(symbol));
    held.filter_map(|(symbol, position)| {
        let closes = closes_of(symbol)?;
        Some(Marked { symbol, position: *position, closes, newest: closes.close()? })
    })
    .collect()
}

/// Finds positions whose value does not fit their quantity and the newest close, or all of whose values are those of an
/// earlier session.
pub fn against_closes<'a>(
    account: &'a Account,
    is_managed: impl Fn(&Symbol) -> bool,
    closes_of: impl Fn(&Symbol) -> Option<Window<'a>>,
) -> Vec<Finding> {
    let marked = marked(account, is_managed, closes_of);
    let mut findings = position_mismatch(account, &marked);
    findings.extend(positions_lag_prices(&marked));
    findings
}

fn position_mismatch(account: &Account, marked: &[Marked<'_>]) -> Vec<Finding> {
    let is_off = |one: &&Marked<'_>| (one.usd_a_share() / one.newest - 1.0).abs() > LARGEST_OFF;
    let is_at_cost =
        |one: &&Marked<'_>| account.average_costs.get(one.symbol).is_some_and(|cost| one.is_worth(*cost));
    let (at_cost, off): (Vec<&Marked<'_>>, Vec<&Marked<'_>>) =
        marked.iter().filter(is_off).partition(is_at_cost);
    let mut findings = Vec::new();
    if let Some(first) = off.first() {
        let message = format!(
            "the value of a share is not near the newest close: {}",
            named(off.iter().map(|one| one.symbol))
        );
        findings.push(about(first, message).hint("look for a wrong quantity or value, and for a split"));
    }
    if let Some(first) = at_cost.first() {
        let message = format!(
            "the values are quantity times average cost, not what the shares are worth: {}",
            named(at_cost.iter().map(|one| one.symbol))
        );
        let hint = "give the market values of the day";
        findings.push(about(first, message).severity(Severity::Info).hint(hint));
    }
    findings
}

fn about(first: &Marked<'_>, message: String) -> Finding {
    Finding::new(Code::PositionMismatch, message)
        .symbol(first.symbol)
        .observed(format!("{:.2} a share of {}", first.usd_a_share(), first.symbol))
        .expected(format!("within 20 % of {}", first.newest))
}

/// Finds that all values are those of one earlier session: the account was read before the prices were.
fn positions_lag_prices(marked: &[Marked<'_>]) -> Option<Finding> {
    let (first, others) = marked.split_first()?;
    if marked.len() < FEWEST_LAGGING || marked.iter().any(|one| one.is_worth(one.newest)) {
        return None;
    }
    let newest = first.closes.date()?;
    let was_worth_all = |date: NaiveDate| {
        others.iter().all(|one| one.closes.close_on(date).is_some_and(|close| one.is_worth(close)))
    };
    let earlier = first.closes.before(newest);
    let bars = earlier.dates.iter().zip(earlier.closes).rev();
    let (date, _) =
        bars.into_iter().find(|(date, close)| first.is_worth(**close) && was_worth_all(**date))?;
    Some(
        Finding::new(
            Code::PositionsLagPrices,
            format!("the positions are valued at the closes of {date}, and the newest ones are of {newest}"),
        )
        .observed(date)
        .expected(newest)
        .hint("read the account after the prices, so that its values are those of the decision date"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::history::History;

    fn symbol(text: &str) -> Symbol {
        Symbol::parse(text).unwrap()
    }

    fn account(positions: &[(&str, f64, f64)]) -> Account {
        let position = |quantity, market_value_usd| Position { quantity, market_value_usd };
        let positions =
            positions.iter().map(|(name, quantity, value)| (symbol(name), position(*quantity, *value)));
        Account::of_positions(positions.collect())
    }

    fn closes(closes: &[f64]) -> History {
        let days = ["2025-03-27", "2025-03-28", "2025-03-31"].map(|day| day.parse().unwrap());
        History::from_closes(days.into_iter().zip(closes.iter().copied()))
    }

    fn found(account: &Account) -> Vec<(Code, Severity, String)> {
        let (qqq, tqqq) = (closes(&[480.0, 490.0, 500.0]), closes(&[60.0, 64.0, 70.0]));
        let window = |symbol: &Symbol| match symbol.as_str() {
            "QQQ" => Some(qqq.window()),
            "TQQQ" => Some(tqqq.window()),
            _ => None,
        };
        // No finding borrows the histories.
        let account = account.clone();
        against_closes(&account, |symbol| symbol.as_str() != "AAPL", window)
            .into_iter()
            .map(|finding| (finding.code, finding.severity, finding.message))
            .collect()
    }

    #[test]
    fn spellings_of_managed_symbols_are_one_finding() {
        let account = account(&[("TQQQ.US", 10.0, 700.0), ("BRK B", 2.0, 900.0), ("MET-A", 1.0, 20.0)]);
        let managed = [symbol("TQQQ"), symbol("BRK.B"), symbol("META")];
        let pairs = lookalikes(&account, |held| managed.contains(held), &managed);
        assert_eq!(pairs, [(symbol("BRK B"), symbol("BRK.B")), (symbol("TQQQ.US"), symbol("TQQQ"))]);
        let finding = holding_looks_managed(&pairs).unwrap();
        assert!(finding.is_error() && finding.code.can_be_allowed());
        assert!(
            finding.message.ends_with("`BRK B` for `BRK.B`, `TQQQ.US` for `TQQQ`"),
            "{}",
            finding.message
        );
        assert_eq!(lookalikes(&account, |_| true, &managed), []);
        assert_eq!(holding_looks_managed(&Vec::new()), None);
    }

    #[test]
    fn a_spelling_is_added_to_the_symbol() {
        let mut account = account(&[("TQQQ.US", 10.0, 700.0), ("TQQQ", 5.0, 350.0)]);
        rename(&mut account, &symbol("TQQQ.US"), &symbol("TQQQ"));
        let position = account.positions[&symbol("TQQQ")];
        assert_eq!((position.quantity, position.market_value_usd), (15.0, 1_050.0));
        assert_eq!(account.holdings, [symbol("TQQQ")].into());
    }

    #[test]
    fn a_spelling_takes_its_cost_and_its_currency_along() {
        let renamed = |costs: &[(&str, f64)]| {
            let mut account = account(&[("TQQQ.US", 10.0, 700.0), ("TQQQ", 5.0, 350.0)]);
            account.average_costs = costs.iter().map(|(name, cost)| (symbol(name), *cost)).collect();
            rename(&mut account, &symbol("TQQQ.US"), &symbol("TQQQ"));
            account.average_costs
        };
        // (10 x 40 + 5 x 70) / 15; of one lot without a cost the average is not known.
        assert_eq!(renamed(&[("TQQQ.US", 40.0), ("TQQQ", 70.0)]), [(symbol("TQQQ"), 50.0)].into());
        assert_eq!(renamed(&[("TQQQ.US", 40.0)]), [].into());
        let mut alone = account(&[("BRK B", 2.0, 900.0)]);
        alone.average_costs = [(symbol("BRK B"), 450.0)].into();
        rename(&mut alone, &symbol("BRK B"), &symbol("BRK.B"));
        assert_eq!(alone.average_costs, [(symbol("BRK.B"), 450.0)].into());
        let mut abroad =
            Account { foreign: [(symbol("BRK B"), "EUR".to_owned())].into(), ..Account::default() };
        rename(&mut abroad, &symbol("BRK B"), &symbol("BRK.B"));
        assert_eq!(abroad.foreign, [(symbol("BRK.B"), "EUR".to_owned())].into());
    }

    #[test]
    fn no_share_has_no_value() {
        let is_found = |positions: &[(&str, f64, f64)]| {
            valued_without_shares(&account(positions), |symbol| symbol.as_str() == "QQQ").is_some()
        };
        assert!(is_found(&[("QQQ", 0.0, 55.0)]));
        // Nothing, a share, and a symbol that the profile does not manage.
        assert!(!is_found(&[("QQQ", 0.0, 0.0), ("AAPL", 0.0, 55.0)]));
        assert!(!is_found(&[("QQQ", 0.1, 55.0)]));
    }

    #[test]
    fn a_value_far_from_the_newest_close_is_named() {
        // 10 shares at 500: 4000 is 20 % off, 3999 is more, 55 is a slip.
        assert_eq!(found(&account(&[("QQQ", 10.0, 4_000.0)])), []);
        for value in [3_999.0, 55.0, 6_001.0] {
            let found = found(&account(&[("QQQ", 10.0, value)]));
            assert_eq!(found[0].0, Code::PositionMismatch);
            assert_eq!((found.len(), found[0].1), (1, Severity::Warning));
        }
        // A symbol that the profile does not manage may be worth anything.
        assert_eq!(found(&account(&[("AAPL", 10.0, 1.0)])), []);
    }

    #[test]
    fn a_value_at_cost_is_only_noted() {
        let mut account = account(&[("QQQ", 10.0, 3_000.0)]);
        account.average_costs.insert(symbol("QQQ"), 300.0);
        let found = found(&account);
        assert_eq!(found[0].1, Severity::Info);
        assert!(found[0].2.starts_with("the values are quantity times average cost"), "{}", found[0].2);
    }

    #[test]
    fn values_of_an_earlier_session_are_named() {
        // 10 QQQ at 490 and 100 TQQQ at 64 are the closes of 2025-03-28.
        let of_friday = account(&[("QQQ", 10.0, 4_900.0), ("TQQQ", 100.0, 6_400.0)]);
        let found = |account: &Account| {
            super::tests::found(account).into_iter().map(|(code, ..)| code).collect::<Vec<_>>()
        };
        assert_eq!(found(&of_friday), [Code::PositionsLagPrices]);
        // One of them alone, each of another session, or one at the newest close.
        assert_eq!(found(&account(&[("QQQ", 10.0, 4_900.0)])), []);
        assert_eq!(found(&account(&[("QQQ", 10.0, 4_900.0), ("TQQQ", 100.0, 6_000.0)])), []);
        assert_eq!(found(&account(&[("QQQ", 10.0, 4_900.0), ("TQQQ", 100.0, 7_000.0)])), []);
    }
}
