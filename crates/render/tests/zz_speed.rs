#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::disallowed_methods, clippy::disallowed_types)]
mod common;
use common::{BOOT, Bench, Says, asker};
use pxectl_model::arch::Firmware;
use pxectl_model::boot::{Responder, Standing};
use pxectl_model::settings::FileKey;
#[test]
fn speed() {
    let debian = Says::recipe("debian").file(FileKey::Kernel, "linux").initrds(&["initrd"]).answer("preseed.cfg.j2").args(&["console=ttyS0"]);
    let live = Says::recipe("linux").file(FileKey::Kernel, "linux").initrds(&["initrd"]).args(&["console=ttyS0"]);
    for (label, says) in [("debian", debian), ("live", live)] {
    let mut bench = Bench::new().profile("p", says);
    for n in 0..500 { bench = bench.host(&format!("SER-{n:04}"), Some(&format!("h{n}")), "p", &[(&format!("52:54:00:01:{:02x}:{:02x}", n>>8, n&255), None)], Says::default().var("disk", "/dev/vda")); }
    let t = std::time::Instant::now();
    let scripts = bench.try_scripts(&[("preseed.cfg.j2", "d-i a string {{ vars.disk }}\nd-i b string {{ host.name }}\n")]).unwrap();
    eprintln!("{label} build {:?}", t.elapsed());
    let a = asker("SER-0321", "52:54:00:01:01:41", Some(Firmware::Bios));
    let n = 20000;
    let t = std::time::Instant::now();
    for _ in 0..n { std::hint::black_box(scripts.recognise(&a)); }
    eprintln!("recognise {:?}", t.elapsed() / n);
    let who = scripts.recognise(&a);
    let t = std::time::Instant::now();
    for _ in 0..n { std::hint::black_box(scripts.script(&a, &who, BOOT, Standing::Armed)); }
    eprintln!("script {:?}", t.elapsed() / n);
    let a = asker("NOBODY", "52:54:00:01:01:ff", Some(Firmware::Bios));
    let who = scripts.recognise(&a);
    let t = std::time::Instant::now();
    for _ in 0..n { std::hint::black_box(scripts.script(&a, &who, BOOT, Standing::Armed)); }
    eprintln!("hold {:?}", t.elapsed() / n);
    }
}
