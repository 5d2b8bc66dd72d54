import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { OidcSettings } from '../../../settings.ts'
import { readIssuer } from './issuer-keys.ts'

const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 5_000

export interface AwaitedIssuer {
  /** Resolves when the issuer has answered for the first time; never after `stop`. */
  readonly reached: Promise<void>
  wasReached(): boolean
  stop(): void
}

/**
 * Asks the issuer until it answers once. Where it never did, no token can be checked and the settings may be wrong; one
 * that goes away later is another matter, as its keys are known.
 */
export function awaitIssuer(
  oidc: OidcSettings,
  log: Logger,
  read: (oidc: OidcSettings) => Promise<void> = readIssuer,
): AwaitedIssuer {
  const stopping = new AbortController()
  const reached = Promise.withResolvers<void>()
  let answered = false

  async function ask(): Promise<void> {
    let told: string | undefined
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(LAST_RETRY_MS, retryMs * 2)) {
      try {
        await read(oidc)
        answered = true
        if (told !== undefined) log.info({ issuer: oidc.issuer }, 'the issuer is reached')
        reached.resolve()
        return
      } catch (error) {
        const why = reason(error)
        if (!stopping.signal.aborted && why !== told) {
          log.warn(
            `not ready, as no token can be checked: ${why}. Start the issuer, or correct FAIRLEAD_OIDC_ISSUER (${oidc.issuer}) and FAIRLEAD_OIDC_DISCOVERY_URL (${oidc.discoveryUrl}).`,
          )
        }
        told = why
      }
      try {
        await sleep(retryMs, undefined, { signal: stopping.signal })
      } catch {
        // Stopped meanwhile.
        return
      }
    }
  }

  ask().catch(reached.reject)
  return {
    reached: reached.promise,
    wasReached: () => answered,
    stop: () => stopping.abort(),
  }
}

/** In one line. What fetch says alone, "fetch failed", tells nothing. */
function reason(error: unknown): string {
  if (error instanceof z.ZodError) return 'the issuer answered something else than its metadata and keys'
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof AggregateError ? error.cause.errors[0] : error.cause
  const told = cause instanceof Error ? `${error.message}: ${cause.message}` : error.message
  return told.replaceAll(/\s+/g, ' ').replace(/[.]$/, '')
}
