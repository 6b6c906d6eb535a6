"""Uploads straight from a client into the bucket, as an S3 multipart upload.

The server chooses the key, signs the address of each part, and completes the upload itself, so that
nothing becomes a video whose size it has not seen. The order of writes lets a process die anywhere:
the row is there before the bucket knows of the upload, and the object is there before the row says
so. ``leftovers`` has the duties that finish or abort what was left.
"""
