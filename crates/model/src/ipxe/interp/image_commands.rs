//! `imgfetch`, `initrd`, `kernel`, `chain`, `boot`, `imgargs`, `imgfree` and their synonyms.

use super::types::{Action, Boot, Broken, BrokenKind, Fetch, FetchKind, Fetched};
use super::{Flow, Image, ImageId, Interpreter, Pending};
use crate::ipxe::commands::Parsed;
use crate::ipxe::uri::Uri;
use crate::ipxe::value::integer;

/// Which family a command belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Fetch(FetchKind),
    Free,
    Stat,
}

impl Verb {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "imgfetch" | "module" => Self::Fetch(FetchKind::ImgFetch),
            "initrd" => Self::Fetch(FetchKind::Initrd),
            "kernel" | "imgselect" | "imgload" => Self::Fetch(FetchKind::Kernel),
            "chain" | "imgexec" | "boot" => Self::Fetch(FetchKind::Chain),
            "imgargs" => Self::Fetch(FetchKind::ImgArgs),
            "imgfree" => Self::Free,
            "imgstat" => Self::Stat,
            _ => return None,
        })
    }
}

/// An image command whose file is on its way.
pub(super) struct Wanted {
    fetch: Fetch,
    /// What `--name` said.
    name: Option<String>,
}

impl Interpreter {
    pub(super) fn image_command(&mut self, verb: Verb, options: &Parsed, arguments: &[&str]) -> Result<Flow, Broken> {
        match verb {
            Verb::Free | Verb::Stat => Ok(self.each_image(verb, arguments)),
            Verb::Fetch(kind) => self.single(kind, options, arguments),
        }
    }

    fn each_image(&mut self, verb: Verb, names: &[&str]) -> Flow {
        if names.is_empty() && verb == Verb::Free {
            self.images.clear();
        }
        for name in names {
            let Some(id) = self.images.named(name) else {
                return Flow::Done(Err(format!("\"{name}\": no such image")));
            };
            if verb == Verb::Free {
                self.images.remove(id);
            }
        }
        Flow::Done(Ok(()))
    }

    fn single(&mut self, kind: FetchKind, options: &Parsed, arguments: &[&str]) -> Result<Flow, Broken> {
        let name = options.value("name").map(str::to_owned);
        let timeout_ms = match options.value("timeout").map(integer) {
            None => None,
            Some(Some(ms)) => Some(ms).filter(|ms| *ms > 0),
            Some(None) => return Ok(Flow::Done(Err("--timeout: invalid integer value".to_owned()))),
        };
        let (target, words) = arguments.split_first().map_or((None, arguments), |(first, rest)| (Some(*first), rest));
        let downloads = matches!(kind, FetchKind::ImgFetch | FetchKind::Initrd);
        let held = match target {
            Some(target) => self.images.named(target).filter(|_| !downloads),
            None => match self.images.selected() {
                Some(id) => Some(id),
                None => return Ok(Flow::Done(Err("no image selected".to_owned()))),
            },
        };
        let uri = Uri::parse(target.unwrap_or_default()).resolve(self.frames.last().map(super::Frame::base));
        let mut fetch = Fetch {
            number: 0,
            kind,
            url: uri.to_string(),
            name: name.clone().or_else(|| uri.image_name()).unwrap_or_default(),
            uri,
            args: words.join(" "),
            timeout_ms,
            autofree: options.has("autofree"),
            replace: options.has("replace"),
        };
        if let Some(id) = held {
            return self.use_image(id, &Wanted { fetch, name });
        }
        self.fetches += 1;
        fetch.number = self.fetches;
        if fetch.name.is_empty() {
            fetch.name = format!("img{}", fetch.number);
        }
        let wanted = Box::new(Wanted { fetch: fetch.clone(), name });
        Ok(Flow::Ask(Box::new(Action::Fetch(fetch)), Pending::Fetch(wanted)))
    }

    /// A file is there: registers it and does what its command wanted.
    pub(super) fn arrived(&mut self, wanted: Wanted, fetched: Fetched) -> Result<Flow, Broken> {
        let fetch = &wanted.fetch;
        let image = Image {
            fetch: fetch.number,
            name: fetch.name.clone(),
            args: String::new(),
            kind: fetched.kind,
            len: fetched.len,
            autofree: false,
            uri: fetch.uri.clone(),
            script: fetched.script,
            selected: false,
        };
        self.images.add(image).map_err(|()| self.broken(BrokenKind::Images))?;
        self.use_image(fetch.number, &wanted)
    }

    fn use_image(&mut self, id: ImageId, wanted: &Wanted) -> Result<Flow, Broken> {
        let Wanted { fetch, name } = wanted;
        let platform = self.settings.print("platform");
        let Some(image) = self.images.get_mut(id) else {
            return Ok(Flow::Done(Err("no such image".to_owned())));
        };
        if let Some(name) = name {
            image.name.clone_from(name);
        }
        if fetch.kind == FetchKind::ImgArgs || !fetch.args.is_empty() {
            image.args.clone_from(&fetch.args);
        }
        image.autofree |= fetch.autofree;
        let runs = image.kind.runs_on(&platform, image.len);
        let refusal =
            format!("{}: exec format error: {} cannot run {:?} of {} bytes", image.name, platform, image.kind, image.len);
        match fetch.kind {
            FetchKind::Kernel => {
                self.images.unselect();
                if !runs {
                    return Ok(Flow::Done(Err(refusal)));
                }
                self.images.select(id);
                Ok(Flow::Done(Ok(())))
            }
            FetchKind::Chain if !runs => {
                if image.autofree && !fetch.replace {
                    self.images.remove(id);
                }
                Ok(Flow::Done(Err(refusal)))
            }
            FetchKind::Chain if fetch.replace => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.replacement = Some(id);
                }
                Ok(Flow::Stop(Ok(())))
            }
            FetchKind::Chain => self.start(id, Pending::Boot(id)),
            FetchKind::ImgFetch | FetchKind::Initrd | FetchKind::ImgArgs => Ok(Flow::Done(Ok(()))),
        }
    }

    /// Runs an image: a script on top of those that run, anything else for good.
    fn start(&mut self, id: ImageId, pending: Pending) -> Result<Flow, Broken> {
        let Some(image) = self.images.get(id).cloned() else {
            return Ok(Flow::Done(Err("no such image".to_owned())));
        };
        if image.script.is_some() {
            self.images.remove(id);
            self.push(image)?;
            return Ok(Flow::Called);
        }
        let initrds = self.images.all().iter().filter(|other| other.fetch != id).cloned().collect();
        Ok(Flow::Ask(Box::new(Action::Boot(Boot { kernel: image, initrds })), pending))
    }

    /// Runs what took the place of a script that is over.
    pub(super) fn start_in_place(&mut self, id: ImageId) -> Result<Option<Action>, Broken> {
        match self.start(id, Pending::BootInPlace(id))? {
            Flow::Done(status) => self.returned(status),
            flow => self.follow(flow),
        }
    }
}
