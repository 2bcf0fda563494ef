//! Stage 2: the script for the machine that asks, out of what was prepared when the table was built.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::Value;
use minijinja::{Environment, Error};
use pxectl_model::arch::Firmware;
use pxectl_model::boot::{Action, Asker, BootId, Load, Machine, Recognised, Responder, Stage2, Standing, Verdict};
use pxectl_model::diag::Diagnostic;

use pxectl_model::inventory::Inventory;
use pxectl_model::ipxe::Position;
use pxectl_model::ipxe::escape::decoded;
use pxectl_model::net::Site;
use pxectl_model::profile::Host;
use pxectl_model::recipe::Kind;
use pxectl_model::resolve::{Because, Resolution, resolve};
use pxectl_model::secret::{Secret, SecretSource};
use pxectl_model::source::{Layer, Origin, Sourced};

use crate::build;
use crate::context::{Facts, Scene, Shared};
use crate::entries::Entries;
use crate::entry::Entry;
use crate::env;
use crate::fault;
use crate::gate::Gate;
use crate::guard;
use crate::plain;
use crate::templates::TemplateSet;

/// One version of the inventory with everything that its scripts need.
#[derive(Debug)]
pub struct Scripts {
    pub(crate) inventory: Arc<Inventory>,
    pub(crate) set: TemplateSet,
    pub(crate) env: Environment<'static>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) entries: Entries,
    pub(crate) warnings: Vec<Diagnostic>,
    /// Whether every entry was checked and rehearsed.
    pub(crate) proven: bool,
}

/// A kernel argument, and who gave it; none: the recipe.
pub(crate) struct Given<'e> {
    text: Cow<'e, str>,
    origin: Option<&'e Origin>,
}

impl Given<'_> {
    pub(crate) fn owned(self, entry: &Entry) -> Sourced<String> {
        let recipe = || Origin { layer: Layer::Recipe(entry.recipe.name.to_string()), route: None };
        Sourced { value: self.text.into_owned(), origin: self.origin.cloned().unwrap_or_else(recipe) }
    }
}

/// What a machine is told to do, and why.
pub(crate) enum Order {
    /// To boot its profile.
    Boot,
    /// To boot its disk.
    Local { reason: String, advice: Option<String> },
    /// To wait.
    Hold { reason: Option<String> },
    /// To stop.
    Refuse(String),
}

impl Order {
    /// The template that says so.
    pub(crate) fn template<'a>(&self, entry: Option<&'a Entry>) -> &'a str {
        match (self, entry) {
            (Self::Boot, Some(entry)) => &entry.recipe.script,
            (Self::Local { .. }, _) => "local.ipxe.j2",
            (Self::Hold { .. }, _) => "hold.ipxe.j2",
            (Self::Refuse(_) | Self::Boot, _) => "refused.ipxe.j2",
        }
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Boot => None,
            Self::Local { reason, .. } | Self::Refuse(reason) => Some(reason),
            Self::Hold { reason } => reason.as_deref(),
        }
    }

    fn action(&self) -> Action {
        match self {
            Self::Boot => Action::Boot,
            Self::Local { .. } => Action::Local,
            Self::Hold { .. } => Action::Hold,
            Self::Refuse(_) => Action::Refuse,
        }
    }
}

impl Scripts {
    /// Compiles the templates, merges the layers of every host and rule, and renders each once for every firmware of the lab.
    /// `sizes` holds the length of each artifact by its name and of each file inside an image by `IMAGE/PATH`, in bytes, where it is known; `base_url` is `http://server:port`. In the place of
    /// secrets stand placeholders: what comes of it is for people.
    ///
    /// # Errors
    /// Everything that is wrong with templates and with values in them, each at its place.
    pub fn new(
        inventory: Arc<Inventory>,
        site: &Site,
        templates: &TemplateSet,
        base_url: impl Into<String>,
        sizes: BTreeMap<String, u64>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let base_url = base_url.into();
        build::build(inventory, Shared { server: site.server.value, base_url, sizes, secrets: None }, templates)
    }

