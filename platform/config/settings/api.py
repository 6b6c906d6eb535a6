"""The REST API and its schema."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.AppTokenAuthentication",
        "accounts.authentication.ApiKeyAuthentication",
        "accounts.authentication.LogInAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["videos.api.throttles.ApiThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # Only the endpoints that take a file accept another format.
    "DEFAULT_PARSER_CLASSES": ["videos.api.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "videos.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "videos.api.schema.inspector.Inspector",
    "DEFAULT_METADATA_CLASS": "videos.api.metadata.Methods",
    "EXCEPTION_HANDLER": "videos.api.problems.exception_handler",
    "PAGE_SIZE": 25,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Vodloom API",
    "VERSION": "1",
    "LICENSE": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
    # Relative, so that it holds for whatever address the document is served from.
    "SERVERS": [{"url": "/", "description": "This server"}],
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    # An id may be written in several ways (videos.ids).
    "PATH_CONVERTER_OVERRIDES": {"id": {"type": "string", "format": "uuid"}},
    # Required fields are required in a PATCH too.
    "COMPONENT_SPLIT_PATCH": False,
    "SORT_OPERATIONS": "videos.api.schema.document.order",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "videos.api.schema.document.finish",
    ],
    # Labels add nothing to the values; the last hook adds their meaning.
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "ErrorCodeEnum": "videos.api.vocabulary.FAILURE_CODES",
        "StageEnum": "videos.api.vocabulary.STAGES",
        "QueueEnum": "videos.api.vocabulary.QUEUES",
        "TaskKindEnum": "videos.api.vocabulary.TASK_KINDS",
        "TaskStateEnum": "processing.models.Task.State",
        "RenditionKindEnum": "videos.models.Rendition.Kind",
        "PlannedKindEnum": "videos.api.serializers.plans.PLANNED_KINDS",
        "AudioCodecEnum": "videos.api.vocabulary.AUDIO_CODECS",
        "VideoStatusEnum": "videos.models.Video.Status",
        "JobStatusEnum": "processing.models.Run.Status",
        "JobKindEnum": "processing.models.Run.Kind",
        "GenerationStatusEnum": "videos.models.Generation.Status",
        "HookStateEnum": "videos.models.HookDelivery.State",
        "WebhookDeliveryStateEnum": "videos.models.WebhookDelivery.State",
        "WebhookDeliveryKindEnum": "videos.models.WebhookDelivery.Kind",
        "GeneratorEnum": "videos.api.serializers.hooks.SOURCES",
        "GeneratedImageStateEnum": "videos.models.GeneratedImage.State",
        "TrackKindEnum": "videos.models.Track.Kind",
        "TextKindEnum": "videos.api.vocabulary.TEXT_KINDS",
        "TrackOriginEnum": "videos.models.Track.Origin",
        "TrackStatusEnum": "videos.models.Track.State",
        "MediaTypeEnum": "videos.models.Video.MediaType",
        "InvitationStateEnum": "accounts.models.Invitation.State",
        "RoleEnum": "accounts.models.Role.Name",
        "UploadStateEnum": "videos.ingest.standing.State",
        "UploadProtocolEnum": "videos.models.Upload.Protocol",
        "ScopeEnum": "videos.api.serializers.keys.SCOPES",
        "VisibilityEnum": "videos.models.Video.Visibility",
        "ModerationEnum": "videos.models.Video.Moderation",
    },
}
