//! A relay that loses packets by a seed, for one client.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

pub struct Relay {
    pub addr: SocketAddr,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// xorshift64.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn percent(&mut self, percent: u64) -> bool {
        self.roll() % 100 < percent
    }
}

impl Relay {
    /// Between one client and `server`, losing `percent` of the packets each way.
    pub fn new(server: SocketAddr, percent: u64, seed: u64) -> Self {
        let [front, back] = [(); 2].map(|()| {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
            Arc::new(socket)
        });
        let addr = front.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        // What either side learns of the other's address.
        let client = Arc::new(std::sync::Mutex::new(None));
        let tid = Arc::new(std::sync::Mutex::new(server));
        let pump = |from: Arc<UdpSocket>, to: Arc<UdpSocket>, seed, up: bool| {
            let (stop, client, tid) = (stop.clone(), client.clone(), tid.clone());
            std::thread::spawn(move || {
                let mut dice = Dice(seed);
                let mut buffer = vec![0; 1 << 16];
                while !stop.load(Ordering::Relaxed) {
                    let (len, source) = match from.recv_from(&mut buffer) {
                        Ok(received) => received,
                        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => continue,
                        Err(error) => panic!("{error}"),
                    };
                    let target = if up {
                        *client.lock().unwrap() = Some(source);
                        if buffer[1] == 1 { Some(server) } else { Some(*tid.lock().unwrap()) }
                    } else {
                        *tid.lock().unwrap() = source;
                        *client.lock().unwrap()
                    };
                    if let Some(target) = target
                        && !dice.percent(percent)
                    {
                        to.send_to(&buffer[..len], target).unwrap();
                    }
                }
            })
        };
        let threads = vec![pump(front.clone(), back.clone(), seed | 1, true), pump(back, front, seed.rotate_left(32) | 1, false)];
        Self { addr, stop, threads }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
