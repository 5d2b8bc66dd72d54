import { once } from 'node:events'
import { type ClientRequest, request as httpRequest } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  CreateFixImportRequest,
  type FixImport,
  FixImportServiceService,
  ListImportDevicesRequest,
} from '@fairlead/proto/server/fairlead/locations/v1/imports'
import { PersonServiceService } from '@fairlead/proto/server/fairlead/locations/v1/people'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLog } from '../../../log.ts'
import { createHttpServer } from '../../../server/http-server.ts'
import { failureOf } from '../../../testing/service-error.ts'
import { lab, other, type PeopleFixture, peopleFixture, uuidOf } from '../people/testing/people-fixture.ts'
import { importsPart } from './index.ts'

const { createFixImport, getFixImport, listFixImports, listImportDevices, cancelFixImport } =
  FixImportServiceService
const log = createLog({ name: 'test', level: 'silent' })

let fixture: PeopleFixture
let origin: string
const releasers = new AsyncDisposableStack()
beforeAll(async () => {
  fixture = await peopleFixture()
  releasers.defer(() => fixture.stop())
  const http = createHttpServer(fixture.backend.modules.routes, log)
  releasers.defer(() => http.stop())
  origin = `http://127.0.0.1:${await http.start({ host: '127.0.0.1', port: 0 })}`
  for (const name of ['ann', 'ben']) {
    const person = await fixture.createPerson(name, { externalId: name })
    await fixture.createDevice(person, `${name}'s`, `${name}-phone`)
  }
  await fixture.backend.database.dataSource.query('update location_policies set retention_days = 0')
})
afterAll(() => releasers.disposeAsync())

async function begin(fields: Partial<CreateFixImportRequest> = {}, token = fixture.tokens.submitter) {
  const request = CreateFixImportRequest.fromPartial({ parent: lab, fileName: 'fixes.csv', ...fields })
  const { fixImport, uploadUri } = await fixture.backend.call(createFixImport, request, token)
  return { name: fixImport!.name, uri: `${origin}${uploadUri}` }
}

async function put(uri: string, body: string | Buffer<ArrayBuffer>) {
  const response = await fetch(uri, { method: 'PUT', body })
  return { status: response.status, text: await response.text() }
}

function get(name: string, token = fixture.tokens.submitter): Promise<FixImport> {
  return fixture.backend.call(getFixImport, { name }, token)
}

/** Sends a file in pieces that the test decides on. */
function openUpload(uri: string, headers: Record<string, string> = {}): ClientRequest {
  const upload = httpRequest(uri, { method: 'PUT', headers })
  // The server may close it before all is sent.
  upload.on('error', () => undefined)
  return upload
}

async function fixCount(device: string): Promise<number> {
  const [row]: { count: number }[] = await fixture.backend.database.dataSource.query(
    `select count(*)::int as count from fixes join devices using (device_no) where external_id = $1`,
    [device],
  )
  return row!.count
}

const header = 'lat,lng,datetime,uid\n'
/** Seconds after noon of a day, so that each test has fixes of its own. */
const row = (day: number, second: number, device = 'ann-phone') =>
  `47.5,8.25,${new Date(Date.UTC(2026, 0, day, 12, 0, second)).toISOString()},${device}\n`
const rowsOf = (day: number, count: number) =>
  Array.from({ length: count }, (_, second) => row(day, second)).join('')

