//! One transfer from its first packet to its last acknowledgement, in a thread of its own.
//!
//! A thread that waits in recv(2) answers an acknowledgement sooner than a task that waits for a reactor to wake it, and at
//! windowsize 1 that latency is the throughput. The socket is connected: packets from another address or port (a wrong TID)
//! never reach it, so they can neither end nor disturb the transfer.

use std::io;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use rustix::net::RecvFlags;
use tftpd::ErrorCode;

use super::gso::Sender;
use super::limits::Limits;
use super::live::{Ended, Live};
use super::options::Agreed;
use super::request::error_packet;
use super::run::Run;
use super::window::{Step, Window};
use crate::open::{OpenBody, Stamp};

/// How a transfer ended before its last acknowledgement.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It acknowledged nothing at all.
    #[error("the client did not answer")]
    NoAnswer,
    /// It acknowledged some blocks, and then nothing for too long.
    #[error("the client stopped answering")]
    Stalled,
    /// Everything was sent; whether the last block arrived, nobody said.
    #[error("everything was sent, but the last acknowledgement did not come")]
    Unconfirmed,
    /// It sent an ERROR before any data: EDK2 asks for a file's size in this way.
    #[error("the client stopped after asking the size")]
    SizeOnly,
    /// It sent an ERROR.
    #[error("the client sent error {code}: {text}")]
    Refused {
        /// RFC 1350.
        code: u16,
        /// Its words, printable.
        text: String,
    },
    /// Its system says that nobody listens there.
    #[error("the client closed its port")]
    Gone,
    /// The file is not what it was when the table was built.
    #[error("the file changed while it was served")]
    Changed,
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Read(#[source] io::Error),
    /// The socket is of no use.
    #[error("the socket failed")]
    Socket(#[source] io::Error),
    /// The server ended it.
    #[error("{}", why(*.0))]
    Ended(Ended),
}

fn why(ended: Ended) -> &'static str {
    match ended {
        Ended::Displaced => "nobody answered, and its place was needed",
        Ended::Replaced => "the client asked for something else",
        Ended::Stopping => "the server is stopping",
    }
}

/// Hears how far a transfer is.
pub trait Watch {
    /// The client acknowledged something for the first time.
    fn started(&mut self);
    /// So many bytes are acknowledged; called for each window.
    fn progress(&mut self, bytes: u64, now: Instant);
}

/// A transfer under way.
pub struct Transfer<'a> {
    live: &'a Live,
    socket: &'a UdpSocket,
    body: &'a OpenBody,
    limits: &'a Limits,
    /// What is to be acknowledged before any data.
    oack: Option<Vec<u8>>,
    run: Run,
    window: Window,
    sender: Sender,
    /// The client's own interval, which replaces the doubling.
    interval: Option<Duration>,
    bytes: u64,
}

impl<'a> Transfer<'a> {
    /// Ready to send `body` over the connected `socket`.
    pub fn new(live: &'a Live, socket: &'a UdpSocket, body: &'a OpenBody, agreed: &Agreed, limits: &'a Limits) -> Self {
        let bytes = body.len();
        let run = Run::new(bytes, agreed.block, agreed.window);
        let window = Window::new(agreed.window, run.total());
        let sender = Sender::new(socket, run.packet_len(), agreed.window);
        Self { live, socket, body, limits, oack: agreed.oack(), run, window, sender, interval: agreed.timeout, bytes }
    }

