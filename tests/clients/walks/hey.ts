// The whole path by the client that @hey-api/openapi-ts generates. Usage: hey.ts URL KEY FILE
import assert from "node:assert/strict";
import { openAsBlob } from "node:fs";
import {
  createJob,
  createVideo,
  deleteVideo,
  getJob,
  getVideo,
  getVideoStatus,
  listVideos,
  updateVideo,
} from "./client";
import { client } from "./client/client.gen";

const [url, key, file] = process.argv.slice(2) as [string, string, string];
client.setConfig({ baseUrl: url, auth: key });
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));
const deadline = Date.now() + 240_000;

const bytes = new File([await openAsBlob(file)], "clip.mp4", { type: "video/mp4" });
const uploaded = await createVideo({ body: { file: bytes, title: "By hey-api", tags: ["sea", "sand"] } });
assert.equal(uploaded.response?.status, 201);
assert.deepEqual(uploaded.data?.tags, ["sea", "sand"]);
const path = { id: uploaded.data.id };

for (;;) {
  const { data } = await getVideoStatus({ path });
  assert(data);
  assert.notEqual(data.status, "failed", data.error?.message);
  if (data.status === "ready") break;
  assert(Date.now() < deadline, "It never became ready.");
  await pause();
}

const ready = await getVideo({ path });
assert(ready.data?.playback.hls?.startsWith(url));

const changed = await updateVideo({ path, body: { title: "Changed", visibility: "unlisted" } });
assert.equal(changed.data?.title, "Changed");
const page = await listVideos({ query: { visibility: "unlisted", page_size: 5 } });
assert.deepEqual(page.data?.results.map((video) => video.id), [path.id]);

const job = await createJob({ body: { video: path.id, profile: "fast" } });
assert(job.data);
for (;;) {
  const { data } = await getJob({ path: { id: job.data.id } });
  assert(data);
  if (data.status === "succeeded") break;
  assert(Date.now() < deadline, "The job never succeeded.");
  await pause();
}

const gone = await deleteVideo({ path, query: { purge: true } });
assert.equal(gone.response?.status, 204);
const missing = await getVideo({ path });
assert.equal(missing.error?.code, "not_found");
console.log("walked");
