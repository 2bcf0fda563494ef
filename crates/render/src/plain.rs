//! The scripts that are the same for every machine.

use minijinja::value::Value;
use pxectl_model::diag::{Diagnostic, Place};
use pxectl_model::ipxe::escape;

use crate::build;
use crate::context::{VERSION, ask_url};
use crate::env;
use crate::fault::{self, Around, TEMPLATE_MISSING};
use crate::templates::TemplateSet;

/// Stage 1, `/boot.ipxe` and `default.ipxe`: names the machine to the server and runs the script that comes back.
///
/// # Errors
/// Where the lab's own `stage1.ipxe.j2` cannot be rendered, or iPXE would not run it.
pub fn stage1(templates: &TemplateSet, base_url: &str) -> Result<String, Vec<Diagnostic>> {
    fixed(templates, "stage1.ipxe.j2", base_url)
}

/// The script to compile into iPXE (`make bin/undionly.kpxe EMBED=…`): gets an address, then runs stage 1, until it works.
///
/// # Errors
/// As for [`stage1`].
pub fn ipxe_embed(templates: &TemplateSet, base_url: &str) -> Result<String, Vec<Diagnostic>> {
    fixed(templates, "embed.ipxe.j2", base_url)
}

fn fixed(templates: &TemplateSet, name: &str, base_url: &str) -> Result<String, Vec<Diagnostic>> {
    let fallback = Place::File(pxectl_model::source::FileId(0));
    let Some(template) = templates.get(name) else {
        return Err(vec![
            Diagnostic::error(TEMPLATE_MISSING, fallback, format!("there is no template `{name}`"))
                .help(format!("there are: {}", templates.names().join(", "))),
        ]);
    };
    let env = env::environment(templates)?;
    let context = Value::from_pairs([
        ("base_url", Value::from(base_url)),
        ("ask_url", Value::from_safe_string(ask_url(base_url))),
        ("pxectl_version", Value::from(VERSION)),
    ]);
    let around = Around { set: templates, origin: &|_| None, fallback };
    let rendered = env.get_template(name).and_then(|compiled| compiled.render(context));
    let text = rendered.map_err(|error| vec![fault::diagnose(&error, &around)])?;
    let faults = build::judge(&text, template);
    if faults.is_empty() { Ok(text) } else { Err(faults) }
}

/// What a machine gets whose script cannot be rendered: a person is needed, and afterwards it goes on by itself.
pub(crate) fn trouble(base_url: &str, label: &str) -> String {
    let label = escape::text(label);
    let ask = ask_url(base_url);
    format!(
        "#!ipxe\n# pxectl {VERSION}: the script for this machine could not be rendered.\nimgfree\n:again\necho\n\
         echo pxectl: {label}: its boot script could not be made; the server's log says why\n\
         echo pxectl: asking again in 10 seconds\nsleep 10 ||\n\
         chain --replace --autofree --timeout 30000 {ask} || goto again\n"
    )
}
