"""The whole path by the client that openapi-python-client generates: upload, ready, changed,
processed again, deleted. Usage: walk.py URL KEY FILE
"""

import sys
import time
from pathlib import Path
from uuid import UUID

from vodloom_client import AuthenticatedClient
from vodloom_client.api.jobs import create_job, get_job, update_job
from vodloom_client.api.profiles import list_profiles
from vodloom_client.api.videos import (
    create_video,
    delete_video,
    get_video,
    get_video_status,
    list_video_jobs,
    list_videos,
    update_video,
)
from vodloom_client.models import (
    JobDetail,
    JobEditRequest,
    JobStatusEnum,
    JobSubmitRequest,
    Problem,
    Video,
    VideoEditRequest,
    VideoStatusEnum,
    VideoUploadRequest,
    VisibilityEnum,
)
from vodloom_client.types import File

PATIENCE_SECONDS = 120


def main(url: str, key: str, path: str) -> None:
    """Walk; an assertion fails where something is otherwise."""
    client = AuthenticatedClient(base_url=url, token=key, raise_on_unexpected_status=True)
    video = upload(client, Path(path))
    wait_until_ready(client, video.id)
    ready = get_video.sync(video.id, client=client)
    assert isinstance(ready, Video)
    assert ready.playback.hls and ready.playback.hls.startswith(url)
    assert ready.renditions[0].name
    change(client, video.id)
    process_again(client, video.id)
    delete(client, video.id)


def upload(client: AuthenticatedClient, path: Path) -> Video:
    """Send the file with a title."""
    with path.open("rb") as file:
        payload = File(payload=file, file_name=path.name, mime_type="video/mp4")
        form = VideoUploadRequest(file=payload, title="By Python", tags=["sea", "sand"])
        answer = create_video.sync_detailed(client=client, body=form)
    assert answer.status_code == 201
    assert isinstance(answer.parsed, Video)
    assert answer.parsed.title == "By Python"
    assert answer.parsed.tags == ["sea", "sand"]
    return answer.parsed


def wait_until_ready(client: AuthenticatedClient, video_id: UUID) -> None:
    """Poll the small answer."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        told = get_video_status.sync(video_id, client=client)
        assert told is not None and not isinstance(told, Problem)
        assert told.status is not VideoStatusEnum.FAILED, told.error
        if told.status is VideoStatusEnum.READY:
            return
        time.sleep(0.3)
    raise AssertionError("It never became ready.")


def change(client: AuthenticatedClient, video_id: UUID) -> None:
    """Change it, and find it by what it is now."""
    edit = VideoEditRequest(title="Changed", visibility=VisibilityEnum.UNLISTED)
    changed = update_video.sync(video_id, client=client, body=edit)
    assert isinstance(changed, Video)
    assert (changed.title, changed.visibility) == ("Changed", VisibilityEnum.UNLISTED)
    page = list_videos.sync(client=client, visibility=VisibilityEnum.UNLISTED, page_size=5)
    assert page is not None and not isinstance(page, Problem)
    assert [one.id for one in page.results] == [video_id]


def process_again(client: AuthenticatedClient, video_id: UUID) -> None:
    """Submit a job by a profile, hurry it, wait for it."""
    profiles = list_profiles.sync(client=client)
    assert profiles is not None and not isinstance(profiles, Problem)
    assert "fast" in [profile.name for profile in profiles]
    wanted = JobSubmitRequest(video=video_id, profile="fast")
    job = create_job.sync(client=client, body=wanted)
    assert isinstance(job, JobDetail)
    hurried = update_job.sync(job.id, client=client, body=JobEditRequest(priority=0))
    assert isinstance(hurried, JobDetail)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        told = get_job.sync(job.id, client=client)
        assert isinstance(told, JobDetail)
        if told.status is JobStatusEnum.SUCCEEDED:
            break
        time.sleep(0.3)
    assert told.status is JobStatusEnum.SUCCEEDED
    assert told.plan is not None
    jobs = list_video_jobs.sync(video_id, client=client)
    assert jobs is not None and not isinstance(jobs, Problem)
    assert jobs.results[0].id == job.id


def delete(client: AuthenticatedClient, video_id: UUID) -> None:
    """Delete it at once; then it is not found, which is told as a problem."""
    assert delete_video.sync_detailed(video_id, client=client, purge=True).status_code == 204
    gone = get_video.sync(video_id, client=client)
    assert isinstance(gone, Problem)
    assert (gone.status, gone.code) == (404, "not_found")


if __name__ == "__main__":
    main(*sys.argv[1:])
    print("walked")  # noqa: T201  # what the test looks for
