"""The product's own settings, plus a kind of task that does nothing."""

from config.settings import *  # noqa: F403
from config.settings import DRAMATIQ_BROKER as _BROKER
from config.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "benchmarks.noop"]
DRAMATIQ_BROKER = _BROKER | {
    "MIDDLEWARE": [*_BROKER["MIDDLEWARE"], "benchmarks.noop.recorded.RecordsOneActor"]
}