describe('devices for an import', () => {
  const list = (fields: Partial<ListImportDevicesRequest>, token = fixture.tokens.submitter) =>
    fixture.backend.call(
      listImportDevices,
      ListImportDevicesRequest.fromPartial({ parent: lab, ...fields }),
      token,
    )

  test('are listed page by page and found by part of their names, without whose they are', async () => {
    const first = await list({ pageSize: 1 })
    expect(first.devices).toEqual([
      { name: expect.stringMatching(`^${lab}/devices/`), displayName: "ann's", externalId: 'ann-phone' },
    ])
    const second = await list({ pageSize: 1, pageToken: first.nextPageToken })
    expect(second).toMatchObject({ devices: [{ externalId: 'ben-phone' }], nextPageToken: '' })
    expect((await list({ search: 'EN-PH' })).devices).toMatchObject([{ externalId: 'ben-phone' }])
    expect((await list({ search: '%' })).devices).toEqual([])
  })

  test('of another organisation are not told', async () => {
    expect((await list({ parent: other }, fixture.tokens.rival)).devices).toEqual([])
    expect(await failureOf(list({ parent: other }))).toMatchObject({ code: 'PERMISSION_DENIED' })
    expect(await failureOf(list({}, fixture.tokens.rival))).toMatchObject({ code: 'PERMISSION_DENIED' })
  })
})

