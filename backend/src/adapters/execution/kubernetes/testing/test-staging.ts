import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** What the agents of a test's containers are given, and what they send. */
export interface TestStaging {
  readonly url: string
  /** Of each container alike: path below /in -> content. */
  readonly inputs: Map<string, string>
  /** "0/result.txt" -> content. */
  readonly outputs: Map<string, string>
  /** Tokens that were shown. */
  readonly tokens: Set<string>
  close(): Promise<void>
}

/** @param host an address of this machine that pods reach */
export async function openTestStaging(host: string): Promise<TestStaging> {
  const inputs = new Map<string, string>()
  const outputs = new Map<string, string>()
  const tokens = new Set<string>()
  const server = createServer((request, response) => {
    const answer = async () => {
      tokens.add(request.headers.authorization ?? '')
      const path = decodeURIComponent(new URL(request.url ?? '', 'http://staging').pathname)
      const [, number = '', rest = ''] = /^\/staging\/v1\/containers\/(\d+)\/?(.*)$/u.exec(path) ?? []
      const files = [...inputs]
      if (request.method === 'PUT') {
        outputs.set(`${number}/${rest.replace(/^outputs\//u, '')}`, (await buffer(request)).toString())
        response.writeHead(204).end()
      } else if (request.method === 'POST') {
        await buffer(request)
        response.writeHead(204).end()
      } else if (rest === '') {
        const list = files.map(([path, content], index) => ({
          path,
          sizeBytes: Buffer.byteLength(content),
          url: `/staging/v1/containers/${number}/inputs/${index}`,
        }))
        const description = { inputs: list, parameters: {}, outputLimitBytes: 2 ** 30 }
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(description))
      } else response.end(files[Number(rest.replace('inputs/', ''))]?.[1])
    }
    answer().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    url: `http://${host}:${address.port}`,
    inputs,
    outputs,
    tokens,
    async close() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}
