"""A file in a form."""

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from videos.api.strictness import StrictForm


@extend_schema_field({"type": "string", "format": "binary", "minLength": 1})
class UploadedFileField(serializers.FileField):
    """A file of at least one byte. The upload itself refuses an empty one, by its own code."""


def only_one_file(
    form: StrictForm, file: "UploadedFile[bytes]", name: str = "file"
) -> "UploadedFile[bytes]":
    """Return the file of a form's field; raise ``ValidationError`` if it has two, since the other
    one would be dropped silently."""
    given = form.initial_data
    if isinstance(given, MultiValueDict) and len(given.getlist(name)) > 1:
        raise serializers.ValidationError("Send one file in a request.", code="too_many_files")
    return file
