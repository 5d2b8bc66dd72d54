export interface AgentFailureKind {
  /** Of the process, by which it is known even when nothing else gets out of the container. */
  readonly exitCode: number
  /** Stable, UPPER_SNAKE_CASE. */
  readonly reason: string
  /** Whether the same step might succeed when run again. */
  readonly transient: boolean
}

/** Every way to fail: what runs the containers reads the exit codes. */
export const failureKinds = {
  /** Wrong settings, or a token that is not granted anything. */
  MISCONFIGURED: { exitCode: 64, reason: 'STAGING_FAILED', transient: false },
  OUTPUT_UNUSABLE: { exitCode: 65, reason: 'OUTPUT_UNUSABLE', transient: false },
  OUTPUT_LIMIT_EXCEEDED: { exitCode: 66, reason: 'OUTPUT_LIMIT_EXCEEDED', transient: false },
  /** An input is gone or changed, or the server does not take an output. */
  REFUSED: { exitCode: 67, reason: 'STAGING_FAILED', transient: false },
  /** No room for the inputs. */
  DISK_FULL: { exitCode: 68, reason: 'DISK_LIMIT_EXCEEDED', transient: false },
  /** The step does not run any more: nobody waits for this container. */
  ENDED: { exitCode: 69, reason: 'CANCELLED', transient: false },
  /** The server was not reached for as long as there is patience. */
  UNREACHABLE: { exitCode: 75, reason: 'STAGING_FAILED', transient: true },
} as const satisfies Readonly<Record<string, AgentFailureKind>>

export type AgentFailureName = keyof typeof failureKinds

/** Why the agent gives up. The message is for the owner of the run. */
export class AgentFailure extends Error {
  override readonly name = 'AgentFailure'
  readonly kind: AgentFailureName

  constructor(kind: AgentFailureName, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** Of the operating system, where an error has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
