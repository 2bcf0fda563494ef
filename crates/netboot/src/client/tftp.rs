//! A TFTP client that reads one file (RFC 1350, 2347, 2348, 2349, 7440), hashing as it reads.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use pxectl_model::digest::{Hasher, Sha256};
use tftpd::{OptionType, Packet, TransferOption};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use super::error::TftpError;

/// The first wait for an answer; it doubles up to [`LONGEST_WAIT`] and starts anew with every progress.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Within this time packets count as those of one window that was sent again.
const ONE_WINDOW: Duration = Duration::from_millis(60);

/// The most bytes of a file that are kept to be looked at.
const HEAD: usize = 8 * 1024;

/// What a client asks for beside the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TftpOptions {
    /// Bytes of a block, 8 to 65464 (RFC 2348); none means 512.
    pub blksize: Option<u16>,
    /// Blocks before an acknowledgement (RFC 7440); none means 1.
    pub windowsize: Option<u16>,
    /// Whether the file's size is asked for (RFC 2349).
    pub tsize: bool,
    /// Seconds before the server repeats itself (RFC 2349).
    pub timeout: Option<u8>,
}

/// A file that came whole.
#[derive(Debug, Clone)]
pub struct TftpGot {
    /// Its length in bytes.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Sha256,
    /// The size that the server had told.
    pub tsize: Option<u64>,
    /// Its first bytes, at most 8 KiB.
    pub head: Vec<u8>,
    /// The block size that held.
    pub blksize: usize,
    /// The window that held.
    pub windowsize: u16,
}

/// Who asks whom, and for how much at most.
#[derive(Debug, Clone, Copy)]
pub struct TftpClient {
    /// The address that the client asks from.
    pub local: IpAddr,
    /// Where the server listens.
    pub server: SocketAddr,
    /// The most bytes that are taken.
    pub limit: u64,
    /// How long nothing may come before the client gives up.
    pub patience: Duration,
}

impl TftpClient {
    /// Reads a file to its last byte.
    ///
    /// # Errors
    /// Where the server refuses, falls silent, breaks the protocol or sends too much.
    pub async fn read(&self, name: &str, options: TftpOptions) -> Result<TftpGot, TftpError> {
        let mut transfer = Transfer::open(self, name, options).await?;
        let (got, last) = transfer.receive().await?;
        transfer.linger(last);
        Ok(got)
    }

    /// Asks for a file's size only, as EDK2 does: reads the answer to the request, then breaks off with error 8. None where the
    /// server does not tell.
    ///
    /// # Errors
    /// As for [`TftpClient::read`].
    pub async fn size(&self, name: &str, options: TftpOptions) -> Result<Option<u64>, TftpError> {
        let mut transfer = Transfer::open(self, name, TftpOptions { tsize: true, ..options }).await?;
        transfer.first().await?;
        let peer = transfer.peer.unwrap_or(self.server);
        transfer.error(8, "User aborted the transfer", peer).await?;
        Ok(transfer.tsize)
    }
}

/// One transfer under way.
struct Transfer<'a> {
    client: &'a TftpClient,
    asked: TftpOptions,
    socket: UdpSocket,
    /// The port that the server answers from (RFC 1350 4), once it has.
    peer: Option<SocketAddr>,
    /// What is repeated when nothing comes.
    last_sent: Vec<u8>,
    buffer: Vec<u8>,
    blksize: usize,
    windowsize: u16,
    tsize: Option<u64>,
    bytes: u64,
    progress: Instant,
    wait: Duration,
    /// When the last ACK was repeated since there was progress or silence.
    repeated: Option<Instant>,
}

/// A packet that belongs to the transfer.
enum Came {
    /// Options were acknowledged.
    Options(Vec<TransferOption>),
    /// This many bytes of data are in the buffer, after the 4 of the header.
    Data(u16, usize),
}

impl<'a> Transfer<'a> {
    async fn open(client: &'a TftpClient, name: &str, asked: TftpOptions) -> Result<Self, TftpError> {
        let socket = UdpSocket::bind((client.local, 0)).await.map_err(|source| socket_error("binding", source))?;
        let mut options = Vec::new();
        let mut ask = |option, value: u64| options.push(TransferOption { option, value });
        if asked.tsize {
            ask(OptionType::TransferSize, 0);
        }
        if let Some(size) = asked.blksize {
            ask(OptionType::BlockSize, size.into());
        }
        if let Some(size) = asked.windowsize {
            ask(OptionType::WindowSize, size.into());
        }
        if let Some(seconds) = asked.timeout {
            ask(OptionType::Timeout, seconds.into());
        }
        let request = Packet::Rrq { filename: name.replace('\0', "?"), mode: "octet".to_owned(), options };
        let last_sent = request.serialize().map_err(|error| TftpError::Protocol(error.to_owned()))?;
        let largest = usize::from(asked.blksize.unwrap_or(512).max(512));
        let transfer = Self {
            client,
            asked,
            socket,
            peer: None,
            last_sent,
            // One byte more than any packet that is allowed, so that a longer one is seen.
            buffer: vec![0; 4 + largest + 1],
            blksize: 512,
            windowsize: 1,
            tsize: None,
            bytes: 0,
            progress: Instant::now(),
            wait: FIRST_WAIT,
            repeated: None,
        };
        transfer.send(&transfer.last_sent, client.server).await?;
        Ok(transfer)
    }

