//! `kernel-argument`: an argument that iPXE would take apart.

use pxectl_model::diag::Place;

use super::meta::Meta;
use crate::draft::Draft;
use crate::findings::{Findings, shown};

pub(super) const META: Meta = Meta::error("kernel-argument", "a kernel argument with a blank in it, or a `#` at its beginning");

pub(super) fn check(draft: &Draft, findings: &mut Findings) {
    for arg in draft.layers().flat_map(|settings| &settings.args) {
        let (text, Some(route)) = (arg.value.as_str(), &arg.origin.route) else { continue };
        let (message, help) = if text.starts_with('#') {
            let message =
                format!("the kernel argument `{}` begins with `#`, and iPXE drops it with all that follow", shown(text));
            (message, "a comment goes behind the item, outside of its quotes; inside of a word a `#` does no harm".to_owned())
        } else if text.contains(char::is_whitespace) {
            blank(text)
        } else {
            continue;
        };
        findings.push(META.at(Place::Route(route.clone()), message).help(help));
    }
}

fn blank(text: &str) -> (String, String) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let message = format!("the kernel argument `{}` holds a blank, where iPXE cuts a line into arguments", shown(text));
    let help = if text.contains(['"', '\'']) {
        "iPXE knows no quotes, so they hold nothing together; find a way to say it without blanks".to_owned()
    } else if let [word] = words.as_slice() {
        format!("write it without the blanks around it: \"{}\"", shown(word))
    } else {
        let items: Vec<String> = words.iter().map(|word| format!("\"{}\"", shown(word))).collect();
        format!("write an item for each argument: [{}]", items.join(", "))
    };
    (message, help)
}
