import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schemaErrors, schemasMissing } from '../testing/schemas.ts'
import { pathOf, type UwsFixture, uwsFixture } from '../testing/uws-fixture.ts'

let uws: UwsFixture
let job: string
beforeAll(async () => {
  uws = await uwsFixture({ waits: { maxSeconds: 0.01, maxWaits: 10 } })
  job = await pending()
})
afterAll(() => uws.stop())

async function pending(): Promise<string> {
  return pathOf((await uws.post('/uws/probe', 'ACT=write')).headers['location'])
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '-1',
    '0',
    '1e999',
    'NaN',
    '\r\nX-Evil: 1',
    '\0',
    '../..',
    '%',
    '<x/>',
    '2999-01-01',
    'RUN',
    'DELETE',
  ),
)
const name = fc.oneof(
  fc.constantFrom(
    'ACT',
    'PHASE',
    'RUNID',
    'WAIT',
    'AFTER',
    'LAST',
    'ACTION',
    'EXECUTIONDURATION',
    'DESTRUCTION',
    '__proto__',
  ),
  text,
)
const form = fc
  .array(fc.tuple(name, text), { maxLength: 5 })
  .map((pairs) =>
    pairs.map((pair) => pair.map((each) => encodeURIComponent(each.toWellFormed())).join('=')).join('&'),
  )
const resource = fc.oneof(
  fc.constantFrom(
    '',
    'phase',
    'executionduration',
    'destruction',
    'quote',
    'owner',
    'error',
    'results',
    'parameters',
    'parameters/ACT',
    'results/x',
  ),
  text.map((each) => encodeURIComponent(each.toWellFormed())),
  fc.stringMatching(/^[!-~]{0,20}$/),
)
const headers = fc.oneof(
  fc.constant({ 'content-type': 'application/x-www-form-urlencoded' }),
  fc.constant({ 'content-type': 'multipart/form-data; boundary=b' }),
  fc.stringMatching(/^[ -~]{0,40}$/).map((type) => ({ 'content-type': type })),
)
const body = fc.oneof(
  form,
  fc
    .array(fc.tuple(name, text), { maxLength: 3 })
    .map((pairs) =>
      [
        ...pairs.map(
          ([each, value]) => `--b\r\ncontent-disposition: form-data; name="${each}"\r\n\r\n${value}\r\n`,
        ),
        '--b--',
      ].join(''),
    ),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
)

test('no request, however strange, is a defect, breaks a header, or is answered by XML that is none', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
      fc.boolean(),
      resource,
      form,
      headers,
      body,
      async (method, ofJob, below, query, type, content) => {
        const path = `${ofJob ? job : '/uws/probe'}/${below}?${query}`
        const sends = method === 'POST' || method === 'PUT'
        const answer = await uws.send(path, sends ? { method, headers: type, body: content } : { method })
        expect([path, method, answer.status]).toEqual([
          path,
          method,
          expect.toSatisfy((status) => status < 500),
        ])
        expect(answer.headers['x-evil']).toBeUndefined()
        // Some of them delete it.
        if ((await uws.get(`${job}/phase`)).status === 404) job = await pending()
      },
    ),
    { numRuns: 300 },
  )
  expect((await uws.get('/uws/probe?LAST=1')).status).toBe(200)
  if (schemasMissing === undefined) {
    const votables = uws.documents.filter((document) => document.includes('<VOTABLE '))
    const others = uws.documents.filter((document) => !document.includes('<VOTABLE '))
    expect(await schemaErrors('VOTable.xsd', votables)).toEqual([])
    expect(await schemaErrors('UWS.xsd', others)).toEqual([])
  }
}, 60_000)
