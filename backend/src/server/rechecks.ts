import type { Metadata } from '@grpc/grpc-js'
import { DomainError } from '../errors/domain-error.ts'
import { allow, type GrpcEnvironment, type GrpcMethod, type ReceivedRequest } from './grpc-method.ts'

const RECHECK_INTERVAL_MS = 5_000

interface Open {
  /** Ends what is open. */
  readonly revoke: (reason: unknown) => void
  /** What it was opened with; undefined until then. */
  readonly permissions: () => ReadonlySet<string> | undefined
}

/**
 * Asks again and again whether what is open may still be, once for all that the same caller has open on the
 * same thing.
 */
export class Rechecks {
  readonly #environment: GrpcEnvironment
  readonly #rights = new Map<string, { readonly open: Set<Open>; readonly timer: NodeJS.Timeout }>()

  constructor(environment: GrpcEnvironment) {
    this.#environment = environment
  }

  /**
   * Calls `revoke` when the call is no longer allowed, or allows more or less than it did when it was admitted with
   * these permissions: what its handler shows goes by them. Until what is returned is called.
   */
  watch(
    method: GrpcMethod,
    metadata: Metadata,
    request: ReceivedRequest,
    revoke: Open['revoke'],
    permissions: Open['permissions'] = () => undefined,
  ): () => void {
    const key = rightOf(method, metadata, request)
    const right = this.#rights.get(key) ?? this.#begin(key, method, metadata, request)
    const entry = { revoke, permissions }
    right.open.add(entry)
    return () => {
      right.open.delete(entry)
      if (right.open.size > 0 || this.#rights.get(key) !== right) return
      clearInterval(right.timer)
      this.#rights.delete(key)
    }
  }

  #begin(key: string, method: GrpcMethod, metadata: Metadata, request: ReceivedRequest) {
    const open = new Set<Open>()
    const look = async () => {
      const { permissions } = await allow(method, metadata, request, this.#environment)
      for (const each of open) {
        const before = each.permissions()
        if (before !== undefined && !isSame(before, permissions)) each.revoke(changed())
      }
    }
    const timer = setInterval(() => {
      look().catch((error) => {
        for (const { revoke } of open) revoke(error)
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

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each))
}

const changed = () =>
  new DomainError('UNAVAILABLE', 'PERMISSIONS_CHANGED', 'What you may do here has changed. Connect again.')
