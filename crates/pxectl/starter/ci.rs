//! The step of a lab's CI that checks it.

use std::path::{Path, PathBuf};

use super::NewFile;

/// Where a lab's repository is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    /// GitHub Actions, and what else reads `.github/workflows`.
    GitHub,
    /// GitLab CI.
    GitLab,
}

/// What CI needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A file.
    File(NewFile),
    /// The command alone, for the file that is there already: which, and what to add to it.
    Add(PathBuf, String),
    /// Nothing: the lab's path, as seen from the repository, does not survive in such a file.
    Odd,
}

/// The step for a lab in this folder (an absolute path). CI reads files at the top of a repository, so that is where they go: where
/// there is none yet, the lab will be one.
pub fn step(folder: &Path, forge: Option<Forge>) -> Step {
    let top = folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(folder);
    let Some(command) = folder.strip_prefix(top).ok().and_then(command) else { return Step::Odd };
    let gitlab = top.join(".gitlab-ci.yml");
    let forge = forge.unwrap_or(if gitlab.exists() { Forge::GitLab } else { Forge::GitHub });
    let about = "lints every change in CI";
    match forge {
        Forge::GitHub => {
            let text = include_str!("lab/github.yml").replace("COMMAND", &command);
            Step::File(NewFile { path: top.join(".github/workflows/pxectl.yml"), text, about })
        }
        // Its jobs are all in this one file.
        Forge::GitLab if gitlab.exists() => Step::Add(gitlab, command),
        Forge::GitLab => {
            Step::File(NewFile { path: gitlab, text: include_str!("lab/gitlab.yml").replace("COMMAND", &command), about })
        }
    }
}

/// What checks a lab in this folder of a repository, in words that neither YAML, nor a shell, nor GitHub's `${{ }}` reads otherwise.
fn command(below: &Path) -> Option<String> {
    if below.as_os_str().is_empty() {
        return Some("pxectl lint --deny warnings".to_owned());
    }
    let parts: Option<Vec<&str>> = below.components().map(|part| part.as_os_str().to_str()).collect();
    let path = parts?.join("/");
    let plain = path.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-')) && !path.starts_with('-');
    plain.then(|| format!("pxectl lint --deny warnings -i {path}/inventory.yaml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_go_to_the_top_of_the_repository() {
        let top = tempfile::tempdir().unwrap();
        let lab = top.path().join("labs/köln-1");
        let path = |step| match step {
            Step::File(file) => (file.path.strip_prefix(top.path()).unwrap().to_owned(), file.text),
            other => panic!("{other:?}"),
        };
        assert!(path(step(&lab, None)).0.starts_with("labs/köln-1/.github"), "no repository: the lab will be one");
        std::fs::create_dir(top.path().join(".git")).unwrap();
        let (at, text) = path(step(&lab, None));
        assert_eq!(at, Path::new(".github/workflows/pxectl.yml"));
        assert!(text.contains("run: pxectl lint --deny warnings -i labs/köln-1/inventory.yaml --format github\n"), "{text}");
        assert_eq!(path(step(top.path(), Some(Forge::GitLab))).0, Path::new(".gitlab-ci.yml"));
        std::fs::write(top.path().join(".gitlab-ci.yml"), "").unwrap();
        assert!(matches!(step(&lab, None), Step::Add(_, command) if command.ends_with("-i labs/köln-1/inventory.yaml")));
        assert_eq!(step(&top.path().join("a b"), None), Step::Odd);
        assert_eq!(step(&top.path().join("${{ x }}"), None), Step::Odd);
    }
}
