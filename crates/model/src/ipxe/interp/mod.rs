//! A stepper: it runs a script up to what only the outside can do, and goes on with the answer.
//!
//! It does what Debian 12's iPXE does: commands from left to right with `||`, `&&` and `;`; a line that fails ends its script;
//! `chain` runs a script inside the running one, `chain --replace` in its place; a running script is not in the list of images.

mod frame;
mod image_commands;
mod images;
mod local;
mod types;

pub use images::Image;
pub use types::{Action, Answer, Boot, Broken, BrokenKind, End, Fetch, FetchKind, Fetched, Limits, Position, SanBoot};

use super::commands::{BadOptions, Dialect, Parsed, command, parse_options};
use super::expand::expand;
use super::lex::MAX_SCRIPT;
use super::settings::Settings;
use super::uri::Uri;
use frame::Frame;
use images::{ImageId, Images};

/// Whether a command did its work, and if not why not, in words.
type Status = Result<(), String>;

/// What a command comes to.
enum Flow {
    /// It is done.
    Done(Status),
    /// The running script goes on at this line.
    Goto(usize),
    /// The running script ends.
    Stop(Status),
    /// The outside has to do something.
    Ask(Box<Action>, Pending),
    /// A script has been put on top.
    Called,
}

/// What becomes of the answer.
enum Pending {
    /// It is the status of the command.
    Status,
    /// An image arrives.
    Fetch(Box<image_commands::Wanted>),
    /// A program that was started came back: the status of the command.
    Boot(ImageId),
    /// The same, where it had replaced a script.
    BootInPlace(ImageId),
}

/// Runs one script, and those that it chains to.
pub struct Interpreter {
    settings: Settings,
    dialect: Dialect,
    limits: Limits,
    frames: Vec<Frame>,
    images: Images,
    pending: Option<Pending>,
    failure: Option<(Position, String)>,
    end: Option<End>,
    steps: usize,
    fetches: u32,
}

impl Interpreter {
    /// Starts a script that was fetched from `url` (relative URLs count from there), as `autoboot` does.
    ///
    /// # Errors
    /// Where the text is no script, or longer than [`MAX_SCRIPT`].
    pub fn new(script: &str, url: &str, settings: Settings, limits: Limits) -> Result<Self, Broken> {
        let mut interpreter = Self {
            settings,
            dialect: Dialect::Debian12,
            limits,
            frames: Vec::new(),
            images: Images::default(),
            pending: None,
            failure: None,
            end: None,
            steps: 0,
            fetches: 0,
        };
        let image = Image::of_script(script, Uri::parse(url), 0);
        interpreter.push(image)?;
        Ok(interpreter)
    }

    /// The same in another dialect.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// What the machine knows now.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The images that are registered now; running scripts are not.
    pub fn images(&self) -> &[Image] {
        self.images.all()
    }

    /// How many scripts are running inside one another; 1 for the first alone.
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// The command that runs now, or ran last.
    pub fn position(&self) -> Position {
        self.frames.last().map(Frame::position).unwrap_or_default()
    }

    /// Goes on until the outside is needed. `answer` is that to the action returned before; the first is not looked at.
    /// Once it has given [`Action::Exit`] it gives it for ever.
    ///
    /// # Errors
    /// What a real machine would not survive, or a cap. The run cannot be continued then.
    pub fn step(&mut self, answer: Answer) -> Result<Action, Broken> {
        if let Some(pending) = self.pending.take()
            && let Some(action) = self.resume(pending, answer)?
        {
            return Ok(action);
        }
        loop {
            if let Some(end) = &self.end {
                return Ok(Action::Exit(end.clone()));
            }
            self.steps += 1;
            if self.steps > self.limits.steps {
                return Err(self.broken(BrokenKind::Steps(self.limits.steps)));
            }
            if let Some(action) = self.advance()? {
                return Ok(action);
            }
        }
    }

    fn broken(&self, kind: BrokenKind) -> Broken {
        Broken { at: self.position(), kind }
    }

    fn advance(&mut self) -> Result<Option<Action>, Broken> {
        let Some(frame) = self.frames.last() else {
            self.end = Some(End::Done);
            return Ok(None);
        };
        let Some((line, now)) = frame.current() else {
            let status = if frame.script.unfinished { Err("the script ends in a backslash".to_owned()) } else { Ok(()) };
            return self.end_frame(status);
        };
        let runs = frame.command == 0
            || line.commands[frame.command - 1].then.is_none_or(|separator| separator.lets_run(frame.status.is_ok()));
        if !runs {
            return self.skip();
        }
        let mut words = Vec::with_capacity(now.words.len());
        for word in &now.words {
            words.push(expand(&word.text, &self.settings).map_err(|error| self.broken(BrokenKind::Expansion(error)))?);
        }
        let flow = self.execute(&words)?;
        self.follow(flow)
    }

