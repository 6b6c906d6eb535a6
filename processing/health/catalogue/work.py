"""The faults of workers, reconcilers and the ownership of the storages."""

from processing.health.finding import Kind

NO_WORKER = Kind(
    "workers_missing",
    "No worker serves {queues}.",
    "Start `manage.py worker --queues {queues}`.",
)
WORKERS_WAIT = Kind(
    "workers_wait",
    "{worker} takes no tasks: {reason}",
    "See what it says, on its machine.",
    lesser=True,
)
OTHER_VERSION = Kind(
    "processes_of_another_version",
    "{names} run another version than this one, which is {version}.",
    "Restart them with this version, unless an upgrade is under way: see docs/upgrade.md.",
    lesser=True,
)
RECONCILER = Kind(
    "reconciler_in_trouble",
    "{problems}.",
    "Start `manage.py reconcile --forever`, or look at Duties in the admin.",
)
NOT_OURS = Kind(
    "storage_not_ours",
    "{verdict}",
    "See `manage.py adopt_storage --dry-run`, and docs/operations.md, Whose a storage is.",
)
SHARED = Kind(
    "storage_shared",
    "Another database uses the storage too: {guests}. Until that ends, objects that no row names "
    "are not deleted.",
    "Give the other one a storage or a prefix of its own; then run `manage.py adopt_storage` here.",
)
