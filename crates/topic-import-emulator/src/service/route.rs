use crate::command::Command;

/// What a URL's path leads to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Route {
    /// A command.
    Command(Command),
    /// A service that does not have the command.
    UnknownCommand,
    /// A path inside the API that names no known service.
    UnknownService,
    /// A path outside the API.
    Elsewhere,
}

impl Route {
    pub(crate) fn of(path: &str) -> Self {
        let Some(rest) = path.strip_prefix("/v4/") else {
            return Self::Elsewhere;
        };
        let (service, word) = rest.split_once('/').unwrap_or((rest, ""));
        let known = match service {
            "group_open_http_svc" => &[
                Command::ImportTopic,
                Command::ImportGroup,
                Command::GetGroupInfo,
                Command::DestroyGroup,
            ][..],
            "million_group_open_http_svc" => &[
                Command::ImportTopic,
                Command::GetTopic,
                Command::DestroyTopic,
            ],
            _ => return Self::UnknownService,
        };
        match Command::parse(word) {
            Some(command) if known.contains(&command) => Self::Command(command),
            _ => Self::UnknownCommand,
        }
    }

    pub(crate) fn command(self) -> Option<Command> {
        match self {
            Self::Command(command) => Some(command),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn import_topic_is_under_both_services_and_the_others_under_one() {
        for (path, route) in [
            (
                "/v4/group_open_http_svc/import_topic",
                Route::Command(Command::ImportTopic),
            ),
            (
                "/v4/million_group_open_http_svc/import_topic",
                Route::Command(Command::ImportTopic),
            ),
            (
                "/v4/million_group_open_http_svc/get_topic",
                Route::Command(Command::GetTopic),
            ),
            ("/v4/group_open_http_svc/get_topic", Route::UnknownCommand),
            (
                "/v4/group_open_http_svc/get_group_info",
                Route::Command(Command::GetGroupInfo),
            ),
            (
                "/v4/group_open_http_svc/destroy_group",
                Route::Command(Command::DestroyGroup),
            ),
            (
                "/v4/million_group_open_http_svc/destroy_group",
                Route::UnknownCommand,
            ),
            (
                "/v4/million_group_open_http_svc/import_group",
                Route::UnknownCommand,
            ),
        ] {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }

    #[test]
    fn a_path_is_taken_to_the_letter() {
        for (path, route) in [
            (
                "/v4/group_open_http_svc/import_topic/",
                Route::UnknownCommand,
            ),
            (
                "/v4/group_open_http_svc/Import_Topic",
                Route::UnknownCommand,
            ),
            ("/v4/group_open_http_svc", Route::UnknownCommand),
            ("/v4/openim/import_topic", Route::UnknownService),
            ("/v4//import_topic", Route::UnknownService),
            ("/v3/group_open_http_svc/import_topic", Route::Elsewhere),
            ("/v4", Route::Elsewhere),
            ("/", Route::Elsewhere),
            ("*", Route::Elsewhere),
        ] {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }
}
