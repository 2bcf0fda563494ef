//! Reading an inventory beside merely parsing its files with serde_yaml, for `cargo xtask bench lint`.
//!
//! `time RECIPES MAIN [INCLUDED…]` does both in one process and prints their milliseconds; `parse` and `read` in place of `time`
//! do one of them, and print nothing: the largest resident set of each is what is looked for. Every line printed is
//! `NAME NUMBER`.
// It is a program, and it measures.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use pxectl_inventory::{File, Included, Input, LockInput, Reading, includes, read, read_recipe};
use pxectl_model::name::Name;
use pxectl_model::recipe::Recipe;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<()> {
    let [what, folder, main, included @ ..] = words else {
        return Err("usage: beside_serde time|parse|read RECIPES MAIN [INCLUDED…]".into());
    };
    let recipes = recipes(Path::new(folder))?;
    let files: Vec<File> = std::iter::once(main).chain(included).map(|path| file(path)).collect::<Result<_>>()?;
    match what.as_str() {
        "parse" => drop(parse(&files)?),
        "read" => drop(reading(files, &recipes)?),
        "time" => {
            let before = Instant::now();
            let values = parse(&files)?;
            println!("parse {}", before.elapsed().as_secs_f64() * 1e3);
            drop(values);
            let before = Instant::now();
            let reading = reading(files, &recipes)?;
            println!("read {}", before.elapsed().as_secs_f64() * 1e3);
            drop(reading);
        }
        other => return Err(format!("there is no `{other}`").into()),
    }
    Ok(())
}

fn parse(files: &[File]) -> Result<Vec<serde_yaml::Value>> {
    files.iter().map(|file| Ok(serde_yaml::from_slice(&file.bytes)?)).collect()
}

fn reading(mut files: Vec<File>, recipes: &BTreeMap<Name, Recipe>) -> Result<Reading> {
    let main = files.remove(0);
    let mut files = Some(files);
    let included = includes(&main.bytes).into_iter();
    // The first pattern finds them all.
    let included = included.map(|include| Included { route: include.route, found: Ok(files.take().unwrap_or_default()) });
    let included = included.collect();
    let reading = read(&Input { main, folder: PathBuf::from("."), included, lock: LockInput::default() }, recipes);
    match reading.diagnostics.first() {
        Some(finding) => Err(format!("there are findings, the first: {}", finding.message).into()),
        None => Ok(reading),
    }
}

fn file(path: &str) -> Result<File> {
    Ok(File { name: path.to_owned(), bytes: std::fs::read(path)? })
}

fn recipes(folder: &Path) -> Result<BTreeMap<Name, Recipe>> {
    let mut recipes = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let recipe = read_recipe(&name, &std::fs::read_to_string(&path)?).map_err(|error| error.to_string())?;
        recipes.insert(recipe.name.clone(), recipe);
    }
    Ok(recipes)
}
