import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

export interface CollectedSpan {
  readonly service: string
  readonly traceId: string
  readonly spanId: string
  /** Empty for the first of a trace. */
  readonly parentSpanId: string
  readonly name: string
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | ''
  readonly attributes: Readonly<Record<string, string>>
  readonly failed: boolean
}

export interface Collector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string
  readonly spans: readonly CollectedSpan[]
  stop(): Promise<void>
}

/** Takes spans by OTLP over HTTP, as JSON from Node and browsers and as Protobuf from Envoy, and keeps them. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = []
  const server = createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== '/v1/traces') {
      response.writeHead(404).end()
      return
    }
    bodyOf(request).then(
      (body) => {
        const type = request.headers['content-type'] ?? ''
        spans.push(...(type.startsWith('application/json') ? ofJson(body) : ofProtobuf(body)))
        response.writeHead(200, { 'content-type': type }).end(type === 'application/json' ? '{}' : '')
      },
      () => response.writeHead(400).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const kinds = ['', 'internal', 'server', 'client', 'producer', 'consumer'] as const

interface JsonAttribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface JsonSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes?: readonly JsonAttribute[]
  readonly status?: { readonly code?: number }
}

interface JsonRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly JsonAttribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly JsonSpan[] }[]
  }[]
}

function ofJson(body: Buffer): CollectedSpan[] {
  const { resourceSpans } = JSON.parse(body.toString('utf8')) as JsonRequest
  const attributesOf = (attributes: readonly JsonAttribute[] = []) =>
    Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]))
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        service: attributesOf(resource.attributes)['service.name'] ?? '',
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        kind: kinds[span.kind] ?? '',
        attributes: attributesOf(span.attributes),
        failed: span.status?.code === 2,
      })),
    ),
  )
}

/** Of opentelemetry/proto/trace/v1/trace.proto what is needed, by its field numbers. */
function ofProtobuf(body: Buffer): CollectedSpan[] {
  return fieldsOf(body, 1).flatMap((resourceSpans) => {
    const resource = attributesOf(fieldsOf(resourceSpans, 1).flatMap((each) => fieldsOf(each, 1)))
    const found = fieldsOf(resourceSpans, 2).flatMap((scopeSpans) => fieldsOf(scopeSpans, 2))
    return found.map((span) => ({
      service: resource['service.name'] ?? '',
      traceId: hexOf(span, 1),
      spanId: hexOf(span, 2),
      parentSpanId: hexOf(span, 4),
      name: textOf(span, 5),
      kind: kinds[numberOf(span, 6)] ?? '',
      attributes: attributesOf(fieldsOf(span, 9)),
      failed: fieldsOf(span, 15).some((status) => numberOf(status, 3) === 2),
    }))
  })
}

function attributesOf(pairs: readonly Uint8Array[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [value = new Uint8Array()] = fieldsOf(pair, 2)
      const [text] = fieldsOf(value, 1)
      return [textOf(pair, 1), text === undefined ? '' : Buffer.from(text).toString('utf8')]
    }),
  )
}

/** The contents of a message's fields of one number that have a length. */
function fieldsOf(message: Uint8Array, number: number): Uint8Array[] {
  const found: Uint8Array[] = []
  const reader = new BinaryReader(message)
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === number && type === WireType.LengthDelimited) found.push(reader.bytes())
    else reader.skip(type, field)
  }
  return found
}

function numberOf(message: Uint8Array, number: number): number {
  const reader = new BinaryReader(message)
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === number && type === WireType.Varint) return reader.uint32()
    reader.skip(type, field)
  }
  return 0
}

const textOf = (message: Uint8Array, number: number) =>
  Buffer.from(fieldsOf(message, number)[0] ?? []).toString('utf8')
const hexOf = (message: Uint8Array, number: number) =>
  Buffer.from(fieldsOf(message, number)[0] ?? []).toString('hex')
