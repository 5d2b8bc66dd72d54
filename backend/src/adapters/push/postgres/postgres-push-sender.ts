import type { DataSource } from 'typeorm'
import type { InboxHead, PushMessage, PushSender } from '../../../ports/push.ts'
import { encodeHeads, encodeMessage, withoutNotification } from '../push-codec.ts'

export interface PostgresPushSenderOptions {
  readonly dataSource: Pick<DataSource, 'query'>
}

export const PUSH_CHANNEL = 'fairlead_push'
/** PostgreSQL takes payloads of fewer than 8,000 bytes. */
const MAX_PAYLOAD_BYTES = 7_900
/** Of one statement: whoever commits a NOTIFY holds a lock of the whole server for as long as it takes. */
const MAX_PAYLOADS = 500

/**
 * Nothing is written, so there is nothing that waiting for the disk would make safer: the setting holds until the
 * end of the transaction, which is this statement.
 */
const NOTIFY = `
  with quick as materialized (select set_config('synchronous_commit', 'off', true))
  select pg_notify('${PUSH_CHANNEL}', payload)
  from quick, unnest($1::text[]) with ordinality as payloads (payload, place)
  order by place`

/** Tells the frontends by NOTIFY on one channel. */
export function createPostgresPushSender({ dataSource }: PostgresPushSenderOptions): PushSender {
  let last: Promise<void> = Promise.resolve()

  // One after the other, so that the messages of a user keep their order over connections of the pool.
  const notify = (payloads: readonly string[]): Promise<void> => {
    const sent = last.then(async () => {
      for (let start = 0; start < payloads.length; start += MAX_PAYLOADS) {
        const some = payloads.slice(start, start + MAX_PAYLOADS)
        await dataSource.query(NOTIFY, [some])
      }
    })
    last = sent.catch(() => undefined)
    return sent
  }

  return {
    send: (messages: readonly PushMessage[]) => notify(messages.map(payloadOf)),
    sendHeads: (heads: readonly InboxHead[]) => notify(encodeHeads(heads, MAX_PAYLOAD_BYTES)),
    close: () => last,
  }
}

function payloadOf(message: PushMessage): string {
  const text = encodeMessage(message)
  return Buffer.byteLength(text) <= MAX_PAYLOAD_BYTES ? text : encodeMessage(withoutNotification(message))
}