    /// The same for machines that boot: with the values of secrets, by their source. An entry of which one is not there boots
    /// nothing.
    ///
    /// # Errors
    /// As for [`Scripts::new`]. What is wrong with a value alone is told without the value.
    pub fn with_secrets(
        inventory: Arc<Inventory>,
        site: &Site,
        templates: &TemplateSet,
        base_url: impl Into<String>,
        sizes: BTreeMap<String, u64>,
        secrets: BTreeMap<SecretSource, Secret>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let base_url = base_url.into();
        build::build(inventory, Shared { server: site.server.value, base_url, sizes, secrets: Some(secrets) }, templates)
    }

    /// What boots all the same, but is probably not what was meant.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The host or rule that decided, or `unknown`.
    pub(crate) fn entry<'a>(&'a self, because: Because<'a>) -> (&'a Arc<Entry>, Option<&'a Host>) {
        let host = match because {
            Because::Host(_, host, _) => Some(host),
            Because::Rule(..) | Because::Unknown => None,
        };
        // What is wrong with it was told when the table was built.
        let make = || Entry::new(&self.inventory, because, self.shared.secrets.as_ref(), &mut Vec::new());
        (self.entries.get(because, make), host)
    }

    pub(crate) fn scene(&self, entry: Option<&Arc<Entry>>, facts: Facts, firmware: Option<Firmware>, boot_id: String) -> Scene {
        Scene {
            shared: self.shared.clone(),
            entry: entry.cloned(),
            facts: Arc::new(facts),
            firmware,
            boot_url: format!("{}/b/{boot_id}", self.shared.base_url),
            boot_id,
            args: Value::from(()),
            reason: None,
            advice: None,
            revealed: false,
        }
    }

    /// What plan, journal and firmware make of what the inventory says.
    pub(crate) fn order(&self, entry: &Entry, firmware: Option<Firmware>, standing: Standing, label: &str) -> Order {
        let profile = &entry.profile;
        let local = |reason: String, advice| Order::Local { reason: format!("{reason}; booting its disk"), advice };
        match (entry.kind, standing) {
            (Kind::Hold, _) => Order::Hold { reason: entry.listed.then(|| format!("{label} has the profile hold")) },
            (Kind::Local, _) => local(format!("{label} has the profile {profile}"), None),
            (_, Standing::Unsure) => {
                local(format!("nobody knows whether {label} was installed: the server's journal cannot be read"), None)
            }
            (_, Standing::Outside) => local(format!("{label} is not in the plan of this server"), None),
            (Kind::Install, Standing::Done) => {
                let advice = format!("to install it again: pxectl rearm {}", typed(label));
                local(format!("{label} has booted the installer of {profile} already"), Some(advice))
            }
            _ => match firmware {
                None => Order::Refuse("this iPXE is built for a machine that pxectl does not know".to_owned()),
                Some(firmware) => entry.misfit(firmware).map_or(Order::Boot, Order::Refuse),
            },
        }
    }

    /// Renders a script with its answer files.
    pub(crate) fn render(&self, mut scene: Scene, order: &Order) -> Result<Stage2, Error> {
        match order {
            Order::Local { reason, advice } => (scene.reason, scene.advice) = (Some(reason.clone()), advice.clone()),
            Order::Hold { reason } => {
                scene.advice = scene.facts.known_by().filter(|_| reason.is_none()).map(assign);
                scene.reason.clone_from(reason);
            }
            Order::Refuse(reason) => scene.reason = Some(reason.clone()),
            Order::Boot => {}
        }
        let mut answers = BTreeMap::new();
        let entry = scene.entry.clone();
        let boots = matches!(order, Order::Boot);
        if let Some(entry) = entry.as_ref().filter(|_| boots) {
            scene.args = self.arguments(entry, &scene)?.iter().map(|arg| Value::from(&*arg.text)).collect();
            for (name, template, _) in entry.answers() {
                let text = env::render(&self.env, template, Value::from_object(scene.clone()))?;
                answers.insert(name.to_owned(), Arc::from(text.into_bytes()));
            }
        }
        let prefix = format!("{}/", scene.boot_url);
        let text = self.env.get_template(order.template(entry.as_deref()))?.render(Value::from_object(scene))?;
        let loads = if boots { loads(&text, &prefix) } else { Vec::new() };
        let action = order.action();
        Ok(Stage2 { text, action, loads, answers, beacon: matches!(action, Action::Boot | Action::Local) })
    }

    /// The recipe's arguments, then those that people gave.
    pub(crate) fn arguments<'e>(&self, entry: &'e Entry, scene: &Scene) -> Result<Vec<Given<'e>>, Error> {
        let mut args = Vec::with_capacity(entry.recipe_args.len() + entry.args.len());
        let context = Value::from_object(scene.clone());
        for arg in &entry.recipe_args {
            if arg.when.as_ref().is_some_and(|when| entry.given(when, &scene.facts) != Some(true)) {
                continue;
            }
            let text = match &arg.text {
                Ok(text) => Cow::Borrowed(text.as_str()),
                Err(template) => Cow::Owned(self.env.get_template(template)?.render(context.clone())?),
            };
            match guard::argument(&text) {
                Ok(_) => args.push(Given { text, origin: None }),
                Err(why) => return Err(env::refused(&text, "a kernel argument", why)),
            }
        }
        let own = entry.args.iter().zip(&entry.settings.args);
        args.extend(own.map(|(text, arg)| Given { text: Cow::Borrowed(text), origin: Some(&arg.origin) }));
        Ok(args)
    }

    /// The script for what was recognised, or what kept it from being rendered.
    fn answer(&self, asker: &Asker, who: &Recognised, boot: BootId, standing: Standing) -> Result<Stage2, String> {
        let found = match (&who.verdict, resolve(&self.inventory, &asker.identity, asker.firmware)) {
            (Verdict::Refused(reason), _) => Err(reason.clone()),
            (_, Resolution::Refused(reason)) => Err(reason),
            (_, Resolution::Found(because, _)) => Ok(self.entry(because)),
        };
        let (entry, host, order) = match found {
            Ok((entry, host)) => (Some(entry), host, self.order(entry, asker.firmware, standing, &who.label)),
            Err(reason) => (None, None, Order::Refuse(reason)),
        };
        if let Some(name) = entry.filter(|_| matches!(order, Order::Boot)).and_then(|entry| entry.secrets.unread()) {
            return Err(format!("its secret `{name}` was not read, as the machine was in no plan then"));
        }
        let facts = Facts::new(who.label.clone(), host, &asker.identity);
        let scene = self.scene(entry, facts, asker.firmware, boot.to_string()).revealed();
        let stage2 = self.render(scene.clone(), &order).map_err(|error| self.without_values(&scene, &order, &error))?;
        match self.breach(&scene, &order, &stage2) {
            // Templates may ask who the machine is, so what held when the table was built is asked once more.
            Some(at) => Err(format!("it installs, and {}", fault::unguarded(&at))),
            None => Ok(stage2),
        }
    }

    /// What is wrong with a script for a machine, without a value of its secrets: what is wrong with placeholders, too.
    fn without_values(&self, scene: &Scene, order: &Order, error: &Error) -> String {
        let Some(entry) = scene.entry.as_ref().filter(|entry| entry.secrets.has_values()) else { return message(error) };
        match self.render(Scene { revealed: false, ..scene.clone() }, order) {
            Err(error) => message(&error),
            Ok(_) => format!("what is made of its secrets {} does not fit where it lands", entry.secrets.listed()),
        }
    }

    /// Where a script that installs starts something although the server has not let it.
    pub(crate) fn breach(&self, scene: &Scene, order: &Order, stage2: &Stage2) -> Option<Position> {
        let installs = matches!(order, Order::Boot) && scene.entry.as_ref().is_some_and(|entry| entry.kind == Kind::Install);
        let machine = scene.facts.machine(scene.firmware.filter(|_| installs)?, self.shared.server);
        Gate { text: &stage2.text, base_url: &self.shared.base_url, boot_url: &scene.boot_url, machine }.breach()
    }
}

