//! What `strat --version` says: the crate's version, and in a release build the commit that it is built from.
//!
//! The commit is that of the crate's package, or of the checkout that the crate is the root of. Without either the
//! version stands alone. Other builds have none, so that a commit does not compile everything again.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// What `cargo package` writes into a package about its commit.
const PACKAGED: &str = ".cargo_vcs_info.json";

/// How many digits of a commit are shown.
const SHOWN_DIGITS: usize = 12;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let shown = match is_release.then(|| commit_of_package().or_else(commit_of_checkout)).flatten() {
        Some(commit) => format!("{version} ({commit})"),
        None => version,
    };
    println!("cargo::rustc-env=STRAT_VERSION={shown}");
}

/// The commit of the package that `cargo package` made; `None` in a checkout.
fn commit_of_package() -> Option<String> {
    let text = fs::read_to_string(PACKAGED).ok()?;
    digits(text.split("\"sha1\":").nth(1)?.split('"').nth(1)?)
}

/// The commit of the checkout whose root this folder is; `None` in a folder of another repository, and without git.
fn commit_of_checkout() -> Option<String> {
    let root = git(&["rev-parse", "--show-toplevel"])?;
    if fs::canonicalize(root).ok()? != fs::canonicalize(Path::new(".")).ok()? {
        return None;
    }
    for name in ["HEAD", "logs/HEAD"] {
        println!("cargo::rerun-if-changed={}", git(&["rev-parse", "--git-path", name])?);
    }
    digits(&git(&["rev-parse", "HEAD"])?)
}

fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// The first digits of a commit; `None` of a text that is not one.
fn digits(commit: &str) -> Option<String> {
    let is_commit = commit.len() >= SHOWN_DIGITS && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit.then(|| commit.chars().take(SHOWN_DIGITS).collect())
}
