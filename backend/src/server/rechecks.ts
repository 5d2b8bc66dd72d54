import type { Metadata } from '@grpc/grpc-js'
import { allow, type GrpcEnvironment, type GrpcMethod, type ReceivedRequest } from './grpc-method.ts'

const RECHECK_INTERVAL_MS = 5_000

type Revoke = (reason: unknown) => void

/**
 * Asks again and again whether what is open may still be, once for all that the same caller has open on the
 * same thing.
 */
export class Rechecks {
  readonly #environment: GrpcEnvironment
  readonly #rights = new Map<string, { readonly open: Set<Revoke>; readonly timer: NodeJS.Timeout }>()

  constructor(environment: GrpcEnvironment) {
    this.#environment = environment
  }

  /** Calls `revoke` when the call is no longer allowed, until what is returned is called. */
  watch(method: GrpcMethod, metadata: Metadata, request: ReceivedRequest, revoke: Revoke): () => void {
    const key = rightOf(method, metadata, request)
    const right = this.#rights.get(key) ?? this.#begin(key, method, metadata, request)
    right.open.add(revoke)
    return () => {
      right.open.delete(revoke)
      if (right.open.size > 0 || this.#rights.get(key) !== right) return
      clearInterval(right.timer)
      this.#rights.delete(key)
    }
  }

  #begin(key: string, method: GrpcMethod, metadata: Metadata, request: ReceivedRequest) {
    const open = new Set<Revoke>()
    const timer = setInterval(() => {
      allow(method, metadata, request, this.#environment).catch((error) => {
        for (const revoke of open) revoke(error)
      })
    }, this.#environment.recheckIntervalMs ?? RECHECK_INTERVAL_MS)
    const right = { open, timer }
    this.#rights.set(key, right)
    return right
  }
}

/** All that allow() goes by. */
function rightOf({ path, policy }: GrpcMethod, metadata: Metadata, { message }: ReceivedRequest): string {
  const fields = message as Readonly<Record<string, unknown>> | undefined
  const resource = policy.resourceField === undefined ? '' : fields?.[policy.resourceField]
  return JSON.stringify([path, metadata.get('authorization')[0], resource])
}