impl Responder for Scripts {
    fn recognise(&self, asker: &Asker) -> Recognised {
        let (because, notes) = match resolve(&self.inventory, &asker.identity, asker.firmware) {
            Resolution::Found(because, notes) => (because, notes),
            // It is not known who this is, so no machine's journal is touched.
            Resolution::Refused(why) => {
                let label = asker.identity.label();
                return Recognised { machine: None, label, verdict: Verdict::Refused(why), notes: Vec::new() };
            }
        };
        let (entry, _) = self.entry(because);
        let (recipe, installs) = (&entry.recipe, entry.kind == Kind::Install);
        let verdict = match because {
            Because::Unknown if entry.kind == Kind::Hold => Verdict::Hold,
            _ => Verdict::Boot { profile: entry.profile.to_string(), recipe: recipe.name.to_string(), installs },
        };
        let machine = match because {
            Because::Host(_, host, _) => Machine::host(&host.identity, &asker.identity),
            Because::Rule(..) | Because::Unknown => Machine::stranger(&asker.identity),
        };
        Recognised { machine, label: entry.label.clone().unwrap_or_else(|| asker.identity.label()), verdict, notes }
    }

    fn script(&self, asker: &Asker, who: &Recognised, boot: BootId, standing: Standing) -> (Stage2, Option<String>) {
        match self.answer(asker, who, boot, standing) {
            Ok(stage2) => (stage2, None),
            Err(error) => {
                let problem = format!("the script for {} could not be rendered: {error}", who.label);
                let text = plain::trouble(&self.shared.base_url, &who.label);
                let stage2 = Stage2 { text, action: Action::Refuse, loads: Vec::new(), answers: BTreeMap::new(), beacon: false };
                (stage2, Some(problem))
            }
        }
    }
}

