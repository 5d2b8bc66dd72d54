import { pino } from 'pino'
import type { DataSource } from 'typeorm'
import { expect } from 'vitest'
import type { PushMessage } from '../../../../ports/push.ts'
import { createIdentityReader } from '../../../identity/index.ts'
import { createEventHandler } from '../handle-events.ts'
import { Heads } from '../heads.ts'
import { createNamesReader } from '../names-reader.ts'

/** What a worker does with events, and the messages that it pushed. */
export function createEventTeller(dataSource: DataSource) {
  const pushed: PushMessage[] = []
  const push = {
    async send(messages: readonly PushMessage[]) {
      pushed.push(...messages)
    },
    sendHeads: async () => undefined,
    close: async () => undefined,
  }
  const handle = createEventHandler({
    dataSource,
    names: createNamesReader(createIdentityReader(dataSource)),
    mailEnabled: true,
    clock: () => new Date(),
    push,
    heads: new Heads({ dataSource, push, onError: (error) => expect.unreachable(String(error)) }),
    log: pino({ level: 'silent' }),
  })
  return { handle, pushed }
}
