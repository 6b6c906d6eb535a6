"""tus 1.0, the open protocol of uploads that can be resumed (https://tus.io/protocols)."""

from videos.api.tus.app import TusApp
from videos.api.tus.requests import PREFIX

__all__ = ["PREFIX", "TusApp"]
