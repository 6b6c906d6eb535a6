"""The operations of videos."""

from collections.abc import Mapping

from videos.api.schema.examples import content
from videos.api.schema.examples import videos as examples
from videos.api.schema.examples.jobs import JOB
from videos.api.schema.examples.progress import CURRENT_JOB
from videos.api.schema.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "video.list": Operation(
        "listVideos",
        "List your videos",
        "Returns your own videos, newest first unless ordered otherwise, one page at a time. "
        "`next` is the URL of the following page, and null on the last one. With `deleted=true` "
        "it returns the videos in the trash.",
        answer=examples.VIDEO,
    ),
    "video.create": Operation(
        "createVideo",
        "Upload a video",
        "Send the file and its settings as `multipart/form-data`. The answer comes as soon as "
        "the bytes are stored. Processing begins by itself, and `status` and `progress` tell how "
        "far it is.",
        refusals={
            400: (
                "file_empty",
                "too_many_files",
                "folder_unknown",
                "profile_unknown",
                "poster_invalid",
            ),
            403: ("upload_not_allowed", "email_not_verified", "quota_exceeded"),
            404: ("not_found",),
            409: ("upload_canceled", "external_id_taken", "duplicate"),
            413: ("poster_too_large",),
            503: ("storage_unavailable", "images_unavailable"),
            507: ("disk_full",),
        },
        request=examples.UPLOAD,
        answer=examples.UPLOADED_VIDEO,
    ),
    "video.retrieve": Operation(
        "getVideo",
        "Get a video",
        "Returns everything about a video, with the URLs that play it. These URLs expire: read "
        "the video again to get new ones. A public or unlisted video can be read without a key.",
        answer=examples.VIDEO,
    ),
    "video.partial_update": Operation(
        "updateVideo",
        "Change a video",
        "Members that are not sent stay as they are.",
        refusals={
            400: ("folder_unknown",),
            409: ("external_id_taken",),
            412: ("precondition_failed",),
        },
        request=examples.VIDEO_EDIT,
        answer=examples.EDITED_VIDEO,
    ),
    "video.destroy": Operation(
        "deleteVideo",
        "Delete a video",
        "Moves the video into the trash: it is hidden and its job is stopped at once, and it is "
        "purged after 30 days. With `purge=true` it is deleted for good at once, also when it is "
        "in the trash.",
        refusals={409: ("video_busy",), 412: ("precondition_failed",)},
    ),
    "video.status": Operation(
        "getVideoStatus",
        "Get a video's status and progress alone",
        "A small answer for polling; once a second is enough.",
        answer=examples.VIDEO_STATUS,
    ),
    "video.move": Operation(
        "moveVideos",
        "Put videos into a folder",
        "Takes up to 100 of your own videos, and answers for each. What is not there, or is in "
        "the trash, is left out, and keeps no other from moving.",
        refusals={400: ("folder_unknown",)},
        request=examples.MOVE,
        answer=examples.MOVED,
    ),
    "video.restore": Operation(
        "restoreVideo",
        "Take a video out of the trash",
        "What the deletion stopped stays stopped; `reprocessVideo` starts it again.",
        refusals={409: ("not_in_trash", "video_busy", "external_id_taken")},
        answer=examples.VIDEO,
    ),
    "video.rotate_playback": Operation(
        "rotateVideoPlayback",
        "Replace a video's addresses",
        "The answer has new addresses. Those given out before open nothing any more: playlists, "
        "downloads, posters, tracks and the original, within two seconds. From a bucket, chunks "
        "whose addresses a player has already got stay readable until these expire.",
        answer=examples.VIDEO,
    ),
    "video.poster": Operation(
        "chooseVideoPoster",
        "Choose a video's poster",
        "Send JSON with the `time` of a frame or the name of a `candidate`, or an image as the "
        "form field `poster`. The frame is the one that is shown at that second. The poster "
        "belongs to the video: it stays when the video is processed again.",
        refusals={
            400: ("candidate_unknown", "time_outside", "too_many_files", "poster_invalid"),
            403: ("permission_denied", "upload_not_allowed", "email_not_verified"),
            409: ("no_frames",),
            413: ("poster_too_large",),
            503: ("storage_unavailable", "images_unavailable"),
            507: ("disk_full",),
        },
        request=examples.POSTER_CHOICE,
        form=examples.POSTER_FILE,
        answer=examples.VIDEO,
    ),
    "video.take_back_poster": Operation(
        "deleteVideoPoster",
        "Show the poster that was made from the video",
        "Deletes the poster that was chosen or sent. If there is none, nothing changes.",
        refusals={403: ("permission_denied",)},
    ),
    "video.original": Operation(
        "getVideoOriginal",
        "Get an address of the untouched original",
        "Only for the owner and staff. The address answers Range, saves the file under its name, "
        "and closes early when the rights of the caller end or the video is deleted.",
        refusals={403: ("permission_denied",), 409: ("source_missing", "original_dropped")},
        answer=examples.ORIGINAL,
    ),
    "video.facts": Operation(
        "getVideoFacts",
        "Get what a video contains",
        "Only for the owner and staff. Returns black, frozen and silent stretches, scene cuts, and "
        "loudness by EBU R128, measured once from what plays. All members are null until then, and "
        "where the profile leaves it out.",
        refusals={403: ("permission_denied",)},
        answer=content.FACTS,
    ),
    "video.similar": Operation(
        "listSimilarVideos",
        "List the videos that show the same scenes",
        "Only for moderators. Returns up to 20 videos, the most alike first, that have scenes in "
        "common with this one: copies in another size or encode, cuts of it, and longer films that "
        "hold it. An empty list also means that its scenes are not hashed yet.",
        refusals={403: ("permission_denied",)},
        answer=content.SIMILAR,
    ),
    "video.reprocess": Operation(
        "reprocessVideo",
        "Process a video again",
        "Uses the default profile; `createJob` can name another one. A ready video keeps playing "
        "until the new release is complete. With `only`, no new release is made: the job that made "
        "the present one makes these pictures again, also those that its profile left out. The "
        "video stays ready, and its earlier pictures stay until the new ones replace them. Other "
        "videos that share the release get them too. `original_dropped` is then answered only "
        "for kinds that are made of the original.",
        refusals={
            409: (
                "already_processing",
                "source_missing",
                "original_dropped",
                "video_deleted",
                "release_missing",
                "nothing_to_make",
            )
        },
        request=examples.REPROCESS,
        answer=CURRENT_JOB,
    ),
    "video.transcribe": Operation(
        "transcribeVideo",
        "Make captions of what is said",
        "The job that made the video's release recognises the speech of the sound that plays "
        "unasked. The result is a track whose `origin` is `generated`, with the language that was "
        "heard and the times of the words. It replaces the one of an earlier recognition, unless "
        "somebody edited that. The video stays ready. If nothing is said, a track that `failed` "
        "with `speech_not_found` says so.",
        refusals={
            403: ("permission_denied",),
            409: (
                "transcription_off",
                "nothing_to_hear",
                "too_long_to_transcribe",
                "already_processing",
                "video_deleted",
                "release_missing",
            ),
        },
        request=examples.TRANSCRIBE,
        answer=CURRENT_JOB,
    ),
    "video.cancel": Operation(
        "cancelVideo",
        "Stop the upload or the job of a video",
        "FFmpeg is stopped within about two seconds.",
        refusals={409: ("nothing_to_cancel",)},
        answer=examples.CANCELED_STATUS,
    ),
    "video.jobs": Operation(
        "listVideoJobs",
        "List a video's jobs",
        "Returns the jobs of a video, newest first, one page at a time.",
        refusals={403: ("permission_denied",)},
        answer=JOB,
    ),
}
