//! `lint --format`: each form is what its readers' own schema says, and nothing in an inventory breaks out of it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::lab::Lab;
use crate::support::schema;

/// Findings of every level, in two files and a template; with another place, with a fix, and allowed.
fn findings() -> Lab {
    let lab = Lab::usual();
    lab.edit(|text| {
        let hosts = "hosts:\n  - {vars: {n: é}, serial: 0123456, profile: local}\n  # pxectl: allow(unquoted-identity) because [no](1) tool reads it\n  - {serial: 0123457, profile: local, mac: \"5254.0012.3456\"}\n";
        format!("include: [\"racks/*.yaml\"]\n{}", text.replace("hosts:\n", hosts))
    });
    lab.write("racks/r 1,%:é.yaml", "hosts:\n  - {serial: sn-web, profile: rescue}\n");
    lab
}

fn json(lab: &Lab, format: &str, args: &[&str], code: i32) -> Value {
    let ran = lab.pxectl(&[&["lint", "--format", format], args].concat()).ends_with(code);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// Saves a document beside the lab and holds it to a schema.
fn valid(lab: &Lab, name: &str, document: &Value, schema: &Path) {
    lab.write(name, document.to_string());
    schema::check(["--schemafile", schema.to_str().unwrap()], &[lab.path(name)]);
}

fn committed() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/lint.json"))
}

#[test]
fn json_is_what_its_schema_says() {
    let lab = findings();
    for (here, code) in [(false, 1), (true, 1)] {
        let report = json(&lab, "json", if here { &["--here"] } else { &[] }, code);
        valid(&lab, "report.json", &report, &committed());
    }
    let report = json(&lab, "json", &[], 1);
    assert_eq!(report["schema"], "pxectl.lint/1");
    assert_eq!(report["summary"], serde_json::json!({"errors": 1, "warnings": 1, "notes": 1, "allowed": 1}));
    let findings = report["findings"].as_array().unwrap();
    let one = |id: &str| findings.iter().find(|finding| finding["id"] == id).unwrap();
    let twice = one("duplicate-serial");
    assert_eq!(twice["at"]["file"], "racks/r 1,%:é.yaml");
    assert_eq!(twice["related"][0]["at"]["file"], "inventory.yaml");
    let odd = one("unquoted-identity");
    let text = lab.read("inventory.yaml");
    let bytes = odd["at"]["start"].as_u64().unwrap() as usize..odd["at"]["end"].as_u64().unwrap() as usize;
    assert_eq!(&text[bytes], "0123456");
    assert_eq!((&odd["at"]["line"], &odd["at"]["column"], &odd["at"]["end_column"]), (&14.into(), &28.into(), &35.into()));
    assert_eq!((&odd["fix"]["edits"][0]["text"], &odd["fix"]["safe"]), (&"\"0123456\"".into(), &true.into()));
    let allowed = findings.iter().find(|finding| !finding["allowed"].is_null()).unwrap();
    assert_eq!(allowed["allowed"]["reason"], "[no](1) tool reads it");
}

/// The schema names every field: with no others allowed, the report is as valid as before.
#[test]
fn the_schema_leaves_nothing_out() {
    fn close(schema: &mut Value) {
        if let Value::Object(object) = schema {
            if object.contains_key("properties") {
                object.insert("additionalProperties".into(), false.into());
            }
            object.values_mut().for_each(close);
        } else if let Value::Array(items) = schema {
            items.iter_mut().for_each(close);
        }
    }
    let lab = findings();
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(committed()).unwrap()).unwrap();
    close(&mut schema);
    lab.write("closed.json", schema.to_string());
    valid(&lab, "report.json", &json(&lab, "json", &[], 1), &lab.path("closed.json"));
}

#[test]
fn sarif_is_what_its_schema_says() {
    let lab = findings();
    let log = json(&lab, "sarif", &[], 1);
    if let Some(schema) = schema::sarif() {
        valid(&lab, "report.sarif", &log, &schema);
        lab.write("broken.yaml", "pxectl: 1\n\thosts: 5\n");
        valid(&lab, "more.sarif", &json(&lab, "sarif", &["broken.yaml", "inventory.yaml"], 1), &schema);
        valid(&lab, "failed.sarif", &json(&lab, "sarif", &["no-such.yaml"], 2), &schema);
    }
    let results = log["runs"][0]["results"].as_array().unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
    }
    let twice = results.iter().find(|result| result["ruleId"] == "duplicate-serial").unwrap();
    let place = &twice["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "racks/r%201%2C%25%3A%C3%A9.yaml");
    assert_eq!(place["region"]["startLine"], 2);
    assert_eq!(twice["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"], "inventory.yaml");
    let odd = results.iter().filter(|result| result["ruleId"] == "unquoted-identity").collect::<Vec<_>>();
    assert_eq!(odd[0]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "\"0123456\"");
    assert_eq!(odd[0]["suppressions"].as_array().unwrap().len(), 0);
    assert_eq!(odd[1]["suppressions"][0]["justification"], "[no](1) tool reads it");
}

