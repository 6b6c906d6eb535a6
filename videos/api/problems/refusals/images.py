"""The refusals of images."""

from processing.images.examine import ImageInvalid, ImageTooLarge
from videos.api.problems.refusal import Refusals
from videos.ingest.chosen_frames import CandidateUnknown, NoFrames, TimeOutside
from videos.ingest.examining import ImagesUnavailable
from videos.ingest.image_batches import NotInTime
from videos.ingest.posters import PosterInvalid, PosterTooLarge

REFUSALS: Refusals = {
    ImageInvalid: (
        400,
        "image_invalid",
        "This is no JPEG, PNG, WebP, GIF or AVIF image that can be read to its end.",
    ),
    ImageTooLarge: (
        413,
        "image_too_large",
        "The image has too many bytes or pixels. Make it smaller.",
    ),
    ImagesUnavailable: (
        503,
        "images_unavailable",
        "Images cannot be decoded here at the moment. Try again later.",
    ),
    NotInTime: (
        503,
        "batch_timeout",
        "The image did not arrive within the time of a batch. Import it by itself, or with fewer "
        "others.",
    ),
    CandidateUnknown: (
        400,
        "candidate_unknown",
        "This video has no candidate of that name. Pictures that were made anew have other ones.",
    ),
    NoFrames: (
        409,
        "no_frames",
        "This video has no frames to choose from, or none yet.",
    ),
    TimeOutside: (
        400,
        "time_outside",
        "No frame is shown at that time. Send seconds from 0 to the length of the video.",
    ),
    PosterInvalid: (
        400,
        "poster_invalid",
        "The poster is no JPEG, PNG, WebP, GIF or AVIF image that can be read to its end.",
    ),
    PosterTooLarge: (
        413,
        "poster_too_large",
        "The poster has too many bytes or pixels. Make it smaller.",
    ),
}
