import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OperatorFixture, operatorFixture } from './testing/operator-fixture.ts'

let operator: OperatorFixture
beforeAll(async () => {
  operator = await operatorFixture()
})
afterAll(() => operator.stop())

const MINUTE = 60_000
const owner = '0xowner'
/** The least that asks for nothing that would be there. */
const nothing = { owner, agreementId: 'none' }

const nonces = async () => {
  const [row] = await operator.backend.database.dataSource.query(
    'select count(*)::int as count from operator_nonces',
  )
  return row.count as number
}

describe('a signed request', () => {
  test('is done once, and refused when it is sent again', async () => {
    const request = operator.signed(nothing)
    expect(await operator.send('PUT', 'compute', request)).toMatchObject({ status: 200, json: [] })
    expect(await operator.send('PUT', 'compute', request)).toMatchObject({
      status: 401,
      json: { error: 'nonce: was used before. Sign each request anew.' },
    })
    // Nor for something else.
    expect(await operator.send('DELETE', 'compute', request)).toMatchObject({ status: 401 })
    expect(await operator.send('GET', 'compute', request)).toMatchObject({ status: 401 })
  })

  test('is done once of twenty that come at the same time', async () => {
    const request = operator.signed(nothing)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => operator.send('PUT', 'compute', request)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(401)])
  })

  test.each(['owner', 'jobId', 'nonce'])('is refused when its %s was edited', async (field) => {
    const jobId = '01890000-0000-7000-8000-000000000000'
    const request = operator.signed({ owner, jobId })
    const edited = { ...request, [field]: field === 'nonce' ? operator.nonce() : '0xother' }
    expect(await operator.send('PUT', 'compute', edited)).toMatchObject({
      status: 401,
      json: { error: expect.stringContaining('not among the providers that are allowed here') },
    })
  })

  test('is refused when a provider signed it that is not on the list, and leaves nothing', async () => {
    const before = await nonces()
    const { json, status } = await operator.send(
      'PUT',
      'compute',
      operator.signed(nothing, operator.stranger),
    )
    expect(status).toBe(401)
    expect(json).toEqual({ error: expect.stringContaining(operator.stranger.address) })
    expect(await nonces()).toBe(before)
  })

  test.each([
    ['an hour ago', () => Date.now() - 60 * MINUTE],
    ['6 minutes ago', () => Date.now() - 6 * MINUTE],
    ['6 minutes from now', () => Date.now() + 6 * MINUTE],
    ['in seconds', () => Math.floor(Date.now() / 1000)],
    ['0', () => 0],
    ['the greatest bigint', () => 2n ** 63n - 1n],
    ['beyond every bigint', () => 10n ** 39n],
  ])('is refused with a nonce of %s, which locks nobody out', async (_when, nonce) => {
    const before = await nonces()
    const request = operator.signed(nothing, operator.providers.near, String(nonce()))
    expect(await operator.send('PUT', 'compute', request)).toMatchObject({
      status: 401,
      json: { error: expect.stringMatching(/^nonce: must be the time in milliseconds, within 5 minutes/) },
    })
    expect(await nonces()).toBe(before)
    expect(await operator.send('PUT', 'compute', operator.signed(nothing))).toMatchObject({ status: 200 })
  })

  test.each([
    ['2 minutes ago', -2 * MINUTE],
    ['2 minutes from now', 2 * MINUTE],
  ])('is done with a nonce of %s, also after a later one', async (_when, offset) => {
    const request = operator.signed(nothing, operator.providers.near, String(Date.now() + offset))
    expect(await operator.send('PUT', 'compute', request)).toMatchObject({ status: 200 })
  })

  test('may have the nonce of another provider’s', async () => {
    const nonce = operator.nonce()
    for (const provider of [operator.providers.near, operator.providers.far]) {
      const request = operator.signed(nothing, provider, nonce)
      expect(await operator.send('PUT', 'compute', request)).toMatchObject({ status: 200 })
    }
  })

  test('may have its nonce as a number', async () => {
    const request = operator.signed(nothing)
    const answer = await operator.send('PUT', 'compute', { ...request, nonce: Number(request['nonce']) })
    expect(answer).toMatchObject({ status: 200 })
  })

  test('is refused for a provider whose user is no member', async () => {
    const job = await operator.job('wait /never', { agreementId: '0xgone' })
    const { dataSource } = operator.backend.database
    await dataSource.query('update operator_jobs set provider = $1 where job_id = $2', [
      operator.providers.gone.address,
      job,
    ])
    const request = operator.signed({ owner, jobId: job }, operator.providers.gone)
    expect(await operator.send('PUT', 'compute', request)).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('no member of it') },
    })
  })

  test('sweeps nonces that are good for nothing any more', async () => {
    const { dataSource } = operator.backend.database
    await dataSource.query(
      `insert into operator_nonces (provider, nonce, create_time)
       select 'old', n, now() - interval '2 hours' from generate_series(1, 50) n`,
    )
    await operator.send('PUT', 'compute', operator.signed(nothing))
    const left = await dataSource.query(`select from operator_nonces where provider = 'old'`)
    expect(left).toHaveLength(0)
  })
})

