"""Examples of what users are told, and of push subscriptions."""

from videos.api.schema.examples.basics import Example

CHOICES: Example = {
    "mail": {"ready": False, "failed": True, "approved": True, "rejected": True},
    "push": {"ready": True, "failed": True, "approved": True, "rejected": True},
    "digest_minutes": 10,
}
CHOICES_FORM: Example = {"mail": {"ready": False}, "digest_minutes": 60}
_POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
PUSH_KEY: Example = {"public_key": _POINT}
PUSH_FORM: Example = {
    "endpoint": "https://push.example.net/send/dGhlIGJyb3dzZXI",
    "expirationTime": None,
    "keys": {
        "p256dh": _POINT,
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
PUSH_RENEWAL: Example = {
    "old": {
        "endpoint": "https://push.example.net/send/ZWFybGllcg",
        "auth": "dGhlIHNlY3JldCBiZWZvcmU",
    },
    "new": PUSH_FORM,
}
PUSH_SUBSCRIPTION: Example = {
    "id": "0199b7c4-2f2a-7bb4-9d1e-6f1f7a5d0c11",
    "endpoint_sha256": "7b1f1d3d9c7f0f3d3d6f3d1f8b0e5a1fb3a8f6f0a0a4c0a1c2f9e8d7c6b5a493",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "created_at": "2026-11-27T10:15:00Z",
    "last_used_at": None,
    "expires_at": None,
}
