//! What is wrong with what somebody wrote, and the cure: close matches of a misspelt name, the same way for profiles, config
//! keys and flag values.

/// What is wrong with what somebody wrote, and the cure.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// The cure.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem that has a cure.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }

    /// What is wrong and the cure in one line.
    pub fn in_one_line(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.message),
            None => self.message.clone(),
        }
    }
}

/// The most names that one message suggests: as many as there are profiles with `mega` in their key.
const MOST_SUGGESTIONS: usize = 4;

/// The least likeness worth suggesting. A guess, tried on swapped, missing and doubled letters.
const LEAST_LIKENESS: f64 = 0.8;

/// A name further away than so many edits is another name, whatever its beginning.
const MOST_EDITS: usize = 3;

/// How far a suggestion may fall behind the best one. Keys with a long common beginning are all much alike,
/// and only the best of them is what was meant.
const LIKENESS_SLACK: f64 = 0.02;

/// The likeness of a name that holds the whole of what was typed.
const LIKENESS_OF_A_PART: f64 = 1.0;

/// The shortest part of a name, in bytes, that is taken for an abbreviation of it.
const SHORTEST_PART: usize = 3;

/// The likeness of a name that has each word of what was typed, in any order.
const LIKENESS_OF_WORDS: f64 = 0.95;

/// The shortest word, in bytes, that may be one edit away from a word of the name.
const SHORTEST_MISSPELT_WORD: usize = 5;

/// The known names that a misspelt one was probably meant to be, the likeliest first; ties keep the order
/// of the known names.
///
/// A hyphen or space counts as an underscore, and upper case as lower. Likeness is Jaro-Winkler's, which
/// favours a right beginning; a name that has all the typed words is as good as a small slip.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let plain = |text: &str| text.trim().to_lowercase().replace(['-', ' '], "_");
    let typed = plain(typed);
    let mut alike: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| (likeness(&typed, &plain(name)), name))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .collect();
    alike.sort_by(|left, right| right.0.total_cmp(&left.0));
    let best = alike.first().map_or(0.0, |(likeness, _)| *likeness);
    alike
        .into_iter()
        .take_while(|(likeness, _)| *likeness >= best - LIKENESS_SLACK)
        .take(MOST_SUGGESTIONS)
        .map(|(_, name)| name)
        .collect()
}

fn likeness(typed: &str, name: &str) -> f64 {
    if typed.len() >= SHORTEST_PART && name.contains(typed) {
        LIKENESS_OF_A_PART
    } else if has_words(typed, name) {
        LIKENESS_OF_WORDS.max(strsim::jaro_winkler(typed, name))
    } else if strsim::osa_distance(typed, name) > MOST_EDITS {
        0.0
    } else {
        strsim::jaro_winkler(typed, name)
    }
}

/// Whether each word of what was typed is a word of the name, a long one with one slip.
fn has_words(typed: &str, name: &str) -> bool {
    let is_word = |word: &str, of_name: &str| {
        word == of_name || word.len() >= SHORTEST_MISSPELT_WORD && strsim::osa_distance(word, of_name) <= 1
    };
    typed.len() >= SHORTEST_PART
        && typed.split('_').all(|word| name.split('_').any(|of_name| is_word(word, of_name)))
}

/// Whether a name is a known one but for blanks, `-` and `_`, or one edit away from it: a character more, less or other,
/// or two swapped. Where their digits differ it is another name: a column of another window is another factor.
pub fn is_misspelling(name: &str, known: &str) -> bool {
    let bare = |text: &str| text.replace([' ', '-', '_'], "");
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    bare(name) == bare(known) || digits(name) == digits(known) && strsim::osa_distance(name, known) <= 1
}

/// The question that ends a message about a misspelt name; `None` where nothing is close.
pub fn question(nearest: &[impl AsRef<str>]) -> Option<String> {
    let quoted: Vec<String> = nearest.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    let (last, others) = quoted.split_last()?;
    Some(if others.is_empty() {
        format!("did you mean {last}?")
    } else {
        format!("did you mean {} or {last}?", others.join(", "))
    })
}

/// The same question, and behind it where all names are listed; the list alone where nothing is close.
pub fn question_and_list(nearest: &[impl AsRef<str>], list: &str) -> String {
    question(nearest).map_or_else(|| list.to_owned(), |question| format!("{question} {list}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 5] = ["ranking_pool", "safe_haven", "top_n", "hold_bonus", "hold_buffer"];

    #[test]
    fn swapped_missing_and_doubled_letters_find_their_key() {
        for (typed, meant) in [
            ("hold_bonsu", "hold_bonus"),
            ("hold_bufer", "hold_buffer"),
            ("topp_n", "top_n"),
            ("safe-haven", "safe_haven"),
            ("RANKING_POOL", "ranking_pool"),
        ] {
            assert_eq!(nearest(typed, KEYS), [meant], "{typed}");
        }
    }

    #[test]
    fn a_part_of_a_name_finds_every_name_that_holds_it() {
        assert_eq!(nearest("hold", KEYS), ["hold_bonus", "hold_buffer"]);
    }

    #[test]
    fn the_words_of_a_name_find_it_in_any_order() {
        let profiles =
            ["tqqq_growth_income", "soxl_soxx_trend_income", "russell_1000_multi_factor_defensive"];
        for (typed, meant) in [
            ("tqqq_income", "tqqq_growth_income"),
            ("income-tqqq", "tqqq_growth_income"),
            ("soxl_trend", "soxl_soxx_trend_income"),
            ("russel_1000", "russell_1000_multi_factor_defensive"),
        ] {
            assert_eq!(nearest(typed, profiles), [meant], "{typed}");
        }
        assert!(nearest("tqqq_trend_rotation", profiles).is_empty());
        assert_eq!(nearest("nextopen", ["next-close", "next-open"]), ["next-open"]);
    }

    #[test]
    fn a_foreign_word_finds_nothing() {
        assert!(nearest("volatility", KEYS).is_empty());
        assert!(nearest("", KEYS).is_empty());
    }

    #[test]
    fn a_common_beginning_alone_is_not_suggested() {
        let known = ["russell_1000_multi_factor_defensive"];
        assert!(nearest("russell_top50_leader_rotation", known).is_empty());
    }

    #[test]
    fn another_window_is_another_name() {
        for (name, known) in [("mom12_1", "mom_12_1"), ("elligible", "eligible"), ("vol-63", "vol_63")] {
            assert!(is_misspelling(name, known), "{name}");
        }
        for (name, known) in [("mom_6m", "mom_6_1"), ("mom_6m", "mom_3m"), ("ticker", "symbol")] {
            assert!(!is_misspelling(name, known), "{name}");
        }
    }

    #[test]
    fn the_question_names_them_all() {
        assert_eq!(question(&[] as &[&str]), None);
        assert_eq!(question(&["a"]).unwrap(), "did you mean `a`?");
        assert_eq!(question(&["a", "b", "c"]).unwrap(), "did you mean `a`, `b` or `c`?");
    }
}