describe('a request is refused that', () => {
  test.each([
    ['has a body that is not JSON', '{"owner":', 'The body is not JSON.'],
    ['has a list in its body', '[]', 'The body is not a JSON object.'],
    ['has null in its body', 'null', 'The body is not a JSON object.'],
    ['has no body', '', '"owner" is required.'],
    ['has no owner', '{"nonce": 1}', '"owner" is required.'],
    [
      'has an owner that is no text',
      '{"owner": {}, "providerSignature": "x", "nonce": 1}',
      'owner: must be a text.',
    ],
    ['has an empty owner', '{"owner": "", "providerSignature": "x", "nonce": 1}', 'owner: is empty.'],
    [
      'has an owner with a control character',
      '{"owner": "a\\u0000", "providerSignature": "x", "nonce": 1}',
      'owner: holds a character that no name has.',
    ],
    [
      'has half a character in its owner',
      '{"owner": "\\ud83d", "providerSignature": "x", "nonce": 1}',
      'owner: holds a character that no name has.',
    ],
    ['has no signature', '{"owner": "o", "nonce": 1}', '"providerSignature" is required.'],
    ['has no nonce', '{"owner": "o", "providerSignature": "x"}', '"nonce" is required.'],
    [
      'has a nonce with a fraction',
      '{"owner": "o", "providerSignature": "x", "nonce": 1.5}',
      'nonce: must be a time in milliseconds, in digits.',
    ],
    [
      'has a negative nonce',
      '{"owner": "o", "providerSignature": "x", "nonce": "-1"}',
      'nonce: must be a time in milliseconds, in digits.',
    ],
  ])('%s', async (_what, body, error) => {
    expect(await operator.raw('compute', { method: 'PUT', body })).toMatchObject({
      status: 400,
      json: { error },
    })
  })

  test('has a signature that is none', async () => {
    const request = { ...operator.signed(nothing), providerSignature: 'someRandomSignature' }
    expect(await operator.send('PUT', 'compute', request)).toMatchObject({
      status: 401,
      json: { error: 'providerSignature: is no signature. It has 65 bytes, in hexadecimal.' },
    })
  })

  test('names nothing that is to be stopped', async () => {
    for (const method of ['PUT', 'DELETE']) {
      expect(await operator.send(method, 'compute', operator.signed({ owner }))).toMatchObject({
        status: 400,
        json: { error: '"agreementId" or "jobId" is required.' },
      })
    }
    expect(await operator.send('GET', 'compute', { owner })).toMatchObject({ status: 400 })
  })

  test('says the same thing twice', async () => {
    expect(await operator.raw('compute?owner=a&owner=b')).toMatchObject({
      status: 400,
      json: { error: '"owner" is given more than once.' },
    })
  })

  test.each([
    ['says so', { 'content-length': String(2 ** 20 + 1) }],
    ['does not', {}],
  ])('is larger than a request may be, and %s', async (_how, headers) => {
    const body = [Buffer.alloc(2 ** 20), Buffer.alloc(1)]
    expect(await operator.raw('compute', { method: 'POST', headers, body })).toMatchObject({
      status: 413,
      json: { error: 'A request may have 1048576 bytes.' },
    })
  })

  test('is of a method that its address does not have', async () => {
    expect(await operator.raw('compute', { method: 'PATCH' })).toMatchObject({
      status: 405,
      headers: { allow: 'POST, PUT, DELETE, GET' },
    })
    expect(await operator.raw('runningjobs', { method: 'POST' })).toMatchObject({ status: 405 })
  })

  test.each(['', 'compute/', 'computer', '__proto__', 'constructor'])('is for %j', async (path) => {
    expect(await operator.raw(path)).toMatchObject({
      status: 404,
      json: { error: 'There is nothing at this address.' },
    })
  })
})

test('without providers nobody is let in, and there is nothing to see', async () => {
  const closed = await operatorFixture({ providers: [] })
  try {
    expect(await closed.send('PUT', 'compute', closed.signed(nothing))).toMatchObject({ status: 401 })
    expect(await closed.send('GET', 'runningjobs', closed.signed({}))).toMatchObject({ status: 401 })
    expect(await closed.send('GET', 'compute', nothing)).toMatchObject({ status: 200, json: [] })
    expect(await closed.raw('environments?chainId=1')).toMatchObject({ status: 200, json: [] })
  } finally {
    await closed.stop()
  }
})
