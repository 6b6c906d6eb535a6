"""What Redis is used for beside the queue; nothing is lost when it goes.

The channel layer says only "there is something new"; the events themselves are rows. The
cache holds counters of log-in attempts, and who told of a video's progress this second.
"""

from config.settings.base import ENV

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Without health checks a connection that died silently would be waited on for ever.
        "CONFIG": {"hosts": [{"address": ENV.redis_url, "health_check_interval": 15}]},
    }
}

CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": ENV.redis_url,
        "KEY_PREFIX": "vodloom",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }
}
