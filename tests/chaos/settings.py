"""The product's own settings, except that every wake-up message is sent twice."""

from config.settings import *  # noqa: F403
from config.settings import DRAMATIQ_BROKER as _BROKER

DRAMATIQ_BROKER = {
    **_BROKER,
    "MIDDLEWARE": [*_BROKER["MIDDLEWARE"], "tests.chaos.doubling.Doubling"],
}
