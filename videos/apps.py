"""The videos app."""

from django.apps import AppConfig


class VideosConfig(AppConfig):
    """Videos and their lifecycle."""

    name = "videos"
