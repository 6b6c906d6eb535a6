"""The operations of images."""

from collections.abc import Mapping

from videos.api.schema.examples import images as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "image.list": Operation(
        "listImages",
        "List your images",
        "Returns your own images, newest first unless ordered otherwise, one page at a time. With "
        "`trashed=true` it returns the images in the trash.",
        answer=examples.IMAGE,
    ),
    "image.create": Operation(
        "createImage",
        "Upload an image",
        "Send the file (JPEG, PNG, WebP, GIF or AVIF) and its settings as `multipart/form-data`. "
        "The image is complete with the answer. What is shown is a copy without anything of the "
        "file but its pixels; of an animation it is the first picture.",
        refusals={
            400: ("image_invalid", "file_empty", "too_many_files", "folder_unknown"),
            403: ("upload_not_allowed", "email_not_verified", "quota_exceeded"),
            409: ("external_id_taken", "upload_canceled"),
            413: ("image_too_large",),
            503: ("storage_unavailable", "images_unavailable"),
            507: ("disk_full",),
        },
        request=examples.IMAGE_UPLOAD,
        answer=examples.IMAGE,
    ),
    "image.retrieve": Operation(
        "getImage",
        "Get an image",
        "Returns everything about an image, with the URLs that show it. They expire: read the "
        "image again to get new ones. They close within seconds when the image is deleted.",
        answer=examples.IMAGE,
    ),
    "image.partial_update": Operation(
        "updateImage",
        "Change an image",
        "Members that are not sent stay as they are.",
        refusals={
            400: ("folder_unknown",),
            409: ("external_id_taken",),
            412: ("precondition_failed",),
        },
        request=examples.IMAGE_EDIT,
        answer=examples.IMAGE,
    ),
    "image.destroy": Operation(
        "deleteImage",
        "Delete an image",
        "Moves the image into the trash, where it is purged after 30 days. With `purge=true` it is "
        "deleted for good at once, also when it is in the trash.",
        refusals={412: ("precondition_failed",)},
    ),
    "image.restore": Operation(
        "restoreImage",
        "Take an image out of the trash",
        refusals={409: ("not_in_trash", "external_id_taken")},
        answer=examples.IMAGE,
    ),
}
