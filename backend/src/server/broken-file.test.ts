import { CreditServiceService } from '@fairlead/proto/server/fairlead/credits/v1/credits'
import { HttpBody } from '@fairlead/proto/server/google/api/httpbody'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, startTestBackend, type TestBackend } from '../testing/backend.ts'
import { createGrpcServer, type GrpcServer } from './grpc-server.ts'

const { exportStatement } = CreditServiceService
let backend: TestBackend
let server: GrpcServer
let client: Client
let treasurer: string
/** Chunks before the failure. */
let chunks = 0

beforeAll(async () => {
  backend = await startTestBackend({
    organizations: [
      {
        slug: 'lab',
        displayName: 'Lab',
        kind: 'MEMBER',
        members: [{ email: 'treasurer@example.org', role: 'TREASURER' }],
      },
    ],
  })
  treasurer = await backend.issuer.tokenOf('treasurer')
  const { definition, handlers } = backend.modules.services.find(
    (each) => 'exportStatement' in each.definition,
  )!
  const failing = {
    definition,
    handlers: {
      ...handlers,
      async *exportStatement() {
        for (let index = 0; index < chunks; index++) {
          yield { contentType: 'text/csv', data: Buffer.alloc(100_000, 'x'), extensions: [] }
        }
        throw new Error('the database went away')
      },
    },
  }
  server = createGrpcServer([failing], backend.modules.environment)
  const port = await server.start({ host: '127.0.0.1', port: 0 })
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
})
afterAll(async () => {
  client.close()
  await server.stop()
  await backend.stop()
})

/** Messages as they came, and the code that the stream ended with. */
async function exported(throughGateway: boolean): Promise<{ messages: Buffer[]; code: string }> {
  const metadata = bearer(treasurer)
  if (throughGateway)
    metadata.set('x-envoy-original-path', '/api/v1/organizations/lab/creditStatement:export')
  const request = {
    parent: 'organizations/lab',
    format: 'EXPORT_FORMAT_CSV' as const,
    creditClass: '',
    kinds: [],
    startTime: undefined,
    endTime: undefined,
  }
  const { path, requestSerialize } = exportStatement
  const stream = client.makeServerStreamRequest(path, requestSerialize, (bytes) => bytes, request, metadata)
  const messages: Buffer[] = []
  stream.on('data', (message: Buffer) => messages.push(message))
  const error = await new Promise<ServiceError>((resolve) => stream.on('error', resolve))
  return { messages, code: status[error.code]! }
}

test('a file that breaks off on its way through the gateway ends with what is no message', async () => {
  chunks = 3
  const { messages, code } = await exported(true)
  expect(code).toBe('INTERNAL')
  expect(messages).toHaveLength(4)
  for (const message of messages.slice(0, 3)) expect(HttpBody.decode(message).data).toHaveLength(100_000)
  expect(() => HttpBody.decode(messages[3]!)).toThrow()
})

test('a file that fails before it began has its status alone', async () => {
  chunks = 0
  expect(await exported(true)).toEqual({ messages: [], code: 'INTERNAL' })
})

test('a client that reads the status of streams gets that alone', async () => {
  chunks = 3
  const { messages, code } = await exported(false)
  expect(code).toBe('INTERNAL')
  expect(messages).toHaveLength(3)
})
