"""tus 1.0, the open protocol of uploads that can be resumed (https://tus.io/protocols)."""
