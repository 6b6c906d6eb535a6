"""The engine that transcribes the speech in videos, and of which videos."""

from config.settings.base import ENV

# "off", or the name of an engine in processing/speech/registry.py.
TRANSCRIBER = ENV.speech.transcriber
# The file or folder of its model; None for the one in its package.
TRANSCRIBER_MODEL = ENV.speech.model
# A BCP 47 tag, or "auto".
TRANSCRIBER_LANGUAGE = ENV.speech.language
# Whether all new videos are transcribed ("all"), or those for which somebody asks ("asked").
TRANSCRIBER_VIDEOS = ENV.speech.videos
# Longer videos are not transcribed.
TRANSCRIBER_SECONDS = ENV.speech.most_seconds
