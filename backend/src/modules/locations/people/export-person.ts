import type { HttpBody } from '@fairlead/proto/server/google/api/httpbody'
import type { DataSource } from 'typeorm'
import { consentsOf, personNotFound } from '../consent/index.ts'
import { type ExportLook, looksOfPerson, recordExport } from '../looks/index.ts'
import { listDevices } from './device-store.ts'
import { type FixCursor, fixesOf } from './fix-reader.ts'
import { findPerson, type Person } from './person-store.ts'

/** Bytes of a message of the stream at least, but for the last: each costs all between here and the reader. */
const CHUNK_BYTES = 65_536
const FIXES_READ_AT_ONCE = 5_000
const LOOKS_READ_AT_ONCE = 1_000
const CONTENT_TYPE = 'application/x-ndjson'

/** Whose, and whether the caller may still have it. */
interface ExportedPerson {
  readonly organizationId: string
  readonly personId: string
  mayExport(person: Person): boolean
}

export class PersonExports {
  readonly #dataSource: DataSource

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource
  }

  /** Is a look, which the person can see. */
  async *ofOrganization(look: ExportLook): AsyncGenerator<HttpBody> {
    await recordExport(this.#dataSource, look)
    yield* exportPerson(this.#dataSource, { ...look, mayExport: () => true })
  }

  /** Ends with NOT_FOUND when the person is not the user's, or no longer. */
  ofUser(userId: string, organizationId: string, personId: string): AsyncGenerator<HttpBody> {
    const mayExport = (person: Person) => person.userId === userId
    return exportPerson(this.#dataSource, { organizationId, personId, mayExport })
  }
}

/** Everything that is kept of a person, as NDJSON in pieces. The first tells the type of the whole. */
async function* exportPerson(dataSource: DataSource, exported: ExportedPerson): AsyncGenerator<HttpBody> {
  let lines: string[] = []
  let length = 0
  const chunk = (): HttpBody => {
    const data = Buffer.from(lines.join(''))
    lines = []
    length = 0
    return { contentType: CONTENT_TYPE, data, extensions: [] }
  }
  for await (const record of recordsOf(dataSource, exported)) {
    const line = `${JSON.stringify(record)}\n`
    lines.push(line)
    length += line.length
    if (length >= CHUNK_BYTES) yield chunk()
  }
  yield chunk()
}

/**
 * One record after the other, told apart by `kind`. The last is `end`, with counts: a file without it is not whole.
 * An absent field is one that has no value.
 */
async function* recordsOf(dataSource: DataSource, exported: ExportedPerson): AsyncGenerator<object> {
  const { organizationId, personId } = exported
  /** Erased, or not the caller's any more, in the middle: then no more is told. */
  const person = async () => {
    const found = await findPerson(dataSource, organizationId, personId)
    if (found === undefined || !exported.mayExport(found)) throw personNotFound()
    return found
  }
  const { displayName, externalId, userDisplayName, createTime } = await person()
  yield { kind: 'person', id: personId, displayName, externalId, userDisplayName, createTime }

  const devices = await listDevices(dataSource, organizationId, personId, undefined, undefined)
  for (const { id, tokenPrefix, tokenExpireTime, ...device } of devices) {
    yield {
      kind: 'device',
      id,
      displayName: device.displayName,
      externalId: device.externalId,
      tokenPrefix,
      tokenExpireTime,
      createTime: device.createTime,
    }
  }
  const consents = (await consentsOf(dataSource, [personId])).get(personId) ?? []
  for (const { personId: _, ...consent } of consents) yield { kind: 'consent', ...consent }

  const fixes = { count: 0 }
  for (let after: FixCursor | undefined; ; ) {
    const page = await fixesOf(dataSource, personId, after, FIXES_READ_AT_ONCE)
    for (const { cursor, ...fix } of page) {
      yield { kind: 'fix', ...fix }
      after = cursor
    }
    fixes.count += page.length
    await person()
    if (page.length < FIXES_READ_AT_ONCE) break
  }

  const looks = { count: 0 }
  for (let after: Parameters<typeof looksOfPerson>[2]; ; ) {
    const page = await looksOfPerson(dataSource, personId, after, LOOKS_READ_AT_ONCE)
    for (const look of page.looks) {
      yield {
        kind: 'look',
        id: look.id,
        time: look.time,
        actorDisplayName: look.actorDisplayName,
        method: look.method,
        purposeDisplayName: look.purposeDisplayName,
        reason: look.reason,
        windowStartTime: look.windowStartTime,
        windowEndTime: look.windowEndTime,
        asked: look.persons.some(({ asked }) => asked),
      }
    }
    looks.count += page.looks.length
    after = page.next
    if (after === undefined) break
  }
  yield {
    kind: 'end',
    devices: devices.length,
    consents: consents.length,
    fixes: fixes.count,
    looks: looks.count,
  }
}
