"""The faults of mail."""

from processing.health.finding import Kind

TO_LOG = Kind(
    "mail_goes_nowhere",
    "Mail is written to the log: nobody gets a link to reset a password.",
    "Set EMAIL_URL to your mail server: smtp+tls://user:password@host:587.",
    lesser=True,
)
NOBODY_SIGNS_UP = Kind(
    "mail_needed_to_sign_up",
    "Strangers may sign up, and no mail is sent: nobody can confirm an address.",
    "Set EMAIL_URL to your mail server, or VODLOOM_SIGNUP=closed.",
)
UNKNOWN_HOST = Kind(
    "mail_unknown_host",
    "The name {host} cannot be resolved.",
    "Correct the host in EMAIL_URL, or the name service of this machine.",
)
REFUSED = Kind(
    "mail_refused",
    "Nothing listens at {where}.",
    "Correct host and port in EMAIL_URL: 587 for smtp+tls://, 465 for smtp+ssl://.",
)
SILENT = Kind(
    "mail_silent",
    "Nothing answers at {where}, or not by this kind of TLS.",
    "Correct EMAIL_URL: 587 for smtp+tls://, 465 for smtp+ssl://; many providers close port 25.",
)
NO_STARTTLS = Kind(
    "mail_without_starttls",
    "The mail server offers no STARTTLS at {where}.",
    "Use smtp+ssl:// with the port of TLS (465) in EMAIL_URL, or smtp:// where that is safe.",
)
NO_TLS = Kind(
    "mail_without_tls",
    "The mail server does not begin with TLS at {where}.",
    "Use smtp+tls:// (STARTTLS, port 587) in EMAIL_URL.",
)
CERTIFICATE = Kind(
    "mail_certificate_refused",
    "The certificate of the mail server cannot be trusted: {error}.",
    "Use the name it was made for in EMAIL_URL, or make its authority known to this machine.",
)
WRONG_PASSWORD = Kind(
    "mail_password_wrong",
    "The mail server refuses user or password.",
    "Correct them in EMAIL_URL, with @ as %40 and the like; many providers want an app password.",
)
NO_LOGIN = Kind(
    "mail_without_login",
    "The mail server takes no log-in at {where}.",
    "Use smtp+tls:// in EMAIL_URL: many take one by TLS alone; or take the user out.",
)
NOT_SENT = Kind(
    "mail_not_sent",
    "The mail server did not take the message: {error}.",
    "Set EMAIL_FROM to an address that this account may send from.",
)
SENDER = Kind(
    "mail_sender_unset",
    "Mail is sent from {sender}, which nobody can answer and many servers refuse.",
    "Set EMAIL_FROM.",
    lesser=True,
)
OTHER = Kind(
    "mail_error",
    "The mail server answered: {error}.",
    "See EMAIL_URL.",
)