/// An error with the template and the line, on one line.
fn message(error: &Error) -> String {
    let place = error.name().map_or_else(String::new, |name| match error.line() {
        Some(line) => format!(" ({name}, line {line})"),
        None => format!(" ({name})"),
    });
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    format!("{}{place}", detail.replace(char::is_control, " "))
}

/// What makes a host of a machine.
fn assign(known_by: &str) -> String {
    let end_of_options = if known_by.starts_with('-') { "-- " } else { "" };
    format!("to have it booted: pxectl assign {end_of_options}{} PROFILE", typed(known_by))
}

/// A label as a person types it after a command.
fn typed(label: &str) -> String {
    guard::word(label).map(str::to_owned).or_else(|_| guard::shell_quoted(label)).unwrap_or_else(|_| label.to_owned())
}

/// What a script fetches of the table's files, in order: read from its text, since a lab may have its own templates. `prefix` is what
/// every URL of this boot begins with; what follows is a file's key, encoded.
fn loads(text: &str, prefix: &str) -> Vec<Load> {
    let mut loads = Vec::new();
    let key = |word: &str| {
        word.strip_prefix(prefix).filter(|key| key.starts_with("artifacts/") || key.starts_with("media/")).map(decoded)
    };
    for line in text.lines().filter(|line| line.contains(prefix)) {
        let mut words = line.split_ascii_whitespace();
        let command = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
        let Some((at, file)) = rest.iter().enumerate().find_map(|(at, word)| Some((at, key(word)?))) else { continue };
        // What follows a URL is, for an initrd, the name that the file gets.
        let named = rest.get(at + 1).filter(|word| !matches!(**word, "||" | "&&" | ";") && !word.contains('='));
        let role = match (command, named) {
            ("initrd" | "module" | "imgfetch", Some(name)) => (*name).to_owned(),
            ("module" | "imgfetch", None) => "initrd".to_owned(),
            ("sanboot" | "sanhook", _) => "image".to_owned(),
            ("chain" | "imgexec" | "boot", _) => "script".to_owned(),
            _ => command.to_owned(),
        };
        loads.push(Load { file, role });
    }
    loads
}
