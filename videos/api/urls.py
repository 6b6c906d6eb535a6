"""The URLs of the API."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from videos.api.administration_views import AuditViewSet, InvitationViewSet
from videos.api.events.views import EventViewSet
from videos.api.feed_views import FeedTicketView
from videos.api.folder_views import FolderViewSet, TagViewSet
from videos.api.hook_views import (
    HookAddressViewSet,
    HookDeliveryViewSet,
    HookView,
    PredictionView,
)
from videos.api.image_views import ImageViewSet
from videos.api.import_views import ImportView
from videos.api.job_views import JobViewSet
from videos.api.key_views import KeyViewSet
from videos.api.me_views import MeView
from videos.api.notification_views import (
    NotificationChoicesView,
    PushKeyView,
    PushRenewalView,
    PushSubscriptionViewSet,
)
from videos.api.profile_views import ProfileViewSet
from videos.api.s3_views import PATHS as S3_PATHS
from videos.api.track_views import TrackViewSet
from videos.api.transcript_views import TranscriptViewSet
from videos.api.upload_views import UploadViewSet
from videos.api.views import VideoViewSet
from videos.api.webhook_views import WebhookDeliveryViewSet, WebhookViewSet

router = SimpleRouter(use_regex_path=False)
router.register("videos", VideoViewSet, basename="video")
router.register("folders", FolderViewSet, basename="folder")
router.register("tags", TagViewSet, basename="tag")
router.register("uploads", UploadViewSet, basename="upload")
router.register("images", ImageViewSet, basename="image")
router.register("jobs", JobViewSet, basename="job")
router.register("audit", AuditViewSet, basename="audit")
router.register("invitations", InvitationViewSet, basename="invitation")
router.register("profiles", ProfileViewSet, basename="profile")
router.register("keys", KeyViewSet, basename="key")
router.register("hooks/addresses", HookAddressViewSet, basename="hook-address")
router.register("hooks/deliveries", HookDeliveryViewSet, basename="hook-delivery")
router.register("webhooks", WebhookViewSet, basename="webhook")
router.register("push/subscriptions", PushSubscriptionViewSet, basename="push-subscription")

urlpatterns = [
    *router.urls,
    *S3_PATHS,
    path(
        "videos/import/", ImportView.as_view({"post": "create"}, basename="import"), name="import"
    ),
    path(
        "videos/import/batch/",
        ImportView.as_view({"post": "batch"}, basename="import"),
        name="import-batch",
    ),
    path(
        "videos/<id:video_id>/tracks/",
        TrackViewSet.as_view({"get": "list", "post": "create"}, basename="track"),
        name="track-list",
    ),
    path(
        "videos/<id:video_id>/tracks/<id:pk>/",
        TrackViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}, basename="track"
        ),
        name="track-detail",
    ),
    path(
        "videos/<id:video_id>/tracks/<id:pk>/cues/",
        TrackViewSet.as_view(
            {"get": "cues", "put": "write_cues", "patch": "shift_cues"}, basename="track"
        ),
        name="track-cues",
    ),
    *(
        path(
            f"videos/<id:video_id>/transcript.{suffix}",
            TranscriptViewSet.as_view({"get": action}, basename="transcript"),
            name=f"transcript-{suffix}",
        )
        for suffix, action in (("txt", "as_text"), ("vtt", "as_webvtt"), ("json", "as_json"))
    ),
    path(
        "events/list/", EventViewSet.as_view({"get": "read"}, basename="event"), name="event-list"
    ),
    path(
        "webhooks/<id:webhook_id>/deliveries/",
        WebhookDeliveryViewSet.as_view({"get": "list"}, basename="webhook-delivery"),
        name="webhook-delivery-list",
    ),
    path(
        "webhooks/<id:webhook_id>/deliveries/<id:pk>/",
        WebhookDeliveryViewSet.as_view({"get": "retrieve"}, basename="webhook-delivery"),
        name="webhook-delivery-detail",
    ),
    path(
        "webhooks/<id:webhook_id>/deliveries/<id:pk>/send_again/",
        WebhookDeliveryViewSet.as_view({"post": "send_again"}, basename="webhook-delivery"),
        name="webhook-delivery-send-again",
    ),
    path(
        "me/",
        MeView.as_view({"get": "retrieve", "patch": "partial_update"}, basename="me"),
        name="me",
    ),
    path(
        "me/notifications/",
        NotificationChoicesView.as_view(
            {"get": "retrieve", "patch": "partial_update"}, basename="notification-choices"
        ),
        name="notification-choices",
    ),
    path(
        "push/renewal/",
        PushRenewalView.as_view({"post": "create"}, basename="push-renewal"),
        name="push-renewal",
    ),
    path(
        "push/key/", PushKeyView.as_view({"get": "retrieve"}, basename="push-key"), name="push-key"
    ),
    path("feed/ticket/", FeedTicketView.as_view({"post": "create"}), name="feed-ticket"),
    path(
        "hooks/predictions/",
        PredictionView.as_view({"post": "create"}, basename="prediction"),
        name="hook-prediction",
    ),
    path(
        "hooks/<slug:source>/",
        HookView.as_view({"post": "create"}, basename="hook"),
        name="hook",
    ),
]
