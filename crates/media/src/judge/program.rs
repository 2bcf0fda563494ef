//! Judging what firmware and boot loaders start.

use pxectl_model::check::Judged;

use crate::binary::Binary;

pub(super) fn tell(binary: &Binary, judged: &mut Judged) {
    judged.format = match (&binary.pe, &binary.kernel) {
        (Some(pe), _) if pe.is_efi() => "efi",
        (_, Some(_)) => "bzimage",
        (Some(_), None) => "pe",
        (None, None) => "nbp",
    };
    judged.title = binary.title();
    judged.facts.extend(binary.firmware().into_iter().map(|firmware| ("firmware", firmware)));
    let version = binary.ipxe.as_ref().map(|ipxe| ipxe.version.clone());
    let version = version.or_else(|| binary.kernel.as_ref().and_then(|kernel| kernel.version.clone()));
    judged.facts.extend(version.map(|version| ("version", version)));
    if let Some(pe) = &binary.pe {
        judged.facts.push(("signed", if pe.signed { "yes, not verified" } else { "no" }.to_owned()));
        judged.facts.extend(pe.signers.iter().map(|signer| ("signer", format!("{}, by {}", signer.name, signer.issuer))));
    }
    if let Some(missing) = binary.missing() {
        judged.problems.push(format!("it ends {missing} bytes before what its headers say: a download that broke off?"));
    }
}
