//! What the page asks, and what it gets.

use mcs_session::Outcome;

use crate::console::Console;
use crate::link::{Link, Sent};
use crate::protocol::{MessagesRequest, MessagesView};

impl Console {
    pub(crate) fn messages_request(&mut self, request: MessagesRequest) {
        match request {
            MessagesRequest::Export { format, filter } => self.messages.export(format, &filter),
            MessagesRequest::ExportNext => {
                self.messages.export.iter_mut().for_each(|it| it.wanted = true);
            }
            MessagesRequest::ExportStop => self.messages.export = None,
            MessagesRequest::Look(look) => self.messages.look(look),
            MessagesRequest::Clear => self.messages.clear(),
            MessagesRequest::Payload(row) => self.messages.fetch(row),
            MessagesRequest::Subscribe { connection, filter, qos, colour } => {
                self.subscribe_to(connection, filter, qos, colour);
            }
            MessagesRequest::Unsubscribe(id) => self.unsubscribe_from(id),
            MessagesRequest::Enable(id, enabled) => self.enable(id, enabled),
            MessagesRequest::Paint(id, colour) => self.paint_subscription(id, colour),
            MessagesRequest::Publish(draft) => self.publish_once(&draft),
            MessagesRequest::Repeat { draft, every_ms, times } => {
                self.repeat(draft, every_ms, times);
            }
            MessagesRequest::StopRepeating(id) => self.stop_repeating(id),
            MessagesRequest::SaveCommand(command) => self.save_command(command),
            MessagesRequest::ForgetCommand(id) => self.forget_command(id),
            MessagesRequest::ForgetHistory => self.forget_history(),
            MessagesRequest::LookForRetained => self.look_for_retained(),
            MessagesRequest::ClearRetained(set) => self.clear_retained(&set),
        }
    }

    /// A published message is complete, whoever published it.
    pub(crate) fn message_completed(&mut self, sent: Sent, outcome: Outcome) {
        self.messages.completed(self.clock.now(), sent, outcome);
        self.cleared(sent, outcome);
    }

    /// What changed of the messages page.
    pub(crate) fn show_messages(&mut self, all: bool) -> Option<MessagesView> {
        let Self { messages, devices, links, clock, .. } = self;
        let is_connected = |on| links.get(on).is_some_and(Link::is_connected);
        messages.view(clock.now(), devices, is_connected, all)
    }
}
