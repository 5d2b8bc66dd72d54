import { RetryInfo } from '@fairlead/proto/server/google/rpc/error_details'
import { Status } from '@fairlead/proto/server/google/rpc/status'
import { describe, expect, test } from 'vitest'
import { seenError } from '../testing/service-error.ts'
import { DomainError } from './domain-error.ts'
import { grpcStatus } from './grpc-status.ts'

/** What the trailers take, as grpc-js writes them. */
function trailerBytes({ details, metadata }: ReturnType<typeof grpcStatus>): number {
  const headers = Object.entries({ 'grpc-message': encodeURI(details), ...metadata.toHttp2Headers() })
  return headers.reduce((sum, [name, value]) => sum + name.length + String(value).length, 0)
}

function refusal(count: number, description: string, message = 'Several parameters are wrong.') {
  const violations = Array.from({ length: count }, (_, i) => ({
    field: `parameters[${i}].value`,
    description,
  }))
  return grpcStatus(new DomainError('INVALID_ARGUMENT', 'PARAMETERS', message, { violations }), 'request-1')
}

const seen = (status: ReturnType<typeof grpcStatus>) =>
  seenError({ ...status, name: 'Error', message: status.details })

describe('a status', () => {
  test('with a few violations names them all', () => {
    expect(seen(refusal(3, 'is off the image'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      fields: ['parameters[0].value', 'parameters[1].value', 'parameters[2].value'],
      metadata: { requestId: 'request-1' },
    })
  })

  test.each([
    ['many violations', refusal(10_000, 'is off the image')],
    ['long violations', refusal(20, 'x'.repeat(100_000))],
    ['violations beyond ASCII', refusal(1_000, '\u{1F52D}'.repeat(1_000))],
    ['a long message', refusal(0, '', 'x'.repeat(100_000))],
    ['a message beyond ASCII', refusal(1, 'is wrong', '\u{1F52D}é" '.repeat(10_000))],
    ['half a character', refusal(1, '\u{1F52D}'.slice(0, 1), `x${'\u{1F52D}'.repeat(1_000)}`.slice(0, 700))],
    ['all of it', refusal(10_000, '"'.repeat(5_000), '"'.repeat(5_000))],
  ])('with %s fits into 8 KiB of trailers', (_what, status) => {
    expect(trailerBytes(status)).toBeLessThan(8_192)
    expect(seen(status)).toMatchObject({ reason: 'PARAMETERS' })
  })

  test('cuts what an error tells programs', () => {
    const metadata = { name: 'x'.repeat(100_000) }
    const status = grpcStatus(new DomainError('NOT_FOUND', 'PARAMETERS', 'No.', { metadata }), 'request-1')
    expect(trailerBytes(status)).toBeLessThan(8_192)
  })

  test('tells programs nothing that is empty', () => {
    const metadata = { permission: '', name: 'a job' }
    const status = grpcStatus(
      new DomainError('PERMISSION_DENIED', 'PARAMETERS', 'No.', { metadata }),
      'request-1',
    )
    expect(seen(status).metadata).toEqual({ name: 'a job', requestId: 'request-1' })
  })

  test('says when to try again', () => {
    const error = new DomainError('RESOURCE_EXHAUSTED', 'FULL', 'Full.', { retryDelayMs: 2_500 })
    const [bytes] = grpcStatus(error, 'request-1').metadata.get('grpc-status-details-bin')
    const details = Status.decode(bytes as Buffer).details
    const retry = details.find(({ typeUrl }) => typeUrl === 'type.googleapis.com/google.rpc.RetryInfo')
    expect(RetryInfo.decode(retry?.value ?? Buffer.alloc(0)).retryDelay).toEqual({
      seconds: 2n,
      nanos: 500_000_000,
    })
  })

  test('says how many violations it leaves out', () => {
    const { fields, metadata } = seen(refusal(1_000, 'is off the image'))
    expect(fields.length).toBeGreaterThan(20)
    expect(Number(metadata['violationsLeftOut'])).toBe(1_000 - fields.length)
  })
})