    async fn send(&self, packet: &[u8], to: SocketAddr) -> Result<(), TftpError> {
        match self.socket.send_to(packet, to).await {
            Ok(_) => Ok(()),
            // An earlier packet found nobody; whether somebody comes is for the timer.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => Ok(()),
            Err(source) => Err(socket_error("sending on", source)),
        }
    }

    async fn error(&self, code: u16, text: &str, to: SocketAddr) -> Result<(), TftpError> {
        let mut packet = vec![0, 5];
        packet.extend_from_slice(&code.to_be_bytes());
        packet.extend_from_slice(text.as_bytes());
        packet.push(0);
        self.send(&packet, to).await
    }

    async fn ack(&mut self, block: u16) -> Result<(), TftpError> {
        let [high, low] = block.to_be_bytes();
        self.last_sent = vec![0, 4, high, low];
        self.send(&self.last_sent, self.peer.unwrap_or(self.client.server)).await
    }

    async fn refuse<T>(&self, code: u16, error: TftpError) -> Result<T, TftpError> {
        let text = error.to_string();
        self.error(code, &text, self.peer.unwrap_or(self.client.server)).await?;
        Err(error)
    }

    /// The next packet of this transfer; repeats what was sent last where nothing comes.
    async fn next(&mut self) -> Result<Came, TftpError> {
        loop {
            let give_up = self.progress + self.client.patience;
            let until = (Instant::now() + self.wait).min(give_up);
            let came = match timeout_at(until, self.socket.recv_from(&mut self.buffer)).await {
                Err(_) if Instant::now() >= give_up => {
                    let (server, seconds) = (self.client.server, self.client.patience.as_secs());
                    return Err(TftpError::Silence { server, seconds, bytes: self.bytes });
                }
                Err(_) => {
                    self.wait = (self.wait * 2).min(LONGEST_WAIT);
                    self.repeated = None;
                    self.send(&self.last_sent, self.peer.unwrap_or(self.client.server)).await?;
                    continue;
                }
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => continue,
                Ok(came) => came,
            };
            let (len, from) = came.map_err(|source| socket_error("receiving on", source))?;
            if !self.is_ours(from).await? {
                continue;
            }
            return self.read_packet(len).await;
        }
    }

    /// Whether a packet comes from the other end of this transfer; anybody else is told so (RFC 1350 4) and changes nothing.
    async fn is_ours(&mut self, from: SocketAddr) -> Result<bool, TftpError> {
        match self.peer {
            Some(peer) if peer == from => Ok(true),
            None if from.ip() == self.client.server.ip() => {
                self.peer = Some(from);
                Ok(true)
            }
            _ => {
                self.error(5, "Unknown transfer ID", from).await?;
                Ok(false)
            }
        }
    }

    async fn read_packet(&mut self, len: usize) -> Result<Came, TftpError> {
        let packet = &self.buffer[..len];
        match packet {
            [0, 3, high, low, ..] => Ok(Came::Data(u16::from_be_bytes([*high, *low]), len - 4)),
            [0, 5, high, low, text @ ..] => {
                let code = u16::from_be_bytes([*high, *low]);
                let text = text.split(|b| *b == 0).next().unwrap_or_default();
                let text = text.iter().take(200).map(|b| if (b' '..=b'~').contains(b) { char::from(*b) } else { '?' }).collect();
                Err(TftpError::Refused { code, text })
            }
            // The codec's error cannot cross an await.
            [0, 6, ..] => match Packet::deserialize(packet).ok() {
                Some(Packet::Oack(options)) => Ok(Came::Options(options)),
                _ => self.refuse(8, TftpError::Protocol("its option acknowledgement cannot be read".into())).await,
            },
            _ => self.refuse(4, TftpError::Protocol("it sent what is neither data, options nor an error".into())).await,
        }
    }

    /// The answer to the request: takes in the options; what data came with it is left in the buffer.
    async fn first(&mut self) -> Result<Option<(u16, usize)>, TftpError> {
        match self.next().await? {
            Came::Data(block, len) => Ok(Some((block, len))),
            Came::Options(options) => {
                if let Err(reason) = self.agree(&options) {
                    return self.refuse(8, TftpError::Protocol(reason)).await;
                }
                if self.tsize.is_some_and(|size| size > self.client.limit) {
                    return self.refuse(3, TftpError::TooLong(self.client.limit)).await;
                }
                Ok(None)
            }
        }
    }

