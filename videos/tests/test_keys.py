"""Keys are made and read in one place."""

from uuid import UUID

import pytest

from videos import keys

RELEASE, TOKEN = UUID(int=1), UUID(int=2)
ATTEMPT = keys.attempt_prefix(RELEASE, TOKEN)


@pytest.mark.parametrize(
    "key", [keys.chunk(ATTEMPT, "720p", 3), keys.download(ATTEMPT, "720p"), keys.poster(ATTEMPT)]
)
def test_whatever_a_release_holds_is_known_as_its_own(key: str) -> None:
    assert keys.release_of(key) == RELEASE
    assert key.startswith(keys.release_prefix(RELEASE))
    assert keys.in_folder(keys.RELEASES, RELEASE, keys.within_release(RELEASE, key)) == key
    assert keys.is_output(key)
    assert not keys.is_original(key)


def test_an_original_is_a_name_alone() -> None:
    key = keys.new_original()
    assert keys.is_original(key)
    assert UUID(key)
    assert not keys.is_output(key)


@pytest.mark.parametrize(
    "key",
    [
        keys.IDENTITY,
        keys.PROBE,
        "releases/notes/mine.txt",
        f"releases/{RELEASE}/readme",
        f"releases/{RELEASE}/{TOKEN}/",
        f"backup/releases/{RELEASE}/{TOKEN}/720p/00000.mp4",
        "",
    ],
)
def test_what_others_put_beside_is_not_taken_for_ours(key: str) -> None:
    assert not keys.is_output(key)
    assert not keys.is_original(key)
    assert keys.release_of(key) is None
