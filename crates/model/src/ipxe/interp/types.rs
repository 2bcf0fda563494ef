//! What goes in and out of the stepper.

use super::images::Image;
use crate::ipxe::expand::ExpandError;
use crate::ipxe::probe::ImageKind;
use crate::ipxe::uri::Uri;

/// Where a run may not go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most commands, over all scripts.
    pub steps: usize,
    /// The most scripts running inside one another. Real iPXE has no such end, but a stack of 4 KiB.
    pub depth: usize,
}

impl Default for Limits {
    /// 100,000 commands, 16 scripts.
    fn default() -> Self {
        Self { steps: 100_000, depth: 16 }
    }
}

/// A command in a script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    /// The URL of the script.
    pub script: String,
    /// The line, from 1.
    pub line: usize,
    /// The command as written, at most 200 characters.
    pub command: String,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} line {}: `{}`", self.script, self.line, self.command)
    }
}

/// Which sort of command asks for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FetchKind {
    /// `kernel`, `imgselect`, `imgload`: fetched and selected.
    Kernel,
    /// `initrd`.
    Initrd,
    /// `imgfetch`, `module`.
    ImgFetch,
    /// `chain`, `imgexec`, `boot`: fetched and run.
    Chain,
    /// `imgargs` with a URL.
    ImgArgs,
}

/// A file that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The number of this fetch within the run, from 1; the image that comes of it carries it.
    pub number: u32,
    /// Which command asks.
    pub kind: FetchKind,
    /// The absolute URL, as Debian 12's build asks for it.
    pub url: String,
    /// The same in its parts.
    pub uri: Uri,
    /// The name that the image will have.
    pub name: String,
    /// The words after the URL: a kernel's arguments, the name of a file inside an initrd.
    pub args: String,
    /// Milliseconds without progress after which iPXE gives up; none for never.
    pub timeout_ms: Option<u32>,
    /// Whether the image goes when it has run.
    pub autofree: bool,
    /// Whether it takes the place of the running script.
    pub replace: bool,
}

/// What is started. It does not come back, if all is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boot {
    /// The program: a kernel, wimboot, another boot loader.
    pub kernel: Image,
    /// Every other image that is registered, in order. A BIOS build hands all of them to a kernel as initrds, wanted or not;
    /// an EFI build shows all of them as files.
    pub initrds: Vec<Image>,
}

/// A boot from a SAN device or a local disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SanBoot {
    /// The absolute URIs; none for a drive that is there already.
    pub uris: Vec<String>,
    /// The BIOS drive number, where one was given (0x80 is the first disk).
    pub drive: Option<u32>,
    /// `--filename`: the EFI program to start from it.
    pub filename: Option<String>,
    /// Whether the device is only attached (`sanhook`).
    pub hook_only: bool,
}

/// What the outside has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Fetch a file; answer with [`Answer::Fetched`].
    Fetch(Fetch),
    /// Start this. A machine does not come back; the answer is what happens if it did.
    Boot(Boot),
    /// Boot from a device; as for [`Action::Boot`].
    SanBoot(SanBoot),
    /// A line for the screen.
    Echo {
        /// The text.
        text: String,
        /// Whether the line ends here.
        newline: bool,
    },
    /// Wait; an answer of failure is ctrl-c.
    Sleep {
        /// How long.
        seconds: u32,
    },
    /// Wait for a key; success is that it was pressed.
    Prompt {
        /// What is shown.
        text: String,
        /// Which key, as it was written; none for any.
        key: Option<String>,
        /// Milliseconds to wait; none for ever.
        timeout_ms: Option<u32>,
    },
    /// A person is given iPXE's own command line.
    Shell,
    /// The machine restarts.
    Reboot,
    /// The first script is over: the firmware goes on with its next boot device.
    Exit(End),
}

/// How the first script ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// With success.
    Done,
    /// With an error: iPXE prints "Could not boot".
    Failed {
        /// The command that failed.
        at: Position,
        /// Why, in words.
        reason: String,
    },
}

/// A file that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// What it is, by [`probe`](crate::ipxe::probe).
    pub kind: ImageKind,
    /// Its length in bytes.
    pub len: u64,
    /// Its text, where it is a script.
    pub script: Option<String>,
}

/// What came of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was done.
    Done,
    /// The file that was asked for.
    Fetched(Fetched),
    /// It failed, and why.
    Failed(String),
}

/// Why a run cannot go on: a real machine would hang or crash here, or a cap was met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {kind}")]
pub struct Broken {
    /// The command.
    pub at: Position,
    /// What happened.
    pub kind: BrokenKind,
}

/// The kinds of [`Broken`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenKind {
    /// An expansion without end.
    #[error(transparent)]
    Expansion(ExpandError),
    /// Too many commands: a loop.
    #[error("more than {0} commands were run: the script loops")]
    Steps(usize),
    /// Too many scripts inside one another: a `chain` without `--replace`.
    #[error("more than {0} scripts run inside one another")]
    Depth(usize),
    /// Too many images.
    #[error("too many images are registered: nothing frees them")]
    Images,
    /// No script.
    #[error("what came from {0} is no script: it does not begin with `#!ipxe`")]
    NotAScript(String),
    /// A script past the cap.
    #[error("the script from {0} is too long")]
    TooLong(String),
}
