import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OperatorFixture, operatorFixture } from './testing/operator-fixture.ts'

/* Jobs of the probe stand in for those of workflows: what becomes of their files is the same. */

let operator: OperatorFixture
beforeAll(async () => {
  operator = await operatorFixture()
  await operator.startWorker()
})
afterAll(() => operator.stop())

const owner = '0xowner'

describe('a job that has run', () => {
  let jobId: string
  beforeAll(async () => {
    jobId = await operator.job('write hello', { agreementId: '0xresults' })
    await operator.until(jobId, 70)
  })

  test('tells where its files are to who has signed', async () => {
    const { json } = await operator.send('GET', 'compute', operator.signed({ owner, jobId }))
    expect(json).toMatchObject([
      {
        status: 70,
        statusText: 'Job completed',
        stopreq: 0,
        outputsUrl: [expect.stringMatching(/^https:\/\/data\.example\.org\/objects\/.*answer\.txt/)],
        dateFinished: expect.any(String),
      },
    ])
    const unsigned = await operator.send('GET', 'compute', { owner, jobId })
    expect(unsigned.json).toMatchObject([{ status: 70, outputsUrl: [] }])
  })

  test('gives a file', async () => {
    const answer = await operator.send('GET', 'getResult', operator.signed({ owner, jobId, index: 0 }))
    expect(answer).toMatchObject({
      status: 200,
      body: 'hello',
      headers: {
        'content-type': 'text/plain',
        'content-length': '5',
        'content-disposition': expect.stringContaining('attachment; filename="answer.txt"'),
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      },
    })
  })

  test('gives none that was signed for another owner, or by nobody', async () => {
    const other = operator.signed({ owner: '0xother', jobId, index: 0 })
    expect(await operator.send('GET', 'getResult', other)).toMatchObject({ status: 404 })
    const request = operator.signed({ owner, jobId, index: 0 })
    expect(await operator.send('GET', 'getResult', { ...request, owner: '0xother' })).toMatchObject({
      status: 401,
    })
    expect(await operator.send('GET', 'getResult', { owner, jobId, index: 0 })).toMatchObject({ status: 400 })
    expect(await operator.send('GET', 'getResult', request)).toMatchObject({ status: 200 })
    expect(await operator.send('GET', 'getResult', request)).toMatchObject({ status: 401 })
  })

  test.each([
    ['1', 404, 'index: the job has 1 results, numbered from 0.'],
    ['-1', 400, 'index: must be a whole number, at least 0.'],
    ['1e99', 400, 'index: must be a whole number, at least 0.'],
    ['', 400, 'index: must be a whole number, at least 0.'],
  ])('has no file %j', async (index, status, error) => {
    const request = operator.signed({ owner, jobId, index })
    expect(await operator.send('GET', 'getResult', request)).toMatchObject({ status, json: { error } })
  })

  test('gives no file that was not released', async () => {
    const { dataSource } = operator.backend.database
    await dataSource.query(`update job_results set scan_state = 'PENDING' where job_id = $1`, [jobId])
    const request = operator.signed({ owner, jobId, index: 0 })
    expect(await operator.send('GET', 'getResult', request)).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('has not been scanned yet') },
    })
  })
})

test('a job that failed has ended, and says why to who has signed', async () => {
  const jobId = await operator.job('fail secret', { agreementId: '0xfailure' })
  await operator.until(jobId, 70)
  const { json } = await operator.send('GET', 'compute', operator.signed({ owner, jobId }))
  expect(json).toMatchObject([{ status: 70, statusText: expect.stringMatching(/^Job failed \(.+\)$/) }])
  expect(await operator.send('GET', 'compute', { owner, jobId })).toMatchObject({
    json: [{ statusText: 'Job failed' }],
  })
})
