// The parts of Uppy that the upload page uses; `scripts/vendor.py` bundles them.
export { default as Uppy } from "@uppy/core";
export { default as Tus } from "@uppy/tus";
export { default as AwsS3 } from "@uppy/aws-s3";
