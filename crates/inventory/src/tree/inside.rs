//! What a byte of a text belongs to.

use super::{Bytes, Kind, Node};

/// The end of the key or scalar that a byte belongs to, quotes and block scalars included: a `#` there begins no comment. None for
/// a byte between them.
pub(crate) fn text_end(root: &Node, at: usize) -> Option<usize> {
    let holds = |bytes: Bytes| bytes.start <= at && at < bytes.end;
    let mut node = root;
    loop {
        if !holds(node.at) {
            return None;
        }
        node = match &node.kind {
            Kind::Text { .. } => return Some(node.at.end),
            // Where the node itself stands, its anchor before it; elsewhere the alias is a word.
            Kind::Alias(target) if target.at == node.at => target,
            Kind::Alias(_) => return Some(node.at.end),
            Kind::List(items) => items.get(items.partition_point(|item| item.at.end <= at))?,
            Kind::Map(map) => {
                let next = map.entries().partition_point(|entry| entry.key_at.end.max(entry.value.at.end) <= at);
                let entry = map.entries().get(next)?;
                if holds(entry.key_at) {
                    return Some(entry.key_at.end);
                }
                &entry.value
            }
        };
    }
}
