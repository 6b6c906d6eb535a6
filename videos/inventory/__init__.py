"""What the rows say is stored, held against what is: for ``manage.py fsck``.

Both are written side by side into a temporary file, in whatever order they come, and compared
there: so memory stays the same for any number of objects, and no order of a database or of a
storage matters. What differs is looked at once more before it is told, since everything goes on
meanwhile.
"""
