// A page with Uppy as its docs say, below a bucket's companionEndpoint. What the test looks at stands
// in the document.
import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";
import GoldenRetriever from "@uppy/golden-retriever";

const PART = 8 * 1024 ** 2;
const said = document.querySelector("output");
const uppy = new Uppy({ id: "films", autoProceed: true })
  .use(GoldenRetriever, { indexedDB: { maxFileSize: 1024 ** 3, maxTotalSize: 1024 ** 3 } })
  .use(AwsS3, {
    companionEndpoint: "/api/v1/uploads",
    shouldUseMultipart: true,
    getChunkSize: ({ size }) => Math.max(PART, Math.ceil(size / 9000)),
  });

uppy.on("file-added", (file) =>
  uppy.setFileMeta(file.id, { title: "By Uppy", tags: '["uppy"]', size: file.size }),
);
uppy.on("restored", () => uppy.emit("restore-confirmed"));
uppy.on("upload-success", (_, { uploadURL }) => {
  said.textContent = uploadURL;
});
uppy.on("upload-error", (_, error) => {
  said.textContent = `error: ${error.message}`;
});
document.querySelector("input").addEventListener("change", ({ target }) => {
  uppy.addFiles([...target.files].map((data) => ({ name: data.name, type: data.type, data })));
});
document.querySelector("button").addEventListener("click", () => uppy.cancelAll());
