//! `strat decide` from outside: what it prints where, what it writes, and how it ends.

use std::io::Write;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::support::{Ended, Folder, ended, fixtures, run, strat, strat_line};

/// A rebalance with an exit and a symbol that the profile does not manage.
const ROTATION: &str =
    "decide global_etf_rotation --prices prices/etf.csv --portfolio portfolios/rotation.json";

const ROTATION_CSV: &str = "\
profile,as_of,action,symbol,role,target_weight,target_value
global_etf_rotation,2025-03-31,rebalance,EWJ,,0.5,
global_etf_rotation,2025-03-31,rebalance,USO,,0.5,
global_etf_rotation,2025-03-31,rebalance,EWY,exit,0,
";

/// The same account on the session before: no rebalance day.
const HOLD: &str = "decide global_etf_rotation --prices prices/etf.csv --as-of 2025-03-28";

const HOLD_CSV: &str = "\
profile,as_of,action,symbol,role,target_weight,target_value
global_etf_rotation,2025-03-28,hold,,,,
";

/// A price file that is not there.
const BLOCKED: &str = "decide global_etf_rotation --prices nowhere.csv";

const BLOCKED_STDERR: &str = "\
error: nowhere.csv: no such file
hint: correct the path; one that is not absolute starts at the current folder
";

#[track_caller]
fn assert_ended(line: &str, code: i32, stdout: &str, stderr: &str) {
    let expected = Ended { code, stdout: stdout.to_owned(), stderr: stderr.to_owned() };
    assert_eq!(run(line), expected, "strat {line}");
}

/// A line that ends as a usage error, with these words alone.
#[track_caller]
fn assert_usage(line: &str, stderr: &str) {
    assert_ended(line, 2, "", stderr);
}

mod forms {
    use super::*;

    #[test]
    fn a_table() {
        assert_ended(
            ROTATION,
            0,
            "\
REBALANCE for 2025-04-01: sell EWY; buy USO
Global ETF Rotation (global_etf_rotation), as of 2025-03-31, effective
2025-04-01

SYMBOL  ROLE   TARGET  CURRENT    CHANGE  SHARES     TRADE
EWJ           50.00 %  48.40 %   +1.60 %      38
USO           50.00 %   0.00 %  +50.00 %      64    buy 64
EWY     exit   0.00 %  48.13 %  -48.13 %          sell 100
cash after 488.43 USD, largest drift 1.60 points, faithful equity 31,207 USD

signal     1 of 4 canary assets is bad (emergency from 4); best of 21 funds
           above their 200-day average: EWJ 0.1857, USO 0.1557
action     rebalance: these are the targets
faithful   EWJ at 318.43 needs 31,207 USD
exit       EWY: held, managed by the profile, no longer a target
unmanaged  AAPL: held, and the profile never sells it
",
            "",
        );
    }

    #[test]
    fn csv() {
        assert_ended(&format!("{ROTATION} --format csv"), 0, ROTATION_CSV, "");
    }

    #[test]
    fn markdown() {
        assert_ended(
            &format!("{ROTATION} --format markdown"),
            0,
            "\
## REBALANCE for 2025-04-01: sell EWY; buy USO

Global ETF Rotation (`global_etf_rotation`), as of 2025-03-31, effective 2025-04-01

| symbol | role | target | current | change | shares | trade |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
| EWJ |  | 50.00 % | 48.40 % | +1.60 % | 38 |  |
| USO |  | 50.00 % | 0.00 % | +50.00 % | 64 | buy 64 |
| EWY | exit | 0.00 % | 48.13 % | -48.13 % |  | sell 100 |

cash after 488.43 USD, largest drift 1.60 points, faithful equity 31,207 USD

- **signal**: 1 of 4 canary assets is bad (emergency from 4); best of 21 funds above their 200-day average: EWJ 0.1857, USO 0.1557
- **action**: rebalance: these are the targets
- **faithful**: EWJ at 318.43 needs 31,207 USD
- **exit**: EWY: held, managed by the profile, no longer a target
- **unmanaged**: AAPL: held, and the profile never sells it
",
            "",
        );
    }

