//! Install images, made by the programs that make real ones.

use std::process::Command;

use super::lab::Lab;

#[path = "../../shared/fragmented.rs"]
pub mod fragmented;

/// Makes `name` in the lab's folder with genisoimage, out of files; nothing where there is no such program, which is said.
///
/// # Panics
/// Where there is none and `PXECTL_REQUIRE` is set.
#[expect(clippy::print_stderr, reason = "what was not tried is said")]
pub fn genisoimage(lab: &Lab, name: &str, options: &[&str], files: &[(&str, &[u8])]) -> Option<()> {
    let found =
        std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join("genisoimage").is_file()));
    if !found {
        assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "genisoimage is not installed, and PXECTL_REQUIRE is set");
        eprintln!("SKIPPED: genisoimage is not installed, so nothing was booted out of its images");
        return None;
    }
    let tree = format!("tree-{}", name.replace('/', "-"));
    for (path, content) in files {
        lab.write(&format!("{tree}/{path}"), content);
    }
    let output = Command::new("genisoimage")
        .args(["-quiet", "-o"])
        .arg(lab.path(name))
        .args(options)
        .arg(lab.path(&tree))
        .output()
        .unwrap();
    assert!(output.status.success(), "genisoimage: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::remove_dir_all(lab.path(&tree)).unwrap();
    Some(())
}

/// Runs wimlib-imagex in the lab's folder; nothing where there is no such program, which is said.
///
/// # Panics
/// Where it fails, and where there is none and `PXECTL_REQUIRE` is set.
pub fn wimlib(lab: &Lab, args: &[&str]) -> Option<()> {
    match Command::new("wimlib-imagex").args(args).current_dir(lab.path(".")).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            assert!(std::env::var_os("PXECTL_REQUIRE").is_none(), "wimlib-imagex: {error}, and PXECTL_REQUIRE is set");
            #[expect(clippy::print_stderr, reason = "what was not tried is said")]
            {
                eprintln!("SKIPPED: wimlib-imagex is not installed, so no WIM was looked into");
            }
            return None;
        }
    }
    Some(())
}
