//! The jobs of `docs/platforms.md`, run as a workflow runs them, and its lines that write prices to files.
#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::support::{Folder, fixtures, run};

/// What an earlier run left behind.
const OLD: &str = "yesterday's";

fn document() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/platforms.md")).unwrap()
}

/// The blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let document = document();
    let opening = format!("```{language}\n");
    let blocks = document.split(&opening).skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// The shell script of a workflow's step.
fn script(step: &str) -> String {
    assert!(step.starts_with("- shell: bash\n  run: |\n"), "{step}");
    step.lines().skip(2).map(|line| format!("{}\n", line.strip_prefix("    ").unwrap())).collect()
}

/// A folder with the inputs of a job, and stand-ins for the clock and the broker's program on its path.
struct Job {
    folder: Folder,
    script: String,
    profile: &'static str,
    /// How `bash` is told to end at an error.
    shell: &'static [&'static str],
}

/// A workflow's own shell, and the stricter one that many write.
const SHELLS: [&[&str]; 2] = [&["-e"], &["-euo", "pipefail"]];

impl Job {
    fn new(script: &str, shell: &'static [&'static str]) -> Self {
        let folder = Folder::new();
        let copy = |from: &str, to: &str| {
            std::fs::copy(fixtures().join(from), folder.path(to)).unwrap();
        };
        let is_of_snapshot = script.contains("--snapshot");
        if is_of_snapshot {
            copy("snapshots/tech_communication.csv", "snapshot.csv");
            copy("snapshots/tech_communication.csv.manifest.json", "snapshot.csv.manifest.json");
        } else {
            copy("prices/etf.csv", "prices.csv");
        }
        copy("portfolios/rotation.json", "account.json");
        std::fs::create_dir(folder.path("bin")).unwrap();
        let program = |name: &str, text: &str| {
            let path = folder.file(&format!("bin/{name}"), text);
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        };
        program("date", "#!/bin/sh\necho \"$TODAY\"\n");
        program("broker-program", "#!/bin/sh\necho \"$1\" >> started\n");
        symlink(env!("CARGO_BIN_EXE_strat"), folder.path("bin/strat")).unwrap();
        let profile = match is_of_snapshot {
            true => "tech_communication_pullback_enhancement",
            false => "global_etf_rotation",
        };
        Self { folder, script: script.to_owned(), profile, shell }
    }

    /// The days on which the profile acts, holds, and has inputs that are too old.
    fn days(&self) -> [&'static str; 3] {
        match self.profile {
            "global_etf_rotation" => ["2025-03-31", "2025-03-28", "2026-12-31"],
            _ => ["2025-04-02", "2025-04-21", "2026-12-31"],
        }
    }

    /// Runs the job on a day; returns whether it succeeded and how often the broker's program was started.
    fn run(&self, today: &str) -> (bool, usize) {
        self.folder.file("decision.json", OLD);
        let path = format!("{}:{}", self.folder.path("bin"), std::env::var("PATH").unwrap());
        let output = Command::new("bash")
            .args(self.shell)
            .args(["-c", &self.script])
            .current_dir(self.folder.path("."))
            .env("PATH", path)
            .envs([("TODAY", today), ("PROFILE", self.profile), ("ACCOUNT", "one")])
            .output()
            .unwrap();
        let decision = std::fs::read_to_string(self.folder.path("decision.json"));
        assert!(
            decision.is_err() || decision.is_ok_and(|text| text != OLD),
            "the old decision is still there"
        );
        let started = std::fs::read_to_string(self.folder.path("started")).unwrap_or_default();
        assert!(started.lines().all(|line| line == "decision.json"));
        (output.status.success(), started.lines().count())
    }
}

#[test]
fn no_job_acts_on_anything_but_the_decision_of_today() {
    let steps = blocks("yaml");
    assert_eq!(steps.len(), 2);
    for (step, shell) in steps.iter().flat_map(|step| SHELLS.map(|shell| (step, shell))) {
        let script = script(step);
        // A pipe hides exit code 3.
        assert!(!script.replace("||", "").contains('|'), "{script}");
        let job = Job::new(&script, shell);
        let [acts, holds, is_blocked] = job.days();
        assert_eq!(job.run(""), (false, 0), "an empty date\n{script}");
        assert_eq!(job.run(is_blocked), (false, 0), "a blocked decision\n{script}");
        assert_eq!(job.run(holds), (true, 0), "a hold\n{script}");
        let misspelt = Job::new(&script.replace("--exit-code", "--exitcode"), shell);
        assert_eq!(misspelt.run(acts), (false, 0), "a misspelt flag\n{script}");
        assert_eq!(job.run(acts), (true, 1), "today's decision\n{script}");
        // A snapshot's decision is carried out once, whatever the session of its window.
        let again = if script.contains("snapshot_as_of") { 1 } else { 2 };
        assert_eq!(job.run(acts), (true, again), "decided again\n{script}");
    }
}

/// Stand-ins for the clients of the three platforms: QQQ at 500.5 on 2025-03-28 and 501.25 on 2025-03-31.
const CLIENTS: &str = r#"
from datetime import date, timezone
from types import SimpleNamespace as Thing
symbol, contract = "QQQ", None
closes = {date(2025, 3, 28): 500.5, date(2025, 3, 31): 501.25}
ib = Thing(reqHistoricalData=lambda *_, useRTH: [Thing(date=day, close=close) for day, close in closes.items()])
# Midnight in New York is 04:00 UTC in March.
instant = lambda day: datetime(day.year, day.month, day.day, 4, tzinfo=timezone.utc)
candles = [{"datetime": int(instant(day).timestamp() * 1000), "close": close} for day, close in closes.items()]
client = Thing(get_price_history_every_day=lambda _: Thing(json=lambda: {"candles": candles}))
Period, AdjustType = Thing(Day=1), Thing(ForwardAdjust=1)
quotes = Thing(candlesticks=lambda *_: [Thing(timestamp=instant(day), close=close) for day, close in closes.items()])
"#;

#[test]
fn bars_of_each_platform_become_a_file_of_prices() {
    if !Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: python3 is not installed");
        return;
    }
    let blocks = blocks("python");
    let (imports, ways) = blocks.split_first().unwrap();
    assert_eq!(ways.len(), 3);
    for way in ways {
        assert!(way.lines().count() <= 5, "{way}");
        let folder = Folder::new();
        let output = Command::new("python3")
            .args(["-c", &format!("{imports}{CLIENTS}{way}")])
            .current_dir(folder.path("."))
            .output()
            .unwrap();
        assert!(output.status.success(), "{way}\n{}", String::from_utf8_lossy(&output.stderr));
        let written = std::fs::read_to_string(folder.path("QQQ.csv")).unwrap().replace('\r', "");
        assert_eq!(written, "symbol,as_of,close\nQQQ,2025-03-28,500.5\nQQQ,2025-03-31,501.25\n", "{way}");
        // The file is read: too few closes are what is wrong, and its layout is not.
        let found = run(&format!(
            "decide tqqq_growth_income --prices {} --equity 25000 --format json",
            folder.path("QQQ.csv")
        ));
        let text = found.stdout;
        assert!(text.contains("\"rows\": 2") && !text.contains("missing_columns"), "{text}");
    }
}
