"""The domain: videos and their lifecycle, ingest, playback, moderation, events, the API."""
