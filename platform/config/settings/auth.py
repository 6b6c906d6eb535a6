"""Users log in with their email address, through django-allauth."""

from typing import Any

from config.env.rates import Rate
from config.settings.base import ENV
from config.settings.web import RATES


def _by_address(rate: Rate | None, *others: str) -> str | None:
    """Return a limit by IP address and further limits, in allauth's notation."""
    own = [f"{rate.number}/{rate.seconds}s/ip"] if rate else []
    return ",".join([*own, *others]) or None


AUTH_USER_MODEL = "accounts.User"
# allauth's backend finds users by email, counts attempts, and takes as long for unknown addresses
# as for known ones.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# If it is closed, only the admin and `manage.py createsuperuser` create users.
SIGNUP_OPEN = ENV.signup.mode in ("open", "domains")
# Whether those without an invitation are told to get one.
SIGNUP_BY_INVITATION = ENV.signup.mode == "invitation"
# Whom the switch *Can upload* suffices: everybody, or only those whom a role or group allows it.
UPLOADERS = ENV.uploaders
# The email domains that may sign up; empty: all.
SIGNUP_DOMAINS = ENV.signup.domains
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Nobody can upload under another person's address. Since a taken address gets a mail too, signing
# up does not reveal who has an account.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 10
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# allauth counts in sliding windows, too, in the cache. Its own limits for each email address and
# each user apply in addition; wrong passwords are counted by accounts.adapter.
ACCOUNT_RATE_LIMITS: Any = RATES.are_on and {
    "login": _by_address(RATES.login),
    "signup": _by_address(RATES.signup),
    "reset_password": _by_address(RATES.reset, "5/m/key"),
    "reset_password_from_key": _by_address(RATES.reset),
}
# The Retry-After of a 429 on the log-in, sign-up and reset pages.
DOOR_SECONDS = 60
# A change of password or address is reported by mail, since somebody else may have made it.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "add_email": "accounts.forms.AddEmailForm",
}

# No mail is sent until the operator configures a server: see config.mail.
EMAIL_BACKEND = ENV.email["EMAIL_BACKEND"]
EMAIL_HOST = ENV.email["EMAIL_HOST"]
EMAIL_PORT = ENV.email["EMAIL_PORT"]
EMAIL_HOST_USER = ENV.email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = ENV.email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = ENV.email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = ENV.email.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = ENV.email.get("EMAIL_FILE_PATH")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = ENV.email_from