    /// Whether the server acknowledged no more than was asked (RFC 2347): a value may only be smaller, a timeout only equal.
    fn agree(&mut self, options: &[TransferOption]) -> Result<(), String> {
        for option in options {
            let value = option.value;
            let fits = match option.option {
                OptionType::BlockSize => self.asked.blksize.is_some_and(|asked| (8..=u64::from(asked)).contains(&value)),
                OptionType::WindowSize => self.asked.windowsize.is_some_and(|asked| (1..=u64::from(asked)).contains(&value)),
                OptionType::Timeout => self.asked.timeout.is_some_and(|asked| u64::from(asked) == value),
                OptionType::TransferSize => self.asked.tsize,
                _ => false,
            };
            if !fits {
                return Err(format!(
                    "it acknowledged the option {} with {value}, which was not asked for",
                    option.option.as_str()
                ));
            }
            match option.option {
                OptionType::BlockSize => self.blksize = usize::try_from(value).unwrap_or(512),
                OptionType::WindowSize => self.windowsize = u16::try_from(value).unwrap_or(1),
                OptionType::TransferSize => self.tsize = Some(value),
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes in the whole file; gives it with the number of its last block.
    async fn receive(&mut self) -> Result<(TftpGot, u16), TftpError> {
        let mut hasher = Hasher::new();
        let mut head = Vec::new();
        // The last block in order, and how many came since the last ACK.
        let (mut last, mut since_ack) = (0u16, 0u16);
        let mut came = self.first().await?;
        if came.is_none() {
            self.ack(0).await?;
            self.advanced();
        }
        loop {
            let (block, len) = match came.take() {
                Some(data) => data,
                None => match self.next().await? {
                    Came::Data(block, len) => (block, len),
                    // Our ACK of the options was lost.
                    Came::Options(_) => {
                        self.repeat(last).await?;
                        continue;
                    }
                },
            };
            if block != last.wrapping_add(1) {
                // A block is missing, or one came again: says once where we are.
                since_ack = 0;
                self.repeat(last).await?;
                continue;
            }
            if len > self.blksize {
                return self.refuse(4, TftpError::Protocol(format!("a block has more than {} bytes", self.blksize))).await;
            }
            let data = &self.buffer[4..4 + len];
            hasher.update(data);
            head.extend_from_slice(&data[..len.min(HEAD - head.len())]);
            self.bytes += len as u64;
            if self.bytes > self.client.limit {
                return self.refuse(3, TftpError::TooLong(self.client.limit)).await;
            }
            last = block;
            since_ack += 1;
            self.advanced();
            let finished = len < self.blksize;
            if finished || since_ack >= self.windowsize {
                self.ack(last).await?;
                since_ack = 0;
            }
            if finished {
                break;
            }
        }
        if let Some(size) = self.tsize.filter(|size| *size != self.bytes) {
            return Err(TftpError::Protocol(format!("it told a size of {size} bytes and sent {}", self.bytes)));
        }
        let (blksize, windowsize) = (self.blksize, self.windowsize);
        let got = TftpGot { bytes: self.bytes, sha256: hasher.finish(), tsize: self.tsize, head, blksize, windowsize };
        Ok((got, last))
    }

    fn advanced(&mut self) {
        self.progress = Instant::now();
        self.wait = FIRST_WAIT;
        self.repeated = None;
    }

    /// Acknowledges the last block in order once more; of the packets of one window only the first calls for it.
    async fn repeat(&mut self, last: u16) -> Result<(), TftpError> {
        if self.windowsize > 1 && self.repeated.is_some_and(|at| at.elapsed() < ONE_WINDOW) {
            return Ok(());
        }
        self.repeated = Some(Instant::now());
        self.ack(last).await
    }

    /// Stays for a while to acknowledge the last block again, should that ACK be lost (RFC 1350 6).
    fn linger(self, last: u16) {
        let Some(peer) = self.peer else { return };
        let socket = self.socket;
        let end = Instant::now() + LONGEST_WAIT;
        let [high, low] = last.to_be_bytes();
        tokio::spawn(async move {
            let mut buffer = [0; 4];
            while let Ok(Ok((len, from))) = timeout_at(end, socket.recv_from(&mut buffer)).await {
                if from == peer && buffer[..len] == [0, 3, high, low] && socket.send_to(&[0, 4, high, low], peer).await.is_err() {
                    return;
                }
            }
        });
    }
}

fn socket_error(operation: &'static str, source: std::io::Error) -> TftpError {
    TftpError::Socket { operation, source }
}
