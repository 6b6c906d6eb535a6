"""The app configuration of videos."""

from django.apps import AppConfig


class VideosConfig(AppConfig):
    """Videos and their lifecycle."""

    name = "videos"

    def ready(self) -> None:
        """End push subscriptions with their log-in."""
        from videos.push import logins  # needs the models

        logins.connect()