describe('an import', () => {
  test('keeps the good rows and tells the others with their lines', async () => {
    const { name, uri } = await begin({ sizeBytes: 0n })
    const text =
      header +
      rowsOf(1, 3) +
      row(1, 1) +
      row(1, 9, 'nobody') +
      row(1, 9).replace('47.5', '91') +
      'x\n' +
      row(1, 9, '')
    const { status, text: answer } = await put(uri, text)
    expect(status).toBe(200)
    const ended = await get(name)
    expect(ended).toMatchObject({
      state: 'FIX_IMPORT_STATE_COMPLETED',
      format: 'FIX_FILE_FORMAT_CSV',
      fileName: 'fixes.csv',
      bytesRead: BigInt(text.length),
      rowsRead: 8n,
      counts: { accepted: 3n, duplicates: 1n, rejected: 4n },
      failure: '',
      devicesCreated: 0,
      endTime: expect.any(Date),
    })
    expect(ended.rejections).toMatchObject([
      { line: 6n, field: 'uid', description: expect.stringContaining('"nobody"') },
      { line: 7n, field: 'lat', description: 'is 91; it must be degrees from -90 to 90' },
      { line: 8n, field: 'lat' },
      { line: 9n, field: 'uid', description: expect.stringContaining('is missing') },
    ])
    expect(JSON.parse(answer)).toMatchObject({ name, state: 'FIX_IMPORT_STATE_COMPLETED', rowsRead: '8' })
    expect(await fixCount('ann-phone')).toBe(3)
  })

  test('of a file that came before stores nothing twice', async () => {
    const text = header + rowsOf(2, 500)
    for (const counts of [
      { accepted: 500n, duplicates: 0n, rejected: 0n },
      { accepted: 0n, duplicates: 500n, rejected: 0n },
    ]) {
      const { name, uri } = await begin({
        fileName: 'fixes.csv.gz',
        sizeBytes: BigInt(gzipSync(text).length),
      })
      expect((await put(uri, gzipSync(text))).status).toBe(200)
      expect(await get(name)).toMatchObject({ state: 'FIX_IMPORT_STATE_COMPLETED', counts })
    }
  })

  test('may be of one device, whose name no row needs', async () => {
    const person = await fixture.createPerson('Cy')
    const device = await fixture.createDevice(person, 'watch', 'cy-watch')
    const { name, uri } = await begin({ fileName: 'run.gpx', device: device.name })
    const gpx = `<gpx><trk><name>Morning</name><trkseg><trkpt lat="47" lon="8"><time>2026-01-03T07:00:00Z</time></trkpt></trkseg></trk></gpx>`
    expect((await put(uri, gpx)).status).toBe(200)
    expect(await get(name)).toMatchObject({ format: 'FIX_FILE_FORMAT_GPX', counts: { accepted: 1n } })
    expect(await fixCount('cy-watch')).toBe(1)
  })

  test('makes persons and devices that are missing for those who may', async () => {
    const { name, uri } = await begin({ createMissing: true }, fixture.tokens.administrator)
    const text =
      header +
      row(4, 0, 'new-1') +
      row(4, 0, 'new-2') +
      row(4, 1, 'new-1') +
      row(4, 0, 'ann') +
      row(4, 0, crypto.randomUUID())
    expect((await put(uri, text)).status).toBe(200)
    const ended = await get(name)
    expect(ended).toMatchObject({ devicesCreated: 3, counts: { accepted: 4n, duplicates: 0n, rejected: 1n } })
    expect(ended.rejections).toMatchObject([{ line: 6n, description: expect.stringContaining('UUIDs') }])
    const found = (search: string) =>
      fixture.backend.call(
        PersonServiceService.listPersons,
        { parent: lab, pageSize: 0, pageToken: '', search },
        fixture.tokens.administrator,
      )
    expect((await found('new-')).persons).toMatchObject([
      { displayName: 'new-1', externalId: 'new-1', deviceCount: 1 },
      { displayName: 'new-2', externalId: 'new-2', deviceCount: 1 },
    ])
    // A person of that external id who was there, and has a second device now.
    expect((await found('ann')).persons).toMatchObject([{ displayName: 'ann', deviceCount: 2 }])
    expect(await failureOf(begin({ createMissing: true }))).toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'CREATE_MISSING_DENIED',
    })
  })

  test('of what is no such file fails with the reason, and keeps what came before', async () => {
    const { name, uri } = await begin({ fileName: 'track.gpx' })
    const { status, text } = await put(
      uri,
      '<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><gpx><trk><name>&b;</name></trk></gpx>',
    )
    expect(status).toBe(400)
    expect(text).toContain('declares a document type')
    expect(await get(name)).toMatchObject({ state: 'FIX_IMPORT_STATE_FAILED', failure: text.trim() })
    const cut = await begin({ sizeBytes: 1_000_000n })
    expect((await put(cut.uri, header + rowsOf(5, 10))).text).toContain('said to have 1000000')
    expect(await get(cut.name)).toMatchObject({ state: 'FIX_IMPORT_STATE_FAILED', counts: { accepted: 10n } })
  })

  test('shows its progress, and ends when it is cancelled, with what was read', async () => {
    const { name, uri } = await begin()
    const upload = openUpload(uri)
    const answered = once(upload, 'response')
    // More than one batch, of which the rest waits.
    upload.write(header + rowsOf(6, 9_000))
    await expect.poll(async () => (await get(name)).counts?.accepted, { timeout: 10_000 }).toBeGreaterThan(0n)
    expect(await get(name)).toMatchObject({ state: 'FIX_IMPORT_STATE_RUNNING', endTime: undefined })
    expect(await fixture.backend.call(cancelFixImport, { name }, fixture.tokens.submitter)).toMatchObject({
      state: 'FIX_IMPORT_STATE_CANCELLED',
    })
    const [response] = await answered
    expect(response).toMatchObject({ statusCode: 409 })
    response.resume()
    expect(await get(name)).toMatchObject({
      state: 'FIX_IMPORT_STATE_CANCELLED',
      counts: { accepted: 9_000n },
      rowsRead: 9_000n,
    })
    expect(
      await failureOf(fixture.backend.call(cancelFixImport, { name }, fixture.tokens.submitter)),
    ).toMatchObject({ code: 'FAILED_PRECONDITION', reason: 'IMPORT_ENDED' })
  })

  test('puts nothing back of a person who is erased while it runs', async () => {
    const person = await fixture.createPerson('Eve', { externalId: 'eve-person' })
    await fixture.createDevice(person, 'phone', 'eve-phone')
    const { name, uri } = await begin()
    const upload = openUpload(uri)
    const answered = once(upload, 'response')
    const far = (second: number, device: string) => row(12, second, device).replace('47.5', '97.5')
    upload.write(header + far(0, 'eve-phone') + far(1, 'ann-phone') + rowsOf(12, 200))
    await expect.poll(async () => (await get(name)).rejections.length).toBe(2)
    upload.write(row(12, 0, 'eve-phone').repeat(200))
    await fixture.backend.call(
      PersonServiceService.erasePerson,
      { name: person.name },
      fixture.tokens.administrator,
    )
    upload.end(far(2, 'ann-phone'))
    const [response] = await answered
    expect(response.resume()).toMatchObject({ statusCode: 200 })
    const { rejections } = await get(name)
    expect(rejections.filter(({ line }) => line < 4n)).toMatchObject([{ line: 3n }])
    expect(rejections.at(-1)).toMatchObject({ line: 404n, field: 'lat' })
    expect(await fixCount('eve-phone')).toBe(0)
  })

  test('that broke off fails and keeps what came', async () => {
    const { name, uri } = await begin()
    const upload = openUpload(uri, { 'content-length': '1000000' })
    upload.write(`${header}${rowsOf(7, 20)}47.5,8.2`)
    await expect.poll(async () => (await get(name)).bytesRead).toBeGreaterThan(0n)
    upload.destroy()
    await expect.poll(async () => (await get(name)).state).toBe('FIX_IMPORT_STATE_FAILED')
    expect(await get(name)).toMatchObject({
      failure: expect.stringContaining('broke off'),
      counts: { accepted: 20n, duplicates: 0n, rejected: 0n },
    })
  })

  test('that was cancelled before its file came takes none', async () => {
    const { name, uri } = await begin()
    await fixture.backend.call(cancelFixImport, { name }, fixture.tokens.submitter)
    expect(await put(uri, header)).toMatchObject({ status: 409 })
  })
})

