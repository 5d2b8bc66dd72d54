import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpFixture, httpFixture, type RawRequest, rawRequest } from '../testing/http-fixture.ts'
import { ivoaRoute } from './exchange.ts'
import { requestParameters, requestText } from './read-parameters.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const MULTIPART = { 'content-type': 'multipart/form-data; boundary=b' }

let server: HttpFixture
beforeAll(async () => {
  server = await httpFixture([
    ivoaRoute({
      prefix: '/form',
      async handle({ request, response, query }) {
        const { given } = await requestParameters(request, query)
        response.end(JSON.stringify(given.map(({ name, value }) => [name, value])))
      },
    }),
    ivoaRoute({
      prefix: '/text',
      async handle({ request, response }) {
        response.end(JSON.stringify(await requestText(request)))
      },
    }),
  ])
})
afterAll(() => server.stop())

const post = (path: string, headers: Record<string, string>, body: RawRequest['body'] = '') =>
  rawRequest(server.origin, path, { method: 'POST', headers, body })

function part(name: string, value: string, more = ''): string {
  return `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`
}

describe('the parameters of a request', () => {
  test.each([
    ['a query', '/form?id=a&CIRCLE=1+2+3&Id=b%20c', {}, ''],
    ['a form', '/form', FORM, 'id=a&CIRCLE=1+2+3&Id=b%20c'],
    [
      'a form with a charset',
      '/form',
      { 'content-type': `${FORM['content-type']}; charset=UTF-8` },
      'id=a&CIRCLE=1+2+3&Id=b%20c',
    ],
    ['both', '/form?id=a', FORM, 'CIRCLE=1+2+3&Id=b%20c'],
    [
      'a multipart form',
      '/form',
      MULTIPART,
      `${part('id', 'a')}${part('CIRCLE', '1 2 3')}${part('Id', 'b c')}--b--`,
    ],
  ])('are read from %s, in order, names in upper case', async (_what, path, headers, body) => {
    const answer = await post(path, headers, body)
    expect(answer).toMatchObject({ status: 200 })
    expect(JSON.parse(answer.body)).toEqual([
      ['ID', 'a'],
      ['CIRCLE', '1 2 3'],
      ['ID', 'b c'],
    ])
  })

  test('are read from a multipart form that comes byte by byte, with text before and behind it', async () => {
    const body = Buffer.from(`before\r\n${part('id', 'a\r\n--c')}${part('id', '')}--b--\r\nbehind`)
    const bytes = Array.from(body, (byte) => Buffer.from([byte]))
    const answer = await post('/form', { ...MULTIPART, 'transfer-encoding': 'chunked' }, bytes)
    expect(answer).toMatchObject({
      status: 200,
      body: JSON.stringify([
        ['ID', 'a\r\n--c'],
        ['ID', ''],
      ]),
    })
  })

  test('may fill a query of 32 KiB', async () => {
    const answer = await post(`/form?POLYGON=${'1'.repeat(32_000)}`, {})
    expect([answer.status, answer.body.length]).toEqual([200, 32_000 + '[["POLYGON",""]]'.length])
  })

  test('are none in a request without a body', async () => {
    expect(await post('/form', {})).toMatchObject({ status: 200, body: '[]' })
    expect(await post('/form', FORM)).toMatchObject({ status: 200, body: '[]' })
  })

  test('keep characters beyond ASCII', async () => {
    for (const [headers, body] of [
      [FORM, 'RUNID=Gr%C3%B6%C3%9Fe%20%F0%9F%94%AD'],
      [MULTIPART, `${part('RUNID', 'Größe 🔭')}--b--`],
    ] as const) {
      expect(JSON.parse((await post('/form', headers, body)).body)).toEqual([['RUNID', 'Größe 🔭']])
    }
  })

  test.each([
    ['an XML body', { 'content-type': 'application/xml' }, '<x/>', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'an XML bomb',
      { 'content-type': 'text/xml' },
      `<!DOCTYPE x [${'<!ENTITY a "&b;">'.repeat(1000)}]><x>&a;</x>`,
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['a JSON body', { 'content-type': 'application/json' }, '{}', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a body of unknown type', {}, 'ID=a', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a compressed body', { ...FORM, 'content-encoding': 'gzip' }, 'ID=a', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'a multipart form without a boundary',
      { 'content-type': 'multipart/form-data' },
      'ID=a',
      400,
      'FORM_MALFORMED',
    ],
    ['a multipart form that breaks off', MULTIPART, part('ID', 'a').slice(0, -10), 400, 'FORM_MALFORMED'],
    [
      'a field without a name',
      MULTIPART,
      '--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--',
      400,
      'PARAMETER_NAME',
    ],
    [
      'a part without a disposition',
      MULTIPART,
      `${part('ID', 'a')}--b\r\ncontent-type: text/plain\r\n\r\nx\r\n--b--`,
      400,
      'FORM_MALFORMED',
    ],
    [
      'a part of another disposition',
      { 'content-type': 'multipart/form-data; charset=utf-8; boundary="b"' },
      `${part('ID', 'a')}--b\r\ncontent-disposition: attachment; name="ID"\r\n\r\nx\r\n--b--`,
      400,
      'FORM_MALFORMED',
    ],
    [
      'a part with long headers',
      MULTIPART,
      `--b\r\nx-long: ${'x'.repeat(5_000)}\r\n${part('ID', 'a').slice(5)}--b--`,
      400,
      'FORM_MALFORMED',
    ],
    [
      'a part without an end of its headers',
      MULTIPART,
      `${part('ID', 'a')}--b\r\ncontent-disposition: form-data; name="ID"\r\n--b--`,
      400,
      'FORM_MALFORMED',
    ],
    [
      'a part behind the end',
      MULTIPART,
      `${part('ID', 'a')}--b--\r\n${part('ID', 'b')}--b--`,
      400,
      'FORM_MALFORMED',
    ],
    [
      'an uploaded file',
      MULTIPART,
      `${part('upload', 'x', '; filename="x.fits"')}--b--`,
      400,
      'UPLOAD_NOT_SUPPORTED',
    ],
    ['an empty name', FORM, '=a', 400, 'PARAMETER_NAME'],
    ['a name with a line break', FORM, 'ID%0D%0ASet-Cookie:x=a', 400, 'PARAMETER_NAME'],
    ['a name with NUL', FORM, 'ID%00=a', 400, 'PARAMETER_NAME'],
    ['a long name', FORM, `${'a'.repeat(5000)}=a`, 400, 'PARAMETER_NAME'],
    ['a value with NUL', FORM, 'ID=a%00b', 400, 'CONTROL_CHARACTER'],
    ['a long value', FORM, `ID=${'a'.repeat(65_537)}`, 400, 'VALUE_TOO_LONG'],
    ['a very long value', MULTIPART, `${part('ID', 'a'.repeat(1_000_000))}--b--`, 400, 'VALUE_TOO_LONG'],
    ['10,000 IDs', FORM, Array(10_000).fill('ID=a').join('&'), 400, 'TOO_MANY_PARAMETERS'],
    ['10,000 IDs in parts', MULTIPART, `${part('ID', 'a').repeat(10_000)}--b--`, 400, 'TOO_MANY_PARAMETERS'],
  ])('are refused for %s', async (_what, headers, body, status, reason) => {
    const answer = await post('/form', headers, body)
    expect(answer.body).toContain(`<INFO name="REASON" value="${reason}"/>`)
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/x-votable+xml' } })
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(await post('/form', FORM, 'ID=a')).toMatchObject({ status: 200 })
  })

  test('of malformed escapes and charsets that nobody knows are what can be read of them', async () => {
    expect((await post('/form', FORM, 'ID=%zz%')).status).toBe(200)
    expect((await post('/form?ID=%ff%fe', {})).status).toBe(200)
    expect(
      (await post('/form', { 'content-type': `${FORM['content-type']}; charset=klingon` }, 'ID=a')).status,
    ).toBe(200)
  })

  test.each([
    ['with its length told', { 'content-length': String(100_000_000) }],
    ['sent in chunks', { 'transfer-encoding': 'chunked' }],
  ])('of a form of 100 MB, %s, are refused without keeping it', async (_what, headers) => {
    const piece = Buffer.alloc(1_000_000, 'a')
    function* pieces() {
      yield Buffer.from('ID=')
      for (let i = 0; i < 99; i++) yield piece
      yield piece.subarray(3)
    }
    globalThis.gc?.()
    const before = process.memoryUsage().rss
    const answer = await post('/form', { ...FORM, ...headers }, pieces())
    expect(answer).toMatchObject({ status: 413 })
    expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000)
  })
})

test('a text is taken as it is, up to the length of a value', async () => {
  const text = { 'content-type': 'text/plain' }
  expect(await post('/text', text, 'a b\n')).toMatchObject({ body: JSON.stringify('a b\n') })
  expect(await post('/text', text, 'a'.repeat(65_537))).toMatchObject({ status: 400 })
  expect(await post('/text', text, 'a'.repeat(1_000_000))).toMatchObject({ status: 413 })
  expect(await post('/text', { 'content-type': 'application/xml' }, '<x/>')).toMatchObject({ status: 415 })
  expect(await post('/text', text, 'a\u0000')).toMatchObject({ status: 400 })
})
