//! Where a boot's time went: by the DHCP server's log, the server's events and the machine's own console.

use std::time::Duration;

use crate::dhcpd::Dhcpd;
use crate::machine::Machine;
use crate::pxectl::Serve;

/// Prints a line for each step of this machine's boot, counted from power-on; `marker` is its last sign of life.
pub fn print(machine: &Machine, dhcpd: &Dhcpd, serve: &Serve, marker: &str) {
    let on = machine.console.powered_on();
    let since = |at| seconds(at - on);
    let mut lines = Vec::new();
    for (number, (asked, had)) in dhcpd.exchanges(&machine.spec.mac(), on).into_iter().enumerate() {
        lines.push((had, format!("dhcp {}    {} -> {}  took {}", number + 1, since(asked), since(had), seconds(had - asked))));
    }
    let mut boot = String::new();
    let mut begun = Vec::new();
    for event in serve.events().into_iter().filter(|event| event.at >= on) {
        match event.kind() {
            "script" if event.text("serial") == machine.spec.serial => {
                boot = event.text("boot").to_owned();
                lines.push((
                    event.at,
                    format!("script    {}  {} {}", since(event.at), event.text("action"), event.text("profile")),
                ));
            }
            "transfer-started" if mine(machine, &boot, &event) => begun.push((event.transfer(), event.at)),
            "transfer-done" if mine(machine, &boot, &event) => {
                let name = event.text("name");
                let start = begun.iter().find(|(id, _)| *id == event.transfer()).map_or(event.at, |(_, at)| *at);
                let what = if event.text("role").is_empty() { event.text("payload") } else { event.text("role") };
                lines.push((
                    event.at,
                    format!("{what:<9} {} -> {}  took {}  {name}", since(start), since(event.at), seconds(event.at - start)),
                ));
            }
            "booted" if event.text("boot") == boot => lines.push((event.at, format!("booted    {}", since(event.at)))),
            _ => {}
        }
    }
    lines.sort_by_key(|(at, _)| *at);
    println!("{} ({}):", machine.spec.name, machine.spec.serial);
    lines.iter().for_each(|(_, line)| println!("  {line}"));
    if let Some(at) = machine.console.first(marker) {
        println!("  console   {}  {marker}", seconds(at));
    }
}

/// Whether a transfer is this machine's: by its boot, or, before it has one, by its MAC.
fn mine(machine: &Machine, boot: &str, event: &crate::pxectl::Event) -> bool {
    (!boot.is_empty() && event.text("boot") == boot) || event.text("mac").eq_ignore_ascii_case(&machine.spec.mac())
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
