import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schemaErrors, schemasMissing } from '../testing/schemas.ts'
import { PUBLIC_URL, pathOf, type UwsFixture, uwsFixture } from '../testing/uws-fixture.ts'

let uws: UwsFixture
beforeAll(async () => {
  uws = await uwsFixture()
})
afterAll(() => uws.stop())

const LIST = '/uws/probe'
const ABSENT = `${LIST}/0190f0e0-0000-7000-8000-000000000000`

/** The path of a new PENDING job. */
async function pending(form = 'ACT=write%20x', as = 'alice'): Promise<string> {
  const { status, headers } = await uws.post(LIST, form, as)
  expect(status).toBe(303)
  return pathOf(headers['location'])
}

/** The text of the first element of that name. */
function textOf(document: string, name: string): string | undefined {
  return new RegExp(`<(?:uws|fairlead):${name}(?: [^>]*)?>([^<]*)<`).exec(document)?.[1]
}

const reasonOf = (document: string) => /<INFO name="REASON" value="([^"]*)"/.exec(document)?.[1]
const fieldOf = (document: string) => /<INFO name="FIELD" value="([^"]*)"/.exec(document)?.[1]
const idsIn = (document: string) =>
  [...document.matchAll(/<uws:jobref id="([^"]*)"/g)].map(([, id]) => `${LIST}/${id}`)

