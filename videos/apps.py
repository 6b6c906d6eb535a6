"""The app configuration of videos."""

from django.apps import AppConfig


class VideosConfig(AppConfig):
    """Videos and their lifecycle."""

    name = "videos"

    def ready(self) -> None:
        """Have open feeds hear of changed rights, and end push subscriptions with their log-in."""
        from accounts.signals import rights_changed  # it needs the models
        from videos.events import rights
        from videos.push import logins

        rights_changed.connect(rights.hear)
        logins.connect()