    #[test]
    fn json() {
        // The version alone may change without a change of the contract.
        let found = run(&format!("{ROTATION} --format json"));
        let version = format!("\"strat_version\": \"{}\"", env!("CARGO_PKG_VERSION"));
        let printed = found.stdout.replace(&version, "\"strat_version\": \"0.1.0\"");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write("tests/it/golden/decide.json", &printed).unwrap();
        }
        assert_eq!(printed, std::fs::read_to_string("tests/it/golden/decide.json").unwrap());
        assert_eq!((found.code, found.stderr.as_str()), (0, ""));
    }

    #[test]
    fn compact_json_says_the_same_on_one_line() {
        let compact = run(&format!("{ROTATION} --format json --compact"));
        assert_eq!(compact.stdout.matches('\n').count(), 1);
        assert!(compact.stdout.ends_with("}\n"));
        assert_eq!(compact.json(), run(&format!("{ROTATION} --format json")).json());
    }

    #[test]
    fn a_value_profile_says_dollars() {
        // 40 000 USD: 2 % stay in cash, 45 % each in QQQ and TQQQ, the rest, 3 200, in BOXX.
        assert_ended(
            "decide tqqq_growth_income --prices prices/etf.csv --portfolio portfolios/nasdaq.json --format csv",
            0,
            "\
profile,as_of,action,symbol,role,target_weight,target_value
tqqq_growth_income,2025-03-31,rebalance,BOXX,safe_haven,,3200
tqqq_growth_income,2025-03-31,rebalance,QQQ,,,18000
tqqq_growth_income,2025-03-31,rebalance,QQQI,income,,0
tqqq_growth_income,2025-03-31,rebalance,SPYI,income,,0
tqqq_growth_income,2025-03-31,rebalance,TQQQ,,,18000
",
            "",
        );
    }

    #[test]
    fn indicators_stand_in_place_of_prices() {
        // 5 000 USD, full tier: 70 % SOXL, 20 % SOXX, the rest BOXX; no income layer below 150 000 USD.
        assert_ended(
            "decide soxl_soxx_trend_income --indicators indicators.json --equity 5000 --format csv",
            0,
            "\
profile,as_of,action,symbol,role,target_weight,target_value
soxl_soxx_trend_income,,rebalance,BOXX,safe_haven,,500
soxl_soxx_trend_income,,rebalance,QQQI,income,,0
soxl_soxx_trend_income,,rebalance,SOXL,,,3500
soxl_soxx_trend_income,,rebalance,SOXX,,,1000
soxl_soxx_trend_income,,rebalance,SPYI,income,,0
",
            "",
        );
    }

    #[test]
    fn the_same_bytes_twice() {
        for format in ["table", "json", "csv", "markdown"] {
            let line = format!("{ROTATION} --format {format}");
            assert_eq!(run(&line), run(&line));
        }
    }

    #[test]
    fn closures_move_the_effective_date() {
        // The file closes 2025-04-01, the day after the decision.
        let decision =
            run("decide global_etf_rotation --prices prices/etf.csv --closures closures.txt --format json")
                .json();
        assert_eq!(decision["effective_date"], "2025-04-02");
        assert_eq!(decision["calendar"]["extra_closures"], serde_json::json!(["2025-04-01"]));
    }

    #[test]
    fn every_snapshot_fixture_makes_a_decision() {
        for (profile, inputs) in [
            ("russell_1000_multi_factor_defensive", "--snapshot snapshots/russell_1000.csv"),
            (
                "tech_communication_pullback_enhancement",
                "--snapshot snapshots/tech_communication.csv --require-manifest --config config/tech_communication.json",
            ),
            ("mega_cap_leader_rotation_dynamic_top20", "--snapshot snapshots/mega_cap_top20.csv"),
            ("mega_cap_leader_rotation_aggressive", "--snapshot snapshots/mega_cap_top50.csv"),
            ("mega_cap_leader_rotation_top50_balanced", "--snapshot snapshots/mega_cap_top50.csv"),
            (
                "dynamic_mega_leveraged_pullback",
                "--snapshot snapshots/dynamic_mega.csv --prices prices/mega_caps.csv.gz --equity 50000",
            ),
        ] {
            let found = run(&format!("decide {profile} {inputs} --as-of 2025-04-01 --format json"));
            assert_eq!((found.code, found.said("error")), (0, Vec::new()), "{profile}");
            assert_eq!(found.json()["action"], "rebalance", "{profile}");
        }
    }
}

mod colour {
    use super::*;

    #[test]
    fn a_pipe_has_none() {
        for line in [ROTATION, BLOCKED, "decide nothing_like_it", "list", "--help", "decide --nonsense"] {
            let found = run(line);
            assert!(!found.stdout.contains('\u{1b}') && !found.stderr.contains('\u{1b}'), "{line}");
        }
    }

    #[test]
    fn no_color_is_obeyed_where_colour_is_forced() {
        let stderr = |variables: &[&str]| {
            let mut command = strat_line(BLOCKED);
            for variable in variables {
                command.env(variable, "1");
            }
            ended(&mut command)
        };
        let forced = stderr(&["CLICOLOR_FORCE"]);
        assert!(forced.stderr.contains('\u{1b}'));
        // Data has no colour, whatever is forced.
        assert!(!forced.stdout.contains('\u{1b}'));
        assert_eq!(stderr(&["CLICOLOR_FORCE", "NO_COLOR"]).stderr, BLOCKED_STDERR);
    }
}

mod exit_codes {
    use super::*;

    #[test]
    fn done_is_0() {
        assert_eq!(run(ROTATION).code, 0);
    }

    #[test]
    fn a_hold_is_0_and_10_where_it_is_asked_for() {
        assert_ended(&format!("{HOLD} --format csv"), 0, HOLD_CSV, "");
        assert_ended(&format!("{HOLD} --format csv --exit-code"), 10, HOLD_CSV, "");
        assert_eq!(run(&format!("{ROTATION} --exit-code")).code, 0);
        assert_eq!(run(&format!("{BLOCKED} --exit-code")).code, 3);
    }

    #[test]
    fn a_bad_flag_is_2() {
        assert_usage(
            &format!("{ROTATION} --fomat csv"),
            "error: unexpected argument '--fomat' found\nhint: did you mean `--format`?\n\n\
             Usage: strat decide --prices <FILE> --portfolio <FILE> --format <FORMAT> <PROFILE>\n\n\
             For more information, try '--help'.\n",
        );
    }

    #[test]
    fn a_failed_input_is_3() {
        let found = run(&format!("{BLOCKED} --format json"));
        assert_eq!((found.code, found.stderr.as_str()), (3, BLOCKED_STDERR));
        let decision = found.json();
        let of = |key: &str| decision[key].clone();
        assert_eq!(of("schema"), "strat.decision.v1");
        assert_eq!((of("action"), of("actionable")), ("blocked".into(), false.into()));
        assert_eq!((of("positions"), of("exits")), (Value::Array(vec![]), Value::Array(vec![])));
        assert_eq!(of("risk_flags"), serde_json::json!(["no_execute"]));
        assert_eq!(decision["findings"][0]["code"], "prices_missing");
        assert_eq!(decision["findings"][0]["file"], "nowhere.csv");
    }

    #[test]
    fn a_blocked_decision_names_no_symbol_in_any_form() {
        for format in ["table", "csv", "markdown"] {
            let found = run(&format!("{BLOCKED} --holdings EWY --format {format}"));
            assert_eq!((found.code, found.stderr.as_str()), (3, BLOCKED_STDERR), "{format}");
            assert!(!found.stdout.contains("EWY") && !found.stdout.contains("BIL"), "{}", found.stdout);
        }
        let found = run(&format!("{BLOCKED} --holdings EWY --format json")).json();
        for key in ["positions", "exits"] {
            assert_eq!(found[key], Value::Array(Vec::new()), "{key}");
        }
        // No portfolio was read: what it holds is not known.
        assert_eq!(found["unmanaged"], Value::Null);
    }

    #[test]
    fn an_output_that_can_not_be_written_is_4() {
        assert_ended(
            &format!("{ROTATION} --output nowhere/decision.json"),
            4,
            "",
            "error: nowhere/decision.json: can't be written: there is no such folder\n\
             hint: create the folder, or name a file in another one\n",
        );
        assert_ended(
            &format!("{ROTATION} --output {}", fixtures().display()),
            4,
            "",
            &format!(
                "error: {}: can't be written: it is a folder, not a file\nhint: name a file in it\n",
                fixtures().display()
            ),
        );
    }

