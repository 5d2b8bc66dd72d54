// A process of its own that serves the backend and does what workers do, so that it can be killed: started by Agents.
import { createDataSource, inTransaction } from '../../../database/index.ts'
import { createLog } from '../../../log.ts'
import type { OidcSettings } from '../../../settings.ts'
import { serveBackend } from '../../../testing/serve-backend.ts'
import { hold, settleHolds } from '../ledger/index.ts'
import { seal } from '../sealing/sealer.ts'
import { verify } from '../sealing/verify.ts'
import { sweepTransfers } from '../transfers/index.ts'

/** What the parent asks for; amounts are decimal. */
export type Order =
  | {
      readonly does: 'open'
      readonly url: string
      readonly name: string
      readonly oidc: OidcSettings
    }
  | { readonly does: 'close' }
  | {
      readonly does: 'hold'
      readonly job: string
      readonly organizationId: string
      readonly classId: string
      readonly amount: string
    }
  | {
      readonly does: 'settle'
      readonly jobs: readonly { readonly job: string; readonly capture: string }[]
    }
  | { readonly does: 'sweep' | 'seal' | 'verify' }

/** What came of it: what an order answers, or why it failed. */
export type Answer =
  | { readonly id: number; readonly value: string }
  | { readonly id: number; readonly error: string }

const log = createLog({ name: 'model', level: process.env['FAIRLEAD_LOG_LEVEL'] ?? 'silent' })
let releasers = new AsyncDisposableStack()
let dataSource = createDataSource('postgres://')

process.on('message', ({ id, order }: { id: number; order: Order }) => {
  carryOut(order).then(
    (value) => process.send?.({ id, value } satisfies Answer),
    (error) => process.send?.({ id, error: String(error?.stack ?? error) } satisfies Answer),
  )
})
process.on('disconnect', () => process.exit())

async function carryOut(order: Order): Promise<string> {
  switch (order.does) {
    case 'open': {
      const { url, name, oidc } = order
      dataSource = await createDataSource(url, { applicationName: name }).initialize()
      releasers.defer(() => dataSource.destroy())
      const { address } = await serveBackend({ url, dataSource, oidc, log }, releasers)
      return address
    }
    case 'close':
      await releasers.disposeAsync()
      releasers = new AsyncDisposableStack()
      return ''
    case 'hold': {
      const { job, organizationId, classId, amount } = order
      const outcome = await inTransaction(dataSource, (manager) =>
        hold(manager, {
          purpose: 'JOB',
          purposeId: job,
          organizationId,
          classId,
          amount: BigInt(amount),
          description: job,
        }),
      )
      return outcome.kind === 'refused' ? outcome.reason : ''
    }
    case 'settle':
      await inTransaction(dataSource, (manager) =>
        settleHolds(
          manager,
          order.jobs.map(({ job, capture }) => ({
            purpose: 'JOB',
            purposeId: job,
            capture: BigInt(capture),
            to: { kind: 'SINK' },
            description: job,
          })),
        ),
      )
      return ''
    case 'sweep':
      await sweepTransfers(dataSource, log)
      return ''
    case 'seal':
      await seal(dataSource)
      return ''
    case 'verify': {
      const verification = await verify(dataSource)
      return verification.outcome === 'INTACT' ? '' : verification.message
    }
    default: {
      const unknown: never = order
      throw new Error(`unknown order ${JSON.stringify(unknown)}`)
    }
  }
}
