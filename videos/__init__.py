"""The domain: videos with their lifecycle, ingest, playback, moderation, events and the API."""
