//! A transfer as others see it: they may end it, and they may ask whether anybody has answered.

use std::net::UdpSocket;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Instant;

/// Why the server ends a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Ended {
    /// Nobody had answered yet, and its place was needed.
    Displaced = 1,
    /// The same client asked for something else.
    Replaced = 2,
    /// The server stops.
    Stopping = 3,
}

/// The shared half of a transfer.
#[derive(Debug)]
pub struct Live {
    /// When it was admitted.
    pub began: Instant,
    answered: AtomicBool,
    ended: AtomicU8,
    socket: OnceLock<UdpSocket>,
}

impl Live {
    /// A transfer that has no socket yet.
    pub fn new() -> Self {
        Self { began: Instant::now(), answered: AtomicBool::new(false), ended: AtomicU8::new(0), socket: OnceLock::new() }
    }

    /// Gives it its socket, connected to the client.
    pub fn open(&self, socket: UdpSocket) -> &UdpSocket {
        self.socket.get_or_init(|| socket)
    }

    /// The client has acknowledged something, so it is no spoofed address.
    pub fn answer(&self) {
        self.answered.store(true, Ordering::SeqCst);
    }

    /// Whether the client has acknowledged something.
    pub fn is_answered(&self) -> bool {
        self.answered.load(Ordering::SeqCst)
    }

    /// Ends it: its thread wakes at once where the system can do that, else at its next timer.
    pub fn end(&self, why: Ended) {
        // The first reason stays.
        let _ = self.ended.compare_exchange(0, why as u8, Ordering::SeqCst, Ordering::SeqCst);
        if let Some(socket) = self.socket.get() {
            // Only reading: the client is still to be told.
            let _ = rustix::net::shutdown(socket, rustix::net::Shutdown::Read);
        }
    }

    /// Whether it is to end, and why.
    pub fn ended(&self) -> Option<Ended> {
        [Ended::Displaced, Ended::Replaced, Ended::Stopping]
            .into_iter()
            .find(|why| *why as u8 == self.ended.load(Ordering::SeqCst))
    }
}
