use hyper::Method;
use hyper::http::request::Parts;

use crate::app::App;
use crate::command::Command;
use crate::service::code;
use crate::service::query::Query;
use crate::service::refusal::Refusal;
use crate::service::route::Route;
use crate::service::user_sig::{self, Validity};

/// The gateway in front of the commands: accepts or refuses a call by its method, its URL and its caller.
pub(crate) fn admit(
    app: &App,
    head: &Parts,
    route: Route,
    validity: Validity,
) -> Result<Command, Refusal> {
    let command = command(route)?;
    if head.method != Method::POST {
        return Err(Refusal::new(code::INVALID_URL, "the method is not POST"));
    }
    let query = Query::parse(head.uri.query().unwrap_or_default())?;
    if query.sdk_app_id != app.sdk_app_id() {
        return Err(Refusal::new(code::NO_SUCH_APP, "there is no such SDKAppID"));
    }
    user_sig::verify(&query, app.secret_key(), validity)?;
    if query.identifier != app.identifier() {
        return Err(Refusal::new(
            code::NOT_ADMIN,
            "the identifier is not the app's admin",
        ));
    }
    Ok(command)
}

fn command(route: Route) -> Result<Command, Refusal> {
    match route {
        Route::Command(command) => Ok(command),
        Route::UnknownCommand => Err(Refusal::new(
            code::INVALID_COMMAND,
            "the service has no such command",
        )),
        Route::UnknownService | Route::Elsewhere => Err(Refusal::new(
            code::NO_SUCH_RESOURCE,
            "there is no such service",
        )),
    }
}
