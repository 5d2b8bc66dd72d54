import { describe, expect, it } from 'vitest'
import { parseSmtpUrl } from './smtp-url.ts'

const credentials = { user: 'us@er', password: 'pass/word' }

describe('the address of the mail server', () => {
  it.each([
    [
      'smtps://us%40er:pass%2Fword@mail.example.org',
      { host: 'mail.example.org', port: 465, tls: 'implicit', credentials },
    ],
    [
      'smtp://us%40er:pass%2Fword@mail.example.org',
      { host: 'mail.example.org', port: 587, tls: 'required', credentials },
    ],
    ['smtp://us%40er:pass%2Fword@localhost:25', { host: 'localhost', port: 25, tls: 'offered', credentials }],
    [
      'smtp://mail.example.org:25',
      { host: 'mail.example.org', port: 25, tls: 'offered', credentials: undefined },
    ],
    [
      'smtp://mail.example.org:25?tls=none',
      { host: 'mail.example.org', port: 25, tls: 'none', credentials: undefined },
    ],
    ['smtp://[::1]:25/?tls=required', { host: '::1', port: 25, tls: 'required', credentials: undefined }],
  ])('%s', (url, server) => {
    expect(parseSmtpUrl(url)).toEqual(server)
  })

  it.each([
    'mail.example.org',
    'https://mail.example.org',
    'smtp://',
    'smtp://mail.example.org/path',
    'smtp://mail.example.org?tls=sometimes',
    'smtps://mail.example.org?tls=none',
    'smtp://mail.example.org?pool=true',
    'smtp://user:100%@mail.example.org',
  ])('is not %s, and the reason tells no password', (url) => {
    expect(() => parseSmtpUrl(url)).toThrow(/^the address of the mail server (is|has) /)
    expect(() => parseSmtpUrl(url)).not.toThrow('100%@')
  })
})
