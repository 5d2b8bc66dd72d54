import type { IncomingMessage } from 'node:http'
import { DomainError } from '../../../errors/domain-error.ts'
import { OperatorError } from './operator-error.ts'

/** Of a request, by name: texts where they stood in the query. */
export type Fields = Readonly<Record<string, unknown>>

/** Bytes of a body: many times what a workflow of one stage takes. */
const BODY_MAX_BYTES = 1 << 20

/**
 * The query when there is one, else a JSON object in the body.
 *
 * @throws OperatorError 400 and 413
 */
export async function readFields(request: IncomingMessage): Promise<Fields> {
  const query = new URLSearchParams((request.url ?? '').split('?').slice(1).join('?'))
  const body = await readBody(request)
  if (query.size > 0) return fieldsOfQuery(query)
  if (body.trim() === '') return {}
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    throw new OperatorError(400, 'The body is not JSON.')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new OperatorError(400, 'The body is not a JSON object.')
  }
  return parsed as Fields
}

function fieldsOfQuery(query: URLSearchParams): Fields {
  const fields = new Map<string, string>()
  for (const [name, value] of query) {
    if (fields.has(name)) throw new OperatorError(400, `"${name.slice(0, 80)}" is given more than once.`)
    fields.set(name, value)
  }
  return Object.fromEntries(fields)
}

/** After a refusal the rest is read and dropped by the server, so that the answer arrives. */
async function readBody(request: IncomingMessage): Promise<string> {
  const refused = () => new OperatorError(413, `A request may have ${BODY_MAX_BYTES} bytes.`)
  if (Number(request.headers['content-length'] ?? 0) > BODY_MAX_BYTES) throw refused()
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > BODY_MAX_BYTES) throw refused()
      chunks.push(chunk)
    }
  } catch (error) {
    if (request.destroyed && !request.complete) {
      throw new DomainError('CANCELLED', 'CANCELLED', 'The client is gone.', { cause: error })
    }
    throw error
  }
  return Buffer.concat(chunks).toString()
}
