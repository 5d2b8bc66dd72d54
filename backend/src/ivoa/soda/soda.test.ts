import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createProcessExecution } from '../../adapters/execution/process/index.ts'
import { createDisabledScanner } from '../../adapters/scanner/disabled/index.ts'
import { jobServices } from '../../job-services.ts'
import { ImmediateCharges } from '../../modules/credits/index.ts'
import { addClass, issue } from '../../modules/credits/testing/ledger-fixture.ts'
import { ImmediateJobs } from '../../modules/jobs/index.ts'
import { pixelValue, skyImage, tan } from '../../modules/jobs/testing/sky-images.ts'
import type { Execution } from '../../ports/execution.ts'
import type { HttpRoute } from '../../server/http-route.ts'
import { localCalls } from '../../server/local-calls.ts'
import type { TaskRunnerConfiguration } from '../../task-runner.ts'
import { startTestBackend, type TestBackend } from '../../testing/backend.ts'
import { ivoaRoutes } from '../index.ts'
import { type HttpFixture, httpFixture, type RawRequest, rawRequest } from '../testing/http-fixture.ts'

const PUBLIC_URL = 'https://data.example.org'
const CIRCLE = encodeURIComponent('10 20 0.1')

let backend: TestBackend
let server: HttpFixture
let scratch: string
let working = true
/** Keeps what runs from ending before a test has looked at it. */
let gate: Promise<void> | undefined
const ended = new AsyncDisposableStack()

beforeAll(async () => {
  const member = (name: string, role: 'SUBMITTER' | 'MEMBER') => ({ email: `${name}@example.org`, role })
  const organization = (slug: string, members: ReturnType<typeof member>[]) => ({
    slug,
    displayName: slug,
    kind: 'MEMBER' as const,
    members,
  })
  backend = await startTestBackend({
    organizations: [
      organization('observatory', [member('alice', 'SUBMITTER'), member('mallory', 'MEMBER')]),
      organization('elsewhere', [member('dave', 'SUBMITTER')]),
    ],
  })
  ended.defer(() => backend.stop())
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-soda-'))
  ended.defer(() => rm(folder, { recursive: true, force: true }))
  scratch = join(folder, 'scratch')
  const image = await skyImage(folder, 'tile', tan)
  const execution = createProcessExecution({
    entry: new URL('../../task-runner.ts', import.meta.url),
    configuration: {
      s3: undefined,
      objects: { kind: 'filesystem', folder },
    } satisfies TaskRunnerConfiguration,
  })
  ended.defer(() => execution.close())
  const gated: Execution = {
    warm: () => execution.warm(),
    close: () => execution.close(),
    async run(request) {
      if (gate !== undefined) await Promise.race([gate, once(request.signal, 'abort')])
      return execution.run(request)
    },
  }
  const routes: HttpRoute[] = ivoaRoutes({
    calls: localCalls(backend.modules.services, backend.modules.environment),
    publicUrl: PUBLIC_URL,
    services: jobServices,
    immediate: new ImmediateJobs({
      services: jobServices,
      dataset: async (_organization, id) => (id === 'tile' ? image : undefined),
      execution: gated,
      scanner: createDisabledScanner(),
      scratchFolder: scratch,
      limits: { slots: 1, perOrganization: 3 },
      charges: new ImmediateCharges(dataSource()),
    }),
    check: async () => {
      if (!working) throw new Error('the database is away')
    },
  })
  server = await httpFixture(routes)
  ended.defer(() => server.stop())
})

afterAll(() => ended.disposeAsync())

const dataSource = () => backend.database.dataSource

async function ask(path: string, as = 'alice', options: RawRequest = {}) {
  const signedIn: Record<string, string> =
    as === '' ? {} : { authorization: `Bearer ${await backend.issuer.tokenOf(as)}` }
  return rawRequest(server.origin, path, { ...options, headers: { ...signedIn, ...options.headers } })
}

async function bytesOf(path: string): Promise<{ answer: Response; bytes: Buffer }> {
  const authorization = `Bearer ${await backend.issuer.tokenOf('alice')}`
  const answer = await fetch(`${server.origin}${path}`, { headers: { authorization } })
  return { answer, bytes: Buffer.from(await answer.arrayBuffer()) }
}

