//! Mishaps on the way between a client and a service.

/// What can happen to a request. All but the first leave the client without an answer, or with one that does not say
/// whether the request was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// No connection to the service could be opened.
    NotConnected,
    /// The connection was closed before the service read the request.
    Closed,
    /// The service carried the request out, and its answer never arrived.
    AnswerLost,
    /// The service answers that it is broken, and did nothing.
    Broken,
}

const MISHAPS: [Mishap; 4] = [Mishap::NotConnected, Mishap::Closed, Mishap::AnswerLost, Mishap::Broken];

/// The way between the clients and a service. One request in `one_in` has a mishap, each kind in turn.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Way {
    /// `None`: no request has a mishap.
    pub(crate) one_in: Option<usize>,
    requests: usize,
}

impl Way {
    /// What happens to the next request. `None`: nothing.
    pub(crate) fn next_mishap(&mut self) -> Option<Mishap> {
        let one_in = self.one_in?;
        self.requests += 1;
        self.requests.is_multiple_of(one_in).then(|| MISHAPS[self.requests / one_in % MISHAPS.len()])
    }
}
