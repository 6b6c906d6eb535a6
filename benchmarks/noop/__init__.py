"""An app for benchmarks alone: a step that does nothing, and an actor that does nothing."""