describe('SODA sync', () => {
  test('answers with the FITS file, named, of known length, and keeps nothing', async () => {
    const { answer, bytes } = await bytesOf(`/soda/sync?ID=tile&CIRCLE=${CIRCLE}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/fits')
    expect(answer.headers.get('content-disposition')).toContain('filename="tile-circle-1.fits"')
    expect(answer.headers.get('content-length')).toBe(String(bytes.length))
    const header = bytes.subarray(0, 2880).toString()
    const width = Number(/NAXIS1 {2}= +(\d+)/.exec(header)?.[1])
    expect(width).toBe(20)
    // The box of 20 x 20 pixels around the centre, 50.5, begins at pixel 41.
    const dataAt = bytes.indexOf('END'.padEnd(80)) > 2880 ? 5760 : 2880
    expect(bytes.readFloatBE(dataAt)).toBe(pixelValue(41, 41))
    await expect.poll(() => readdir(scratch)).toEqual([])
  })

  test('takes parameters in any case, by POST, and of a named organisation', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const posted = await ask('/soda/organizations/observatory/sync', 'alice', {
      method: 'POST',
      headers: form,
      body: `id=tile&pos=${encodeURIComponent('RANGE 9.95 10.05 19.95 20.05')}&ResponseFormat=application/fits`,
    })
    expect([posted.status, posted.headers['content-type']]).toEqual([200, 'application/fits'])
  })

  test('answers 204 for a region without a pixel, and with nothing else', async () => {
    const answer = await ask(`/soda/sync?ID=tile&CIRCLE=${encodeURIComponent('200 -20 0.1')}`)
    expect([answer.status, answer.body]).toEqual([204, ''])
  })

  test('answers 402 and what is needed when credits are too few, and with the file when they are not', async () => {
    const classId = await addClass(dataSource(), { code: 'cosmos' })
    await dataSource().query(
      `insert into credit_prices (service, class_id, per_job, per_task_second, per_output_gb, free_per_month)
       values ('preview', $1, 100, 0, 0, 0)`,
      [classId],
    )
    const preview = () => ask('/soda/preview?ID=tile')
    const refused = await preview()
    expect([refused.status, refused.headers['content-type']]).toEqual([402, 'text/plain; charset=utf-8'])
    expect(refused.body).toMatch(
      /^UsageError: There are not enough credits\. It needs 1\.00 credits of cosmos to be set aside, and 0\.00 credits were available\./,
    )
    const [organization] = await dataSource().query(`select id from organizations where slug = 'observatory'`)
    await issue(dataSource(), organization.id, classId, 150n)
    expect((await preview()).status).toBe(200)
    expect((await preview()).status).toBe(402)
    await dataSource().query(`delete from credit_prices`)
  })

  const refusals: [what: string, query: string, status: number, text: RegExp][] = [
    ['no region', 'ID=tile', 400, /^UsageError: .*required/],
    ['no dataset', `CIRCLE=${CIRCLE}`, 400, /^UsageError: .*ID is required/],
    ['a circle that is none', 'ID=tile&CIRCLE=here', 400, /^UsageError: CIRCLE/],
    ['a parameter that is none', `ID=tile&CIRCLE=${CIRCLE}&COLOUR=red`, 400, /^UsageError: COLOUR/],
    ['a dataset that is not there', `ID=nothing&CIRCLE=${CIRCLE}`, 404, /^UsageError: ID/],
    [
      'two circles',
      `ID=tile&CIRCLE=${CIRCLE}&CIRCLE=${CIRCLE}`,
      400,
      /^MultiValuedParamNotSupported: .*CIRCLE/,
    ],
    ['two datasets', `ID=tile&ID=other&CIRCLE=${CIRCLE}`, 400, /^MultiValuedParamNotSupported: .*ID/],
    [
      'two kinds of region',
      `ID=tile&CIRCLE=${CIRCLE}&POS=CIRCLE+${CIRCLE}`,
      400,
      /^MultiValuedParamNotSupported/,
    ],
    ['a band of an image', 'ID=tile&BAND=1e-7+2e-7', 400, /^UsageError: ID.*spectral/],
    [
      'another format',
      `ID=tile&CIRCLE=${CIRCLE}&RESPONSEFORMAT=image/jpeg`,
      415,
      /^UsageError: RESPONSEFORMAT/,
    ],
  ]
  test.each(refusals)(
    'refuses %s in words that begin with SODA’s label',
    async (_what, query, status, text) => {
      const answer = await ask(`/soda/sync?${query}`)
      expect(answer.body).toMatch(text)
      expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/plain; charset=utf-8'])
    },
  )

  test('asks who it is, and whether they may', async () => {
    const path = `/soda/sync?ID=tile&CIRCLE=${CIRCLE}`
    const stranger = await ask(path, '')
    expect([stranger.status, stranger.headers['www-authenticate']]).toEqual([401, 'Bearer realm="fairlead"'])
    expect(stranger.body).toMatch(/^AuthenticationError: /)
    // Before it takes a form from anybody.
    const form = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    for (const base of ['/soda', '/soda/organizations/observatory']) {
      expect((await ask(`${base}/sync`, '', form)).status).toBe(401)
    }
    const reader = await ask(path, 'mallory')
    expect([reader.status, reader.body]).toEqual([403, expect.stringMatching(/^AuthorizationError: /)])
    const foreign = await ask(`/soda/organizations/elsewhere/sync?ID=tile&CIRCLE=${CIRCLE}`)
    expect([foreign.status, foreign.body]).toEqual([403, expect.stringMatching(/^AuthorizationError: /)])
  })

  test('tells who asks for too much at once when to come back', async () => {
    const path = `/soda/sync?ID=tile&CIRCLE=${CIRCLE}`
    const { promise, resolve: open } = Promise.withResolvers<void>()
    gate = promise
    const first = [ask(path), ask(path), ask(path)]
    await expect.poll(() => readdir(scratch)).toHaveLength(1)
    const refused = await ask(path)
    expect(refused.status).toBe(429)
    expect(refused.headers['retry-after']).toMatch(/^\d+$/)
    expect(refused.body).toMatch(/^ServiceUnavailable: .*3 requests under way/)
    gate = undefined
    open()
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200])
    // An answer counts until its file is gone, which may be after its reader has it.
    await expect.poll(() => readdir(scratch)).toEqual([])
  })

  test('leaves nothing running and nothing on disk when the client goes', async () => {
    const path = `/soda/sync?ID=tile&CIRCLE=${CIRCLE}`
    const leaver = new AbortController()
    const authorization = `Bearer ${await backend.issuer.tokenOf('alice')}`
    gate = new Promise(() => undefined)
    onTestFinished(() => {
      gate = undefined
    })
    const asked = fetch(`${server.origin}${path}`, { headers: { authorization }, signal: leaver.signal })
    const refused = expect(asked).rejects.toThrow()
    await expect.poll(() => readdir(scratch)).toHaveLength(1)
    leaver.abort()
    await refused
    await expect.poll(() => readdir(scratch)).toEqual([])
    gate = undefined
    expect((await ask(path)).status).toBe(200)
  })

  test('shows a picture of a dataset', async () => {
    const { answer, bytes } = await bytesOf('/soda/preview?ID=tile')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  })

  test.each([
    '/soda/sync/more',
    '/soda/other',
    '/soda/organizations/observatory',
    '/soda/organizations/../sync',
  ])('has nothing at %s', async (path) => {
    expect((await ask(path)).status).toBe(404)
  })
})

describe('SODA async', () => {
  test('is the jobs of /uws/cutout, at its own addresses', async () => {
    const answer = await ask('/soda/async')
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/xml; charset=utf-8'])
    expect(answer.body).toContain('<uws:jobs')
    expect((await ask('/soda/async', '')).status).toBe(401)
  })
})

describe('VOSI', () => {
  test.each([
    '/soda',
    '/soda/organizations/observatory',
    '/uws',
    '/uws/cutout',
    '/uws/organizations/observatory/preview',
  ])('stands below %s, for everyone', async (base) => {
    const capabilities = await ask(`${base}/capabilities`, '')
    expect(capabilities.status).toBe(200)
    expect(capabilities.body).toContain(`<accessURL use="full">${PUBLIC_URL}${base}/capabilities</accessURL>`)
    expect(capabilities.body).toContain('<securityMethod standardID="ivo://ivoa.net/sso#OAuth"/>')
    const availability = await ask(`${base}/availability`, '')
    expect(availability.body).toContain('<vosi:available>true</vosi:available>')
  })

  test('names SODA by its standard, with its parameters', async () => {
    const { body } = await ask('/soda/capabilities', '')
    for (const id of ['SODA#sync-1.0', 'SODA#async-1.0', 'DataLink#links-1.1', 'VOSI#availability']) {
      expect(body).toContain(`standardID="ivo://ivoa.net/std/${id}"`)
    }
    expect(body).toContain('<name>BAND</name>')
    expect(body).toContain('<ucd>em.wl;stat.interval</ucd>')
  })

  test('says that the services cannot be used when they cannot', async () => {
    working = false
    const { status, body } = await ask('/soda/availability', '')
    working = true
    expect(status).toBe(200)
    expect(body).toContain('<vosi:available>false</vosi:available>')
    expect(body).not.toContain('database')
  })

  test('has no document of a service that is not there, and takes no other method', async () => {
    expect((await ask('/uws/nothing/capabilities', '')).status).toBe(404)
    const posted = await ask('/soda/capabilities', '', { method: 'POST' })
    expect([posted.status, posted.headers['allow']]).toEqual([405, 'GET, HEAD'])
  })
})

describe('DataLink', () => {
  test('says of each dataset what is wrong with it, and refuses what is wrong with the request', async () => {
    const found = await ask('/soda/links?ID=nothing&ID=not%2Fan%2Fid')
    expect(found.headers['content-type']).toBe('application/x-votable+xml;content=datalink')
    expect(found.body).toContain('NotFoundFault')
    expect(found.body).toContain('UsageFault')
    expect((await ask('/soda/links?ID=tile', '')).status).toBe(401)
    expect((await ask('/soda/links?ID=tile&RESPONSEFORMAT=csv')).status).toBe(415)
    const many = Array.from({ length: 101 }, (_, index) => `ID=tile-${index}`).join('&')
    expect(await ask(`/soda/links?${many}`)).toMatchObject({ status: 400 })
  })

  test('describes the services for any dataset when none is named', async () => {
    const { body } = await ask('/soda/links')
    expect(body).toContain('ref="primaryID"')
    expect(body).toContain(`value="${PUBLIC_URL}/soda/sync"`)
    expect(body).toContain('<TABLEDATA></TABLEDATA>')
  })
})
