//! `render`: what machines and DHCP servers would get.

use crate::support::lab::Lab;

#[test]
fn dhcp_goes_to_the_standard_output_or_into_a_file() {
    let lab = Lab::usual();
    let printed = lab.pxectl(&["render", "dhcp"]).ends_with(0).prints("next-server 127.0.0.1;").prints("exists ipxe.http");
    let ran = lab.pxectl(&["render", "dhcp", "-o", "dhcpd.conf"]).ends_with(0).says("wrote dhcpd.conf");
    assert_eq!(ran.stdout, "");
    assert_eq!(lab.read("dhcpd.conf"), printed.stdout);
    // Replaced whole, and not where it cannot be.
    lab.write("dhcpd.conf", "old\n".repeat(10_000));
    lab.pxectl(&["render", "dhcp", "-o", "dhcpd.conf"]).ends_with(0);
    assert_eq!(lab.read("dhcpd.conf"), printed.stdout);
    lab.pxectl(&["render", "dhcp", "-o", "nowhere/dhcpd.conf"]).ends_with(2).one_error().says("nowhere");
}

#[test]
fn a_file_that_is_there_stays_where_nothing_can_be_rendered() {
    let lab = Lab::usual();
    lab.write("dhcpd.conf", "mine\n");
    lab.write("templates/dhcpd.conf.j2", "{{ nothing.here }}\n");
    let ran = lab.pxectl(&["render", "dhcp", "-o", "dhcpd.conf"]).ends_with(2);
    ran.says("templates/dhcpd.conf.j2:1:");
    assert_eq!(lab.read("dhcpd.conf"), "mine\n");
}

#[test]
#[cfg_attr(pxectl_no_unix, ignore = "it serves")]
fn a_site_is_named_where_there_are_several() {
    let lab = Lab::usual();
    let sites = "  sites:\n    ams: {server: 10.1.0.1, networks: [{subnet: 10.1.0.0/24}]}\n    fra: {server: 10.2.0.1, networks: [{subnet: 10.2.0.0/24}]}\n";
    lab.edit(|text| text.replace("  server: 127.0.0.1\n", "").replace("  networks: [{subnet: 127.0.0.0/24}]\n", sites));
    lab.pxectl(&["render", "dhcp"]).ends_with(2).one_error().says("this lab has several sites").says("--site: ams, fra");
    lab.pxectl(&["render", "dhcp", "--site", "fra"]).ends_with(0).prints("next-server 10.2.0.1;");
    lab.pxectl(&["render", "boot", "web-01", "--site", "ams"]).ends_with(0).prints("http://10.1.0.1:8080/b/BOOT-ID/");
    lab.pxectl(&["render", "ipxe", "--site", "ams"]).ends_with(0).prints("http://10.1.0.1:8080/boot.ipxe");
    lab.pxectl(&["boot-test", "web-01", "--site", "ams"]).ends_with(0);
    lab.pxectl(&["serve", "--yes"]).ends_with(2).says("--site: ams, fra");
    lab.serve(&["--yes", "--site", "ams"]).interrupt().with(0);
}

#[test]
#[cfg_attr(pxectl_no_unix, ignore = "it serves")]
fn boot_is_the_script_that_the_machine_gets() {
    let lab = Lab::usual();
    let rendered = lab.pxectl(&["render", "boot", "live-01"]).ends_with(0).prints("#!ipxe\n").stdout;
    let mut serve = lab.serve(&["--yes"]);
    let got = serve.machine(3).serial("SN-LIVE").mac("52:54:00:00:00:02").boot().text;
    let id = serve.wait("script")["boot"].as_str().unwrap().to_owned();
    assert_eq!(got.replace(&id, "BOOT-ID").replace(&serve.http.to_string(), "127.0.0.1:8080"), rendered);
    let efi = lab.pxectl(&["render", "boot", "SN-DISK", "--firmware", "uefi-x64"]).ends_with(0).stdout;
    assert!(efi.contains("exit 1"), "{efi}");
}

#[test]
fn answers_are_rendered_for_their_machine() {
    let lab = Lab::usual();
    lab.pxectl(&["render", "answer", "web-01"]).ends_with(1).says("web-01 gets no answer file");
    lab.edit(|text| text.replace("recipe: debian,", "recipe: debian, answer: preseed.cfg.j2, vars: {disk: /dev/sda},"));
    lab.write("templates/preseed.cfg.j2", "d-i partman-auto/disk string {{ vars.disk }}\n# {{ host.name }}\n");
    let ran = lab.pxectl(&["render", "answer", "web-01"]).ends_with(0);
    assert_eq!(ran.stdout, "d-i partman-auto/disk string /dev/sda\n# web-01\n");
    lab.write("templates/preseed.cfg.j2", "{{ vars.dsk }}\n");
    let ran = lab.pxectl(&["render", "answer", "web-01"]).ends_with(2);
    assert_eq!(ran.stdout, "");
    ran.says("templates/preseed.cfg.j2:1:").says("dsk");
}

#[test]
fn ipxe_is_a_script_to_compile_in() {
    let ran = Lab::usual().pxectl(&["render", "ipxe"]).ends_with(0).prints("http://127.0.0.1:8080/boot.ipxe");
    assert!(ran.stdout.starts_with("#!ipxe\n"), "{}", ran.stdout);
}

#[test]
fn templates_are_listed_and_printed_without_an_inventory() {
    let empty = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| crate::support::run::to_the_end(empty.path(), args);
    let list = run(&["render", "template"]).ends_with(0).stdout;
    assert!(list.lines().any(|line| line == "linux.ipxe.j2"), "{list}");
    for name in list.lines() {
        let text = run(&["render", "template", name]).ends_with(0).stdout;
        assert_eq!(run(&["render", "template", &format!("builtin/{name}")]).ends_with(0).stdout, text);
    }
    run(&["render", "template", "nothing.j2"]).ends_with(1).says("there is no built-in template `nothing.j2`");
}

#[test]
#[cfg_attr(pxectl_no_unix, ignore = "it serves")]
fn a_built_in_template_is_one_to_start_from() {
    let lab = Lab::usual();
    let text = lab.pxectl(&["render", "template", "linux.ipxe.j2"]).ends_with(0).stdout;
    lab.write("templates/linux.ipxe.j2", text);
    lab.pxectl(&["lint"]).ends_with(0);
    lab.pxectl(&["boot-test", "live-01"]).ends_with(0);
}
