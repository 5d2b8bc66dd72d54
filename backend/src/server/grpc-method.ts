import type { DescMessage } from '@bufbuild/protobuf'
import type { Metadata, MethodDefinition } from '@grpc/grpc-js'
import type { Logger } from 'pino'
import { DomainError } from '../errors/domain-error.ts'
import type { Span, Tracing } from '../tracing/index.ts'
import { type AccessPolicy, accessPolicy } from './access-policy.ts'
import { authorize, organizationSlug, type SharedResources } from './authorize.ts'
import type { CallContext } from './call-context.ts'
import { type Contracts, methodOfPath } from './contracts.ts'
import type { Authenticator, DevicePrincipal, Principal } from './principal.ts'
import { requestIdOf } from './request-id.ts'
import type { RequestValidator } from './request-validator.ts'
import type { ServerMetrics } from './server-metrics.ts'
import type { RegisteredService } from './service-handlers.ts'

/** What every method of the server shares. */
export interface GrpcEnvironment {
  readonly contracts: Contracts
  /** Every permission that some role grants. */
  readonly permissions: ReadonlySet<string>
  readonly authenticator: Authenticator
  readonly sharedResources: SharedResources
  readonly validate: RequestValidator
  readonly log: Logger
  readonly metrics: ServerMetrics
  /** Undefined: calls are not traced. */
  readonly tracing?: Tracing | undefined
  /** How often an open stream's right to be open is looked at: an expired token or a lost role ends it. Default 5 s. */
  readonly recheckIntervalMs?: number
}

export interface GrpcMethod {
  /** "/package.Service/Method" */
  readonly path: string
  /** "package.Service/Method" */
  readonly name: string
  readonly policy: AccessPolicy
  readonly input: DescMessage
  readonly output: DescMessage
  readonly definition: MethodDefinition<object, object>
  readonly handle: (request: never, context: CallContext) => unknown
}

/** A request as it arrived and as the handler takes it. */
export interface ReceivedRequest {
  readonly bytes: Buffer
  /** Undefined when the bytes are no such message; validation then says so. */
  readonly message: object | undefined
}

/** @throws AccessDeclarationError, and Error for a method without a handler or of an unknown kind */
export function grpcMethods(
  service: RegisteredService,
  environment: GrpcEnvironment,
): Map<string, GrpcMethod> {
  const { registry } = environment.contracts
  const methods = new Map<string, GrpcMethod>()
  for (const [name, definition] of Object.entries(service.definition)) {
    const { path } = definition
    const policy = accessPolicy(registry, path, environment.permissions)
    const handle = service.handlers[name]
    const method = methodOfPath(registry, path)
    if (handle === undefined || method === undefined) throw new Error(`${path} has no handler`)
    if (definition.requestStream && !definition.responseStream)
      throw new Error(`${path} streams requests to one answer, which the server does not offer`)
    const { input, output } = method
    methods.set(name, { path, name: path.slice(1), policy, input, output, definition, handle })
  }
  return methods
}

export function receive(definition: MethodDefinition<object, object>, bytes: Buffer): ReceivedRequest {
  try {
    return { bytes, message: definition.requestDeserialize(bytes) }
  } catch {
    // Not lost: validation reads the same bytes, and answers INVALID_ARGUMENT with what is wrong with them.
    return { bytes, message: undefined }
  }
}

/** The call as its log line and its handler see it. */
export interface OpenCall {
  readonly requestId: string
  readonly log: Logger
  readonly signal: AbortSignal
}

export function openCall(
  method: GrpcMethod,
  metadata: Metadata,
  signal: AbortSignal,
  environment: GrpcEnvironment,
): OpenCall {
  const requestId = requestIdOf(metadata.get('x-request-id')[0])
  return { requestId, log: environment.log.child({ requestId, method: method.path }), signal }
}

/** The span of a call that came from outside, below the one that its metadata tells of. */
export function beginSpan(method: GrpcMethod, metadata: Metadata, tracing: Tracing): Span {
  return tracing.begin(method.name, {
    kind: 'server',
    parent: metadata.get('traceparent')[0],
    attributes: { 'rpc.system.name': 'grpc', 'rpc.method': method.name },
  })
}

/** Codes that tell of a defect or an outage, and not of what the caller asked for. */
const FAILURES = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
])

export function endSpan(span: Span, code: string): void {
  span.set({ 'rpc.response.status_code': code })
  if (FAILURES.has(code)) span.fail(code)
  span.end()
}

/** Authentication, access and validation: what stands before every handler. */
export async function admit(
  method: GrpcMethod,
  metadata: Metadata,
  request: ReceivedRequest,
  call: OpenCall,
  environment: GrpcEnvironment,
): Promise<CallContext> {
  const authorized = await allow(method, metadata, request, environment)
  environment.validate(method.input, request.bytes, request.message !== undefined)
  return { ...authorized, requestId: call.requestId, log: call.log, signal: call.signal }
}

/** Who calls; undefined where it does not matter. */
export async function authenticate(
  { policy }: GrpcMethod,
  metadata: Metadata,
  { authenticator }: GrpcEnvironment,
): Promise<Principal | DevicePrincipal | undefined> {
  if (policy.scope === 'PUBLIC') return undefined
  const header = metadata.get('authorization')[0]
  return authenticator.authenticate(typeof header === 'string' ? header : undefined)
}

/** Authentication and access; asked again while a stream is open. */
export async function allow(
  method: GrpcMethod,
  metadata: Metadata,
  request: ReceivedRequest,
  environment: GrpcEnvironment,
): ReturnType<typeof authorize> {
  const { policy, input } = method
  const principal = await authenticate(method, metadata, environment)
  const message = request.message as Readonly<Record<string, unknown>> | undefined
  if (policy.resourceField !== undefined && organizationSlug(message?.[policy.resourceField]) === undefined) {
    // A name that is none is the caller's mistake and belongs to nobody: say what is wrong with it.
    environment.validate(input, request.bytes)
  }
  return authorize(policy, principal, message, environment.sharedResources)
}

/** The reason with which open calls are ended when the server stops. */
export function stopping(): DomainError {
  return new DomainError('UNAVAILABLE', 'SERVER_STOPPING', 'The server is stopping. Connect again.')
}

/** The reason with which a call's signal is aborted when its client is gone or its deadline has passed. */
export function cancelled(): DomainError {
  return new DomainError('CANCELLED', 'CANCELLED', 'The call was cancelled or its deadline has passed.')
}
