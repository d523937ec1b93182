//! `strat completions` and `strat man` from outside, tried in the shell that is at hand.

use std::process::{Command, Stdio};

use crate::support::{Folder, run};

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

/// What bash offers behind a line of words, the last of them unfinished.
fn offered_by_bash(script: &str, words: &[&str]) -> Option<Vec<String>> {
    let folder = Folder::new();
    let path = folder.file("completions.bash", script);
    let line = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let last = words.len() - 1;
    let program = format!(
        "source '{path}'\nCOMP_WORDS=({line})\nCOMP_CWORD={last}\n\
         _strat strat '{}' '{}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        words[last],
        words[last - 1]
    );
    let output = Command::new("bash").args(["--noprofile", "--norc", "-c", &program]).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect())
}

#[test]
fn every_shell_has_a_script_with_the_commands_and_the_profiles() {
    for shell in SHELLS {
        let script = run(&format!("completions {shell}"));
        assert_eq!((script.code, script.stderr.as_str()), (0, ""), "{shell}");
        for word in ["build-snapshot", "validate-snapshot", "replay", "min-holding"] {
            assert!(script.stdout.contains(word), "{shell}: {word}");
        }
    }
    let unknown = run("completions tcsh");
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
    assert!(unknown.stderr.contains("bash"), "{}", unknown.stderr);
}

#[test]
fn bash_completes_commands_flags_and_profiles() {
    let script = run("completions bash").stdout;
    let offers: [(&[&str], &[&str]); 5] = [
        (&["strat", "dec"], &["decide"]),
        (&["strat", "decide", "tqq"], &["tqqq_growth_income"]),
        (&["strat", "decide", "--equ"], &["--equity"]),
        (&["strat", "explain", "--format", "ma"], &["markdown"]),
        (&["strat", "decide", "--allow", "stale"], &["stale_price"]),
    ];
    for (words, expected) in offers {
        if let Some(offered) = offered_by_bash(&script, words) {
            assert_eq!(offered, expected, "{words:?}");
        }
    }
    // A manifest of one's own is a file, and no key.
    let of_a_file = offered_by_bash(&script, &["strat", "list", "--profile", "tqq"]);
    assert_eq!(of_a_file.unwrap_or_default(), [] as [&str; 0]);
}

/// What fish offers behind a line, without the descriptions; `None` where there is no fish.
fn offered_by_fish(script: &str, line: &str) -> Option<Vec<String>> {
    let folder = Folder::new();
    let path = folder.file("strat.fish", script);
    let program = format!("source '{path}'; complete --do-complete '{line}'");
    let output = Command::new("fish")
        .args(["--no-config", "-c", &program])
        .env("HOME", folder.path(""))
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().filter_map(|line| line.split('\t').next()).map(str::to_owned).collect())
}

#[test]
fn fish_completes_the_words_that_stand_without_a_flag() {
    let script = run("completions fish").stdout;
    assert!(script.contains("__fish_strat_using_subcommand decide\" -a \"global_etf_rotation"), "{script}");
    for (line, expected) in [
        ("strat dec", "decide"),
        ("strat decide tqq", "tqqq_growth_income"),
        ("strat schema dec", "decision"),
        ("strat decide --allow stale", "stale_price"),
    ] {
        if let Some(offered) = offered_by_fish(&script, line) {
            assert_eq!(offered, [expected], "{line}");
        }
    }
}

#[test]
fn the_manual_has_a_page_for_strat_and_one_for_each_command() {
    let page = run("man");
    assert_eq!((page.code, page.stderr.as_str()), (0, ""));
    assert!(page.stdout.contains("strat\\-decide(1)"), "{}", page.stdout);
    let of_decide = run("man decide");
    assert!(of_decide.stdout.contains(".TH strat-decide 1"), "{}", of_decide.stdout);
    assert!(of_decide.stdout.contains("\\-\\-explicit\\-exits"), "{}", of_decide.stdout);
    let unknown = run("man decid");
    assert_eq!(
        (unknown.code, unknown.stderr.as_str()),
        (2, "error: there is no command `decid`\nhint: did you mean `decide`?\n")
    );
    assert_eq!(run("man xyz").stderr.lines().nth(1).map(|hint| hint.contains("list, decide")), Some(true));
}

#[test]
fn a_page_is_drawn_without_a_warning() {
    let page = run("man replay").stdout;
    let drawn = Command::new("groff")
        .args(["-man", "-Tascii", "-ww"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut groff) = drawn else { return };
    std::io::Write::write_all(&mut groff.stdin.take().unwrap(), page.as_bytes()).unwrap();
    let output = groff.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("strat-replay"), "the page has its name");
}
