"""Pictures by URL: any frame of a release, and some moving seconds of it, made when asked for."""
