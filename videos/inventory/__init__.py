"""Compare the rows with the stored objects, for ``manage.py fsck``.

Both lists are written into a temporary file, in any order, and compared there. So memory use does
not depend on the number of objects, and the order in which a database or a storage lists them does
not matter. Differences are checked once more before they are reported, since work goes on during
the comparison.
"""
