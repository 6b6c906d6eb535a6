"""Ids in addresses, for the API and pages alike."""

from django.urls import register_converter
from django.urls.converters import UUIDConverter

CONVERTER = "id"
"""What routes call it."""


class AnyCaseConverter(UUIDConverter):
    """An id however it was written: some languages and programs write large letters."""

    regex = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


register_converter(AnyCaseConverter, CONVERTER)
