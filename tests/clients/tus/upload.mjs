// Uploads a file by tus-js-client: node upload.mjs <endpoint> <file> <parallel uploads>
// with the API key in KEY, if the endpoint asks for one. Prints the address of the upload.
import { createReadStream } from "node:fs"
import { createRequire } from "node:module"
import { basename } from "node:path"

const tus = createRequire(`${process.cwd()}/`)("tus-js-client")
const [endpoint, path, parallel] = process.argv.slice(2)

const key = process.env.KEY

const upload = new tus.Upload(createReadStream(path), {
  endpoint,
  headers: key ? { Authorization: `Bearer ${key}` } : {},
  parallelUploads: Number(parallel),
  chunkSize: Number(process.env.CHUNK || Infinity),
  retryDelays: Array(40).fill(200),
  metadata: { filename: basename(path), filetype: "video/mp4", title: "By tus-js-client" },
  onError(error) {
    console.error(String(error))
    process.exit(1)
  },
  onSuccess() {
    console.log(upload.url)
  },
})
upload.start()
