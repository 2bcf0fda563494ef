//! Which half of the command can be built here; and templates that are compiled in follow files that are added to their folder.
fn main() {
    println!("cargo:rerun-if-changed=templates");
    println!("cargo:rustc-check-cfg=cfg(serves)");
    // `--cfg pxectl_no_unix` shows on a Unix what is left elsewhere.
    let given = |name: &str| std::env::var_os(name).is_some();
    if given("CARGO_CFG_UNIX") && !given("CARGO_CFG_PXECTL_NO_UNIX") {
        println!("cargo:rustc-cfg=serves");
    }
}
