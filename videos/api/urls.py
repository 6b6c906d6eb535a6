"""The API's addresses."""

from rest_framework.routers import SimpleRouter

from videos.api.views import VideoViewSet

router = SimpleRouter(use_regex_path=False)
router.register("videos", VideoViewSet, basename="video")

urlpatterns = [*router.urls]