describe('the address of an upload', () => {
  test('takes one file', async () => {
    const { uri } = await begin()
    expect(await put(uri, header + row(8, 0))).toMatchObject({ status: 200 })
    expect(await put(uri, header + row(8, 1))).toMatchObject({ status: 409 })
    expect(await fetch(uri)).toMatchObject({ status: 405 })
  })

  test('is good for its import alone, and for an hour', async () => {
    const [one, two] = [await begin(), await begin()]
    const foreign = one.uri.replace(uuidOf(one), uuidOf(two))
    expect(await put(foreign, header)).toMatchObject({ status: 403 })
    expect(await put(one.uri.replace(/expires=\d+/, 'expires=99999999999'), header)).toMatchObject({
      status: 403,
    })
    expect(await put(one.uri.replace(/signature=.*/, 'signature='), header)).toMatchObject({ status: 403 })
    expect(await put(`${origin}/fix-imports/`, header)).toMatchObject({ status: 403 })
    const { dataSource } = fixture.backend.database
    await dataSource.query(`update fix_imports set expire_time = now() - interval '1 s' where id = $1`, [
      uuidOf(two),
    ])
    expect(await put(two.uri, header)).toMatchObject({ status: 409 })
    await endAbandoned(two.name)
    expect(await get(two.name)).toMatchObject({
      state: 'FIX_IMPORT_STATE_FAILED',
      failure: 'No file came within an hour.',
    })
  })

  test('is refused while three imports of the organisation run, and good afterwards', async () => {
    const running = await Promise.all([begin(), begin(), begin()])
    const uploads = running.map(({ uri }) => openUpload(uri))
    for (const upload of uploads) upload.write(header)
    for (const { name } of running)
      await expect.poll(async () => (await get(name)).state).toBe('FIX_IMPORT_STATE_RUNNING')
    const { uri } = await begin()
    expect(await put(uri, header + row(9, 0))).toMatchObject({ status: 429 })
    for (const [index, upload] of uploads.entries()) {
      upload.end(row(9, index + 1))
      const [response] = await once(upload, 'response')
      expect(response.resume()).toMatchObject({ statusCode: 200 })
    }
    expect(await put(uri, header + row(9, 0))).toMatchObject({ status: 200 })
  })

  test('is good only while whoever asked for it may still write fixes', async () => {
    const { name, uri } = await begin()
    const { dataSource } = fixture.backend.database
    const role = (to: string) =>
      dataSource.query(
        `update memberships set role = $1 where user_id = (select id from users where email = 'submitter@example.org')`,
        [to],
      )
    await role('MEMBER')
    try {
      expect(await put(uri, header + row(10, 0))).toMatchObject({ status: 400 })
    } finally {
      await role('SUBMITTER')
    }
    expect(await get(name)).toMatchObject({ failure: expect.stringContaining('may not write'), rowsRead: 0n })
  })
})

