"""A film of hours has thousands of tasks: none of it may hold the database up for seconds."""

from itertools import pairwise

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from processing.models import Run, Task
from processing.pipeline import advance
from processing.steps.step import TaskSpec
from videos.models import Video

_SPANS = 600


def test_freeing_the_tasks_of_a_film_takes_no_statement_that_grows_with_its_square(
    video: Video,
) -> None:
    run = Run.objects.get(video=video)
    after = (("encode", 0),)
    specs = [
        TaskSpec("encode", number=number, cost=20.0, after=after if number else ())
        for number in range(_SPANS)
    ]
    with transaction.atomic():
        advance.add_tasks(advance.lock(run.pk), specs)
    Task.objects.filter(kind="encode", number=0).update(state=Task.State.DONE)
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        advance.go_on(advance.lock(run.pk))
    assert not [query["sql"][:100] for query in asked if " WHEN " in query["sql"]]
    freed = Task.objects.filter(kind="encode", state=Task.State.READY).order_by("number")
    ranks = [rank for rank in freed.values_list("rank", flat=True) if rank]
    assert len(ranks) == _SPANS - 1
    assert all(earlier < later for earlier, later in pairwise(ranks))
    assert not freed.filter(ready_at=None).exists()
