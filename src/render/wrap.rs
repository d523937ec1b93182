//! Text broken into lines of a width.

/// Breaks a text at its spaces into lines of at most `width` characters; a longer word has a line of its own.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The same with something in front of the first line and of those that follow it, both within the width.
pub fn hanging(first: &str, text: &str, indent: &str, width: usize) -> Vec<String> {
    let room = width.saturating_sub(first.chars().count().max(indent.chars().count()));
    let in_front = std::iter::once(first).chain(std::iter::repeat(indent));
    wrapped(text, room).into_iter().zip(in_front).map(|(line, front)| format!("{front}{line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("unbreakable a", 5), ["unbreakable", "a"]);
        assert_eq!(wrapped("", 5), [""]);
    }

    #[test]
    fn what_follows_the_first_line_hangs() {
        assert_eq!(hanging("a: ", "one two three", "  ", 10), ["a: one two", "  three"]);
        assert_eq!(hanging("", "one two", "    ", 8), ["one", "    two"]);
    }
}