    #[test]
    fn the_output_is_tried_before_any_work() {
        // The price file is not there either, and nobody says so: nothing was read.
        let found = run(&format!("{BLOCKED} --output nowhere/decision.json"));
        assert_eq!((found.code, found.said("error").len()), (4, 1));
        assert!(!found.stderr.contains("nowhere.csv"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_4() {
        let said =
            "can't be written: no space is left\nhint: free some space, or name a file on another disk\n";
        assert_ended(&format!("{ROTATION} --output /dev/full"), 4, "", &format!("error: /dev/full: {said}"));
        for line in [ROTATION, HOLD, "list"] {
            let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
            let done = plain(line).stdout(full).stderr(Stdio::piped()).output().unwrap();
            assert_eq!(done.status.code(), Some(4), "{line}");
            assert_eq!(String::from_utf8(done.stderr).unwrap(), format!("error: standard output: {said}"));
        }
    }

    /// The binary without the wrapper that takes its standard output.
    fn plain(line: &str) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("strat"));
        command.current_dir(fixtures()).args(line.split_whitespace()).env_remove("STRATEGY_PROFILE");
        command
    }

    #[test]
    fn a_closed_pipe_ends_quietly() {
        for (line, code) in [
            (format!("{ROTATION} --format json"), 0),
            (ROTATION.to_owned(), 0),
            ("list --format json".to_owned(), 0),
            (format!("{HOLD} --exit-code"), 10),
        ] {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let done = plain(&line).stdout(writer).stderr(Stdio::piped()).output().unwrap();
            assert_eq!((done.status.code(), done.stderr), (Some(code), Vec::new()), "{line}");
        }
    }
}

mod output_file {
    use super::*;

    /// What is said once the decision is in a file.
    const ROTATION_DONE: &str =
        "strat: global_etf_rotation 2025-03-31 rotation.json: REBALANCE, 1 buy, 1 sell\n";

    #[test]
    fn a_hyphen_is_standard_output() {
        assert_ended(&format!("{ROTATION} --format csv --output -"), 0, ROTATION_CSV, "");
    }

