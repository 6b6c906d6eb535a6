"""Users log in with their email address, through django-allauth."""

from config.env.rates import Rate
from config.settings.base import ENV
from config.settings.web import RATES


def _by_address(rate: Rate | None, *others: str) -> str | None:
    """As allauth writes it."""
    own = [f"{rate.number}/{rate.seconds}s/ip"] if rate else []
    return ",".join([*own, *others]) or None


AUTH_USER_MODEL = "accounts.User"
# allauth's own finds users by email, counts attempts and takes as long for unknown addresses.
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

# Closed, only the admin and `manage.py createsuperuser` make users.
SIGNUP_OPEN = ENV.signup.mode != "closed"
# Whose addresses may sign up; none: everybody's.
SIGNUP_DOMAINS = ENV.signup.domains
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Nobody uploads by an address that is not theirs; and as an address that is taken gets a mail too,
# signing up does not tell who is here.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 10
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Beside these stand allauth's own, for each address of mail and each user.
ACCOUNT_RATE_LIMITS = {
    "login": _by_address(RATES.login),
    "signup": _by_address(RATES.signup),
    "reset_password": _by_address(RATES.reset, "5/m/key"),
    "reset_password_from_key": _by_address(RATES.reset),
}
# How long who is told to wait should.
DOOR_SECONDS = 60
# Whoever changes a password or an address is told by mail, for it may have been somebody else.
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

# Until the operator names a server no mail is sent: see config.mail.
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
