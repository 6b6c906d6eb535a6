"""The faults of the folders on this machine's disks."""

from processing.health.finding import Kind

MISSING = Kind(
    "folder_missing",
    "{folder} is not there, and cannot be made: {error}.",
    "Mount the disk, or make the folder and give it to the user that runs Vodloom.",
)
NOT_WRITABLE = Kind(
    "folder_not_writable",
    "{folder} cannot be written: {error}.",
    "Give it to the user that runs Vodloom (chown -R), and look whether its disk is mounted "
    "read-only.",
)
NO_TEMPORARY = Kind(
    "temporary_folder_missing",
    "No folder for temporary files can be written: not TMPDIR, not /tmp, not /var/tmp.",
    "Mount /tmp as a writable folder of at least 64 MiB, or set TMPDIR to one.",
)
FULL = Kind(
    "disk_full",
    "The disk of {folder} is full: {free} are free.",
    "Free some, or set DATA to a larger disk.",
)
NO_INODES = Kind(
    "disk_without_inodes",
    "The disk of {folder} has room, but can hold {free} more files only.",
    "Delete small files there, or make the file system anew with more inodes.",
    lesser=True,
)
TOO_SMALL_FOR_UPLOADS = Kind(
    "disk_small_for_uploads",
    "The largest upload allowed needs {needed} in {folder}, and {free} are free.",
    "Free some, or lower VODLOOM_MAX_POST_BYTES; uploads that do not fit are refused.",
    lesser=True,
)
NO_ROOM_FOR_WORK = Kind(
    "disk_small_for_work",
    "{folder} has {free} free, less than VODLOOM_MIN_FREE_BYTES: workers here take no tasks.",
    "Free some, or set DATA to a larger disk.",
)
FULL_ELSEWHERE = Kind(
    "disk_full_elsewhere",
    "The disk is nearly full at {workers}: they take no tasks.",
    "Free some there, or set DATA to a larger disk.",
)
TWO_FILE_SYSTEMS = Kind(
    "disk_two_file_systems",
    "{one} and {other} lie on different file systems, so that every upload is copied.",
    "Put the whole data folder on one.",
    lesser=True,
)
UNREADABLE = Kind(
    "files_unreadable",
    "{file} and perhaps more cannot be read by this user.",
    "Give all of {folder} to the user that runs Vodloom (chown -R), as after a restore as root.",
)
UNDELETABLE = Kind(
    "files_undeletable",
    "What lies in {folder} cannot be deleted by this user.",
    "Give all of it to the user that runs Vodloom (chown -R), as after a restore as root.",
)
GONE = Kind(
    "files_gone",
    "{file}, and perhaps more files, are listed but do not exist.",
    "Mount the disk that has it, or put it back from the backup.",
)
OTHER_USER = Kind(
    "looked_at_by_another_user",
    "The data folder belongs to {owner}, and the doctor runs as {user}, whose rights may differ.",
    "Run it as {owner}.",
    lesser=True,
)
