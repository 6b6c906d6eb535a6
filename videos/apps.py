"""The app configuration of videos."""

from django.apps import AppConfig


class VideosConfig(AppConfig):
    """Videos and their lifecycle."""

    name = "videos"
