//! A call whose body is not checked.

use alloc::vec::Vec;
use core::marker::PhantomData;

use super::envelope::{self, Envelope};
use super::{Answer, Effect, Operation};
use crate::command::Command;
use crate::endpoint::Service;
use crate::failure::UnreadableReason;
use crate::field::UserId;

/// Calls the command of `O` with an arbitrary body, under either service name: to see how the service reacts to a
/// request that this crate would not build. For everything else, use `O` itself.
///
/// The output is the body of an answer that reports success; only its envelope is checked. As the effect of such a call
/// is unknown, it is never repeated once it may have been executed, and nothing is read back: 10021 is a refusal like
/// any other.
///
/// ```
/// use topic_import_core::{Call, GroupId, ImportTopic, Service, Unchecked};
///
/// let body = br#"{"GroupId":"@TGS#_riverside","TopicName":"a name of more than thirty bytes"}"#;
/// let call = Call::new(Unchecked::<ImportTopic>::new(Service::GroupOpenHttpSvc, body.to_vec()));
/// ```
#[derive(Debug)]
pub struct Unchecked<O> {
    service: Service,
    body: Vec<u8>,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Unchecked<O> {
    /// A call of the command of `O` under this service name, with this body.
    pub const fn new(service: Service, body: Vec<u8>) -> Self {
        Self {
            service,
            body,
            operation: PhantomData,
        }
    }
}

impl<O: Operation> Operation for Unchecked<O> {
    const COMMAND: Command = O::COMMAND;
    type Output = Vec<u8>;
    type ReadBack = Self;

    fn service(&self, _configured: Service) -> Service {
        self.service
    }

    fn body(&self, _admin: impl FnOnce() -> UserId) -> Vec<u8> {
        self.body.clone()
    }

    fn read(&self, body: &[u8]) -> Result<Answer<Vec<u8>>, UnreadableReason> {
        Ok(match envelope::read::<Envelope>(Self::COMMAND, body)? {
            Answer::Refused(refusal) => Answer::Refused(refusal),
            Answer::Done(()) => Answer::Done(body.to_vec()),
        })
    }

    fn effect(&self) -> Effect {
        Effect::EachTime
    }
}
