import {
  FixServiceService,
  type RecordFixesResponse,
} from '@fairlead/proto/server/fairlead/locations/v1/fixes'
import type { CallContext } from '../../../server/call-context.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import type { FixSink, KnownDevices } from '../fixes/index.ts'
import { fixTarget } from './fix-target.ts'
import { pipelined } from './pipelined.ts'
import { type RecordedFixes, recordFixes } from './record-fixes.ts'

/** Batches of one stream that are written at a time: one is on its way while another is looked over. */
const STREAM_WIDTH = 4

export interface FixesHandlerOptions {
  readonly known: KnownDevices
  readonly sink: FixSink
}

export function fixesHandler({ known, sink }: FixesHandlerOptions): RegisteredService {
  return registeredService(FixServiceService, {
    async recordFixes({ parent, fixes }, context) {
      const target = fixTarget(organizationIdOf(context), parent)
      return responseOf(await recordFixes(known, sink, target, fixes))
    },

    async *streamFixes(requests, context) {
      const organizationId = organizationIdOf(context)
      let target: ReturnType<typeof fixTarget> | undefined
      yield* pipelined(requests, STREAM_WIDTH, async ({ parent, sequence, fixes }) => {
        // The server lets no later message name anything else.
        target ??= fixTarget(organizationId, parent)
        return { sequence, ...responseOf(await recordFixes(known, sink, target, fixes)) }
      })
    },
  })
}

/** A device is no user: of who calls only the organisation matters. */
function organizationIdOf({ organization }: CallContext): string {
  if (organization === undefined) throw new Error('fixes were recorded outside of an organisation')
  return organization.id
}

function responseOf({
  accepted,
  duplicates,
  rejected,
  rejections,
  queued,
}: RecordedFixes): RecordFixesResponse {
  return {
    counts: { accepted: BigInt(accepted), duplicates: BigInt(duplicates), rejected: BigInt(rejected) },
    rejections: [...rejections],
    queued,
  }
}