    /// Bytes that the client has acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.run.offset(self.window.done() + 1).min(self.bytes)
    }

    /// Sends everything.
    ///
    /// # Errors
    /// What ended it early; the client has been told where that helps.
    pub fn run(&mut self, watch: &mut dyn Watch) -> Result<(), Failure> {
        let done = self.exchange(watch);
        let text = match &done {
            Err(Failure::Changed | Failure::Read(_)) => "the file cannot be read to its end",
            Err(Failure::Ended(Ended::Stopping)) => "the server is stopping",
            Err(Failure::Stalled) => "no acknowledgement came",
            _ => return done,
        };
        let _ = self.socket.send(&error_packet(ErrorCode::NotDefined, text));
        done
    }

    fn exchange(&mut self, watch: &mut dyn Watch) -> Result<(), Failure> {
        let mut buffer = [0; 256];
        let mut timer = Timer::new(self.limits, self.interval);
        let mut tries = 1;
        self.send()?;
        timer.sent(Instant::now());
        loop {
            timer.arm(self.socket).map_err(Failure::Socket)?;
            // Not std's: libc's calls are cancellation points, which costs at each block.
            let heard = rustix::net::recv(self.socket, &mut buffer[..], RecvFlags::empty());
            if let Some(why) = self.live.ended() {
                return Err(Failure::Ended(why));
            }
            let step = match heard {
                Ok((len, _)) => self.hear(&buffer[..len])?,
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => Step::Ignore,
                    // An error is told before the packets that came earlier: the last acknowledgement may be among them.
                    io::ErrorKind::ConnectionRefused if !timer.last_chance => {
                        timer.last_chance = true;
                        continue;
                    }
                    io::ErrorKind::ConnectionRefused => return Err(self.at_the_end(Failure::Gone)),
                    io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Step::Ignore,
                    _ => return Err(Failure::Socket(error.into())),
                },
            };
            match step {
                Step::Done => {
                    self.begun(&timer, watch);
                    return Ok(());
                }
                Step::Next => {
                    self.send()?;
                    self.begun(&timer, watch);
                    let now = Instant::now();
                    timer.progress(now);
                    watch.progress(self.acknowledged(), now);
                    self.read_ahead()?;
                }
                Step::Again => {
                    self.send()?;
                    timer.sent(Instant::now());
                }
                Step::Ignore => {
                    let now = Instant::now();
                    if timer.last_chance {
                        return Err(self.at_the_end(Failure::Gone));
                    }
                    if timer.is_over(now) {
                        return Err(if timer.answered { self.at_the_end(Failure::Stalled) } else { Failure::NoAnswer });
                    }
                    if timer.is_due(now) && (timer.answered || tries < self.limits.first_tries) {
                        tries += 1;
                        match &self.oack {
                            Some(_) => self.window.expect_echo(),
                            None => self.window.timed_out(),
                        }
                        self.send()?;
                        timer.again(now);
                    }
                }
            }
        }
    }

    /// The client has acknowledged something, maybe for the first time.
    fn begun(&self, timer: &Timer<'_>, watch: &mut dyn Watch) {
        if !timer.answered {
            self.live.answer();
            watch.started();
        }
    }

    /// What a packet of the client calls for.
    fn hear(&mut self, packet: &[u8]) -> Result<Step, Failure> {
        if let [0, 5, high, low, text @ ..] = packet {
            if self.oack.is_some() {
                return Err(Failure::SizeOnly);
            }
            let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
            return Err(Failure::Refused {
                code: u16::from_be_bytes([*high, *low]),
                text: crate::printable::printable(&String::from_utf8_lossy(text)),
            });
        }
        let [0, 4, high, low, ..] = packet else { return Ok(Step::Ignore) };
        let number = u16::from_be_bytes([*high, *low]);
        if self.oack.is_none() {
            return Ok(self.window.acknowledged(number));
        }
        if number != 0 {
            return Ok(Step::Ignore);
        }
        self.oack = None;
        Ok(Step::Next)
    }

    /// Sends what is to be acknowledged next, for the first time or again. What could not leave counts as lost on the way: the
    /// timer sends it again, and recv tells where nobody listens any more.
    fn send(&mut self) -> Result<(), Failure> {
        if let Some(oack) = &self.oack {
            let _ = self.socket.send(oack);
            return Ok(());
        }
        let blocks = self.window.blocks();
        if blocks.end > self.run.total() {
            self.unchanged()?;
        }
        let mut next = blocks.start;
        while next < blocks.end {
            self.load(next, blocks.end - next)?;
            let (packets, count) = self.run.packets(next, blocks.end - next);
            let _ = self.sender.send(self.socket, packets, self.run.packet_len());
            next += count.max(1);
        }
        Ok(())
    }

    /// Reads the next window while this one is under way.
    fn read_ahead(&mut self) -> Result<(), Failure> {
        let blocks = self.window.blocks();
        self.load(blocks.end, blocks.end - blocks.start)
    }

    fn load(&mut self, first: u64, want: u64) -> Result<(), Failure> {
        self.run.load(self.body, first, want).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Failure::Changed,
            _ => Failure::Read(error),
        })
    }

    /// What a failure is called where all blocks are out: a client that has them all may close its port while its last
    /// acknowledgement is lost.
    fn at_the_end(&self, failure: Failure) -> Failure {
        let all_out = self.oack.is_none() && self.window.done() > 0 && self.window.blocks().end > self.run.total();
        if all_out { Failure::Unconfirmed } else { failure }
    }

    /// Before the last block: nobody is to boot half of one file and half of another.
    fn unchanged(&self) -> Result<(), Failure> {
        let OpenBody::Pieces(pieces) = self.body else { return Ok(()) };
        let stamp = Stamp::of(&pieces.file).map_err(Failure::Read)?;
        if stamp == pieces.stamp { Ok(()) } else { Err(Failure::Changed) }
    }
}

/// When to send again, and when to give up.
struct Timer<'a> {
    limits: &'a Limits,
    interval: Option<Duration>,
    /// The client has acknowledged something.
    answered: bool,
    /// The client's port is closed; what it sent before is still to be read.
    last_chance: bool,
    wait: Duration,
    armed: Duration,
    due: Option<Instant>,
    over: Option<Instant>,
}

impl<'a> Timer<'a> {
    fn new(limits: &'a Limits, interval: Option<Duration>) -> Self {
        let over = Instant::now().checked_add(limits.first_patience);
        let wait = limits.first_wait;
        Self { limits, interval, answered: false, last_chance: false, wait, armed: Duration::ZERO, due: None, over }
    }

    /// Sets how long recv may wait; a system call only where that changed.
    fn arm(&mut self, socket: &UdpSocket) -> io::Result<()> {
        let wait = if self.last_chance { Duration::from_millis(1) } else { self.wait.max(Duration::from_millis(1)) };
        if wait != self.armed {
            socket.set_read_timeout(Some(wait))?;
            self.armed = wait;
        }
        Ok(())
    }

    fn sent(&mut self, now: Instant) {
        self.due = now.checked_add(self.wait);
    }

    /// The timer ran out: wait longer, unless the client named its interval (which holds once it has acknowledged the OACK).
    fn again(&mut self, now: Instant) {
        if self.interval.is_none() || !self.answered {
            self.wait = (self.wait * 2).min(self.limits.last_wait);
        }
        self.sent(now);
    }

    fn progress(&mut self, now: Instant) {
        self.answered = true;
        self.last_chance = false;
        self.wait = self.interval.unwrap_or(self.limits.first_wait);
        // A client that named a long interval gets the time to use it.
        self.over = now.checked_add(self.limits.patience.max(self.wait * 2 + self.limits.first_wait));
        self.sent(now);
    }

    fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| now >= due)
    }

    fn is_over(&self, now: Instant) -> bool {
        self.over.is_some_and(|over| now >= over)
    }
}
