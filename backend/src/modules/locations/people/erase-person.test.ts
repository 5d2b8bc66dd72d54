import {
  type Device,
  type Person,
  PersonServiceService,
} from '@fairlead/proto/server/fairlead/locations/v1/people'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf } from '../../../testing/service-error.ts'
import { type FixBatch, FixBatchBuilder, KnownDevices } from '../fixes/index.ts'
import { addShown, recordLook } from '../looks/index.ts'
import { addDeadBatch } from '../queue/dead-batch-store.ts'
import { Erasures } from './erase-person.ts'
import { PersonExports } from './export-person.ts'
import { exportOf, lab, type PeopleFixture, peopleFixture, uuidOf } from './testing/people-fixture.ts'
import { tracesOf } from './testing/traces-of.ts'

const { erasePerson, getPerson, issueDeviceToken, listLocationLooks } = PersonServiceService
const DAY_MS = 86_400_000

let fixture: PeopleFixture
beforeAll(async () => {
  fixture = await peopleFixture()
})
afterAll(() => fixture.stop())

const query = <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
  fixture.backend.database.dataSource.query(sql, [...values])

const erase = (person: { readonly name: string }) =>
  fixture.backend.call(erasePerson, { name: person.name }, fixture.tokens.administrator)

async function look(asked: readonly Person[], shown: readonly Person[], reason: string, details = {}) {
  const [purpose] = await query<{ id: string }>(
    `select id from location_purposes where slug = 'contacts' and organization_id = $1`,
    [fixture.labId],
  )
  const { dataSource } = fixture.backend.database
  const id = await recordLook(dataSource, {
    organizationId: fixture.labId,
    actorId: await fixture.idOf('submitter@example.org'),
    method: 'GetConnectionGraph',
    purposeId: purpose!.id,
    reason,
    asked: asked.map(uuidOf),
    details,
  })
  await addShown(dataSource, id, shown.map(uuidOf))
  return id
}

/** Times in some days of the last weeks, a minute apart. */
function timesOf(days: number, each: number): Date[] {
  const now = Date.now()
  return Array.from(
    { length: days * each },
    (_, n) => new Date(now - Math.floor(n / each) * DAY_MS - (n % each) * 60_000),
  )
}

/** One fix of each. */
async function batchOf(devices: readonly Device[]): Promise<FixBatch> {
  const found = await new KnownDevices(fixture.backend.database.dataSource).resolve(
    fixture.labId,
    devices.map(uuidOf),
  )
  const builder = new FixBatchBuilder(found)
  for (const device of devices) builder.add(found.find(uuidOf(device))!, Date.now() - DAY_MS, 47, 8, 5)
  return builder.build()
}

/** An import of theirs in which a row named the other's device, and one of the other's alone. */
async function importsOf(theirs: Device, others: Device, externalId: string): Promise<void> {
  const rejection = { line: 7, field: 'lat', description: 'is 91', device: externalId }
  for (const [fileName, device, rejections] of [
    ['all.csv', null, [rejection, { ...rejection, line: 8, device: uuidOf(others) }]],
    ['theirs.gpx', uuidOf(theirs), [{ ...rejection, device: '' }]],
    [`${externalId}.gpx`, uuidOf(others), [{ ...rejection, device: '' }]],
  ]) {
    await query(
      `insert into fix_imports (id, organization_id, creator_id, file_name, state, of_device, device_id, create_missing,
         time_zone, size_bytes, expire_time, rejections, end_time)
       values ($1, $2, $3, $4, 'COMPLETED', $5::uuid is not null, $5, false, 'UTC', 0, now(), $6, now())`,
      [
        v7(),
        fixture.labId,
        await fixture.idOf('submitter@example.org'),
        fileName,
        device,
        JSON.stringify(rejections),
      ],
    )
  }
}

