"""The URL converter for ids, used by the API and the pages."""

from django.urls import register_converter
from django.urls.converters import UUIDConverter

CONVERTER = "id"
"""The name of the path converter in routes."""


class AnyCaseConverter(UUIDConverter):
    """An id in upper or lower case, since some languages and programs write upper case."""

    regex = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


register_converter(AnyCaseConverter, CONVERTER)
