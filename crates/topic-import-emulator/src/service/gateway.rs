use std::time::Duration;

use hyper::Method;
use hyper::http::request::Parts;

use crate::app::App;
use crate::clock::Moment;
use crate::command::Command;
use crate::service::code;
use crate::service::query::Query;
use crate::service::refusal::Refusal;
use crate::service::route::Route;
use crate::service::user_sig::{UserSigVerifier, Validity};

/// What stands before the commands: the URL's path and parameters, and whom the call is from.
pub(crate) struct Gateway {
    sdk_app_id: u64,
    identifier: String,
    verifier: UserSigVerifier,
}

impl Gateway {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            sdk_app_id: app.sdk_app_id(),
            identifier: app.identifier().into(),
            verifier: UserSigVerifier::new(app.secret_key()),
        }
    }

    /// Lets a call through. Signatures from before `expired_before` (time since the Unix epoch) are expired.
    pub(crate) fn admit(
        &self,
        head: &Parts,
        route: Route,
        now: Moment,
        expired_before: Option<Duration>,
    ) -> Result<Command, Refusal> {
        let command = command(route)?;
        if head.method != Method::POST {
            return Err(Refusal::new(code::INVALID_URL, "the method is not POST"));
        }
        let query = Query::parse(head.uri.query().unwrap_or_default())?;
        self.authenticate(
            &query,
            Validity {
                now: now.unix,
                signed_from: expired_before.unwrap_or_default(),
            },
        )?;
        Ok(command)
    }

    fn authenticate(&self, query: &Query<'_>, validity: Validity) -> Result<(), Refusal> {
        if query.sdk_app_id != self.sdk_app_id {
            return Err(Refusal::new(code::NO_SUCH_APP, "there is no such SDKAppID"));
        }
        self.verifier.verify(
            &query.user_sig,
            query.sdk_app_id,
            &query.identifier,
            validity,
        )?;
        if query.identifier != self.identifier {
            return Err(Refusal::new(
                code::NOT_ADMIN,
                "the identifier is not the app's admin",
            ));
        }
        Ok(())
    }
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
