use crate::ipxe::{ExpandError, Machine, SettingName, Settings, Uri, ValueType, expand};

pub(super) fn machine() -> Machine {
    Machine {
        serial: "AB C/1&2?#x ".into(),
        manufacturer: "QEMU".into(),
        product: "Standard PC".into(),
        asset: String::new(),
        board_serial: String::new(),
        uuid: Some([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]),
        mac: [0x52, 0x54, 0, 0x12, 0x34, 0x56],
        ip: [127, 0, 0, 9].into(),
        next_server: [127, 0, 0, 1].into(),
        filename: "http://127.0.0.1:8080/boot.ipxe".into(),
        platform: "pcbios".into(),
        buildarch: "i386".into(),
        version: "1.0.0+git-20190125.36a4c85".into(),
    }
}

#[test]
fn types_print_as_they_were_seen_to() {
    let settings = Settings::of(&machine());
    for (token, expected) in [
        ("${serial:hexraw}", "414220432f3126323f237820"),
        ("${serial:uristring}", "AB%20C%2F1%262%3F%23x%20"),
        ("${net0/mac}", "52:54:00:12:34:56"),
        ("${netX/mac:hexhyp}", "52-54-00-12-34-56"),
        ("${mac:hexraw}", "525400123456"),
        ("${uuid}", "01234567-89ab-cdef-0123-456789abcdef"),
        ("${uuid:hexraw}", "67452301ab89efcd0123456789abcdef"),
        ("${ip}/${next-server:hexraw}", "127.0.0.9/7f000001"),
        ("${asset}${nothing}${serial:nonsense}${nowhere/serial}", ""),
        ("${net0/serial}", ""),
        ("${mac:base64}", "UlQAEjRW"),
        ("${platform}-${buildarch}", "pcbios-i386"),
        ("$x ${open", "$x ${open"),
        ("a}b", "a}b"),
    ] {
        assert_eq!(expand(token, &settings).unwrap(), expected, "{token}");
    }
}

#[test]
fn expansion_is_innermost_first_and_recursive() {
    let mut settings = Settings::of(&machine());
    settings.set("dollar", "$").unwrap();
    settings.set("which", "platform").unwrap();
    settings.set("y", "${dollar}{platform}").unwrap();
    assert_eq!(expand("${${which}}", &settings).unwrap(), "pcbios");
    assert_eq!(expand("${y}", &settings).unwrap(), "pcbios");
    settings.set("loop", "x${loop}").unwrap();
    assert!(matches!(expand("${loop}", &settings), Err(ExpandError::Endless(_))));
    settings.set("big", &"${b}".repeat(1000)).unwrap();
    settings.set("b", &"y".repeat(60_000)).unwrap();
    assert!(matches!(expand("${big}", &settings), Err(ExpandError::TooLong(_))));
}

#[test]
fn numbers_and_setting_names() {
    let mut settings = Settings::new();
    settings.set("n:int32", "0").unwrap();
    settings.increment("n", 1).unwrap();
    settings.increment("n", 0x10).unwrap();
    assert_eq!(settings.print("n"), "17");
    assert_eq!(settings.print("n:uint8"), "0x11");
    settings.increment("fresh", 5).unwrap();
    assert_eq!(settings.print("fresh"), "5");
    settings.set("text", "5").unwrap();
    assert!(settings.increment("text", 1).is_err(), "a text is no number");
    settings.set("text", "").unwrap();
    assert_eq!(settings.print("text"), "");
    assert!(settings.set("smbios/serial", "x").is_err());
    assert!(settings.set("a:ipv4", "1.2.3").is_err());
    settings.set("m:hexhyp", "52-54").unwrap();
    assert_eq!((settings.print("m"), settings.print("m:hex")), ("52-54".into(), "52:54".into()));
    assert_eq!(
        SettingName::parse("net0/mac:hexraw"),
        SettingName { block: Some("net0"), name: "mac", type_name: Some("hexraw") }
    );
    assert_eq!(ValueType::Int(1).print(&[0xff]).unwrap(), "-1");
    assert_eq!(ValueType::Guid.print(&machine().uuid.unwrap()).unwrap(), "67452301-ab89-efcd-0123-456789abcdef");
}

#[test]
fn uris_resolve_and_arrive_as_old_builds_send_them() {
    let base = Uri::parse("http://10.1.0.1:8080/b/12/boot?serial=41");
    for (given, expected, name) in [
        ("linux", "http://10.1.0.1:8080/b/12/linux", "linux"),
        ("/a/b%20c", "http://10.1.0.1:8080/a/b%20c", "b c"),
        ("../x?y=1", "http://10.1.0.1:8080/b/x?y=1", "x"),
        ("./", "http://10.1.0.1:8080/b/12/", ""),
        ("?again=1", "http://10.1.0.1:8080/b/12/boot?again=1", "boot"),
        ("tftp://10.1.0.2/a", "tftp://10.1.0.2/a", "a"),
        ("http://h/p?q=a%2Fb%26c", "http://h/p?q=a/b&c", "p"),
        ("/x:y", "/x:y", ""),
    ] {
        let uri = Uri::parse(given).resolve(Some(&base));
        assert_eq!(uri.to_string(), expected, "{given}");
        assert_eq!(uri.image_name().unwrap_or_default(), name, "{given}");
    }
    assert_eq!(base.request_target(), "/b/12/boot?serial=41");
    assert_eq!((base.host.as_deref(), base.port.as_deref()), (Some("10.1.0.1"), Some("8080")));
    assert_eq!(Uri::parse("http://h").request_target(), "/");
}
