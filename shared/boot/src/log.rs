//! Logging: one JSON object on each line of stdout, which Lambda collects.

use tracing::{Level, Subscriber};
use tracing_subscriber::{
    Layer as _,
    filter::{Targets, filter_fn},
    fmt::MakeWriter,
    layer::SubscriberExt as _,
    registry::Registry,
};

use crate::Env;

/// Crates that log whole requests below `info`. Whatever level is set, they log at `info` and above only.
const LIBRARIES: [&str; 6] = ["aws_", "h2", "hyper", "lambda_", "rustls", "tower"];

/// Starts logging at the level of `RUST_LOG`, or of `AWS_LAMBDA_LOG_LEVEL`, or at `info`.
///
/// The fields of an entry are members beside its message. The fields of the surrounding span, such as the Trace ID, are
/// members of `span`. A panic is logged with its place and never with its message, which may quote data.
pub fn init_tracing(env: &Env) {
    let level = env.optional("RUST_LOG").or_else(|| env.optional("AWS_LAMBDA_LOG_LEVEL"));
    // A second call keeps the subscriber of the first call.
    let _ = tracing::subscriber::set_global_default(subscriber(level.as_deref(), std::io::stdout));
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(panic_place = place, "panicked");
    }));
}

/// The subscriber of [`init_tracing`], at a level such as `debug` and with any writer.
pub fn subscriber<W>(level: Option<&str>, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let levels: Targets = level
        .and_then(|text| text.to_ascii_lowercase().parse().ok())
        .unwrap_or_else(|| Targets::new().with_default(Level::INFO));
    let quiet_libraries = filter_fn(|metadata| {
        *metadata.level() <= Level::INFO || !LIBRARIES.iter().any(|prefix| metadata.target().starts_with(prefix))
    });
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer)
        .with_filter(levels)
        .with_filter(quiet_libraries);
    Registry::default().with(lines)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: Option<&str>, log: impl FnOnce()) -> Vec<serde_json::Value> {
        let captured = Captured::default();
        let writer = captured.clone();
        tracing::subscriber::with_default(subscriber(level, move || writer.clone()), log);
        let bytes = captured.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn an_entry_is_one_line_with_flat_fields_and_the_trace_of_its_span() {
        let lines = logged(None, || {
            let span = tracing::info_span!("request", trace_id = "1-67891233-abc");
            span.in_scope(|| tracing::info!(status = 202, "answered"));
            tracing::debug!("not at this level");
        });
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!(line["message"], "answered");
        assert_eq!(line["status"], 202);
        assert_eq!(line["span"]["trace_id"], "1-67891233-abc");
    }

    #[test]
    fn libraries_never_log_below_info() {
        let lines = logged(Some("TRACE"), || {
            tracing::trace!(target: "aws_smithy_runtime::client", "request with an address");
            tracing::info!(target: "aws_smithy_runtime::client", "harmless");
            tracing::trace!("ours");
        });
        let messages: Vec<_> = lines.iter().map(|line| &line["message"]).collect();
        assert_eq!(messages, ["harmless", "ours"]);
    }
}
