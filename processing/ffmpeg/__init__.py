"""Media work by FFmpeg: arguments are pure data, `runner` is the one place that runs them."""
