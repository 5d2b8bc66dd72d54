import type { ContainerFailure } from '../../../ports/containers.ts'
import { COLLECT } from './job-manifest.ts'
import type { TerminatedContainer } from './kubernetes-objects.ts'
import { plainText } from './plain-text.ts'
import type { PodFailure } from './pod-failure.ts'

/** Of the agent: what its exit codes say. */
const reasons: Readonly<Record<number, { readonly reason: ContainerFailure; readonly transient: boolean }>> =
  {
    64: { reason: 'STAGING_FAILED', transient: false },
    65: { reason: 'OUTPUT_UNUSABLE', transient: false },
    66: { reason: 'OUTPUT_LIMIT_EXCEEDED', transient: false },
    67: { reason: 'STAGING_FAILED', transient: false },
    68: { reason: 'DISK_LIMIT_EXCEEDED', transient: false },
    69: { reason: 'CANCELLED', transient: false },
    75: { reason: 'STAGING_FAILED', transient: true },
  }

/** Its termination message has the sentence: one line of JSON. */
export function agentFailure(name: string, ended: TerminatedContainer): PodFailure {
  // Anything else is no answer of the agent: it was killed, ran out of memory or did not start.
  const { reason, transient } = reasons[ended.exitCode] ?? {
    reason: 'STAGING_FAILED' as const,
    transient: true,
  }
  const what = name === COLLECT ? 'The outputs could not be collected' : 'The inputs could not be staged'
  const message =
    messageOf(ended.message ?? '') ?? `${what} (${ended.reason ?? 'Error'}, exit code ${ended.exitCode}).`
  return { reason, message, transient }
}

function messageOf(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' && message !== '' ? plainText(message) : undefined
  } catch {
    // Cut off, or none at all.
    return undefined
  }
}
