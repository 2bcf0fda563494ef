//! Compiled-in templates follow files that are added to the folder, too.
fn main() {
    println!("cargo:rerun-if-changed=templates");
}
