"""The uses of Redis besides the queue; nothing is lost when Redis goes away.

The channel layer says only "there is something new"; the events themselves are rows. The
cache holds the counters of log-in attempts, and which videos' progress was reported this second.
"""

from config.settings.base import ENV

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Without health checks the layer would wait for ever on a connection that died silently.
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
