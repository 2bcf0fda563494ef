//! Lines of the person's own files.

use pxectl_inventory::Reading;
use pxectl_inventory::findings::shown;
use pxectl_model::diag::Place;
use pxectl_model::source::{FileId, Layer, Origin, Route, line_column};

/// Finds lines.
#[derive(Clone, Copy)]
pub struct Places<'a>(pub &'a Reading);

impl Places<'_> {
    /// `inventory.yaml:61`; none for what no file says.
    pub fn at(self, route: Option<&Route>) -> Option<String> {
        let span = self.0.locate(&Place::Route(route?.clone()))?;
        let source = self.0.sources.get(span.file)?;
        Some(format!("{}:{}", shown(&source.name), line_column(&source.text, span.start).0))
    }

    /// What stands there, to the letter, without quotes around it.
    pub fn written(self, route: &Route) -> Option<String> {
        let span = self.0.locate(&Place::Route(route.clone()))?;
        let text = self.0.sources.get(span.file)?.text.get(span.start..span.end)?;
        Some(shown(text.trim_matches(['"', '\''])))
    }

    /// The name of a file.
    pub fn file(self, file: FileId) -> String {
        self.0.sources.get(file).map(|source| shown(&source.name)).unwrap_or_default()
    }

    /// Who gave a value, and where.
    pub fn source(self, origin: &Origin) -> From {
        let layer = match &origin.layer {
            Layer::Default => "default".to_owned(),
            Layer::Recipe(name) => format!("recipe {name}"),
            Layer::Profile(name) => format!("profile {name}"),
            Layer::Rule(n) => format!("rule {}", n + 1),
            Layer::Host => "host".to_owned(),
            Layer::Lab => "lab".to_owned(),
        };
        From { layer, at: self.at(origin.route.as_ref()) }
    }
}

/// Who gave a value, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// `host`, `rule 2`, `profile base`, `recipe debian`, `default`, `lab`.
    pub layer: String,
    /// `inventory.yaml:61`; none where no file of the person says it.
    pub at: Option<String>,
}
