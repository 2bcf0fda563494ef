//! A plain PXE ROM out of QEMU's own, which is iPXE and says so: on the way out, its DHCP requests lose what betrays it until its
//! first TFTP request. From then on the NBP speaks, and it says what it likes.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use crate::packet;

/// The longest frame that QEMU hands over.
const MAX_FRAME: usize = 70_000;

/// Two sockets that wait for QEMU: its network filter sends each frame of the guest out of one and takes it back from the other.
pub struct Listening {
    paths: [PathBuf; 2],
    sockets: [UnixListener; 2],
}

/// A thread that stands in the guest's way out; it ends with QEMU.
pub struct Strip(Option<std::thread::JoinHandle<()>>);

impl Strip {
    /// Opens the sockets; QEMU connects to them when it starts.
    pub fn listen(dir: &Path, name: &str) -> Listening {
        let paths = ["out", "in"].map(|way| dir.join(format!("{name}-{way}.sock")));
        let sockets = paths.each_ref().map(|path| UnixListener::bind(path).unwrap());
        Listening { paths, sockets }
    }
}

impl Listening {
    /// QEMU's arguments. On the way out QEMU walks its filters from the last to the first: a frame that came back must not be
    /// handed over again, so the one that takes it back stands first.
    pub fn arguments(&self) -> [String; 8] {
        let [out, back] = self.paths.each_ref().map(|path| path.display());
        [
            "-chardev".to_owned(),
            format!("socket,id=strip-out,path={out}"),
            "-chardev".to_owned(),
            format!("socket,id=strip-in,path={back}"),
            "-object".to_owned(),
            "filter-redirector,id=filter0,netdev=net,queue=rx,indev=strip-in".to_owned(),
            "-object".to_owned(),
            "filter-redirector,id=filter1,netdev=net,queue=rx,outdev=strip-out".to_owned(),
        ]
    }

    /// Stands in the way.
    pub fn serve(self) -> Strip {
        Strip(Some(std::thread::spawn(move || {
            let [out, back] = self.sockets.each_ref().map(|socket| socket.accept().map(|(stream, _)| stream));
            if let (Ok(out), Ok(back)) = (out, back) {
                // An end of either stream is QEMU's end.
                let _ = pass(out, back);
            }
        })))
    }
}

/// Passes frames on; each is led by its length in four bytes, the highest first.
fn pass(mut from: UnixStream, mut to: UnixStream) -> std::io::Result<()> {
    let mut rom_speaks = true;
    let mut frame = Vec::with_capacity(MAX_FRAME);
    loop {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let size = usize::try_from(u32::from_be_bytes(length)).unwrap();
        assert!(size <= MAX_FRAME, "a frame of {size} bytes");
        frame.resize(size, 0);
        from.read_exact(&mut frame)?;
        if rom_speaks {
            rom_speaks = !packet::is_tftp_request(&frame);
            packet::hide_ipxe(&mut frame);
        }
        to.write_all(&length)?;
        to.write_all(&frame)?;
    }
}

impl Drop for Strip {
    fn drop(&mut self) {
        // The thread may wait in `accept` where QEMU never came; it holds nothing but its sockets, so it is left to the process's end.
        drop(self.0.take());
    }
}
