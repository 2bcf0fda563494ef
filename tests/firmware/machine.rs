//! A machine: QEMU with real firmware, an identity, one NIC on the wire and its console.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::console::Console;
use crate::disk::Disk;
use crate::lab::Lab;
use crate::process::Process;
use crate::strip::Strip;

/// How long anything may take that a machine does; emulated on a busy host it is slow, and a test that passes never waits for it.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// Where QEMU finds the firmware that is not its default.
pub const OVMF: &str = "/usr/share/ovmf/OVMF.fd";

/// What a machine starts with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Firmware {
    /// SeaBIOS and a PXE ROM that says nothing of iPXE, as most NICs have: NBP by TFTP.
    BiosPxe,
    /// SeaBIOS and a NIC whose ROM is iPXE and says so: the script at once.
    BiosIpxe,
    /// OVMF and its own PXE client: NBP by TFTP.
    UefiX64,
    /// OVMF with its PXE client switched off: NBP by HTTP Boot (UEFI 2.10, 24.7).
    UefiHttp,
}

/// Firmware that enforces Secure Boot. Its variables are kept where only its own System Management Mode writes.
pub const SECURE_CODE: &str = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd";

/// Whose signatures a firmware with Secure Boot trusts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// A pair that Debian's package `ovmf` has for tests: its private half is public.
    Snakeoil,
    /// Microsoft's, as machines are sold with.
    Microsoft,
}

impl Keys {
    /// The variables to start with.
    pub const fn variables(self) -> &'static str {
        match self {
            Self::Snakeoil => "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd",
            Self::Microsoft => "/usr/share/OVMF/OVMF_VARS_4M.ms.fd",
        }
    }
}

/// A machine on the shelf: it can be switched on more than once.
#[derive(Clone)]
pub struct Spec {
    /// For the logs.
    pub name: &'static str,
    /// What it starts with.
    pub firmware: Firmware,
    /// SMBIOS type 1.
    pub serial: &'static str,
    /// The last byte of its MAC and of its UUID.
    pub number: u8,
    /// MiB.
    pub memory: u32,
    /// Its disk, second in the boot order.
    pub disk: Option<Disk>,
    /// With Secure Boot, where UEFI enforces it.
    pub secure: Option<Keys>,
}

impl Spec {
    /// A machine of 512 MiB without a disk.
    pub fn new(name: &'static str, firmware: Firmware, serial: &'static str, number: u8) -> Self {
        Self { name, firmware, serial, number, memory: 512, disk: None, secure: None }
    }

    /// Its MAC.
    pub fn mac(&self) -> String {
        format!("52:54:00:77:00:{:02x}", self.number)
    }

    /// Its UUID.
    pub fn uuid(&self) -> String {
        format!("01234567-89ab-cdef-0123-4567890000{:02x}", self.number)
    }
}

/// A machine that is on.
pub struct Machine {
    /// What it prints.
    pub console: Console,
    /// What it is.
    pub spec: Spec,
    qemu: Process,
    _strip: Option<Strip>,
}

impl Machine {
    /// Switches it on.
    pub fn start(lab: &Lab, spec: &Spec) -> Self {
        let (tap, plain) = (lab.tap(), spec.firmware == Firmware::BiosPxe);
        let listening = plain.then(|| Strip::listen(lab.dir(), &tap));
        let mut qemu = lab.at_wire("qemu-system-x86_64");
        qemu.args(["-nodefaults", "-display", "none", "-vga", "none", "-no-reboot", "-accel", "tcg"]);
        qemu.args(["-m", &spec.memory.to_string(), "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]);
        qemu.args(["-smbios", &smbios(spec), "-netdev", &format!("tap,id=net,ifname={tap},script=no,downscript=no")]);
        let model = match spec.firmware {
            Firmware::BiosPxe | Firmware::BiosIpxe => {
                // SeaBIOS copies INT 10h to the port that this file names.
                let port = lab.path("sercon-port");
                std::fs::write(&port, 0x3f8_u16.to_le_bytes()).unwrap();
                qemu.args(["-fw_cfg", &format!("name=etc/sercon-port,file={}", port.display())]);
                "e1000"
            }
            Firmware::UefiX64 | Firmware::UefiHttp => {
                match spec.secure {
                    None => drop(qemu.args(["-bios", OVMF])),
                    Some(keys) => flash(&mut qemu, keys, &lab.path(&format!("{tap}-variables.fd"))),
                }
                qemu.args(["-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=no"]);
                if spec.firmware == Firmware::UefiHttp {
                    qemu.args(["-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=no"]);
                }
                // Without an empty ROM file, iPXE's EFI ROM would be the PXE client instead of the firmware's own.
                "virtio-net-pci,romfile="
            }
        };
        qemu.args(["-device", &format!("{model},netdev=net,mac={},bootindex=0", spec.mac())]);
        if let Some(disk) = &spec.disk {
            qemu.args(["-drive", &disk.drive(), "-device", disk.device()]);
        }
        if let Some(strip) = &listening {
            qemu.args(strip.arguments());
        }
        Self::switch_on(lab, spec, &tap, qemu, listening)
    }

    fn switch_on(lab: &Lab, spec: &Spec, tap: &str, mut command: Command, listening: Option<crate::strip::Listening>) -> Self {
        let errors = std::fs::File::create(lab.path(&format!("{}-{tap}-qemu.log", spec.name))).unwrap();
        let mut qemu = Process::spawn(command.stdout(Stdio::piped()).stderr(errors));
        let raw: PathBuf = lab.path(&format!("{}-{tap}-console.log", spec.name));
        let console = Console::follow(qemu.0.stdout.take().unwrap(), &raw);
        let strip = listening.map(|strip| strip.serve());
        Self { console, spec: spec.clone(), qemu, _strip: strip }
    }

    /// Waits for a text on its console and says when it came, counted from power-on.
    pub fn sees(&self, text: &str) -> Duration {
        self.sees_within(text, PATIENCE)
    }

    /// The same, where it takes longer than usual.
    pub fn sees_within(&self, text: &str, limit: Duration) -> Duration {
        self.console.wait_for(text, limit).unwrap_or_else(|why| panic!("{}: {why}", self.spec.name))
    }

    /// Waits until it switched itself off.
    pub fn goes_off(&mut self) {
        assert!(self.console.wait_off(PATIENCE), "{} is still on; its console ends: {}", self.spec.name, self.console.tail());
        let status = self.qemu.wait();
        assert!(status.success(), "{}: qemu: {status}", self.spec.name);
    }
}

/// The firmware in two flash chips, as it comes with Secure Boot; its variables are this machine's own.
fn flash(qemu: &mut Command, keys: Keys, variables: &Path) {
    std::fs::copy(keys.variables(), variables).unwrap();
    std::fs::set_permissions(variables, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    qemu.args(["-machine", "q35,smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on"]);
    qemu.args(["-drive", &format!("if=pflash,unit=0,format=raw,readonly=on,file={SECURE_CODE}")]);
    qemu.args(["-drive", &format!("if=pflash,unit=1,format=raw,file={}", variables.display())]);
}

fn smbios(spec: &Spec) -> String {
    format!("type=1,manufacturer=pxectl,product=Firmware Lab,serial={},uuid={}", spec.serial, spec.uuid())
}
