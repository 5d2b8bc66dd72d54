import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** What the containers of one run of a step may do: fetch its inputs, leave outputs up to a limit. */
export interface StagingGrant {
  readonly jobId: string
  readonly taskIndex: number
  readonly run: number
  /** Of all containers of the step together. */
  readonly outputLimitBytes: number
}

export interface StagingTokens {
  /** Good until then, to the second. */
  make(grant: StagingGrant, expireTime: Date): string
  read(token: string): StagingTokenVerdict
}

export type StagingTokenVerdict =
  | { readonly outcome: 'valid'; readonly grant: StagingGrant }
  | { readonly outcome: 'forged' }
  | { readonly outcome: 'expired' }

/** Tells a token of this kind and form; under the signature, too. */
const PREFIX = 'flst1'
const MAX_LENGTH = 1024

const claims = z.object({
  job: z.uuid(),
  task: z.int().nonnegative(),
  run: z.int().positive(),
  limit: z.int().nonnegative(),
  expires: z.int().positive(),
})

/**
 * Tokens that carry what they allow under an HMAC-SHA256: nothing of them is stored, and a backend that started a moment
 * ago knows them.
 *
 * @param key 32 bytes, the same in every process
 */
export function createStagingTokens(key: Buffer, clock: () => Date = () => new Date()): StagingTokens {
  const signature = (body: string) => createHmac('sha256', key).update(`${PREFIX}.${body}`).digest()
  return {
    make(grant, expireTime) {
      const { jobId: job, taskIndex: task, run, outputLimitBytes: limit } = grant
      const expires = Math.floor(expireTime.getTime() / 1000)
      const body = Buffer.from(JSON.stringify({ job, task, run, limit, expires })).toString('base64url')
      return `${PREFIX}.${body}.${signature(body).toString('base64url')}`
    },

    read(token) {
      const [prefix, body, given, ...rest] = token.length > MAX_LENGTH ? [] : token.split('.')
      if (prefix !== PREFIX || body === undefined || given === undefined || rest.length > 0) {
        return { outcome: 'forged' }
      }
      const expected = signature(body)
      const signed = Buffer.from(given, 'base64url')
      // Compared as it is written, too: base64 has more than one way to write the same bytes.
      const matches = signed.length === expected.length && timingSafeEqual(signed, expected)
      if (!matches || expected.toString('base64url') !== given) return { outcome: 'forged' }
      const parsed = claims.safeParse(jsonOf(body))
      if (!parsed.success) return { outcome: 'forged' }
      const { job, task, run, limit, expires } = parsed.data
      if (expires * 1000 <= clock().getTime()) return { outcome: 'expired' }
      return {
        outcome: 'valid',
        grant: { jobId: job, taskIndex: task, run, outputLimitBytes: limit },
      }
    },
  }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString())
  } catch {
    return undefined
  }
}