describe('an export', () => {
  test('is complete, in the order of time, and ends with its counts', async () => {
    const person = await fixture.createPerson('Whole Export', {
      externalId: 'we-1',
      userEmail: 'ada@example.org',
    })
    const other = await fixture.createPerson('Somebody Near')
    await fixture.consent([person, other])
    await fixture.consent([person], `${lab}/locationPurposes/study`)
    const phone = await fixture.createDevice(person, 'Phone', 'we-phone')
    const watch = await fixture.createDevice(person, 'Watch')
    const theirs = await fixture.createDevice(other, 'Theirs')
    // More than are read at once, on several days, of two devices at the same times too.
    const times = timesOf(4, 1_400)
    await fixture.recordFixes(phone, times)
    await fixture.recordFixes(watch, times.slice(0, 1_000))
    await fixture.recordFixes(theirs, times.slice(0, 10))
    await look([person], [other], 'One look')
    await look([other], [person], 'Another look')
    await look([other], [], 'Not of the person')

    const records = await exportOf(fixture, person.name, fixture.tokens.administrator)
    const kinds = Map.groupBy(records, ({ kind }) => kind)
    expect(records[0]).toMatchObject({ kind: 'person', displayName: 'Whole Export', externalId: 'we-1' })
    expect(kinds.get('device')).toMatchObject([
      { displayName: 'Phone', externalId: 'we-phone' },
      { displayName: 'Watch', externalId: '' },
    ])
    expect(kinds.get('consent')).toMatchObject([{ purposeSlug: 'study' }, { purposeSlug: 'contacts' }])
    expect(kinds.get('look')).toMatchObject([
      { method: 'ExportPerson', reason: '', asked: true },
      { reason: 'Another look', asked: false },
      { reason: 'One look', asked: true },
    ])
    const fixes = kinds.get('fix')!
    const expected = [
      ...times.map((time) => [time.toISOString(), uuidOf(phone)]),
      ...times.slice(0, 1_000).map((time) => [time.toISOString(), uuidOf(watch)]),
    ]
    const key = ({ recordTime, device }: Record<string, unknown>) => [recordTime, device]
    expect(fixes.map(key).sort()).toEqual(expected.sort())
    const inOrder = fixes.map(({ recordTime }) => String(recordTime))
    expect(inOrder).toEqual([...inOrder].sort())
    expect(fixes[0]).toEqual({
      kind: 'fix',
      device: expect.any(String),
      recordTime: expect.any(String),
      latitude: expect.any(Number),
      longitude: 8,
      accuracyM: 5,
    })
    expect(records.at(-1)).toEqual({ kind: 'end', devices: 2, consents: 2, fixes: 6_600, looks: 3 })
    expect(JSON.stringify(records)).not.toContain('Somebody Near')
    expect(JSON.stringify(records)).not.toContain(uuidOf(other))
  })

  test('ends when the person is erased in the middle, or is not the caller any more', async () => {
    const bert = await fixture.idOf('bert@example.org')
    const exports = new PersonExports(fixture.backend.database.dataSource)
    const person = await fixture.createPerson('Interrupted', { userEmail: 'bert@example.org' })
    const device = await fixture.createDevice(person, 'Phone')
    // As many as make more than one message, before they are all read.
    await fixture.recordFixes(device, timesOf(3, 1_700))
    const one = exports.ofOrganization({
      organizationId: fixture.labId,
      actorId: bert,
      personId: uuidOf(person),
    })
    const own = exports.ofUser(bert, fixture.labId, uuidOf(person))
    for (const each of [one, own]) expect((await each.next()).value?.contentType).toBe('application/x-ndjson')
    await query('update persons set user_id = null where id = $1', [uuidOf(person)])
    const gone = { code: 'NOT_FOUND', reason: 'PERSON_NOT_FOUND' }
    await expect(rest(own)).rejects.toMatchObject(gone)
    await erase(person)
    await expect(rest(one)).rejects.toMatchObject(gone)
  })
})

