//! What a command is drawn on: the width and colour of standard output, and how standard error speaks.

use std::io::{self, IsTerminal as _};

use anstream::{AutoStream, ColorChoice};

use super::cli::{ColorWhen, SpeechArgs};
use crate::document::message::{Form, Messages};
use crate::document::{DEFAULT_WIDTH, Screen};
use crate::input::source::STANDARD_INPUT;
use crate::pipeline::NamedInput;

/// The columns of a terminal that tables follow: narrower ones wrap, and wider ones are hard to read.
const NARROWEST: usize = 60;
const WIDEST: usize = 120;

/// What the answer and the messages are drawn on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// Standard output.
    pub screen: Screen,
    /// A file of `--output`: without colour.
    pub file: Screen,
    /// Standard error.
    pub messages: Messages,
    /// Whether a person sees both streams in one place: a terminal, or the pipe or file of `2>&1`.
    pub is_one_place: bool,
}

impl Stage {
    /// Resolves the flags against the streams as they are. The same files and flags give the same bytes wherever
    /// standard output is not a terminal.
    pub fn new(flags: SpeechArgs) -> Self {
        let choice = match flags.color {
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        };
        choice.write_global();
        let is_terminal = io::stdout().is_terminal();
        let follows = terminal_size::terminal_size_of(io::stdout())
            .filter(|_| is_terminal)
            .map(|(width, _)| usize::from(width.0).clamp(NARROWEST, WIDEST));
        let file_width = flags.width.unwrap_or(DEFAULT_WIDTH);
        Self {
            screen: Screen {
                width: flags.width.or(follows).unwrap_or(DEFAULT_WIDTH),
                // What is piped has colour only where somebody asks, whatever the environment says.
                color: match flags.color {
                    ColorWhen::Always => true,
                    ColorWhen::Never => false,
                    ColorWhen::Auto => is_terminal && AutoStream::choice(&io::stdout()) != ColorChoice::Never,
                },
            },
            file: Screen { width: file_width, color: false },
            messages: Messages {
                form: flags.messages,
                is_quiet: flags.quiet,
                path_prefix: flags.path_prefix,
                ..Messages::default()
            },
            is_one_place: (is_terminal && io::stderr().is_terminal())
                || (flags.messages == Form::Text && are_one_file()),
        }
    }

    /// Whether a line may say how far a long run is: a person watches standard error, and did not ask for silence.
    pub fn shows_progress(&self) -> bool {
        !self.messages.is_quiet && io::stderr().is_terminal()
    }

    /// Says what is waited for, where a person is to type an input.
    pub(crate) fn wait_for_input(&self, inputs: &[NamedInput]) {
        let typed = inputs.iter().find(|input| input.path == STANDARD_INPUT);
        if let Some(input) = typed.filter(|_| io::stdin().is_terminal()) {
            self.messages.waiting(&format!(
                "waiting for {} on standard input; Ctrl-D on a line of its own ends it",
                input.what
            ));
        }
    }

    /// The screen of an answer that goes to a file, or to standard output.
    pub fn screen_for(&self, is_file: bool) -> Screen {
        if is_file { self.file } else { self.screen }
    }
}

/// Whether both streams go to one pipe or file.
#[cfg(unix)]
fn are_one_file() -> bool {
    use std::fs::File;
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;

    let place = |stream: &dyn AsFd| {
        let file = File::from(stream.as_fd().try_clone_to_owned().ok()?);
        file.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()))
    };
    place(&io::stdout()).is_some_and(|place_of_output| Some(place_of_output) == place(&io::stderr()))
}

/// Whether both streams go to one pipe or file: not known here.
#[cfg(not(unix))]
fn are_one_file() -> bool {
    false
}
