import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OperatorFixture, operatorFixture } from './testing/operator-fixture.ts'

/* Jobs of the probe stand in for those of workflows: from here on they are the same. */

let operator: OperatorFixture
beforeAll(async () => {
  operator = await operatorFixture()
})
afterAll(() => operator.stop())

const owner = '0xowner'
let agreements = 0
const agreement = () => `0xagreement${agreements++}`
const stuck = (of: { agreementId: string; owner?: string }) => operator.job('wait /never', of)

describe('a status', () => {
  test('is that of the jobs that are named', async () => {
    const agreementId = agreement()
    const jobId = await stuck({ agreementId })
    const expected = {
      owner,
      agreementId,
      jobId,
      dateCreated: expect.stringMatching(/^\d{10}(\.\d+)?$/),
      dateFinished: null,
      status: 1,
      statusText: 'Warming up',
      algologUrl: '',
      configlogUrl: '',
      publishlogUrl: '',
      outputsUrl: [],
      stopreq: 0,
      removed: 0,
    }
    for (const named of [{ jobId }, { agreementId }, { jobId, agreementId }]) {
      expect(await operator.send('GET', 'compute', { owner, ...named })).toMatchObject({
        status: 200,
        json: [expected],
      })
      expect(await operator.send('GET', 'compute', operator.signed({ owner, ...named }))).toMatchObject({
        json: [expected],
      })
    }
  })

  test('is told of all of an owner to who has signed', async () => {
    const someone = '0xsomeone'
    const first = await stuck({ agreementId: agreement(), owner: someone })
    const second = await stuck({ agreementId: agreement(), owner: someone })
    const { json } = await operator.send('GET', 'compute', operator.signed({ owner: someone }))
    expect((json as { jobId: string }[]).map(({ jobId }) => jobId)).toEqual([second, first])
  })

  test('is none for another owner, another agreement, or what is no job', async () => {
    const agreementId = agreement()
    const jobId = await stuck({ agreementId })
    for (const named of [
      { owner: '0xother', jobId },
      { owner, agreementId: 'other', jobId },
      { owner, jobId: '01890000-0000-7000-8000-000000000000' },
      { owner, jobId: "'; drop table jobs; --" },
    ]) {
      expect(await operator.send('GET', 'compute', named)).toMatchObject({ status: 200, json: [] })
      expect(await operator.send('PUT', 'compute', operator.signed(named))).toMatchObject({ json: [] })
      expect(await operator.send('DELETE', 'compute', operator.signed(named))).toMatchObject({ json: [] })
    }
    expect(await operator.send('GET', 'compute', { owner, jobId })).toMatchObject({ json: [{ status: 1 }] })
  })
})

test('another provider cannot see, stop or delete a job, nor fetch from it', async () => {
  const jobId = await stuck({ agreementId: agreement() })
  const { far } = operator.providers
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const answer = await operator.send(method, 'compute', operator.signed({ owner, jobId }, far))
    expect(answer, method).toMatchObject({ status: 200, json: [] })
  }
  const fetched = await operator.send('GET', 'getResult', operator.signed({ owner, jobId, index: 0 }, far))
  expect(fetched).toMatchObject({ status: 404, json: { error: 'jobId: this owner has no such job.' } })
  expect(await operator.send('GET', 'compute', { owner, jobId })).toMatchObject({ json: [{ stopreq: 0 }] })
})

test('a job is stopped, and again without an error', async () => {
  const jobId = await stuck({ agreementId: agreement() })
  for (const _attempt of ['first', 'second']) {
    expect(await operator.send('PUT', 'compute', operator.signed({ owner, jobId }))).toMatchObject({
      status: 200,
      json: [
        {
          jobId,
          status: 70,
          statusText: expect.stringMatching(/^Job stopped \(CANCELLED_BY_USER: /),
          stopreq: 1,
          removed: 0,
          dateFinished: expect.stringMatching(/^\d{10}(\.\d+)?$/),
        },
      ],
    })
  }
  // Why is told to who has signed.
  expect(await operator.send('GET', 'compute', { owner, jobId })).toMatchObject({
    json: [{ statusText: 'Job stopped' }],
  })
})

test('a job is deleted, and stopped before', async () => {
  const jobId = await stuck({ agreementId: agreement() })
  expect(await operator.send('DELETE', 'compute', operator.signed({ owner, jobId }))).toMatchObject({
    status: 200,
    json: [{ jobId, status: 70, stopreq: 1, removed: 1 }],
  })
  expect(await operator.send('GET', 'compute', { owner, jobId })).toMatchObject({ json: [] })
  expect(await operator.send('DELETE', 'compute', operator.signed({ owner, jobId }))).toMatchObject({
    status: 200,
    json: [],
  })
})

test('jobs of an agreement are stopped together', async () => {
  const agreementId = agreement()
  const ended = await stuck({ agreementId })
  await operator.send('PUT', 'compute', operator.signed({ owner, jobId: ended }))
  const runs = await stuck({ agreementId })
  const { json } = await operator.send('PUT', 'compute', operator.signed({ owner, agreementId }))
  expect(json).toMatchObject([
    { jobId: runs, stopreq: 1 },
    { jobId: ended, stopreq: 1 },
  ])
})

describe('running jobs', () => {
  test('are the signer’s own that have not ended', async () => {
    const someone = '0xrunner'
    const of = () => ({ agreementId: agreement(), owner: someone })
    const ended = await stuck(of())
    await operator.send('PUT', 'compute', operator.signed({ owner: someone, jobId: ended }))
    const runs = await stuck(of())
    await operator.job('wait /never', { ...of(), provider: operator.providers.far })
    const { json, status } = await operator.send('GET', 'runningjobs', operator.signed({ owner: someone }))
    expect(status).toBe(200)
    expect(json).toMatchObject([{ jobId: runs, owner: someone }])
    const all = await operator.send('GET', 'runningjobs', operator.signed({}))
    expect(all.json).toContainEqual(expect.objectContaining({ jobId: runs }))
    expect(all.json).not.toContainEqual(expect.objectContaining({ jobId: ended }))
  })

  test('are told to nobody who has not signed', async () => {
    expect(await operator.raw('runningjobs')).toMatchObject({
      status: 400,
      json: { error: '"providerSignature" is required.' },
    })
    const request = operator.signed({}, operator.stranger)
    expect(await operator.send('GET', 'runningjobs', request)).toMatchObject({ status: 401 })
  })
})