#[test]
fn github_gets_a_line_a_finding_the_gravest_first() {
    let ran = findings().pxectl(&["lint", "--format", "github"]).ends_with(1);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.stdout);
    let file = "file=racks/r 1%2C%25%3Aé.yaml,line=2,endLine=2,col=14,endColumn=20,title=pxectl duplicate-serial::";
    assert!(lines[0].starts_with(&format!("::error {file}racks/r 1,%25:é.yaml:2:14: ")), "{}", lines[0]);
    assert!(lines[0].contains("%0Ainventory.yaml:17:"), "the other place: {}", lines[0]);
    assert!(lines[1].starts_with("::warning file=inventory.yaml,line=14,"), "{}", lines[1]);
    assert!(lines[2].starts_with("::notice file=inventory.yaml,line=16,"), "{}", lines[2]);
}

#[test]
fn github_leaves_annotations_out_and_we_say_so() {
    let lab = Lab::usual();
    let hosts: String = (0..11).map(|n| format!("  - {{serial: 01234{n:02}, profile: local}}\n")).collect();
    lab.edit(|text| text.replace("hosts:\n", &format!("hosts:\n{hosts}")));
    let ran = lab.pxectl(&["lint", "--format", "github"]).ends_with(0).says("GitHub makes annotations of the first 10");
    assert_eq!(ran.stdout.lines().count(), 11);
    assert!(!findings().pxectl(&["lint", "--format", "github"]).stderr.contains("first 10"));
}

#[test]
fn warnings_fail_where_they_are_denied() {
    let lab = Lab::usual();
    for format in ["human", "json", "sarif", "github"] {
        lab.pxectl(&["lint", "--format", format, "--deny", "warnings"]).ends_with(0);
    }
    lab.edit(|text| text.replace("SN-WEB", "0123456"));
    lab.pxectl(&["lint", "--deny", "warnings"]).ends_with(1).prints("warning[unquoted-identity]");
    lab.pxectl(&["lint"]).ends_with(0);
    lab.edit(|text| text.replace("0123456", "\"0123456\"").replace("\"52:54:00:00:00:01\"", "\"5254.0012.3456\""));
    lab.pxectl(&["lint", "--deny", "warnings"]).ends_with(0).prints("note[mac-spelling]");
}

#[test]
fn a_lab_that_cannot_be_read_hides_no_other() {
    let lab = findings();
    let report = json(&lab, "json", &["no-such.yaml", "inventory.yaml"], 2);
    assert_eq!(report["summary"]["errors"], 1);
    assert!(report["failures"][0].as_str().unwrap().contains("no-such.yaml"), "{report}");
    let ran = lab.pxectl(&["lint", "no-such.yaml", "inventory.yaml"]).ends_with(2).one_error();
    ran.prints("error[duplicate-serial]");
}

/// A file's name may be anything but a slash: no line of any format begins where it wants.
#[test]
fn names_of_files_break_out_of_nothing() {
    let lab = Lab::usual();
    lab.edit(|text| format!("include: [\"racks/*\"]\n{text}"));
    lab.write("racks/a\n::error::b\r\x1b[31m,c%0A.yaml", "hosts:\n  - {serial: 0123456, profile: local}\n");
    for format in ["human", "github", "json", "sarif"] {
        let ran = lab.pxectl(&["lint", "--format", format]).ends_with(0);
        let text = [ran.stdout.as_str(), &ran.stderr].concat();
        assert!(!text.contains('\x1b') && !text.contains('\r'), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("::error")), "{text}");
        if format != "human" {
            assert!(ran.stdout.contains("0123456"), "{}", ran.stdout);
        }
    }
    let log = json(&lab, "sarif", &[], 0);
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(place, "racks/a%0A%3A%3Aerror%3A%3Ab%0D%1B%5B31m%2Cc%250A.yaml");
}
