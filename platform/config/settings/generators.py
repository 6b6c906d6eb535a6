"""AI generators whose webhooks are taken in."""

from config.settings.base import ENV

REPLICATE_SECRETS = ENV.generators.replicate_secrets
REPLICATE_TOKEN = ENV.generators.replicate_token
