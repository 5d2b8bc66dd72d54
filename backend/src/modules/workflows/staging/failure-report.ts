import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'
import { StagingRefused } from './staging-refused.ts'
import type { StagingFailure } from './staging-store.ts'

const MAX_BYTES = 8192

/** What an agent may say; anything else about a container is the cluster's to tell. */
const report = z.object({
  stage: z.enum(['STAGE', 'COLLECT']),
  reason: z.enum(['STAGING_FAILED', 'OUTPUT_UNUSABLE', 'OUTPUT_LIMIT_EXCEEDED', 'DISK_LIMIT_EXCEEDED']),
  message: z.string().min(1),
  transient: z.boolean().default(false),
})

export async function readFailureReport(length: string | undefined, body: Readable): Promise<StagingFailure> {
  if (!(Number(length) <= MAX_BYTES))
    throw malformed(`it has to be at most ${MAX_BYTES} bytes, with its length`)
  const parsed = report.safeParse(jsonOf(await buffer(body)))
  if (!parsed.success) throw malformed(z.prettifyError(parsed.error))
  const { reason, message, transient } = parsed.data
  // U+0000 is in no text of PostgreSQL.
  return { reason, message: message.replaceAll('\0', ''), transient }
}

function malformed(why: string): StagingRefused {
  return new StagingRefused(400, 'MALFORMED_REPORT', `The report of a failure cannot be read: ${why}.`)
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}