async function rest(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

describe('erasing a person', () => {
  test('leaves no trace in any column of any table', async () => {
    const { backend, tokens } = fixture
    const person = await fixture.createPerson('Edith O’Neil-(Müller)', {
      externalId: 'em+42',
      userEmail: 'bert@example.org',
    })
    const other = await fixture.createPerson('Stays Here')
    await fixture.consent([person, other])
    const phone = await fixture.createDevice(person, 'Phone of E.', 'imei-490154203237518')
    const watch = await fixture.createDevice(person, 'Watch of E.')
    const theirs = await fixture.createDevice(other, 'Theirs')
    const { secret } = await backend.call(
      issueDeviceToken,
      { name: phone.name, lifetimeDays: 1 },
      tokens.administrator,
    )
    const times = timesOf(5, 40)
    await fixture.recordFixes(phone, times, secret)
    await fixture.recordFixes(watch, times)
    await fixture.recordFixes(theirs, times)
    const both = await look([person, other], [], 'Where was Edith O’Neil-(Müller), em+42?', {
      persons: [uuidOf(person), uuidOf(other)],
      nested: { seen: [{ device: uuidOf(phone) }] },
    })
    const shown = await look([other], [person], 'Who was there')
    const mention = await look([other], [], 'Did they meet edith o’neil-(müller)?')
    const unrelated = await look([other], [], 'Nothing of them: em+421, Edith')

    const numbers = await query<{ person_no: number; device_nos: number[]; hash: string }>(
      `select person_no, array_agg(device_no) as device_nos,
         encode(max(token_hash), 'hex') as hash
       from persons join devices on devices.person_id = persons.id where persons.id = $1 group by persons.id`,
      [uuidOf(person)],
    )
    const { person_no, device_nos, hash } = numbers[0]!
    const traces = {
      texts: [
        uuidOf(person),
        uuidOf(phone),
        uuidOf(watch),
        'Edith O’Neil',
        'em+42?',
        'imei-490154203237518',
        'Phone of E.',
        'Watch of E.',
        hash,
      ],
      numbers: { person_no: [person_no], device_no: device_nos },
    }
    const { dataSource } = backend.database
    await importsOf(theirs, phone, 'imei-490154203237518')
    await addDeadBatch(dataSource, await batchOf([theirs, phone, watch]), 'It could not be written')
    await addDeadBatch(dataSource, await batchOf([phone]), 'It could not be written')
    expect((await tracesOf(dataSource, traces)).length).toBeGreaterThan(400)

    expect(await erase(person)).toEqual({ fixesErased: 400n, devicesErased: 2, looksRedacted: 3n })

    expect(await tracesOf(dataSource, traces)).toEqual([])
    const [theirNumbers] = await query<{ device_no: number }>('select device_no from devices where id = $1', [
      uuidOf(theirs),
    ])
    const dead = await query<{ fix_count: number; device_nos: number[]; bytes: number | null }>(
      'select fix_count, device_nos, length(content) as bytes from fix_dead_batches order by time',
    )
    expect(dead).toEqual([
      { fix_count: 1, device_nos: [theirNumbers?.device_no], bytes: 16 + 36 },
      { fix_count: 0, device_nos: [], bytes: null },
    ])
    const looks = await query<{ id: string; reason: string; details: object }>(
      'select id, reason, details from location_looks where id = any ($1)',
      [[both, shown, mention, unrelated]],
    )
    const byId = new Map(looks.map((row) => [row.id, row]))
    const nobody = '00000000-0000-0000-0000-000000000000'
    expect(byId.get(both)).toMatchObject({
      reason: 'Where was [erased], [erased]?',
      details: { persons: [nobody, uuidOf(other)], nested: { seen: [{ device: nobody }] }, erasedPersons: 1 },
    })
    expect(byId.get(mention)?.reason).toBe('Did they meet [erased]?')
    expect(byId.get(unrelated)).toMatchObject({ reason: 'Nothing of them: em+421, Edith', details: {} })
    // How many were seen stays told.
    const { locationLooks } = await backend.call(
      listLocationLooks,
      { parent: lab, person: other.name, pageSize: 0, pageToken: '' },
      tokens.administrator,
    )
    expect(locationLooks.map(({ personCount, persons }) => [personCount, persons.length])).toEqual([
      [1, 1],
      [1, 1],
      [2, 1],
      [2, 1],
    ])

    // The others' are all there.
    const [fixes] = await query<{ count: number }>(
      `select count(*)::int as count from fixes join devices using (device_no) where devices.id = $1`,
      [uuidOf(theirs)],
    )
    expect(fixes?.count).toBe(200)
    expect(await failureOf(fixture.recordFixes(phone, times, secret))).toMatchObject({
      code: 'UNAUTHENTICATED',
    })
    expect(await fixture.recordFixes({ ...theirs, name: theirs.name }, times)).toMatchObject({
      counts: { duplicates: 200n },
    })
  })

  test('twice at the same time erases once', async () => {
    const person = await fixture.createPerson('Twice')
    const device = await fixture.createDevice(person, 'Phone')
    await fixture.recordFixes(device, timesOf(2, 50))
    const answers = await Promise.allSettled([erase(person), erase(person), erase(person)])
    const done = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    expect(done).toEqual([{ fixesErased: 100n, devicesErased: 1, looksRedacted: 0n }])
    const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
    for (const error of refusals) {
      expect(await failureOf(Promise.reject(error))).toMatchObject({
        code: 'NOT_FOUND',
        reason: 'PERSON_NOT_FOUND',
      })
    }
    expect(refusals).toHaveLength(2)
    expect(
      await failureOf(fixture.backend.call(getPerson, { name: person.name }, fixture.tokens.administrator)),
    ).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('while their devices write keeps none of what they wrote', async () => {
    const person = await fixture.createPerson('Moving')
    const device = await fixture.createDevice(person, 'Phone')
    const [numbers] = await query<{ person_no: number; device_no: number }>(
      'select person_no, device_no from devices join persons on persons.id = person_id where devices.id = $1',
      [uuidOf(device)],
    )
    const base = Date.now() - DAY_MS
    let taken = 0
    let erased = false
    const writer = async (lane: number) => {
      for (let n = 0; !erased; n++) {
        const times = Array.from({ length: 20 }, (_, k) => new Date(base + ((lane * 1_000 + n) * 20 + k) * 7))
        await fixture.recordFixes(device, times).then(
          () => {
            taken++
          },
          () => undefined,
        )
      }
    }
    const writing = Promise.all([writer(0), writer(1), writer(2)])
    await expect.poll(() => taken).toBeGreaterThan(5)
    await erase(person)
    erased = true
    await writing
    const { person_no, device_no } = numbers!
    expect(
      await tracesOf(fixture.backend.database.dataSource, {
        texts: [uuidOf(person), uuidOf(device)],
        numbers: { person_no: [person_no], device_no: [device_no] },
      }),
    ).toEqual([])
  })

  test('that broke off after the person was gone is finished by a worker', async () => {
    const person = await fixture.createPerson('Broken off')
    const device = await fixture.createDevice(person, 'Phone')
    await fixture.recordFixes(device, timesOf(3, 20))
    const { dataSource } = fixture.backend.database
    const [row] = await query<{ device_no: number }>('select device_no from devices where id = $1', [
      uuidOf(device),
    ])
    // What the first transaction leaves, when the process is killed after it.
    await query('delete from devices where id = $1', [uuidOf(device)])
    await query('delete from persons where id = $1', [uuidOf(person)])
    await query('insert into location_erasures (id, device_nos) values ($1, $2)', [v7(), [row!.device_no]])
    const numbers = { person_no: [], device_no: [row!.device_no] }

    await new Erasures(dataSource, []).finishOlderThan(3_600_000)
    expect(await tracesOf(dataSource, { texts: [uuidOf(person)], numbers })).toHaveLength(61)
    await new Erasures(dataSource, []).finishOlderThan(0)
    expect(await tracesOf(dataSource, { texts: [uuidOf(person)], numbers })).toEqual([])
  })

  test('races with looks at them without an error of the program', async () => {
    const person = await fixture.createPerson('Looked at')
    const other = await fixture.createPerson('Beside')
    await fixture.consent([person, other])
    const looks = Array.from({ length: 20 }, () => look([other], [person], 'At the same time'))
    const [erased] = await Promise.all([erase(person), ...looks])
    expect(erased.devicesErased).toBe(0)
    expect(
      await tracesOf(fixture.backend.database.dataSource, {
        texts: [uuidOf(person)],
        numbers: { person_no: [], device_no: [] },
      }),
    ).toEqual([])
    await expect(look([person], [], 'Too late')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
