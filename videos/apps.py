"""The app configuration of videos."""

from django.apps import AppConfig


class VideosConfig(AppConfig):
    """Videos and their lifecycle."""

    name = "videos"

    def ready(self) -> None:
        """Have open feeds hear of changed rights."""
        from accounts.signals import rights_changed  # it needs the models
        from videos.events import rights

        rights_changed.connect(rights.hear)
