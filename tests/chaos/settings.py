"""The product's own settings, except that every wake-up message is sent twice and that steps and
duties raise exceptions on request."""

from config.settings import *  # noqa: F403
from config.settings import DRAMATIQ_BROKER as _BROKER
from config.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "tests.chaos.injection.Injection"]
DRAMATIQ_BROKER = {
    **_BROKER,
    "MIDDLEWARE": [*_BROKER["MIDDLEWARE"], "tests.chaos.doubling.Doubling"],
}
