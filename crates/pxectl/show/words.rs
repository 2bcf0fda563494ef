//! What several commands say alike.

use std::time::{Duration, SystemTime};

use pxectl_model::boot::Action;

/// The name of an action, in events and elsewhere.
pub fn action(action: Action) -> &'static str {
    match action {
        Action::Boot => "boot",
        Action::Local => "local",
        Action::Hold => "hold",
        Action::Refuse => "refuse",
    }
}

/// How long ago an instant (since the Unix epoch) was, roughly: `3 days ago`.
pub fn ago(at: Duration) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since(now.saturating_sub(at))
}

fn since(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    let (count, unit) = match minutes {
        0 => return "just now".to_owned(),
        1..60 => (minutes, "minute"),
        60..2880 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_people_say_them() {
        for (seconds, text) in [(5, "just now"), (61, "1 minute ago"), (7300, "2 hours ago"), (200_000, "2 days ago")] {
            assert_eq!(since(Duration::from_secs(seconds)), text);
        }
    }
}
