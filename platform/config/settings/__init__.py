"""Django's settings: one module for each concern, all with values from ``config.env``."""

from config.settings.api import *  # noqa: F403
from config.settings.auth import *  # noqa: F403
from config.settings.base import *  # noqa: F403
from config.settings.database import *  # noqa: F403
from config.settings.doors import *  # noqa: F403
from config.settings.generators import *  # noqa: F403
from config.settings.live import *  # noqa: F403
from config.settings.logging import *  # noqa: F403
from config.settings.media import *  # noqa: F403
from config.settings.queue import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.settings.speech import *  # noqa: F403
from config.settings.storage import *  # noqa: F403
from config.settings.web import *  # noqa: F403