    fn follow(&mut self, flow: Flow) -> Result<Option<Action>, Broken> {
        match flow {
            Flow::Done(status) => self.done(status),
            Flow::Stop(status) => {
                self.note(&status);
                self.end_frame(status)
            }
            Flow::Goto(line) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.jump(line);
                }
                Ok(None)
            }
            Flow::Ask(action, pending) => {
                self.pending = Some(pending);
                Ok(Some(*action))
            }
            Flow::Called => Ok(None),
        }
    }

    fn execute(&mut self, words: &[String]) -> Result<Flow, Broken> {
        let Some((name, arguments)) = words.split_first() else { return Ok(Flow::Done(Ok(()))) };
        let Some(spec) = command(name).filter(|spec| spec.is_in(self.dialect)) else {
            return Ok(Flow::Done(Err(format!("{name}: command not found"))));
        };
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match parse_options(spec, &words, self.dialect) {
            Ok(options) => self.dispatch(spec.name, &options, &words[options.first.min(words.len())..]),
            Err(bad) => Ok(Flow::Done(Err(refusal(spec.name, &bad)))),
        }
    }

    fn dispatch(&mut self, name: &str, options: &Parsed, arguments: &[&str]) -> Result<Flow, Broken> {
        match image_commands::Verb::named(name) {
            Some(verb) => self.image_command(verb, options, arguments),
            None => Ok(self.local_command(name, options, arguments)),
        }
    }

    /// The command that runs has this status; the line goes on or the script ends.
    fn done(&mut self, status: Status) -> Result<Option<Action>, Broken> {
        self.note(&status);
        if let Some(frame) = self.frames.last_mut() {
            frame.status = status;
        }
        self.skip()
    }

    /// Goes to the next command, leaving the status as it is.
    fn skip(&mut self) -> Result<Option<Action>, Broken> {
        let Some(frame) = self.frames.last_mut() else { return Ok(None) };
        if frame.next_command() {
            return Ok(None);
        }
        match std::mem::replace(&mut frame.status, Ok(())) {
            Ok(()) => {
                frame.jump(frame.line + 1);
                Ok(None)
            }
            failed => self.end_frame(failed),
        }
    }

    fn note(&mut self, status: &Status) {
        if let Err(reason) = status {
            // The innermost reason is kept while the failure climbs through the scripts that chained here.
            if self.failure.as_ref().is_none_or(|(_, old)| old != reason) {
                self.failure = Some((self.position(), reason.clone()));
            }
        }
    }

    fn push(&mut self, image: Image) -> Result<(), Broken> {
        let text = image.script.as_deref().unwrap_or_default();
        if !super::lex::has_magic(text.as_bytes()) {
            return Err(self.broken(BrokenKind::NotAScript(image.url())));
        }
        if text.len() > MAX_SCRIPT {
            return Err(self.broken(BrokenKind::TooLong(image.url())));
        }
        if self.frames.len() >= self.limits.depth {
            return Err(self.broken(BrokenKind::Depth(self.limits.depth)));
        }
        self.frames.push(Frame::new(image));
        Ok(())
    }

    /// The running script is over.
    fn end_frame(&mut self, status: Status) -> Result<Option<Action>, Broken> {
        let Some(frame) = self.frames.pop() else { return Ok(None) };
        if let Some(id) = frame.replacement {
            return self.start_in_place(id);
        }
        if !frame.image.autofree {
            self.images.add(frame.image).map_err(|()| self.broken(BrokenKind::Images))?;
        }
        self.returned(status)
    }

    /// What ran on top of the scripts that are left has this status.
    fn returned(&mut self, status: Status) -> Result<Option<Action>, Broken> {
        if !self.frames.is_empty() {
            return self.done(status);
        }
        self.end = Some(match status {
            Ok(()) => End::Done,
            Err(reason) => {
                let at = self.failure.take().map(|(at, _)| at).unwrap_or_default();
                End::Failed { at, reason }
            }
        });
        Ok(None)
    }

    fn resume(&mut self, pending: Pending, answer: Answer) -> Result<Option<Action>, Broken> {
        let plain = match &answer {
            Answer::Done | Answer::Fetched(_) => Ok(()),
            Answer::Failed(reason) => Err(reason.clone()),
        };
        match pending {
            Pending::Status => self.done(plain),
            Pending::Boot(id) => {
                self.images.after_run(id);
                self.done(plain)
            }
            Pending::BootInPlace(id) => {
                self.images.after_run(id);
                self.note(&plain);
                self.returned(plain)
            }
            Pending::Fetch(wanted) => {
                let flow = match answer {
                    Answer::Fetched(fetched) => self.arrived(*wanted, fetched)?,
                    Answer::Failed(reason) => Flow::Done(Err(reason)),
                    Answer::Done => Flow::Done(Err("nothing arrived".to_owned())),
                };
                self.follow(flow)
            }
        }
    }
}

fn refusal(name: &str, bad: &BadOptions) -> String {
    match bad {
        BadOptions::Unknown(_, option) => format!("{name}: unrecognised option `{option}`"),
        BadOptions::TooNew(_, option) => format!("{name}: unrecognised option `--{}` (it came in {})", option.long, option.since),
        BadOptions::NoValue(_, option) => format!("{name}: option `--{option}` requires an argument"),
        BadOptions::Value(_, option) => format!("{name}: option `--{option}` takes no argument"),
        BadOptions::Help(_) => format!("{name}: prints its usage and does nothing"),
        BadOptions::Arguments { given } => format!("{name}: does not take {given} arguments"),
    }
}
