import { fileURLToPath } from 'node:url'
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf'
import { type FileDescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js'
import { loadSync, type MethodDefinition } from '@grpc/proto-loader'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readContracts } from './contracts.ts'
import { addReflection } from './reflection.ts'

const protocol = loadSync(
  fileURLToPath(
    new URL('../proto/grpc/reflection/v1/reflection.proto', import.meta.resolve('@grpc/reflection')),
  ),
)['grpc.reflection.v1.ServerReflection'] as unknown as {
  ServerReflectionInfo: MethodDefinition<object, Answer>
}

interface Answer {
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Uint8Array[] }
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] }
}

let server: Server
let client: Client

beforeAll(async () => {
  server = new Server()
  addReflection(server, readContracts(), ['fairlead.jobs.v1.JobService', 'grpc.health.v1.Health'])
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
})
afterAll(() => {
  client.close()
  server.forceShutdown()
})

function ask(question: object): Promise<Answer> {
  const { path, requestSerialize, responseDeserialize } = protocol.ServerReflectionInfo
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize)
  return new Promise((resolve, reject) => {
    stream.once('error', reject)
    stream.once('data', (answer: Answer) => {
      stream.end()
      resolve(answer)
    })
    stream.write(question)
  })
}

test('names the services that are served, and no others', async () => {
  const { listServicesResponse } = await ask({ listServices: '' })
  const names = listServicesResponse?.service.map(({ name }) => name).sort()
  expect(names).toEqual(['fairlead.jobs.v1.JobService', 'grpc.health.v1.Health'])
})

/** The file of a symbol and all that it imports, asked for one by one as a client does. */
async function filesOf(symbol: string): Promise<Map<string, FileDescriptorProto>> {
  const files = new Map<string, FileDescriptorProto>()
  const questions: object[] = [{ fileContainingSymbol: symbol }]
  for (let question = questions.shift(); question !== undefined; question = questions.shift()) {
    const answer = await ask(question)
    for (const bytes of answer.fileDescriptorResponse?.fileDescriptorProto ?? []) {
      const file = fromBinary(FileDescriptorProtoSchema, bytes)
      if (files.has(file.name)) continue
      files.set(file.name, file)
      questions.push(...file.dependency.map((name) => ({ fileByFilename: name })))
    }
  }
  return files
}

test.each(['fairlead.jobs.v1.JobService', 'grpc.health.v1.Health'])(
  '%s is described by files that a client can compile',
  async (symbol) => {
    const files = await filesOf(symbol)
    const [main] = files.values()
    const registry = createFileRegistry(main!, (name) => files.get(name))
    expect(registry.getService(symbol)?.methods.length).toBeGreaterThan(0)
    // Clients refuse a map entry by any other name than its field's.
    for (const { messageType } of files.values()) {
      for (const { field, nestedType } of messageType) {
        const entries = nestedType.filter(({ options }) => options?.mapEntry).map(({ name }) => name)
        for (const entry of entries) {
          expect(field.map(({ name }) => `${pascalCase(name)}Entry`)).toContain(entry)
        }
      }
    }
  },
)

function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
