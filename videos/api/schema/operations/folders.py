"""The operations of folders."""

from collections.abc import Mapping

from videos.api.schema.examples import folders as examples
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "folder.list": Operation(
        "listFolders",
        "List your folders",
        "Returns all of your folders, newest first unless ordered otherwise, one page at a time; "
        "with `parent` those that lie directly in a folder, and with `parent=none` those at the "
        "top.",
        answer=examples.FOLDER,
    ),
    "folder.create": Operation(
        "createFolder",
        "Create a folder",
        "A name is unique among its neighbours, and folders lie ten deep at most.",
        refusals={
            400: ("folder_unknown",),
            409: ("folder_name_taken", "folder_too_deep", "too_many_folders"),
        },
        request=examples.FOLDER_SUBMIT,
        answer=examples.FOLDER,
    ),
    "folder.retrieve": Operation(
        "getFolder",
        "Get a folder",
        "Returns where a folder lies, and how many videos and folders lie directly in it.",
        answer=examples.FOLDER,
    ),
    "folder.partial_update": Operation(
        "updateFolder",
        "Rename or move a folder",
        "All that it holds moves with it.",
        refusals={
            400: ("folder_unknown",),
            409: ("folder_name_taken", "folder_too_deep", "folder_in_itself"),
            412: ("precondition_failed",),
        },
        request=examples.FOLDER_EDIT,
        answer=examples.EDITED_FOLDER,
    ),
    "folder.destroy": Operation(
        "deleteFolder",
        "Delete a folder",
        "Deletes an empty folder; videos in the trash do not count. With `move_to` all that it "
        "holds goes into another folder first.",
        refusals={
            400: ("folder_unknown",),
            409: ("folder_not_empty", "folder_in_itself", "folder_name_taken", "folder_too_deep"),
            412: ("precondition_failed",),
        },
    ),
}