    #[test]
    fn it_is_written_whole_and_standard_output_stays_silent() {
        let folder = Folder::new();
        let path = folder.path("decision.csv");
        assert_ended(&format!("{ROTATION} --format csv --output {path}"), 0, "", ROTATION_DONE);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), ROTATION_CSV);
        assert_eq!(folder.names(), ["decision.csv"]);
    }

    #[test]
    fn the_one_of_yesterday_is_replaced() {
        let folder = Folder::new();
        let path = folder.file("decision.csv", "x".repeat(10_000));
        assert_ended(
            &format!("{HOLD} --format csv --output {path} --exit-code"),
            10,
            "",
            "strat: global_etf_rotation 2025-03-28: HOLD\n",
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), HOLD_CSV);
    }

    #[test]
    fn a_blocked_decision_replaces_it_too() {
        // Who reads the file and not the exit code must not act on yesterday's targets.
        let folder = Folder::new();
        let path = folder.file("decision.json", "yesterday's");
        let found = run(&format!("{BLOCKED} --format json --output {path}"));
        let said = format!("{BLOCKED_STDERR}strat: global_etf_rotation: BLOCKED, 1 error\n");
        assert_eq!((found.code, found.stdout, found.stderr), (3, String::new(), said));
        let decision: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(decision["action"], "blocked");
        assert_eq!(folder.names(), ["decision.json"]);
    }

    #[test]
    fn a_usage_error_leaves_it_alone() {
        let folder = Folder::new();
        let path = folder.file("decision.json", "yesterday's");
        assert_eq!(run(&format!("{ROTATION} --set topn=3 --output {path}")).code, 2);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "yesterday's");
        assert_eq!(folder.names(), ["decision.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_may_not_be_written_keeps_what_is_in_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let path = folder.file("decision.json", "yesterday's");
        let set = |mode| {
            std::fs::set_permissions(folder.path("."), std::fs::Permissions::from_mode(mode)).unwrap();
        };
        set(0o555);
        let is_root = std::fs::write(folder.path("probe"), "").is_ok();
        let found = run(&format!("{ROTATION} --output {path}"));
        set(0o755);
        if is_root {
            return; // Permissions do not bind this user.
        }
        assert_eq!(
            found.stderr,
            format!(
                "error: {path}: can't be written: permission denied\n\
                 hint: name a file in a folder that the user that runs `strat` may write to\n"
            )
        );
        assert_eq!(found.code, 4);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "yesterday's");
    }

    /// Runs the binary in a shell that has `$STRAT` and `$LOG`; what `$LOG` has then.
    #[cfg(target_os = "linux")]
    fn log_of(script: &str) -> String {
        let folder = Folder::new();
        let log = folder.path("log");
        let status = Command::new("sh")
            .args(["-c", &format!("LINE='{ROTATION} --format csv'\n{script}")])
            .current_dir(fixtures())
            .env("STRAT", assert_cmd::cargo::cargo_bin("strat"))
            .env("LOG", &log)
            .env_remove("STRATEGY_PROFILE")
            .status()
            .unwrap();
        assert!(status.success(), "{script}");
        assert_eq!(folder.names(), ["log"], "{script}");
        std::fs::read_to_string(log).unwrap()
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_stream_of_the_process_keeps_what_was_written_to_it() {
        let whole = format!("before\n{ROTATION_CSV}after\n");
        for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
            for redirection in [">", ">>"] {
                let script = format!(
                    "(echo before; $STRAT $LINE --output {name} || exit 1; echo after) {redirection} \"$LOG\""
                );
                assert_eq!(log_of(&script), whole, "{script}");
            }
        }
        let script = "(echo before; $STRAT $LINE --output /dev/stderr || exit 1; echo after) > \"$LOG\" 2>&1";
        assert_eq!(log_of(script), whole);
        // Of a stream without a name of its own only the file can be opened again, to be appended to.
        let script = "echo before > \"$LOG\"; $STRAT $LINE --output /dev/fd/3 3>> \"$LOG\" || exit 1; echo after >> \"$LOG\"";
        assert_eq!(log_of(script), whole);
    }

    #[test]
    fn an_input_is_not_overwritten() {
        let folder = Folder::new();
        let copy = |name: &str, from: &str| folder.file(name, std::fs::read(fixtures().join(from)).unwrap());
        let prices = copy("prices.csv", "prices/etf.csv");
        let portfolio = copy("portfolio.json", "portfolios/rotation.json");
        let config = copy("config.json", "config/global_etf_rotation.json");
        let closures = copy("closures.txt", "closures.txt");
        let indicators = copy("indicators.json", "indicators.json");
        let snapshot = copy("tech.csv", "snapshots/tech_communication.csv");
        let beside = copy("tech.csv.manifest.json", "snapshots/tech_communication.csv.manifest.json");
        let named = copy("named.json", "snapshots/tech_communication.csv.manifest.json");
        let profile = copy("profile.json", "../manifests/global_etf_rotation.json");
        let rotation = format!(
            "global_etf_rotation --prices prices/etf.csv --prices {prices} --portfolio {portfolio} \
             --config {config} --closures {closures}"
        );
        let soxl = format!("soxl_soxx_trend_income --indicators {indicators} --equity 1000");
        let tech = format!("tech_communication_pullback_enhancement --snapshot {snapshot}");
        let with_manifest = format!("{tech} --manifest {named}");
        let own = format!("{profile} --prices prices/etf.csv");
        for (line, output, what) in [
            (&rotation, &prices, "the file of `--prices`"),
            (&rotation, &portfolio, "the file of `--portfolio`"),
            (&rotation, &config, "the file of `--config`"),
            (&rotation, &closures, "the file of `--closures`"),
            (&soxl, &indicators, "the file of `--indicators`"),
            (&tech, &snapshot, "the file of `--snapshot`"),
            (&tech, &beside, "the manifest beside the file of `--snapshot`"),
            (&with_manifest, &named, "the file of `--manifest`"),
            (&own, &profile, "the profile's manifest"),
        ] {
            let before = std::fs::read(output).unwrap();
            // The same file by another path.
            let (parent, name) = output.rsplit_once('/').unwrap();
            let output = format!("{parent}/./{name}");
            for verb in ["decide", "explain"] {
                assert_usage(
                    &format!("{verb} {line} --output {output}"),
                    &format!(
                        "error: `--output {output}` would overwrite {what}\n\
                         hint: name another file for the output\n"
                    ),
                );
            }
            assert_eq!(std::fs::read(&output).unwrap(), before, "{what}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn neither_is_an_input_that_comes_from_standard_input_or_by_a_link() {
        let folder = Folder::new();
        let market = std::fs::read(fixtures().join("prices/etf.csv")).unwrap();
        let (prices, link) = (folder.file("prices.csv", &market), folder.path("link.csv"));
        std::os::unix::fs::symlink(&prices, &link).unwrap();
        let by_link = format!("decide global_etf_rotation --prices {prices} --output {link}");
        assert_eq!(run(&by_link).code, 2);
        let line = format!("decide global_etf_rotation --prices - --output {prices}");
        let stdin = std::fs::File::open(&prices).unwrap();
        let arguments: Vec<&str> = line.split(' ').collect();
        let done = Command::new(assert_cmd::cargo::cargo_bin("strat"))
            .args(arguments)
            .stdin(stdin)
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(2));
        assert_eq!(std::fs::read(&prices).unwrap(), market);
    }

    #[cfg(unix)]
    #[test]
    fn its_permissions_stay_and_a_read_only_one_stays_whole() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let path = folder.file("decision.csv", "yesterday's");
        let set = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        set(0o444);
        assert_ended(
            &format!("{ROTATION} --format csv --output {path}"),
            4,
            "",
            &format!(
                "error: {path}: can't be written: the file is read-only\n\
                 hint: let its owner write to it again (`chmod u+w`), or name another file\n"
            ),
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "yesterday's");
        set(0o600);
        assert_ended(&format!("{ROTATION} --format csv --output {path}"), 0, "", ROTATION_DONE);
        assert_eq!((std::fs::read_to_string(&path).unwrap().as_str(), mode()), (ROTATION_CSV, 0o600));
        assert_eq!(folder.names(), ["decision.csv"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = Folder::new();
        let (target, link) = (folder.file("target.csv", ""), folder.path("link.csv"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert_eq!(run(&format!("{ROTATION} --format csv --output {link}")).code, 0);
        assert_eq!(std::fs::read_to_string(&target).unwrap(), ROTATION_CSV);
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}

mod profiles {
    use super::*;

    #[test]
    fn a_key_or_an_alias_in_any_case() {
        for name in ["GLOBAL_ETF_ROTATION", "global_macro_etf_rotation", "Global_Macro_ETF_Rotation"] {
            let line = ROTATION.replace("global_etf_rotation", name);
            assert_ended(&format!("{line} --format csv"), 0, ROTATION_CSV, "");
        }
    }

    #[test]
    fn the_environment_names_it_where_the_line_does_not() {
        let line = ROTATION.replace("decide global_etf_rotation", "decide");
        let named = |line: &str, name: &str| {
            ended(strat_line(&format!("{line} --format csv")).env("STRATEGY_PROFILE", name))
        };
        let expected = Ended { code: 0, stdout: ROTATION_CSV.to_owned(), stderr: String::new() };
        assert_eq!(named(&line, "global_macro_etf_rotation"), expected);
        assert_eq!(named(ROTATION, "tqqq_growth_income"), expected);
    }

    #[test]
    fn without_a_name_there_is_no_decision() {
        assert_usage(
            "decide",
            "error: the following required arguments were not provided: <PROFILE>\n\
             hint: name the profile as PROFILE, or in the environment variable STRATEGY_PROFILE; `strat list` shows \
             them all\n\n\
             Usage: strat decide <PROFILE>\n\nFor more information, try '--help'.\n",
        );
        for verb in ["decide", "explain", "validate-snapshot"] {
            let found = ended(strat_line(verb).env("STRATEGY_PROFILE", ""));
            assert_eq!(found.code, 2);
            assert_eq!(found.said("error"), ["a value is required for '<PROFILE>' but none was supplied"]);
            assert!(found.stderr.contains("environment variable STRATEGY_PROFILE"), "{}", found.stderr);
        }
    }

    #[test]
    fn a_name_that_the_environment_gave_is_said_to_be_from_there() {
        const ORIGIN: &str = "PROFILE was left out, so it is the one that STRATEGY_PROFILE names";
        for (line, profile, error) in [
            ("decide", "zzz", "unknown profile `zzz`"),
            ("validate-snapshot --snapshot a.csv", "zzz", "unknown profile `zzz`"),
            (
                "explain --snapshot a.csv",
                "global_etf_rotation",
                "profile `global_etf_rotation` can't use `--snapshot`",
            ),
        ] {
            let found = ended(strat_line(line).env("STRATEGY_PROFILE", profile));
            assert_eq!((found.code, found.said("error")), (2, vec![error]), "{line}");
            assert_eq!(found.said("hint").last(), Some(&ORIGIN), "{line}");
        }
        let found = ended(strat_line("decide zzz").env("STRATEGY_PROFILE", "global_etf_rotation"));
        assert!(!found.stderr.contains(ORIGIN), "{}", found.stderr);
        // Its value is nobody's business who asks for help, and may drive the terminal.
        let help = ended(strat_line("decide --help").env("STRATEGY_PROFILE", "zz\u{7}z"));
        assert!(help.stdout.contains("STRATEGY_PROFILE") && !help.stdout.contains("zz"), "{}", help.stdout);
    }

    #[test]
    fn a_file_of_the_name_may_be_meant() {
        let folder = Folder::new();
        folder.file("my", "{}");
        let found = ended(strat_line("decide my").current_dir(folder.path(".")));
        assert_eq!(
            found.stderr,
            "error: unknown profile `my`\nhint: `./my` names the file; `strat list` shows them all\n"
        );
        assert_eq!(ended(strat_line("decide ./my").current_dir(folder.path("."))).code, 3);
    }

    #[test]
    fn an_unknown_one_names_close_matches() {
        assert_usage(
            "decide globl_etf_rotation",
            "error: unknown profile `globl_etf_rotation`\n\
             hint: did you mean `global_etf_rotation`? `strat list` shows them all\n",
        );
        assert_usage("decide zzz", "error: unknown profile `zzz`\nhint: `strat list` shows them all\n");
    }

    #[test]
    fn a_manifest_of_the_users_own_is_one() {
        let folder = Folder::new();
        let listed = run("list --format json").json();
        let mut manifest = listed["profiles"][0].clone();
        manifest["profile"] = "my_rotation".into();
        manifest["aliases"] = Value::Array(Vec::new());
        manifest["config"]["top_n"] = 1.into();
        let path = folder.file("mine.json", manifest.to_string());
        assert_ended(
            &format!("{} --format csv", ROTATION.replace("global_etf_rotation", &path)),
            0,
            "\
profile,as_of,action,symbol,role,target_weight,target_value
my_rotation,2025-03-31,rebalance,EWJ,,1,
my_rotation,2025-03-31,rebalance,EWY,exit,0,
",
            "",
        );
    }
}

mod flags {
    use super::*;

    #[test]
    fn a_setting_changes_the_decision_and_the_last_one_wins() {
        let found = run(&format!("{ROTATION} --set top_n=3 --set top_n=1 --format csv"));
        assert_eq!(found.code, 0);
        assert!(found.stdout.contains("rebalance,EWJ,,1,\n"), "{}", found.stdout);
        assert!(!found.stdout.contains("USO"));
    }

    #[test]
    fn a_setting_overrules_the_file() {
        let of = |more: &str| {
            let line = format!("{ROTATION} --config config/global_etf_rotation.json {more} --format json");
            run(&line).json()["config"].clone()
        };
        let (file, both) = (of(""), of("--set top_n=1"));
        assert_eq!((&file["top_n"], &file["hold_bonus"]), (&3.into(), &0.03.into()));
        assert_eq!((&both["top_n"], &both["hold_bonus"]), (&1.into(), &0.03.into()));
    }

    #[test]
    fn a_setting_that_is_none_says_what_is_expected() {
        for (setting, error, hint) in [
            ("topn=3", "unknown config key `topn`", "did you mean `top_n`?"),
            (
                "volatility=1",
                "unknown config key `volatility`",
                "`strat list --format json` shows the config of every profile",
            ),
            (
                "top_n",
                "`--set top_n` has no `=`",
                "write `--set KEY=VALUE`, with VALUE as JSON or plain text",
            ),
            ("=3", "`--set =3` names no key", "write `--set KEY=VALUE`, with VALUE as JSON or plain text"),
            ("top_n=two", "config key `top_n` can't be \"two\"", "expected a whole number from 0"),
            ("top_n=2.5", "config key `top_n` can't be 2.5", "expected a whole number from 0"),
            ("top_n=0", "config key `top_n` can't be 0", "expected a whole number from 1"),
            ("hold_bonus=[1]", "config key `hold_bonus` can't be [1]", "expected a number"),
            ("hold_bonus=NaN", "config key `hold_bonus` can't be \"NaN\"", "expected a number"),
            ("safe_haven=7", "config key `safe_haven` can't be 7", "expected a string"),
            (
                "rebalance_months=3",
                "config key `rebalance_months` can't be 3",
                "expected a list such as `[3, 6]` or `[\"SPY\", \"EFA\"]`",
            ),
        ] {
            assert_usage(&format!("{ROTATION} --set {setting}"), &format!("error: {error}\nhint: {hint}\n"));
        }
    }

    #[test]
    fn a_config_file_that_fails_blocks_with_a_decision() {
        let folder = Folder::new();
        for (text, line, message, hint) in [
            ("{\"topn\": 3}", None, "unknown config key `topn`", "did you mean `top_n`?"),
            ("{\"top_n\": \"two\"}", None, "the rule can't use the value", ""),
            ("{\"top_n\": 2,\n\"top_n\": 3}", Some(2), "the key `top_n` appears twice", "a config file is"),
            ("[]", Some(1), "invalid type: list, expected an object", "a config file is"),
            ("", Some(1), "the file is empty", "a config file is"),
        ] {
            let path = folder.file("config.json", text);
            let found = run(&format!("{ROTATION} --config {path} --format json"));
            assert_eq!(found.code, 3, "{text}");
            let decision = found.json();
            assert_eq!(decision["action"], "blocked");
            let finding = &decision["findings"][0];
            assert_eq!(
                (&finding["code"], &finding["message"], &finding["file"], finding["line"].as_u64()),
                (&"config_invalid".into(), &message.into(), &path.as_str().into(), line),
                "{text}"
            );
            assert!(finding["hint"].as_str().unwrap_or_default().starts_with(hint), "{finding}");
            let place = line.map_or_else(|| path.clone(), |line| format!("{path}:{line}"));
            assert!(found.stderr.starts_with(&format!("error: {place}: ")), "{}", found.stderr);
        }
    }

    #[test]
    fn a_flag_that_the_profile_can_not_use_is_refused() {
        for (line, flag, usable) in [
            (
                "global_etf_rotation --prices prices/etf.csv --snapshot a",
                "--snapshot",
                "--prices, --columns, --dates, --max-lag",
            ),
            (
                "global_etf_rotation --prices prices/etf.csv --manifest a",
                "--manifest",
                "--prices, --columns, --dates, --max-lag",
            ),
            (
                "global_etf_rotation --require-manifest",
                "--require-manifest",
                "--prices, --columns, --dates, --max-lag",
            ),
            (
                "tqqq_growth_income --indicators indicators.json",
                "--indicators",
                "--prices, --columns, --dates, --max-lag",
            ),
        ] {
            let profile = line.split(' ').next().unwrap();
            assert_usage(
                &format!("decide {line}"),
                &format!(
                    "error: profile `{profile}` can't use `{flag}`\nhint: it takes the input flags {usable}\n"
                ),
            );
        }
    }

    #[test]
    fn a_code_that_can_not_be_allowed_says_so() {
        assert_usage(
            &format!("{ROTATION} --allow bad_price"),
            "error: `--allow bad_price`: it can't be allowed\nhint: `strat explain --codes` shows which codes can\n",
        );
        // A warning blocks a strict run alone.
        assert_usage(
            &format!("{ROTATION} --allow filled_forward"),
            "error: `--allow filled_forward`: it can't be allowed\n\
             hint: leave it out: without `--strict` a warning blocks nothing\n",
        );
    }

    #[test]
    fn a_schedule_can_insist_on_a_date() {
        assert_usage(
            &format!("{ROTATION} --require-as-of"),
            "error: `--require-as-of` needs the decision date\nhint: add `--as-of \"$(TZ=America/New_York date +%F)\"`\n",
        );
        assert_eq!(run(&format!("{ROTATION} --require-as-of --as-of 2025-03-31")).code, 0);
    }

    /// A warning blocks a strict run of every verb, unless it is allowed.
    #[test]
    fn strict_runs_block_on_warnings() {
        let russell =
            "decide russell_1000_multi_factor_defensive --snapshot snapshots/russell_1000.csv --format json";
        let found = |more: &str| run(&format!("{russell} {more}"));
        let lax = found("").json();
        assert_eq!(
            (&lax["action"], &lax["findings"][0]["code"]),
            (&json!("rebalance"), &json!("as_of_not_given"))
        );
        let strict = found("--strict");
        let json = strict.json();
        assert_eq!((strict.code, &json["action"], &json["positions"]), (3, &json!("blocked"), &json!([])));
        assert_eq!(json["findings"][0]["severity"], "error");
        assert_eq!(json["diagnostics"]["no_op_reason"], "as_of_not_given");
        assert_ne!(json["decision_id"], lax["decision_id"]);
        let allowed = found("--strict --allow as_of_not_given").json();
        assert_eq!(allowed["allowed"], json!(["as_of_not_given"]));
        assert_eq!(
            (&allowed["positions"], &allowed["decision_id"]),
            (&lax["positions"], &lax["decision_id"])
        );
        assert_eq!(found("--strict --as-of 2025-04-01").code, 0);
        // What is found after the decision blocks too.
        let portfolio = "decide tqqq_growth_income --prices prices/etf.csv --as-of 2025-03-31 --portfolio portfolios/rotation.json";
        assert_eq!(run(portfolio).code, 0);
        let exceeding = run(&format!("{portfolio} --strict --format json"));
        assert_eq!(exceeding.code, 3);
        assert_eq!(exceeding.json()["findings"][0]["code"], "targets_exceed_managed_equity");
        assert_eq!(exceeding.json()["share_plan"], json!(null));
        // And the other verbs.
        let validate =
            "validate-snapshot mega_cap_leader_rotation_aggressive --snapshot snapshots/mega_cap_top20.csv";
        assert_eq!(run(validate).code, 0);
        assert_eq!(run(&format!("{validate} --strict")).code, 1);
        assert_eq!(run(&format!("{validate} --strict --allow feature_snapshot_manifest_missing")).code, 0);
        assert_eq!(run(&format!("explain {} --strict", russell.strip_prefix("decide ").unwrap())).code, 3);
    }

    /// One wrapper runs every profile: that a code is of no use to some of them is no fault.
    #[test]
    fn a_code_that_never_blocks_the_profile_may_be_allowed_all_the_same() {
        let codes = ["stale_price", "unknown_sector", "missing_benchmark_row", "feature_snapshot_stale"];
        let allow = codes.map(|code| format!("--allow {code}")).join(" ");
        for line in [
            "tqqq_growth_income --prices prices/etf.csv --equity 1000",
            "mega_cap_leader_rotation_dynamic_top20 --snapshot snapshots/mega_cap_top20.csv",
        ] {
            let found = run(&format!("decide {line} {allow} --format json"));
            assert_eq!(
                (found.code, &found.json()["allowed"]),
                (0, &serde_json::json!([])),
                "{}",
                found.stderr
            );
        }
    }

    #[test]
    fn a_file_without_a_name_is_a_usage_error() {
        const DECIDE: [&str; 7] =
            ["--prices", "--portfolio", "--config", "--closures", "--snapshot", "--manifest", "--indicators"];
        const VALIDATE: [&str; 5] = ["--snapshot", "--manifest", "--previous", "--config", "--dir"];
        let lines = DECIDE.iter().flat_map(|flag| {
            ["decide", "explain"].map(|verb| (format!("{verb} global_etf_rotation {flag}="), *flag))
        });
        let more = VALIDATE.iter().map(|flag| (format!("validate-snapshot all {flag}="), *flag));
        let list = [("list --profile=".to_owned(), "--profile")];
        for (line, flag) in lines.chain(more).chain(list) {
            let value = if flag == "--dir" { "DIR" } else { "FILE" };
            assert_usage(
                &line,
                &format!(
                    "error: a value is required for '{flag} <{value}>' but none was supplied\n\n\
                     For more information, try '--help'.\n"
                ),
            );
        }
    }

    #[test]
    fn standard_input_is_read_once() {
        assert_usage(
            "decide soxl_soxx_trend_income --prices - --portfolio -",
            "error: standard input (`-`) can be read only once\nhint: name a file for all inputs but one\n",
        );
        assert_eq!(run("decide soxl_soxx_trend_income --prices - --prices - --equity 1").code, 2);
    }

    #[test]
    fn a_value_that_is_none_says_what_is_expected() {
        for (flags, error) in [
            (
                "--as-of 2025-3-31",
                "invalid value '2025-3-31' for '--as-of <DATE>': it is not written as `YYYY-MM-DD` or an ISO timestamp; did you mean `2025-03-31`?",
            ),
            (
                "--as-of 2025-02-30",
                "invalid value '2025-02-30' for '--as-of <DATE>': the calendar has no such day; expected `YYYY-MM-DD` or an ISO timestamp",
            ),
            (
                "--equity 25k",
                "invalid value '25k' for '--equity <USD>': expected US dollars as a plain number up to 1e15, such as 25000",
            ),
            (
                "--equity NaN",
                "invalid value 'NaN' for '--equity <USD>': expected US dollars as a plain number up to 1e15, such as 25000",
            ),
            (
                "--max-lag -1",
                "invalid value '-1' for '--max-lag <N>': expected a whole number of sessions from 0",
            ),
            (
                "--max-lag many",
                "invalid value 'many' for '--max-lag <N>': expected a whole number of sessions from 0",
            ),
            (
                "--allow stale_prices",
                "invalid value 'stale_prices' for '--allow <CODE>': did you mean `stale_price`?",
            ),
        ] {
            assert_usage(
                &format!("{ROTATION} {flags}"),
                &format!("error: {error}\n\nFor more information, try '--help'.\n"),
            );
        }
    }

    #[test]
    fn an_equity_or_a_portfolio_is_needed_where_dollars_are_the_targets() {
        let found = run("decide tqqq_growth_income --prices prices/etf.csv");
        assert_eq!(found.code, 3);
        assert_eq!(
            found.stderr,
            "error: the profile sizes its targets by the account's equity, expected an equity in US dollars\n\
             hint: name a portfolio with `--portfolio FILE`, or an equity with `--equity USD`\n"
        );
        for equity in ["0", "-5"] {
            let found = run(&format!("decide tqqq_growth_income --prices prices/etf.csv --equity {equity}"));
            assert_eq!(found.code, 3);
            assert_eq!(
                found.stderr,
                format!(
                    "error: the account's equity is not above 0, found `{equity}`, expected US dollars above 0\n\
                     hint: correct `total_equity`, or name the equity with `--equity USD`\n"
                )
            );
        }
    }

    #[test]
    fn an_equity_overrules_the_portfolios() {
        let line = "decide tqqq_growth_income --prices prices/etf.csv --portfolio portfolios/nasdaq.json";
        let found = run(&format!("{line} --equity 10000 --format json")).json();
        assert_eq!(found["diagnostics"]["total_equity"], 10000.0);
        assert_eq!(found["diagnostics"]["real_buying_power"], 8228.4);
    }

    #[test]
    fn holdings_overrule_the_portfolios() {
        let found = run(&format!("{ROTATION} --holdings GLD,nvda --format json")).json();
        assert_eq!(found["exits"][0]["symbol"], "GLD");
        assert_eq!(found["unmanaged"], serde_json::json!(["NVDA"]));
        assert_eq!(
            run(&format!("{ROTATION} --holdings none --format json")).json()["exits"],
            Value::Array(vec![])
        );
    }

    #[test]
    fn a_date_beyond_the_calendar_is_refused() {
        let found =
            run("decide global_etf_rotation --prices prices/etf.csv --as-of 2036-01-02 --max-lag 9999");
        assert_eq!(found.code, 3);
        assert_eq!(
            found.said("error"),
            [
                "the exchange calendar does not reach the decision date and its next session, found `2036-01-02`, \
              expected a date from 1990-01-01 to before 2035-12-31"
            ]
        );
        assert_eq!(found.said("hint"), ["name the decision date with `--as-of YYYY-MM-DD`"]);
        // New Year's Day is no session either, and the last one before it is as far out of reach.
        let found =
            run("decide global_etf_rotation --prices prices/etf.csv --as-of 2036-01-01 --max-lag 9999 \
             --format json");
        let codes: Vec<_> =
            found.json()["findings"].as_array().unwrap().iter().map(|f| f["code"].clone()).collect();
        assert_eq!(codes, ["date_outside_calendar"]);
        assert!(!found.stderr.contains("2035-12-31` decides"), "{found:?}");
    }

    #[test]
    fn what_is_typed_can_not_drive_the_terminal() {
        let bell = "x\u{1b}]0;title\u{7}";
        let shown = "x\\u{1b}]0;title\\u{7}";
        let [setting, output] = [format!("{bell}=1"), format!("nowhere/{bell}")];
        let known = ["decide", "global_etf_rotation"];
        for (arguments, error) in [
            (vec!["decide", bell], format!("unknown profile `{shown}`")),
            (vec!["list", "--profile", bell], format!("unknown profile `{shown}`")),
            (vec!["list", "--input", bell], format!("unknown input kind `{shown}`")),
            (vec!["list", "--platform", bell], format!("unknown platform `{shown}`")),
            ([&known[..], &["--set", &setting]].concat(), format!("unknown config key `{shown}`")),
            (
                [&known[..], &["--output", &output]].concat(),
                format!("nowhere/{shown}: can't be written: there is no such folder"),
            ),
        ] {
            let found = ended(&mut strat(&arguments));
            assert_eq!(found.said("error"), [error], "{arguments:?}");
            assert!(!found.stderr.contains(['\u{1b}', '\u{7}']), "{found:?}");
        }
        let found = ended(strat(&["decide"]).env("STRATEGY_PROFILE", bell));
        assert_eq!(found.said("error"), [format!("unknown profile `{shown}`")]);
    }
}

/// Price files as people have them.
mod price_files {
    use super::*;

    fn etf() -> String {
        std::fs::read_to_string(fixtures().join("prices/etf.csv")).unwrap()
    }

    fn gzipped(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[track_caller]
    fn assert_the_rotation(bytes: impl AsRef<[u8]>) {
        let folder = Folder::new();
        let path = folder.file("any name", bytes);
        let found = ended(&mut strat(&[
            "decide",
            "global_etf_rotation",
            "--prices",
            &path,
            "--portfolio",
            "portfolios/rotation.json",
            "--format",
            "csv",
        ]));
        assert_eq!(found, Ended { code: 0, stdout: ROTATION_CSV.to_owned(), stderr: String::new() });
    }

    #[test]
    fn gzipped_whatever_the_name() {
        assert_the_rotation(gzipped(&etf()));
    }

    #[test]
    fn with_a_byte_order_mark_and_line_ends_of_windows() {
        assert_the_rotation(format!("\u{feff}{}", etf().replace('\n', "\r\n")));
    }

    #[test]
    fn with_columns_in_another_order_and_further_ones() {
        let moved = etf().lines().fold(String::new(), |text, line| {
            let cells: Vec<_> = line.split(',').collect();
            text + &format!("{},\"a, note\",{} , {}\n", cells[2], cells[0].to_lowercase(), cells[1])
        });
        assert_the_rotation(moved.replace("close,\"a, note\",symbol , as_of", " CLOSE,note,Symbol , As_Of "));
    }

    #[test]
    fn with_rows_in_any_order() {
        let text = etf();
        let mut lines: Vec<_> = text.lines().collect();
        let header = lines.remove(0);
        lines.sort_by_key(|line| line.split(',').rev().map(str::to_owned).collect::<Vec<_>>());
        assert_the_rotation(format!("{header}\n{}\n", lines.join("\n")));
    }

    #[test]
    fn without_a_last_line_end() {
        assert_the_rotation(etf().trim_end());
    }

    #[test]
    fn with_times_in_place_of_dates() {
        assert_the_rotation(etf().replace("2025-03-31,", "2025-03-31T16:00:00-04:00,"));
    }

    #[test]
    fn in_several_files() {
        let folder = Folder::new();
        let text = etf();
        let (even, odd): (Vec<_>, Vec<_>) =
            text.lines().skip(1).enumerate().partition(|(place, _)| place % 2 == 0);
        let paths = [("even.csv", even), ("odd.csv", odd)].map(|(name, lines)| {
            let rows: String = lines.iter().map(|(_, line)| format!("{line}\n")).collect();
            folder.file(name, format!("symbol,as_of,close\n{rows}"))
        });
        let line = ROTATION.replace("prices/etf.csv", &format!("{} --prices {}", paths[0], paths[1]));
        assert_ended(&format!("{line} --format csv"), 0, ROTATION_CSV, "");
    }

    #[test]
    fn from_standard_input() {
        for bytes in [etf().into_bytes(), gzipped(&etf())] {
            let line = ROTATION.replace("prices/etf.csv", "-");
            let found = ended(strat_line(&format!("{line} --format csv")).write_stdin(bytes));
            assert_eq!(found, Ended { code: 0, stdout: ROTATION_CSV.to_owned(), stderr: String::new() });
        }
    }

    #[test]
    fn other_inputs_come_from_standard_input_too() {
        let portfolio = std::fs::read(fixtures().join("portfolios/rotation.json")).unwrap();
        let line = ROTATION.replace("portfolios/rotation.json", "-");
        let found = ended(strat_line(&format!("{line} --format csv")).write_stdin(portfolio));
        assert_eq!(found.stdout, ROTATION_CSV);
    }

    #[test]
    fn an_empty_standard_input_is_named() {
        let found = ended(&mut strat_line("decide global_etf_rotation --prices -"));
        assert_eq!(found.code, 3);
        assert_eq!(
            found.stderr,
            "error: -: the file is empty\nhint: write the file again; a header and at least one row are needed\n"
        );
    }
}

mod decision_id {
    use super::*;

    fn id(line: &str) -> String {
        run(&format!("{line} --format json")).json()["decision_id"].as_str().unwrap().to_owned()
    }

    #[test]
    fn it_is_a_sha256() {
        let id = id(ROTATION);
        let hash = id.strip_prefix("sha256:").unwrap();
        assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    }

    #[test]
    fn it_stays_whatever_the_files_are_called_and_how_they_are_packed() {
        let folder = Folder::new();
        let text = std::fs::read_to_string(fixtures().join("prices/etf.csv")).unwrap();
        let prices = folder.file("p", text.replace('\n', "\r\n"));
        assert_eq!(id(&ROTATION.replace("prices/etf.csv", &prices)), id(ROTATION));
    }

    #[test]
    fn it_stays_where_the_config_is_the_same_by_another_way() {
        assert_eq!(id(&format!("{ROTATION} --set top_n=2 --set hold_bonus=2e-2")), id(ROTATION));
    }

    #[test]
    fn it_changes_with_a_target_a_date_the_config_and_an_exit() {
        let mut ids = vec![
            id(ROTATION),
            id(&format!("{ROTATION} --holdings EWJ")),
            id(&format!("{ROTATION} --as-of 2025-04-01")),
            id(&format!("{ROTATION} --set hold_bonus=0.5")),
            id(&format!("{ROTATION} --set canary_bad_threshold=3")),
            id(HOLD),
            id("decide tqqq_growth_income --prices prices/etf.csv --equity 10000"),
            id("decide tqqq_growth_income --prices prices/etf.csv --equity 10000.01"),
        ];
        ids.sort();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
