//! A `pxectl serve` that runs, and its events.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::PATIENCE;
use super::machine::Machine;
use super::run;

/// Where every server of these tests listens.
pub const ON_LOOPBACK: &[&str] = &["--bind", "127.0.0.1", "--http-port", "0", "--tftp-port", "0", "--events", "ndjson"];

/// A server; it is killed with the value.
pub struct Serve {
    child: Child,
    events: Receiver<Value>,
    seen: Vec<Value>,
    stderr: Option<JoinHandle<String>>,
    pub http: SocketAddr,
    pub tftp: SocketAddr,
}

/// How a server ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    /// All events of its life, in order.
    pub events: Vec<Value>,
    pub stderr: String,
}

impl Serve {
    /// Starts one and waits for its first event.
    pub fn start(folder: &Path, args: &[&str]) -> Self {
        Self::of(folder, &[&["serve"], ON_LOOPBACK, args].concat())
    }

    /// Starts any command that writes events.
    pub fn of(folder: &Path, args: &[&str]) -> Self {
        Self::spawn(run::command(folder, args))
    }

    /// Starts one that was prepared, with variables for one.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let events = events(child.stdout.take().unwrap());
        let stderr = collect(child.stderr.take().unwrap());
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut serve = Self { child, events, seen: Vec::new(), stderr: Some(stderr), http: nowhere, tftp: nowhere };
        let Some(first) = serve.next() else { panic!("it never listened: {:?}", serve.end()) };
        assert_eq!(first["event"], "listening", "the first event");
        serve.http = first["http"].as_str().unwrap().parse().unwrap();
        serve.tftp = first["tftp"].as_str().unwrap().parse().unwrap();
        serve
    }

    /// A machine on 127.0.0.`last` that boots from here.
    pub fn machine(&self, last: u8) -> Machine {
        Machine::new(last, self.http)
    }

    /// The next event; none where there are no more.
    fn next(&mut self) -> Option<Value> {
        let event = match self.events.recv_timeout(PATIENCE) {
            Ok(event) => event,
            Err(mpsc::RecvTimeoutError::Disconnected) => return None,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("no event came; so far: {:#?}", self.seen),
        };
        assert_eq!(event["schema"], "pxectl.event/1");
        assert_eq!(event["seq"], self.seen.len(), "events are counted without gaps");
        self.seen.push(event.clone());
        Some(event)
    }

    /// Waits for the next event of this name.
    #[track_caller]
    pub fn wait(&mut self, name: &str) -> Value {
        self.wait_for(name, |_| true)
    }

    /// Waits for the next event of this name that is meant.
    #[track_caller]
    pub fn wait_for(&mut self, name: &str, meant: impl Fn(&Value) -> bool) -> Value {
        loop {
            let Some(event) = self.next() else { panic!("it ended without `{name}`: {:#?}", self.seen) };
            if event["event"] == name && meant(&event) {
                return event;
            }
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// As ctrl-c does.
    pub fn interrupt(self) -> Ended {
        self.signal(Signal::INT);
        self.end()
    }

    /// As a power cut does.
    pub fn kill(self) {
        self.signal(Signal::KILL);
        assert_eq!(self.end().code, None);
    }

    /// Waits until it has ended by itself.
    pub fn end(mut self) -> Ended {
        while self.next().is_some() {}
        let code = self.child.wait().unwrap().code();
        let stderr = self.stderr.take().unwrap().join().unwrap();
        assert!(!stderr.contains("panicked"), "{stderr}");
        Ended { code, events: std::mem::take(&mut self.seen), stderr }
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It has ended where `end` was called; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Checks the exit code, and that it stopped in good order.
    #[track_caller]
    pub fn with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{:#?}", self.stderr, self.events);
        let names: Vec<_> = self.events.iter().map(|event| event["event"].as_str().unwrap()).collect();
        assert_eq!(names.last(), Some(&"stopped"), "{names:?}");
        assert_eq!(names.iter().filter(|name| **name == "stopping").count(), 1, "{names:?}");
        self
    }

    /// The events of this name.
    pub fn all(&self, name: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["event"] == name).collect()
    }
}

/// Each line is one JSON object, or the test fails.
fn events(stdout: ChildStdout) -> Receiver<Value> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            let line = line.unwrap();
            let event = serde_json::from_str(&line).unwrap_or_else(|error| Value::String(format!("{error}: {line}")));
            if send.send(event).is_err() {
                break;
            }
        }
    });
    receive
}

fn collect(mut stderr: ChildStderr) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stderr.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}