describe('imports', () => {
  test('are listed newest first, page by page, and only to their organisation', async () => {
    const begun = [await begin(), await begin(), await begin()]
    const list = (pageToken: string) =>
      fixture.backend.call(listFixImports, { parent: lab, pageSize: 2, pageToken }, fixture.tokens.submitter)
    const first = await list('')
    expect(first.fixImports.map(({ name }) => name)).toEqual([begun[2]!.name, begun[1]!.name])
    expect(first.fixImports[0]).toMatchObject({
      creatorDisplayName: expect.stringMatching(/./),
      rejections: [],
    })
    expect((await list(first.nextPageToken)).fixImports[0]).toMatchObject({ name: begun[0]!.name })
    const foreign = begun[0]!.name.replace(lab, other)
    for (const call of [getFixImport, cancelFixImport])
      expect(
        await failureOf(fixture.backend.call(call, { name: foreign }, fixture.tokens.rival)),
      ).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('refuse what they could not read', async () => {
    const person = await fixture.createPerson('Di')
    const device = await fixture.createDevice(person, 'phone')
    const cases = [
      [{ timeZone: 'Mars/Olympus' }, 'INVALID_ARGUMENT', ['time_zone']],
      [{ device: device.name, createMissing: true }, 'INVALID_ARGUMENT', ['create_missing']],
      [{ device: `${lab}/devices/${crypto.randomUUID()}` }, 'NOT_FOUND', []],
      [{ device: device.name.replace(lab, other) }, 'NOT_FOUND', []],
    ] as const
    for (const [fields, code, violated] of cases)
      expect(await failureOf(begin(fields, fixture.tokens.administrator))).toMatchObject({
        code,
        fields: violated,
      })
  })

  test('whose server went away are ended', async () => {
    const { name } = await begin()
    await fixture.backend.database.dataSource.query(
      `update fix_imports set state = 'RUNNING', heartbeat_time = now() - interval '61 s' where id = $1`,
      [uuidOf({ name })],
    )
    await endAbandoned(name)
    expect(await get(name)).toMatchObject({
      failure: expect.stringContaining('The server that read the file ended'),
    })
  })

  test('tell nothing of a person who was erased', async () => {
    const person = await fixture.createPerson('Secret Name', { externalId: 'secret-person' })
    const device = await fixture.createDevice(person, 'phone', 'secret-device')
    const mixed = await begin()
    const far = (name: string) => row(11, 0, name).replace('47.5', '97.5')
    await put(mixed.uri, header + far('secret-device') + far('ann-phone'))
    const own = await begin({ device: device.name, fileName: 'secret name.csv' })
    await put(own.uri, header + far('whoever'))
    const called = await begin({ fileName: 'Run of SECRET NAME.gpx' })
    expect(await get(mixed.name)).toMatchObject({ rejections: [{ line: 2n }, { line: 3n }] })
    await fixture.backend.call(
      PersonServiceService.erasePerson,
      { name: person.name },
      fixture.tokens.administrator,
    )
    expect(await get(mixed.name)).toMatchObject({ rejections: [{ line: 3n }] })
    expect(await get(own.name)).toMatchObject({ rejections: [], fileName: '-' })
    expect(await get(called.name)).toMatchObject({ fileName: '-' })
    const traces = await fixture.backend.database.dataSource.query(
      `select from fix_imports where fix_imports::text ilike '%secret%' or fix_imports::text like '%' || $1 || '%'`,
      [uuidOf(device)],
    )
    expect(traces).toEqual([])
  })
})

/** Runs the worker's part until it ended the import. */
async function endAbandoned(name: string): Promise<void> {
  const { dataSource } = fixture.backend.database
  const part = importsPart({ dataSource, log, intervalMs: 10 })
  await part.start()
  try {
    await expect.poll(async () => (await get(name)).state).toBe('FIX_IMPORT_STATE_FAILED')
  } finally {
    await part.stop()
    await setImmediate()
  }
}
