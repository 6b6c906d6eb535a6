"""The faults of the bucket, for this product and for browsers."""

from processing.health.finding import Kind

UNKNOWN_HOST = Kind(
    "s3_unknown_host",
    "The name {host} cannot be resolved.",
    "Correct S3_ENDPOINT_URL or S3_REGION, or the name service of this machine; with "
    "S3_ADDRESSING=virtual the bucket is part of the name.",
)
REFUSED = Kind(
    "s3_refused",
    "Nothing listens at {where}.",
    "Start the server, or correct host and port in S3_ENDPOINT_URL.",
)
SILENT = Kind(
    "s3_silent",
    "Nothing answers at {where}.",
    "Look whether it hangs or a firewall drops what is sent, and correct S3_ENDPOINT_URL.",
)
CLOSED = Kind(
    "s3_closes",
    "What listens at {where} closes the connection without an answer.",
    "Where it speaks TLS begin S3_ENDPOINT_URL with https://; otherwise see its log.",
)
WANTS_TLS = Kind(
    "s3_wants_tls",
    "The port at {where} speaks TLS, and S3_ENDPOINT_URL begins with http://.",
    "Begin it with https://.",
)
NO_TLS = Kind(
    "s3_without_tls",
    "The port at {where} does not speak TLS, and S3_ENDPOINT_URL begins with https://.",
    "Begin it with http://, or name the port that speaks TLS.",
)
UNKNOWN_CA = Kind(
    "s3_certificate_unknown",
    "The certificate at {where} is signed by nobody this machine trusts.",
    "Name the authority's file in S3_CA_FILE.",
)
WRONG_NAME = Kind(
    "s3_certificate_of_another",
    "The certificate at {where} is not for that name.",
    "Use the name it was made for in S3_ENDPOINT_URL; with S3_ADDRESSING=virtual it must be for "
    "*.host too, otherwise set path.",
)
EXPIRED = Kind(
    "s3_certificate_expired",
    "The certificate at {where} is out of date, or the clock here is wrong.",
    "Renew it, and look at the clock of this machine.",
)
NO_S3 = Kind(
    "s3_is_something_else",
    "What answers at {where} is no S3 server ({answer}).",
    "Correct S3_ENDPOINT_URL: it is the address of the S3 API, not that of a web console, without "
    "the bucket.",
)
NO_KEY = Kind(
    "s3_key_missing",
    "There is no access key: none is set, and this machine has no role.",
    "Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or give the machine a role.",
)
UNKNOWN_KEY = Kind(
    "s3_key_unknown",
    "The server does not know the access key.",
    "Correct S3_ACCESS_KEY_ID: it may have been deleted, or belong to another server.",
)
WRONG_SECRET = Kind(
    "s3_secret_wrong",
    "The server refuses the signature: the secret is not that of the access key.",
    "Correct S3_SECRET_ACCESS_KEY; if it is right, a proxy on the way changes host or path.",
)
EXPIRED_KEY = Kind(
    "s3_session_expired",
    "The temporary key of this machine's role is out of date ({code}).",
    "Look whether the service that gives it answers, or set S3_ACCESS_KEY_ID and "
    "S3_SECRET_ACCESS_KEY.",
)
CLOCK = Kind(
    "s3_clock_skewed",
    "The server refuses requests because the clock here is wrong{by}.",
    "Let NTP set it (timedatectl set-ntp true).",
)
CLOCK_SLIGHTLY = Kind(
    "s3_clock_differs",
    "The clock here is {seconds} seconds {direction} the server's; at 900 it refuses everything.",
    "Let NTP set both (timedatectl set-ntp true).",
    lesser=True,
)
NO_BUCKET = Kind(
    "s3_bucket_missing",
    "There is no bucket {bucket}.",
    "Create it, or correct S3_BUCKET.",
)
WRONG_REGION = Kind(
    "s3_region_wrong",
    "The bucket {bucket} is not in the region {region}{expected}.",
    "Set S3_REGION to the bucket's, and S3_ENDPOINT_URL to that region's address or to none.",
)
NO_ACCESS = Kind(
    "s3_access_denied",
    "The key may do nothing in the bucket {bucket}, or the bucket is somebody else's.",
    "Give it the rights of docs/operations.md (Bucket), or correct S3_BUCKET.",
)
MAY_NOT_LIST = Kind(
    "s3_may_not_list",
    "The key may not list the bucket: what is missing cannot be told from what is refused, and "
    "every video stops before it is ready.",
    "Allow s3:ListBucket on arn:aws:s3:::{bucket}.",
)
MAY_NOT_PUT = Kind(
    "s3_may_not_put",
    "The key may not write below {prefix}.",
    "Allow s3:PutObject on arn:aws:s3:::{bucket}/{prefix}*.",
)
MAY_NOT_GET = Kind(
    "s3_may_not_get",
    "The key may not read below {prefix}.",
    "Allow s3:GetObject on arn:aws:s3:::{bucket}/{prefix}*.",
)
MAY_NOT_DELETE = Kind(
    "s3_may_not_delete",
    "The key may not delete below {prefix}: everything that was ever stored stays.",
    "Allow s3:DeleteObject on arn:aws:s3:::{bucket}/{prefix}*.",
)
MAY_NOT_UPLOAD_PARTS = Kind(
    "s3_may_not_upload_parts",
    "Objects cannot be uploaded in parts below {prefix} ({step} is refused): files of over 16 MiB "
    "fail.",
    "Allow s3:PutObject on arn:aws:s3:::{bucket}/{prefix}*, for parts too.",
)
MAY_NOT_ABORT = Kind(
    "s3_may_not_abort",
    "The key may not abort uploads in parts: what is left of them stays and costs.",
    "Allow s3:AbortMultipartUpload on arn:aws:s3:::{bucket}/{prefix}*, and have the bucket abort "
    "them after a week.",
    lesser=True,
)
MAY_NOT_LIST_PARTS = Kind(
    "s3_may_not_list_parts",
    "The key may not list uploads in parts that were never finished, which cost and are in no "
    "other list.",
    "Allow s3:ListBucketMultipartUploads on arn:aws:s3:::{bucket}.",
    lesser=True,
)
MAY_NOT_LIST_ARRIVED = Kind(
    "s3_may_not_list_arrived_parts",
    "The key may not list the parts of an upload: browsers and apps cannot upload into the bucket.",
    "Allow s3:ListMultipartUploadParts on arn:aws:s3:::{bucket}/{prefix}*.",
    lesser=True,
)
UNFINISHED = Kind(
    "s3_unfinished_uploads",
    "{count} uploads in parts were begun over a week ago and never finished: they cost, and are in "
    "no other list.",
    "Have the bucket abort them after a week: see docs/operations.md, Bucket.",
    lesser=True,
)
NO_BULK_DELETE = Kind(
    "s3_without_bulk_delete",
    "Several objects cannot be deleted at once ({code}).",
    "Use a server that knows DeleteObjects: without it nothing is ever deleted.",
)
DOES_NOT_KEEP = Kind(
    "s3_does_not_keep",
    "What was read back is not what was written ({what}).",
    "Look whether a proxy changes or keeps answers between this machine and the bucket.",
)
BUSY = Kind(
    "s3_busy",
    "The server answers {code}: it is overloaded, starting or broken.",
    "Wait, and see its log; nothing is lost meanwhile.",
)
FULL = Kind(
    "s3_full",
    "The server has no room left ({code}).",
    "Give it a larger disk or quota.",
)
ENCRYPTION = Kind(
    "s3_encryption_refused",
    "The key that the bucket encrypts with cannot be used ({code}).",
    "Allow kms:GenerateDataKey and kms:Decrypt for it, and see that it is enabled.",
)
OTHER = Kind(
    "s3_error",
    "The server answers {code}.",
    "See its log, and the S3_* values.",
)
# Faults that browsers meet at the public endpoint.
PUBLIC_UNREACHED = Kind(
    "s3_public_unreached",
    "The address browsers are sent to, {where}, does not answer this machine: {error}.",
    "Correct S3_PUBLIC_ENDPOINT_URL, unless only browsers can reach it.",
    lesser=True,
)
PUBLIC_CERTIFICATE = Kind(
    "s3_public_certificate",
    "The certificate at {where} is one that browsers refuse: {error}.",
    "Have one made by an authority that browsers know, for that name.",
)
PUBLIC_REFUSED = Kind(
    "s3_public_refused",
    "A presigned address at {where} is answered with {status} {code}.",
    "Correct S3_PUBLIC_ENDPOINT_URL; a proxy there must leave host and path as they come.",
)
PUBLIC_RANGE = Kind(
    "s3_public_without_range",
    "{where} does not answer a request for a part of an object with 206.",
    "Let the proxy there pass the Range header on. rclone itself answers so; most players bear it.",
)
PUBLIC_PRIVATE_NAME = Kind(
    "s3_public_is_private",
    "Browsers are sent to {where}, a name that only this network knows.",
    "Set S3_PUBLIC_ENDPOINT_URL to the bucket's address as browsers reach it.",
    lesser=True,
)
PUBLIC_PLAIN = Kind(
    "s3_public_without_https",
    "The site is reached by HTTPS and media at {where}, which browsers refuse to load.",
    "Set S3_PUBLIC_ENDPOINT_URL to an address with https://.",
)
NO_CORS = Kind(
    "s3_cors_missing",
    "The bucket does not let pages of {origin} read it, so that no video plays.",
    "Run manage.py setup_bucket, or add {origin} to the bucket's CORS rule: see "
    "docs/operations.md, Bucket.",
)
NO_CORS_RANGE = Kind(
    "s3_cors_without_range",
    "The bucket's CORS rule does not let pages of {origin} send the Range header.",
    "Allow the header Range (or *) in the rule: see docs/operations.md, Bucket.",
)
CORS_HIDES = Kind(
    "s3_cors_hides_headers",
    "The bucket's CORS rule hides {headers} from pages of {origin}, which some players want.",
    "Expose them in the rule: see docs/operations.md, Bucket.",
    lesser=True,
)
NO_CORS_UPLOADS = Kind(
    "s3_cors_without_uploads",
    "The bucket's CORS rule does not let pages of {origin} upload into it ({what}).",
    "Run manage.py setup_bucket, or set the rule of docs/operations.md, Bucket.",
    lesser=True,
)
