"""How apps log in, and second factors: allauth's headless, mfa and usersessions."""

import hashlib
import hmac

from config.settings.base import ENV

# Apps get tokens; pages of this site use the session cookie, and its own log-in page.
HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "accounts.app_tokens.AppTokens"  # noqa: S105 - a class
# Only this site reads its tokens, so one secret signs and verifies them.
HEADLESS_JWT_ALGORITHM = "HS256"
HEADLESS_JWT_PRIVATE_KEY = hmac.digest(
    ENV.secret_key.encode(), b"vodloom.app-tokens", hashlib.sha256
).hex()
# Each request looks the session up too: a log-out ends a token at once, not when it expires.
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 15 * 60
# As long as the session, which every new pair of tokens prolongs.
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = ENV.session_days * 24 * 3600
HEADLESS_JWT_ROTATE_REFRESH_TOKEN = True

MFA_ADAPTER = "accounts.second_factors.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Without HTTPS browsers offer passkeys on the machine itself only, whose origin is no https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENV.use_https
MFA_FORMS = {
    "authenticate": "accounts.factor_forms.AuthenticateForm",
    "reauthenticate": "accounts.factor_forms.ReauthenticateForm",
    "activate_totp": "accounts.factor_forms.ActivateTOTPForm",
    "login_webauthn": "accounts.factor_forms.LoginPasskeyForm",
    "authenticate_webauthn": "accounts.factor_forms.UsePasskeyForm",
    "reauthenticate_webauthn": "accounts.factor_forms.ProvePasskeyForm",
    "add_webauthn": "accounts.factor_forms.AddPasskeyForm",
    "edit_webauthn": "accounts.factor_forms.RenamePasskeyForm",
}
# Whether staff who log in need a second factor.
STAFF_MFA_REQUIRED = ENV.staff_mfa == "required"
