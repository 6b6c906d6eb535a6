"""An app only for benchmarks: a step that does nothing, and actors that do nothing."""
