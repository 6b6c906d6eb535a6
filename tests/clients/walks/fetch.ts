// The whole path by openapi-fetch with the types of openapi-typescript. Usage: fetch.ts URL KEY FILE
import assert from "node:assert/strict";
import { openAsBlob } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

const [url, key, file] = process.argv.slice(2) as [string, string, string];
const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));
const deadline = Date.now() + 240_000;

type Video = components["schemas"]["Video"];

async function upload(): Promise<Video> {
  const { data, response } = await client.POST("/api/v1/videos", {
    body: { file: await openAsBlob(file), title: "By openapi-fetch", tags: ["sea", "sand"] },
    bodySerializer(body) {
      const form = new FormData();
      form.set("file", body.file, "clip.mp4");
      if (body.title !== undefined) form.set("title", body.title);
      for (const tag of body.tags ?? []) form.append("tags", tag);
      return form;
    },
  });
  assert.equal(response.status, 201);
  assert.deepEqual(data?.tags, ["sea", "sand"]);
  return data;
}

async function untilReady(id: string): Promise<void> {
  while (Date.now() < deadline) {
    const { data } = await client.GET("/api/v1/videos/{id}/status", { params: { path: { id } } });
    assert(data);
    assert.notEqual(data.status, "failed", data.error?.message);
    if (data.status === "ready") return;
    await pause();
  }
  assert.fail("It never became ready.");
}

async function change(id: string): Promise<void> {
  const { data } = await client.PATCH("/api/v1/videos/{id}", {
    params: { path: { id } },
    body: { title: "Changed", visibility: "unlisted" },
  });
  assert.equal(data?.title, "Changed");
  const page = await client.GET("/api/v1/videos", {
    params: { query: { visibility: "unlisted", page_size: 5 } },
  });
  assert.deepEqual(page.data?.results.map((video) => video.id), [id]);
}

async function processAgain(video: string): Promise<void> {
  const { data: job } = await client.POST("/api/v1/jobs", { body: { video, profile: "fast" } });
  assert(job);
  while (Date.now() < deadline) {
    const { data } = await client.GET("/api/v1/jobs/{id}", { params: { path: { id: job.id } } });
    assert(data);
    if (data.status === "succeeded") return;
    await pause();
  }
  assert.fail("The job never succeeded.");
}

async function remove(id: string): Promise<void> {
  const path = { params: { path: { id } } };
  const { response } = await client.DELETE("/api/v1/videos/{id}", {
    params: { ...path.params, query: { purge: true } },
  });
  assert.equal(response.status, 204);
  const { error } = await client.GET("/api/v1/videos/{id}", path);
  assert.equal(error?.code, "not_found");
}

const video = await upload();
await untilReady(video.id);
const ready = await client.GET("/api/v1/videos/{id}", { params: { path: { id: video.id } } });
assert(ready.data?.playback.hls?.startsWith(url));
await change(video.id);
await processAgain(video.id);
await remove(video.id);
console.log("walked");
