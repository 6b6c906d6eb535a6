"""Jobs, steps, profiles and processes in the admin."""

from django.contrib.admin import site
from django_dramatiq.models import Task as DramatiqTask

from processing.admin import jobs, processes, profiles

# Its table stays empty, since attempts and results are stored in this product's own tasks.
site.unregister(DramatiqTask)

__all__ = ["jobs", "processes", "profiles"]
