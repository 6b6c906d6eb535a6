"""The faults of outgoing webhooks."""

from processing.health.finding import Kind

STUCK = Kind(
    "webhooks_stuck",
    "{count} webhooks have waited for more than {minutes} minutes to be sent what is due.",
    "Start a worker that serves the queue notify, or look at the log of the one that does.",
)
UNREAD = Kind(
    "webhooks_unread",
    "Events have waited for {minutes} minutes to be read for webhooks; until then none are deleted "
    "for their age.",
    "Start a worker that serves the queue notify, or look at the log of the one that does.",
)
FAILING = Kind(
    "webhooks_failing",
    "{failing} of {all} webhooks take nothing at the moment.",
    "See Webhooks in the admin for what they answer; if it is none, look at this network.",
    lesser=True,
)
PRIVATE = Kind(
    "webhooks_to_private_networks",
    "VODLOOM_WEBHOOK_PRIVATE has {networks}: every user can have requests sent there.",
    "Take out what is not needed.",
    lesser=True,
)
