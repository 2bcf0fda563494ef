//! A TFTP server for tests: one file, and as much trouble as is asked for.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tftpd::{OptionType, Packet, TransferOption};
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// What goes wrong.
#[derive(Clone, Copy, Default)]
pub struct Trouble {
    /// Of 100 packets, either way, so many are lost; the choice follows from a seed.
    pub loss: u32,
    /// Options are not acknowledged.
    pub no_options: bool,
    /// The block size is acknowledged with one more than was asked.
    pub greedy: bool,
    /// The size told is wrong by so much.
    pub wrong_size: u64,
    /// A stranger sends a block before each ACK is waited for.
    pub stranger: bool,
}

/// A running server.
pub struct Server {
    pub at: SocketAddr,
    /// What it got, decoded.
    pub log: Arc<Mutex<Vec<String>>>,
    /// What came to the stranger.
    pub strange: Arc<Mutex<Vec<Vec<u8>>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Small, and the same every time.
struct Dice(u64);

impl Dice {
    fn lost(&mut self, percent: u32) -> bool {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % 100 < u64::from(percent)
    }
}

/// Serves `file` under every name but `missing`, `silent` and `empty`.
pub async fn serve(file: Vec<u8>, trouble: Trouble) -> Server {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    let log = Arc::new(Mutex::new(Vec::new()));
    let strange = Arc::new(Mutex::new(Vec::new()));
    let (seen, file, stranger) = (log.clone(), Arc::new(file), strange.clone());
    let task = tokio::spawn(async move {
        let mut transfers = tokio::task::JoinSet::new();
        let mut buffer = [0; 2048];
        let mut dice = Dice(7);
        while let Ok((len, from)) = socket.recv_from(&mut buffer).await {
            let Ok(Packet::Rrq { filename, options, .. }) = Packet::deserialize(&buffer[..len]) else { continue };
            let list: Vec<String> = options.iter().map(|o| format!("{}={}", o.option.as_str(), o.value)).collect();
            seen.lock().unwrap().push(format!("{filename} {}", list.join(" ")));
            if filename == "silent" || dice.lost(trouble.loss) {
                continue;
            }
            if filename == "missing" {
                socket.send_to(b"\0\x05\0\x01no such\x1bfile\0", from).await.unwrap();
                continue;
            }
            let file = if filename == "empty" { Arc::new(Vec::new()) } else { file.clone() };
            transfers.spawn(transfer(file, options, from, trouble, seen.clone(), stranger.clone()));
        }
    });
    Server { at, log, strange, task }
}

async fn transfer(
    file: Arc<Vec<u8>>,
    asked: Vec<TransferOption>,
    to: SocketAddr,
    trouble: Trouble,
    log: Arc<Mutex<Vec<String>>>,
    strange: Arc<Mutex<Vec<Vec<u8>>>>,
) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let other = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut dice = Dice(42);
    let value = |option| asked.iter().find(|o| o.option == option).map(|o| o.value);
    let (mut blksize, mut window) = (512, 1);
    let mut packets: Vec<Vec<u8>> = Vec::new();
    if !asked.is_empty() && !trouble.no_options {
        blksize = value(OptionType::BlockSize).unwrap_or(512) as usize;
        window = value(OptionType::WindowSize).unwrap_or(1) as usize;
        let told = |o: &TransferOption| match o.option {
            OptionType::TransferSize => file.len() as u64 + trouble.wrong_size,
            OptionType::BlockSize if trouble.greedy => o.value + 1,
            _ => o.value,
        };
        let options = asked.iter().map(|o| TransferOption { option: o.option, value: told(o) }).collect();
        packets.push(Packet::Oack(options).serialize().unwrap());
    } else {
        packets.push(Vec::new());
    }
    for (n, chunk) in file.chunks(blksize).chain(file.len().is_multiple_of(blksize).then_some(&[][..])).enumerate() {
        let [high, low] = ((n + 1) as u16).to_be_bytes();
        packets.push([&[0, 3, high, low], chunk].concat());
    }
    // The next packet to send; 0 is the answer to the request.
    let mut next = usize::from(packets[0].is_empty());
    let mut buffer = [0; 64];
    let mut tries = 0;
    while next < packets.len() && tries < 60 {
        let end = if next == 0 { 1 } else { (next + window).min(packets.len()) };
        for packet in &packets[next..end] {
            if !dice.lost(trouble.loss) {
                socket.send_to(packet, to).await.unwrap();
            }
        }
        if trouble.stranger {
            other.send_to(b"\0\x03\0\x01stranger", to).await.unwrap();
            let mut answer = [0; 64];
            let (len, _) = other.recv_from(&mut answer).await.unwrap();
            strange.lock().unwrap().push(answer[..len].to_vec());
        }
        tries += 1;
        while let Ok(Ok((len, _))) = timeout(Duration::from_millis(100), socket.recv_from(&mut buffer)).await {
            if dice.lost(trouble.loss) {
                continue;
            }
            match buffer[..len] {
                [0, 4, high, low] => {
                    let acked = u16::from_be_bytes([high, low]);
                    // Numbers roll over: looks for the packet near the window.
                    let found = (next.saturating_sub(1)..end).find(|n| *n as u16 == acked);
                    if let Some(n) = found.filter(|n| *n >= next || window > 1) {
                        if n + 1 > next {
                            tries = 0;
                        }
                        next = n + 1;
                        break;
                    }
                }
                [0, 5, _, code, ..] => {
                    log.lock().unwrap().push(format!("error {code}"));
                    return;
                }
                _ => {}
            }
        }
    }
    log.lock().unwrap().push(if next == packets.len() { "done".into() } else { "gave up".into() });
}
