import { createReadStream } from 'node:fs'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { MadeFile } from './made-file.ts'

/** Like the page. */
const AT_ONCE = 3
/** As many as one call takes. */
const ADDRESSES = 100
const READ_BYTES = 1 << 20

interface FrontDoor {
  readonly origin: string
  readonly parent: string
  readonly authorization: string
}

interface UploadMessage {
  readonly partSizeBytes: string
  readonly partCount: number
  readonly addresses: readonly { readonly number: number; readonly url: string }[]
}

/** Uploads a file as a program does it, and ends when it is complete. */
export async function uploadFile(file: MadeFile, door: FrontDoor): Promise<void> {
  const { name, upload } = await begin(file, door)
  const addresses = new Map(upload.addresses.map(({ number, url }) => [number, url]))
  for (let first = 1; addresses.size < upload.partCount; first += ADDRESSES) {
    const parts = Array.from(
      { length: Math.min(ADDRESSES, upload.partCount - first + 1) },
      (_, at) => first + at,
    )
    const more = (await call(door, `${name}:resumeUpload`, { parts })) as UploadMessage
    for (const { number, url } of more.addresses) addresses.set(number, url)
  }
  const agent = new Agent({ keepAlive: true })
  try {
    const waiting = [...addresses]
    const sendOn = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await send(file, Number(upload.partSizeBytes), next[0], throughDoor(next[1], door), agent)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, sendOn))
  } finally {
    agent.destroy()
  }
  await call(door, `${name}:completeUpload`, {})
}

async function begin(file: MadeFile, door: FrontDoor): Promise<{ name: string; upload: UploadMessage }> {
  const created = (await call(door, `${door.parent}/files`, {
    displayName: 'content',
    purpose: 'FILE_PURPOSE_GENERAL',
    sizeBytes: String(file.sizeBytes),
  })) as { file: { name: string }; upload: UploadMessage }
  return { name: created.file.name, upload: created.upload }
}

async function call(door: FrontDoor, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${door.origin}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: door.authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

/** An address of the store itself is one below /objects/ for those outside, as with FAIRLEAD_S3_PUBLIC_URL. */
function throughDoor(url: string, { origin }: FrontDoor): string {
  return url.startsWith('/') ? origin + url : url.replace(/^[^/]*\/\/[^/]*/, `${origin}/objects`)
}

async function send(
  file: MadeFile,
  partBytes: number,
  number: number,
  url: string,
  agent: Agent,
): Promise<void> {
  const start = (number - 1) * partBytes
  const end = Math.min(start + partBytes, file.sizeBytes)
  const sending = request(url, { method: 'PUT', agent, headers: { 'content-length': end - start } })
  const answered = new Promise<{ status: number; says: string }>((resolve, reject) => {
    sending.once('error', reject)
    sending.once('response', (answer) => {
      text(answer).then((says) => resolve({ status: answer.statusCode ?? 0, says }), reject)
    })
  })
  const content = createReadStream(file.path, { start, end: end - 1, highWaterMark: READ_BYTES })
  const [{ status, says }] = await Promise.all([answered, pipeline(content, sending)])
  if (status !== 200) throw new Error(`part ${number}: ${status} ${says}`)
}
