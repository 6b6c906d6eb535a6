"""The refusals of folders."""

from videos.api.problems.refusal import Refusals
from videos.folders import (
    DEEPEST,
    MOST,
    FolderInItself,
    FolderNameTaken,
    FolderNotEmpty,
    FolderTooDeep,
    NoSuchFolder,
    TooManyFolders,
)

REFUSALS: Refusals = {
    NoSuchFolder: (400, "folder_unknown", "You have no folder of this id."),
    FolderNameTaken: (
        409,
        "folder_name_taken",
        "There is a folder of this name already. Choose another name.",
    ),
    FolderTooDeep: (
        409,
        "folder_too_deep",
        f"Folders lie in each other {DEEPEST} deep at most.",
    ),
    FolderInItself: (409, "folder_in_itself", "A folder cannot be put into itself."),
    FolderNotEmpty: (
        409,
        "folder_not_empty",
        "This folder is not empty. Empty it first, or say with move_to where all goes.",
    ),
    TooManyFolders: (
        409,
        "too_many_folders",
        f"You have {MOST:,} folders, and cannot have more. Delete some first.",
    ),
}