describe('bad input', () => {
  test.each([
    ['an unknown parameter', 'ACT=write&COLOR=red', 'COLOR'],
    ['a phase that no job is created in', 'ACT=write&PHASE=ABORT', 'PHASE'],
    ['two phases', 'ACT=write&PHASE=RUN&PHASE=RUN', 'PHASE'],
    ['a run id of two lines', 'RUNID=a%0D%0ASet-Cookie:%20x', 'RUNID'],
    ['a run id that is too long', `RUNID=${'x'.repeat(65)}`, 'RUNID'],
    ['two run ids', 'RUNID=a&RUNID=b', 'RUNID'],
    ['a negative duration', 'EXECUTIONDURATION=-1', 'EXECUTIONDURATION'],
    ['a duration that is no number', 'EXECUTIONDURATION=1h', 'EXECUTIONDURATION'],
    ['a destruction that has been', 'DESTRUCTION=2020-01-01T00:00:00Z', 'DESTRUCTION'],
    ['a destruction in another zone', 'DESTRUCTION=2036-01-01T00:00:00%2B01:00', 'DESTRUCTION'],
    ['a destruction on no day', 'DESTRUCTION=2036-02-30T00:00:00Z', 'DESTRUCTION'],
    ['a missing parameter, when it is to run', 'PHASE=RUN', 'parameters'],
    ['an upload', 'UPLOAD=x,param:y', 'UPLOAD'],
  ])('%s creates nothing, and is named', async (_what, form, field) => {
    const before = idsIn((await uws.get(LIST)).body)
    const answer = await uws.post(LIST, form)
    expect(answer).toMatchObject({ status: 400, headers: { 'content-type': 'application/x-votable+xml' } })
    expect(fieldOf(answer.body)).toBe(field)
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(idsIn((await uws.get(LIST)).body)).toEqual(before)
  })

  test.each([
    ['WAIT=abc', 'WAIT'],
    ['WAIT=1.5', 'WAIT'],
    ['WAIT=', 'WAIT'],
    ['WAIT=-2', 'WAIT'],
    ['WAIT=1&WAIT=2', 'WAIT'],
    ['WAIT=1&PHASE=DONE', 'PHASE'],
    ['FOO=1', 'FOO'],
  ])('a job asked for with %s is 400', async (query, field) => {
    const answer = await uws.get(`${await pending()}?${query}`)
    expect(answer.status).toBe(400)
    expect(fieldOf(answer.body)).toBe(field)
  })

  test.each([
    ['PHASE=DONE', 'PHASE'],
    ['AFTER=yesterday', 'AFTER'],
    ['AFTER=2026-01-01T00:00:00Z&AFTER=2026-01-01T00:00:00Z', 'AFTER'],
    ['LAST=0', 'LAST'],
    ['LAST=-1', 'LAST'],
    ['LAST=all', 'LAST'],
    ['ID=x', 'ID'],
  ])('a job list asked for with %s is 400', async (query, field) => {
    const answer = await uws.get(`${LIST}?${query}`)
    expect(answer.status).toBe(400)
    expect(fieldOf(answer.body)).toBe(field)
  })

  test('10,000 IDs are refused with the limit', async () => {
    const answer = await uws.post(LIST, Array(10_000).fill('ACT=write').join('&'))
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('1010 parameters')
    expect(reasonOf((await uws.post(LIST, Array(1_005).fill('ACT=write').join('&'))).body)).toBe(
      'TOO_MANY_PARAMETERS',
    )
  })

  test.each([
    ['text/xml', '<job/>'],
    ['application/json', '{}'],
  ])('a body of %s is 415', async (type, body) => {
    const answer = await uws.send(LIST, { method: 'POST', headers: { 'content-type': type }, body })
    expect(answer.status).toBe(415)
  })

  test.each([
    ['a job that never was', ABSENT],
    ['an id that is none', `${LIST}/x`],
    ['an id that goes up', `${LIST}/..%2F..`],
    ['an id with a line break', `${LIST}/a%0D%0Ab`],
    ['a service that is not there', '/uws/nothing'],
    ['a service of no possible name', '/uws/No%20Service'],
    ['nothing below /uws/', '/uws/'],
    ['a resource that jobs do not have', `${ABSENT}/color`],
    ['something below a leaf', `${ABSENT}/phase/x`],
    ['something below a result', `${ABSENT}/results/a/b`],
  ])('%s is 404', async (_what, path) => {
    expect((await uws.get(path)).status).toBe(404)
  })

  test("another organisation's job is 404, in the same words as one that never was", async () => {
    const dave = await uws.send('/uws/probe', {
      as: 'dave',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    const foreign = await uws.get(pathOf(dave.headers['location']))
    const absent = await uws.get(ABSENT)
    const text = ({ body }: { body: string }) => body.replace(/name="REQUEST_ID" value="[^"]*"/, '')
    expect(foreign.status).toBe(404)
    expect(text(foreign)).toBe(text(absent))
  })

  test("another service's job is 404", async () => {
    const job = await pending()
    await uws.backend.database.dataSource.query(`update jobs set service = 'other' where id = $1`, [
      job.split('/').at(-1),
    ])
    for (const path of [job, `${job}/phase`, `${job}/results/x`])
      expect((await uws.get(path)).status).toBe(404)
    expect((await uws.send(job, { method: 'DELETE' })).status).toBe(404)
  })

  test('an organisation that the caller is not in is 403, whether it is there or not', async () => {
    for (const slug of ['elsewhere', 'nowhere']) {
      const answer = await uws.get(`/uws/organizations/${slug}/probe`)
      expect([answer.status, reasonOf(answer.body)]).toEqual([403, 'NOT_A_MEMBER'])
    }
  })

  test.each(['GET', 'POST', 'DELETE'])(
    'an anonymous %s is 401 with the challenge, everywhere',
    async (method) => {
      for (const path of [LIST, ABSENT, `${ABSENT}/phase`, '/uws/nothing', '/uws/']) {
        const answer = await uws.send(path, { as: '', method })
        expect(answer).toMatchObject({
          status: 401,
          headers: { 'www-authenticate': 'Bearer realm="fairlead"' },
        })
      }
    },
  )

  test.each([
    ['PUT', LIST, 'GET, POST, HEAD'],
    ['PATCH', ABSENT, 'GET, POST, DELETE, HEAD'],
    ['PUT', ABSENT, 'GET, POST, DELETE, HEAD'],
    ['DELETE', `${ABSENT}/phase`, 'GET, POST, HEAD'],
    ['POST', `${ABSENT}/quote`, 'GET, HEAD'],
    ['POST', `${ABSENT}/results`, 'GET, HEAD'],
    ['DELETE', `${ABSENT}/parameters/X`, 'GET, PUT, HEAD'],
  ])('%s %s is 405', async (method, path, allow) => {
    expect(await uws.send(path, { method })).toMatchObject({ status: 405, headers: { allow } })
  })
})

describe('a job', () => {
  test('is created PENDING, at the address that the redirect tells', async () => {
    const job = await pending('act=write%20x&ACT=write%20y&RunId=mine')
    const { status, body, headers } = await uws.get(job)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/xml; charset=utf-8')
    expect(body).toContain('<uws:job version="1.1" ')
    expect(textOf(body, 'jobId')).toBe(job.split('/').at(-1))
    expect(textOf(body, 'runId')).toBe('mine')
    expect(textOf(body, 'phase')).toBe('PENDING')
    expect(textOf(body, 'ownerDisplayName')).toBeTruthy()
    expect(body).toContain(
      '<uws:parameter id="ACT">write x</uws:parameter><uws:parameter id="ACT">write y</uws:parameter>',
    )
  })

  test('is queued at creation when it is told to run', async () => {
    const job = await pending('ACT=write&PHASE=RUN')
    expect((await uws.get(`${job}/phase`)).body).toBe('QUEUED')
  })

  test('is created by a multipart form, and by parameters in the query', async () => {
    const body = '--b\r\ncontent-disposition: form-data; name="ACT"\r\n\r\nwrite a\r\n--b--'
    const { headers } = await uws.send(`${LIST}?RUNID=query&PHASE=RUN`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body,
    })
    const job = await uws.get(pathOf(headers['location']))
    expect(textOf(job.body, 'runId')).toBe('query')
    expect(job.body).toContain('<uws:parameter id="ACT">write a</uws:parameter>')
    expect(textOf(job.body, 'phase')).toBe('QUEUED')
  })

  test('has its parts as resources of their own', async () => {
    const job = await pending('ACT=write%20x&EXECUTIONDURATION=42&DESTRUCTION=2026-12-24T18:00:00.5Z')
    const text = async (name: string) => {
      const { status, body, headers } = await uws.get(`${job}/${name}`)
      return [status, headers['content-type'], body]
    }
    const plain = 'text/plain; charset=utf-8'
    expect(await text('phase')).toEqual([200, plain, 'PENDING'])
    expect(await text('executionduration')).toEqual([200, plain, '42'])
    expect(await text('owner')).toEqual([200, plain, expect.stringMatching(/^users\/[0-9a-f-]{36}$/)])
    expect(await text('quote')).toEqual([200, plain, expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)])
    const [, type, parameters] = await text('parameters')
    expect(type).toBe('application/xml; charset=utf-8')
    expect(parameters).toContain('<uws:parameter id="ACT">write x</uws:parameter>')
    expect((await uws.get(`${job}/results`)).body).toContain('<uws:results ')
    expect((await uws.get(`${job}/error`)).status).toBe(404)
    expect(await text('parameters/act')).toEqual([200, plain, 'write x'])
    expect((await uws.get(`${job}/parameters/OTHER`)).status).toBe(404)
  })

  test('answers HEAD as GET, without waiting', async () => {
    const job = await pending()
    expect(await uws.send(`${job}?WAIT=-1`, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
    expect(await uws.send(LIST, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  test('is run by PHASE=RUN, and aborted by PHASE=ABORT', async () => {
    const job = await pending()
    const run = await uws.post(`${job}/phase`, 'PHASE=RUN')
    expect(run).toMatchObject({ status: 303, headers: { location: `${PUBLIC_URL}${job}` } })
    expect((await uws.get(`${job}/phase`)).body).toBe('QUEUED')
    const abort = await uws.post(`${job}/phase`, 'phase=abort')
    expect(abort).toMatchObject({ status: 303, headers: { location: `${PUBLIC_URL}${job}` } })
    const { body } = await uws.get(job)
    expect(textOf(body, 'phase')).toBe('ABORTED')
    expect(body).toContain('<uws:errorSummary type="fatal" hasDetail="true">')
    expect(textOf(body, 'errorReason')).toBe('CANCELLED_BY_USER')
    const error = await uws.get(`${job}/error`)
    expect(error).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-votable+xml' } })
    expect(reasonOf(error.body)).toBe('CANCELLED_BY_USER')
  })

  test.each(['RUN', 'ABORT'])(
    'that has ended is not to %s: 403, as what its state does not allow',
    async (phase) => {
      const job = await pending()
      await uws.post(`${job}/phase`, 'PHASE=ABORT')
      expect((await uws.post(`${job}/phase`, `PHASE=${phase}`)).status).toBe(403)
    },
  )

  test.each(['PHASE=FLY', 'PHASE=RUN&PHASE=ABORT', 'COLOR=red', ''])(
    'takes no %j for its phase',
    async (form) => {
      expect((await uws.post(`${await pending()}/phase`, form)).status).toBe(400)
    },
  )

  test.each([
    ['DELETE', ''],
    ['POST', 'ACTION=DELETE'],
  ])('is deleted by %s %s, and the redirect leads to the list', async (method, body) => {
    const job = await pending()
    const answer = await uws.send(job, {
      method,
      body,
      headers: body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(answer).toMatchObject({ status: 303, headers: { location: `${PUBLIC_URL}${LIST}` } })
    expect((await uws.get(job)).status).toBe(404)
    expect(idsIn((await uws.get(LIST)).body)).not.toContain(job)
  })

  test("is a colleague's to read and not to change", async () => {
    const job = await pending()
    expect((await uws.get(job, 'bob')).status).toBe(200)
    for (const [path, form] of [
      [`${job}/phase`, 'PHASE=RUN'],
      [`${job}/phase`, 'PHASE=ABORT'],
      [`${job}/executionduration`, 'EXECUTIONDURATION=1'],
      [`${job}/parameters`, 'ACT=fail'],
      [job, 'ACTION=DELETE'],
    ] as const) {
      expect([path, (await uws.post(path, form, 'bob')).status]).toEqual([path, 403])
    }
    expect((await uws.post(`${job}/phase`, 'PHASE=ABORT', 'carol')).status).toBe(303)
  })

  test('is created by none who may only read', async () => {
    const answer = await uws.post(LIST, 'ACT=write', 'mallory')
    expect([answer.status, reasonOf(answer.body)]).toEqual([403, 'PERMISSION_MISSING'])
  })
})

describe('limits of a job', () => {
  test('are set by forms', async () => {
    const job = await pending()
    expect((await uws.post(`${job}/executionduration`, 'EXECUTIONDURATION=120')).headers['location']).toBe(
      `${PUBLIC_URL}${job}`,
    )
    const destruction = new Date(Date.now() + 86_400_000).toISOString()
    expect((await uws.post(`${job}/destruction`, `DESTRUCTION=${destruction}`)).status).toBe(303)
    const { body } = await uws.get(job)
    expect(textOf(body, 'executionDuration')).toBe('120')
    expect(textOf(body, 'destruction')).toBe(destruction)
  })

  test.each(['0', '3601', '999999999999'])(
    'EXECUTIONDURATION=%s is the maximum of the service',
    async (value) => {
      const job = await pending()
      const answer = await uws.post(`${job}/executionduration`, `EXECUTIONDURATION=${value}`)
      expect(answer.status).toBe(303)
      expect(answer.body).toBe(
        value === '0' ? '' : "The execution duration was cut to 3600 s, the service's maximum.\n",
      )
      expect((await uws.get(`${job}/executionduration`)).body).toBe('3600')
    },
  )

  test('a destruction time beyond a year is cut to what the server keeps', async () => {
    const job = await pending()
    const answer = await uws.post(`${job}/destruction`, 'DESTRUCTION=2999-01-01')
    expect(answer.body).toMatch(/^The destruction time was cut to \d{4}-/)
    const kept = new Date((await uws.get(`${job}/destruction`)).body).getTime() - Date.now()
    expect(kept / 86_400_000).toBeGreaterThan(364)
    expect(kept / 86_400_000).toBeLessThan(367)
  })

  test.each([
    ['executionduration', 'EXECUTIONDURATION=x'],
    ['executionduration', ''],
    ['executionduration', 'DESTRUCTION=2999-01-01'],
    ['destruction', 'DESTRUCTION=soon'],
    ['destruction', 'DESTRUCTION=2020-01-01T00:00:00Z'],
    ['destruction', 'DESTRUCTION=2999-01-01&DESTRUCTION=2999-01-01'],
  ])('%s takes no %j', async (resource, form) => {
    expect((await uws.post(`${await pending()}/${resource}`, form)).status).toBe(400)
  })
})

describe('parameters of a PENDING job', () => {
  test('may follow its creation, by each way that the standard names', async () => {
    const job = await pending('')
    expect((await uws.post(`${job}/phase`, 'PHASE=RUN')).status).toBe(400)
    expect((await uws.post(`${job}/parameters`, 'ACT=write%20a&ACT=write%20b')).headers['location']).toBe(
      `${PUBLIC_URL}${job}`,
    )
    expect((await uws.get(`${job}/parameters/ACT`)).body).toBe('write a\nwrite b')
    expect((await uws.post(job, 'ACT=write%20c&RUNID=later')).status).toBe(303)
    expect((await uws.get(`${job}/parameters/ACT`)).body).toBe('write c')
    const put = await uws.send(`${job}/parameters/ACT`, { method: 'PUT', body: 'write d\n' })
    expect(put).toMatchObject({ status: 303, headers: { location: `${PUBLIC_URL}${job}` } })
    const { body } = await uws.get(job)
    expect(body).toContain('<uws:parameters><uws:parameter id="ACT">write d</uws:parameter></uws:parameters>')
    expect(textOf(body, 'runId')).toBe('later')
    expect((await uws.post(`${job}/phase`, 'PHASE=RUN')).status).toBe(303)
  })

  test('are set together with the run id, or neither is', async () => {
    const job = await pending('RUNID=first&ACT=write%20a')
    expect((await uws.post(`${job}/parameters`, 'RUNID=second&COLOR=red')).status).toBe(400)
    expect(textOf((await uws.get(job)).body, 'runId')).toBe('first')
    expect((await uws.post(`${job}/parameters`, 'RUNID=third')).status).toBe(303)
    const { body } = await uws.get(job)
    expect(textOf(body, 'runId')).toBe('third')
    expect(body).toContain('<uws:parameter id="ACT">write a</uws:parameter>')
  })

  test('stay when it is committed', async () => {
    const job = await pending('ACT=write%20a&PHASE=RUN')
    expect((await uws.post(`${job}/parameters`, 'ACT=write%20b')).status).toBe(403)
    expect((await uws.send(`${job}/parameters/ACT`, { method: 'PUT', body: 'x' })).status).toBe(403)
    expect((await uws.get(`${job}/parameters/ACT`)).body).toBe('write a')
  })

  test.each([
    ['COLOR=red', 'COLOR'],
    ['PHASE=RUN', 'PHASE'],
    ['', 'parameters'],
  ])('are not %j', async (form, field) => {
    const answer = await uws.post(`${await pending()}/parameters`, form)
    expect([answer.status, fieldOf(answer.body)]).toEqual([400, field])
  })

  test('that XML cannot carry are told by their address', async () => {
    const job = await pending()
    const id = job.split('/').at(-1)
    const value = JSON.stringify([{ name: 'ACT', value: 'a\u0007b' }])
    await uws.backend.database.dataSource.query('update jobs set parameters = $2 where id = $1', [id, value])
    expect((await uws.get(job)).body).toContain(
      `<uws:parameter id="ACT" byReference="true">${PUBLIC_URL}${job}/parameters/ACT</uws:parameter>`,
    )
    expect((await uws.get(`${job}/parameters/ACT`)).body).toBe('a\u0007b')
  })
})

describe('the job list', () => {
  test("holds the caller's own jobs, newest first", async () => {
    const mine = [await pending(), await pending('RUNID=second')]
    const hers = await pending('', 'bob')
    const { body } = await uws.get(LIST)
    const ids = idsIn(body)
    expect(ids.slice(0, 2)).toEqual(mine.reverse())
    expect(ids).not.toContain(hers)
    expect(body).toContain('<uws:jobs version="1.1" ')
    expect(body).toContain(`xlink:href="${PUBLIC_URL}${mine[0]}"`)
    expect(textOf(body, 'runId')).toBe('second')
    expect(idsIn((await uws.get(LIST, 'bob')).body)).toContain(hers)
  })

  test('is filtered by phases, time and number, all at once', async () => {
    const [first, second, third] = [await pending(), await pending(), await pending()]
    await uws.post(`${second}/phase`, 'PHASE=ABORT')
    await uws.post(`${third}/phase`, 'PHASE=RUN')
    const list = async (query: string) => idsIn((await uws.get(`${LIST}?${query}`)).body)
    expect(await list('LAST=2')).toEqual([third, second])
    expect((await list('PHASE=PENDING'))[0]).toBe(first)
    expect((await list('PHASE=ABORTED&phase=queued')).slice(0, 2)).toEqual([third, second])
    expect(await list('PHASE=HELD&PHASE=SUSPENDED&PHASE=UNKNOWN')).toEqual([])
    const created = textOf((await uws.get(first ?? '')).body, 'creationTime')
    expect(await list(`AFTER=${created}`)).toEqual([third, second])
    expect(await list(`AFTER=${created}&PHASE=QUEUED&LAST=5`)).toEqual([third])
    expect(await list('AFTER=2999-01-01T00:00:00')).toEqual([])
  })

  test('holds ARCHIVED jobs only when they are asked for', async () => {
    const job = await pending()
    await uws.post(`${job}/phase`, 'PHASE=ABORT')
    await uws.backend.database.dataSource.query(`update jobs set phase = 'ARCHIVED' where id = $1`, [
      job.split('/').at(-1),
    ])
    expect(idsIn((await uws.get(LIST)).body)).not.toContain(job)
    expect(idsIn((await uws.get(`${LIST}?PHASE=ARCHIVED`)).body)).toEqual([job])
    expect(textOf((await uws.get(job)).body, 'phase')).toBe('ARCHIVED')
  })

  test('holds more jobs than a page of the database has', async () => {
    const { dataSource } = uws.backend.database
    const job = await pending('RUNID=many', 'carol')
    const columns: { column_name: string }[] = await dataSource.query(
      `select column_name from information_schema.columns
       where table_schema = 'public' and table_name = 'jobs' and is_generated = 'NEVER'`,
    )
    const names = columns.map(({ column_name }) => column_name)
    const values = names.map((name) =>
      name === 'id'
        ? 'gen_random_uuid()'
        : name === 'create_time'
          ? `create_time + n * interval '1 second'`
          : name,
    )
    await dataSource.query(
      `insert into jobs (${names.join()}) select ${values.join()} from jobs, generate_series(1, 1200) n where id = $1`,
      [job.split('/').at(-1)],
    )
    const ids = idsIn((await uws.get(LIST, 'carol')).body)
    expect(ids).toHaveLength(1_201)
    expect(new Set(ids).size).toBe(1_201)
    expect(ids.at(-1)).toBe(job)
    expect(idsIn((await uws.get(`${LIST}?LAST=700`, 'carol')).body)).toEqual(ids.slice(0, 700))
    // They fill the organisation's queue.
    await dataSource.query(`delete from jobs where run_id = 'many'`)
  })

  test('stands at other addresses too, which its jobs keep to', async () => {
    const byName = await uws.post('/uws/organizations/observatory/probe', 'RUNID=named')
    expect(byName.headers['location']).toMatch(`${PUBLIC_URL}/uws/organizations/observatory/probe/`)
    const mounted = await uws.post('/elsewhere/async', 'RUNID=mounted')
    const job = pathOf(mounted.headers['location'])
    expect(job).toMatch(/^\/elsewhere\/async\/[0-9a-f-]{36}$/)
    expect((await uws.send(job, { method: 'DELETE' })).headers['location']).toBe(
      `${PUBLIC_URL}/elsewhere/async`,
    )
    expect((await uws.get('/elsewhere/async')).body).toContain(`xlink:href="${PUBLIC_URL}/elsewhere/async/`)
  })
})

describe('phases that the system sets', () => {
  test.each(['HELD', 'SUSPENDED'])('%s is told, with why, and never waited in', async (phase) => {
    const job = await pending('ACT=write&PHASE=RUN')
    await uws.backend.database.dataSource.query(
      `update jobs set phase = $2::text, phase_reason = 'NO_WORKERS', phase_message = 'Later.',
         suspended_at = case when $2::text = 'SUSPENDED' then now() end
       where id = $1`,
      [job.split('/').at(-1), phase],
    )
    const { body } = await uws.get(`${job}?WAIT=-1`)
    expect(textOf(body, 'phase')).toBe(phase)
    expect((await uws.get(`${job}/phase`)).body).toBe(phase)
    expect(textOf(body, 'reason')).toBe('NO_WORKERS')
  })
})

test('a whole journey: created, waited for, its results fetched, deleted', async () => {
  await uws.startWorker()
  const job = await pending('ACT=write%20hello&ACT=write%20world&RUNID=journey')
  await uws.post(`${job}/phase`, 'PHASE=RUN')
  let phase = 'PENDING'
  let document = ''
  while (phase !== 'COMPLETED') {
    document = (await uws.get(`${job}?WAIT=60&PHASE=${phase}`)).body
    phase = textOf(document, 'phase') ?? ''
    expect(['PENDING', 'QUEUED', 'EXECUTING', 'COMPLETED']).toContain(phase)
  }
  expect(document).toBe((await uws.get(job)).body)
  expect(textOf(document, 'startTime')).toMatch(/Z$/)
  const results = [
    ...document.matchAll(
      /<uws:result id="([^"]*)"[^>]* xlink:href="([^"]*)" size="(\d+)" mime-type="text\/plain"/g,
    ),
  ]
  expect(results).toHaveLength(2)
  const texts = []
  for (const [, id, address, size] of results) {
    const redirect = await uws.get(pathOf(address))
    expect(redirect).toMatchObject({
      status: 303,
      headers: { location: expect.stringMatching(`^${PUBLIC_URL}/objects/`) },
    })
    const content = await uws.send(pathOf(redirect.headers['location']), { as: '' })
    expect(content.status).toBe(200)
    expect([id, content.body.length]).toEqual([id, Number(size)])
    texts.push(content.body)
  }
  expect(texts).toEqual(['hello', 'world'])
  expect((await uws.get(`${job}/results/nothing`)).status).toBe(404)
  expect((await uws.get(`${job}/results/${encodeURIComponent('../..')}`)).status).toBe(404)
  await uws.send(job, { method: 'DELETE' })
  expect((await uws.get(job)).status).toBe(404)
})

test('a job that fails says why', async () => {
  const job = await pending('ACT=fail%20%3Chard%3E&PHASE=RUN')
  await expect
    .poll(async () => (await uws.get(`${job}?WAIT=30`)).body, { timeout: 15_000 })
    .toContain('<uws:phase>ERROR<')
  const { body } = await uws.get(job)
  expect(body).toMatch(/<uws:errorSummary type="(fatal|transient)" hasDetail="true">/)
  const error = await uws.get(`${job}/error`)
  expect(error.body).toContain('<INFO name="QUERY_STATUS" value="ERROR">')
  expect(reasonOf(error.body)).toBe(textOf(body, 'errorReason'))
})

test('every XML document that was answered here is valid', async ({ skip }) => {
  skip(schemasMissing !== undefined, schemasMissing)
  const [uwsDocuments, votables] = [
    uws.documents.filter((document) => document.includes('<uws:')),
    uws.documents.filter((document) => document.includes('<VOTABLE ')),
  ]
  expect(uwsDocuments.length + votables.length).toBe(uws.documents.length)
  expect(uwsDocuments.length).toBeGreaterThan(20)
  expect(votables.length).toBeGreaterThan(20)
  expect(await schemaErrors('UWS.xsd', uwsDocuments)).toEqual([])
  expect(await schemaErrors('VOTable.xsd', votables)).toEqual([])
  expect(await schemaErrors('UWS.xsd', [(uwsDocuments[0] ?? '').replace('uws:job', 'uws:jab')])).not.toEqual(
    [],
  )
})
