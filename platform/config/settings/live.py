"""Channels: says only "there is something new"; the events themselves are rows."""

from config.settings.base import ENV

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [ENV.redis_url]},
    }
}
